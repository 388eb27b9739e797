"""How a past request went: who was asked, one after another, until somebody said yes or the time was over."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from math import hypot, log

from matcher.domain.lifecycle import MatchStatus, OccurrenceStatus, VisitStatus
from matcher.domain.localtime import at_local, local_day, to_local
from matcher.domain.timewindow import TimeWindow
from matcher.engine.problem import ReasonCode
from matcher.services.demo.past.diary import Diary, is_free, slot
from matcher.services.demo.past.story import Asking, Days, Getter, Giver, HelpKind, Made, Occasion, Request
from matcher.services.demo.past.told import draw_said

_MOST_ASKED = 10
_NEAREST = 40
_INSIDE = 0.98  # of a reach, since it is measured on a curved earth
_FROM, _UNTIL = time(8), time(20)  # nobody is asked at night
_AHEAD = timedelta(hours=1)  # a yes comes at least so long before
_SILENT_FOR = timedelta(minutes=50)
_YES, _YES_KNOWN, _NO = 0.5, 0.82, 0.5
_MEDIAN_MIN, _SIGMA, _LONGEST_MIN = 18, 1.1, 900
_BY_HAND = 0.03
_WHY_NOT = ("busy", "busy", "too_far", "unwell", None, None)
_TIMED = 0.72
_METRES_A_MILE = 1609.344


class Asker:
    """Draws what became of each occasion. The same rng, people and order give the same past."""

    def __init__(self, rng: random.Random, givers: Sequence[Giver], days: Days) -> None:
        self._rng = rng
        self._givers = givers
        self._days = days
        self._near: dict[tuple[int, str], list[tuple[float, Giver]]] = {}
        self.diary = Diary()
        self.ties: defaultdict[int, Counter[int]] = defaultdict(Counter)

    def near(self, getter: Getter, kind: HelpKind) -> list[tuple[float, Giver]]:
        """Those within reach of a home who offer the kind, the nearest first, with how far they live."""
        key = getter.person_id, kind.slug
        if key not in self._near:
            away = ((hypot(one.easting - getter.easting, one.northing - getter.northing), one) for one in self._givers)
            found = [
                (metres, one)
                for metres, one in away
                if metres <= one.reach_m * _INSIDE and kind.slug in one.kinds and one.person_id != getter.person_id
            ]
            self._near[key] = sorted(found, key=lambda pair: (pair[0], pair[1].person_id))
        return self._near[key]

    def ask(self, request: Request, occasion: Occasion) -> None:
        """Ask for it: the askings, what came of it, and when it was over."""
        at = _by_day(occasion.open_since + timedelta(minutes=self._rng.randint(1, 4)))
        for away_m, giver in self._in_turn(request):
            if len(occasion.askings) == _MOST_ASKED or at > occasion.window.end - 2 * _AHEAD:
                break
            visit = self._visit(request.kind, giver, at, occasion.window)
            if visit is None:
                continue
            asking = self._answer(request, giver, at, visit, away_m)
            occasion.askings.append(asking)
            self.diary.note_asked(giver, at, asking.ended_at)
            if asking.outcome is MatchStatus.ACCEPTED:
                self._note_yes(request, occasion, asking)
                return
            silent = asking.outcome is MatchStatus.LAPSED
            at = _by_day(at + _SILENT_FOR if silent else asking.ended_at + timedelta(minutes=1))
        occasion.closed_at = occasion.window.end
        occasion.reason = self._why_nobody(request, occasion)

    def make(self, kind: HelpKind, visit: TimeWindow, giver: Giver, away_m: float) -> Made:
        """A visit that was made: when they set off and were done, and what was said of it."""
        took = max(10, round(kind.minutes * self._rng.uniform(0.7, 1.5) / 5) * 5)
        ended_at = visit.start + timedelta(minutes=took + self._rng.randint(0, 6))
        is_timed = self._rng.random() < _TIMED
        drove = giver.is_driver and kind.slug in ("lift", "errand") and is_timed
        return Made(
            status=VisitStatus.DONE,
            on_way_at=visit.start - timedelta(minutes=self._rng.randint(2, 12)),
            ended_at=ended_at,
            minutes=took if is_timed else None,
            miles=max(1, round(2 * away_m / _METRES_A_MILE)) if drove else None,
            said=draw_said(self._rng, kind.slug, ended_at, self._days),
        )

    def _in_turn(self, request: Request) -> Iterator[tuple[float, Giver]]:
        """Who has helped them before goes first, as a rule; then the nearest, more or less."""
        near = self.near(request.getter, request.kind)[:_NEAREST]
        known = self.ties[request.getter.person_id]
        first = known if self._rng.random() < 0.7 else Counter[int]()
        friend = request.getter.friend
        keys = {
            giver.person_id: (
                giver.person_id != friend,
                -first[giver.person_id],
                away_m * self._rng.uniform(0.6, 1.7),
            )
            for away_m, giver in near
        }
        return iter(sorted(near, key=lambda pair: keys[pair[1].person_id]))

    def _visit(self, kind: HelpKind, giver: Giver, at: datetime, window: TimeWindow) -> TimeWindow | None:
        """When they could go, if they may be asked at all."""
        if not giver.may(kind, local_day(at)):
            return None  # looked at first: it costs least
        visit = slot(self._rng, giver, window, kind.minutes)
        if visit is None or visit.start < at + 2 * _AHEAD or not self.diary.has_room(giver, at, visit):
            return None
        return visit

    def _answer(self, request: Request, giver: Giver, at: datetime, visit: TimeWindow, away_m: float) -> Asking:
        is_known = bool(self.ties[request.getter.person_id][giver.person_id])
        drawn, why_not = self._rng.random(), self._rng.choice(_WHY_NOT)
        waits = min(_LONGEST_MIN, self._rng.lognormvariate(log(_MEDIAN_MIN), _SIGMA))
        answered_at = at + timedelta(seconds=round(60 * max(1.0, waits)))
        yes = _YES_KNOWN if is_known else _YES
        asking = Asking(giver, at, visit, MatchStatus.LAPSED, visit.end, away_m, is_known)
        if answered_at > visit.start - _AHEAD or drawn >= yes + (1 - yes) * _NO:
            return asking
        if drawn >= yes:
            return replace(asking, outcome=MatchStatus.DECLINED, ended_at=answered_at, why_not=why_not)
        return replace(
            asking,
            outcome=MatchStatus.ACCEPTED,
            ended_at=answered_at,
            instead_of=self._passed_over(request, giver),
            made=self.make(request.kind, visit, giver, away_m),
        )

    def _passed_over(self, request: Request, giver: Giver) -> int | None:
        """Now and then the team chose somebody by hand, where it was another's turn."""
        others = [one for _, one in self.near(request.getter, request.kind)[:5] if one is not giver]
        return others[0].offer_id if others and self._rng.random() < _BY_HAND else None

    def _note_yes(self, request: Request, occasion: Occasion, asking: Asking) -> None:
        assert asking.made is not None
        occasion.askings = [_no_longer_asked(one, asking.ended_at) for one in occasion.askings]
        occasion.status, occasion.closed_at = OccurrenceStatus.DONE, asking.made.ended_at
        self.diary.note_visit(asking.giver, local_day(asking.visit.start))
        self.ties[request.getter.person_id][asking.giver.person_id] += 1

    def _why_nobody(self, request: Request, occasion: Occasion) -> str:
        """The first of the rules, in the order of a round, that left nobody."""
        kind, day = request.kind, local_day(occasion.window.start)
        near = [one for _, one in self.near(request.getter, kind)]
        if not near:
            return ReasonCode.NOBODY_DOES_THIS
        free = [one for one in near if is_free(one, occasion.window, kind.minutes)]
        if not free:
            return ReasonCode.NOBODY_FREE
        checked = [one for one in free if one.may(kind, day)]
        if not checked:
            return ReasonCode.NOBODY_CHECKED
        asked = len(occasion.askings)
        said_no = sum(one.outcome is MatchStatus.DECLINED for one in occasion.askings)
        if asked and said_no == asked:
            return ReasonCode.ALL_SAID_NO
        return ReasonCode.ALL_ASKED_ENOUGH if not asked else ReasonCode.NOBODY_FREE


def _no_longer_asked(asking: Asking, at: datetime) -> Asking:
    """Who had not answered when another said yes is asked no more."""
    if asking.outcome is not MatchStatus.LAPSED:
        return asking
    return replace(asking, outcome=MatchStatus.WITHDRAWN, ended_at=max(at, asking.asked_at))


def _by_day(at: datetime) -> datetime:
    """The same moment, or the next morning."""
    local = to_local(at)
    if local.time() < _FROM:
        return at_local(local.date(), _FROM) + timedelta(minutes=local.minute)
    if local.time() >= _UNTIL:
        return at_local(local.date() + timedelta(days=1), _FROM) + timedelta(minutes=local.minute)
    return at
