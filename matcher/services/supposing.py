"""What if: the next round of an area is solved as it is and with something changed, and the two are laid side by side.
Nothing is written; what the second says is what the round does once the change is real.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matcher.domain.availability import BANDS
from matcher.domain.errors import BadInput, NotFound
from matcher.domain.geo import Point, TravelMode, reach_m
from matcher.domain.lifecycle import OccurrenceStatus
from matcher.domain.localtime import local_day, local_window
from matcher.domain.timewindow import TimeWindow
from matcher.engine.problem import RoundProblem, Volunteer
from matcher.engine.solve import solve_round
from matcher.services import asking_by_hand, icy, round_reader
from matcher.services.asking_by_hand import ByHand
from matcher.services.round_reader import Supposing
from matcher.services.setting_aside import WHYS
from matcher.services.two_answers import Answer, Preview, Told
from matcher.store.models import Area, Occurrence

COLD_FOR = timedelta(hours=24)
MOST_NEWCOMERS = 20
MOST_ASKED = 20  # by one press
NEWCOMER_MINUTES = 20


@dataclass(frozen=True, slots=True)
class Change:
    """What to suppose of one area. farther_m: everybody goes so much farther than they offered. is_unlimited: no limit
    of visits a week. band: one more time of day. newcomers: so many drivers who do everything and are always free.
    """

    area_id: int
    farther_m: int = 0
    is_unlimited: bool = False
    band: str = ""
    is_cold: bool = False
    newcomers: int = 0

    @property
    def is_any(self) -> bool:
        """True if something is changed at all."""
        return bool(self.farther_m or self.is_unlimited or self.band or self.is_cold or self.newcomers)

    @property
    def can_be_asked(self) -> bool:
        """True if the people it brings are there, and the times are those that residents gave."""
        return self.is_any and not (self.band or self.is_cold or self.newcomers)


def areas(session: Session, area_ids: frozenset[int]) -> list[tuple[int, str]]:
    """Where it can be tried: (id, name), first where most is looked for."""
    looked_for = func.count(Occurrence.id)
    rows = session.execute(
        select(Area.id, Area.name)
        .outerjoin(Occurrence, (Occurrence.area_id == Area.id) & (Occurrence.status == OccurrenceStatus.OPEN))
        .where(Area.id.in_(area_ids))
        .group_by(Area.id)
        .order_by(looked_for.desc(), Area.name)
    )
    return [(area_id, name) for area_id, name in rows]


def compare(session: Session, change: Change, *, area_ids: frozenset[int], now: datetime) -> Preview:
    """The next round without and with it. NotFound for an area that is not theirs. Nothing is written."""
    if change.area_id not in area_ids:
        raise NotFound
    if change.band and change.band not in BANDS:
        raise BadInput("Select a time of day", field="band")
    problem = round_reader.read_problem(session, change.area_id, now=now)
    supposed = _supposed(session, problem, change, now)
    before, after = (Answer(one, solve_round(one, say_why=False)) for one in (problem, supposed))
    opens = icy.would_open(session, change.area_id, now + COLD_FOR, now=now) if change.is_cold else []
    return Told(session, area_ids, before, after).preview(len(opens))


def ask(
    session: Session,
    pairs: Sequence[tuple[int, int]],
    why: str,
    *,
    area_ids: frozenset[int],
    staff_id: int,
    now: datetime,
) -> tuple[int, int]:
    """Ask these people, (occurrence, offer) each, by hand and for that reason: how many were asked, how many could not
    be asked any more. BadInput without a reason, or for too many at once.
    """
    if why not in WHYS:
        raise BadInput("Select a reason", field="why")
    if not 1 <= len(pairs) <= MOST_ASKED:
        raise BadInput(f"Ask 1 to {MOST_ASKED} people at a time", field="who")
    asked = 0
    for occurrence_id, offer_id in sorted(set(pairs)):
        try:
            with session.begin_nested():
                choice = ByHand(offer_id, why)
                asking_by_hand.ask(session, occurrence_id, choice, area_ids=area_ids, staff_id=staff_id, now=now)
            asked += 1
        except BadInput:
            continue
    return asked, len(set(pairs)) - asked


def _supposed(session: Session, problem: RoundProblem, change: Change, now: datetime) -> RoundProblem:
    if change.band or change.is_cold:
        cold_until = now + COLD_FOR if change.is_cold else None
        supposing = Supposing(change.band, cold_until)
        problem = round_reader.read_problem(session, change.area_id, now=now, supposing=supposing)
    if not problem.occurrences:
        return problem
    people_of = [_changed(one, change) for one in problem.volunteers] if _touches(change) else problem.volunteers
    return replace(problem, volunteers=(*people_of, *_newcomers(problem, change.newcomers)))


def _touches(change: Change) -> bool:
    return bool(change.farther_m or change.is_unlimited)


def _changed(one: Volunteer, change: Change) -> Volunteer:
    limit = None if change.is_unlimited else one.visits_per_week
    return replace(one, reach_m=one.reach_m + change.farther_m, visits_per_week=limit)


def _newcomers(problem: RoundProblem, count: int) -> list[Volunteer]:
    """Who is not there yet: by car, in the middle of what is looked for, with every check, free from 8am to 8pm."""
    if not count:
        return []
    last = max(window.end for one in problem.occurrences for window in one.windows)
    days = range((local_day(last) - local_day(problem.now)).days + 1)
    hours = BANDS["am"][0], BANDS["eve"][1]
    free = tuple(local_window(local_day(problem.now) + timedelta(days=ahead), *hours) for ahead in days)
    checks = {check for one in problem.occurrences for check in one.required_checks}
    highest = max((one.offer_id for one in problem.volunteers), default=0)
    return [
        Volunteer(
            offer_id=highest + n,
            person_id=-n,
            kinds=frozenset(one.kind for one in problem.occurrences),
            checks=dict.fromkeys(checks),
            free=tuple(TimeWindow(max(one.start, problem.now), one.end) for one in free if one.end > problem.now),
            point=_middle([one.told_point for one in problem.occurrences]),
            reach_m=reach_m(TravelMode.CAR, NEWCOMER_MINUTES),
            travel_mode=TravelMode.CAR,
        )
        for n in range(1, count + 1)
    ]


def _middle(points: Sequence[Point]) -> Point:
    return Point(sum(one.lat for one in points) / len(points), sum(one.lon for one in points) / len(points))
