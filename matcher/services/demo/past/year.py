"""A year and more of help, drawn: asked for once, every week and because it froze, a little more each month."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from matcher.domain.kinds import SNOW
from matcher.domain.lifecycle import MatchStatus, OccurrenceStatus
from matcher.domain.localtime import at_local, local_day
from matcher.domain.recurrence import Recurrence, day_windows
from matcher.domain.timewindow import TimeWindow
from matcher.services.demo.past.asking import Asker
from matcher.services.demo.past.diary import slot
from matcher.services.demo.past.story import Asking, Days, Getter, Giver, HelpKind, Occasion, Request

_WEEKLY_SERIES = 16
_SERIES_WEEKS = (8, 34)
_WEEKLY_KINDS = ("errand", "call", "lift", "prescription")
_FIRST_WEEK, _LAST_WEEK = 10, 44  # requests in the first week of the past, and in the last
_COLD_DAYS = 2
_ICY_SHARE = 0.8
_BANDS = (("am",), ("pm",), ("am", "pm"), ("am", "pm"), ("am", "pm", "eve"), ("pm", "eve"))
_DAYS_AHEAD, _DAYS_AHEAD_SOON = (1, 2, 3, 4, 5), (0, 1, 1, 2, 3)
_TOO_SOON = timedelta(hours=4)  # what is left of a day is then no time to ask anybody
_CALLED_OFF = 0.03
_HELD_AHEAD = timedelta(days=14)
SPELL_FROM, SPELL_UNTIL = time(18), time(10)  # from the evening before to the morning after


def draw_year(
    rng: random.Random, givers: Sequence[Giver], getters: Sequence[Getter], kinds: Mapping[str, HelpKind], days: Days
) -> list[Request]:
    """Every request of the past, in no order that matters. Regular help is drawn first: it is promised long before."""
    asker = Asker(rng, givers, days)
    regular = list(_regular(rng, asker, getters, kinds, days))
    icy = list(_icy(rng, asker, getters, kinds[SNOW], days))
    return [*regular, *icy, *_once(rng, asker, getters, kinds, days)]


def spell(days: Days) -> TimeWindow:
    """The cold of last winter: it was to last until noon, and a thaw ended it in the morning."""
    begins = at_local(days.cold - timedelta(days=1), SPELL_FROM)
    return TimeWindow(begins, at_local(days.cold + timedelta(days=_COLD_DAYS), SPELL_UNTIL))


def _once(
    rng: random.Random, asker: Asker, getters: Sequence[Getter], kinds: Mapping[str, HelpKind], days: Days
) -> Iterator[Request]:
    drafts = sorted(_drafts(rng, getters, days), key=lambda draft: (draft[0], draft[1].person_id))
    for posted_at, getter in drafts:
        wanted = [one for one in getter.kinds if one != SNOW]
        kind = kinds[wanted[min(rng.randrange(len(wanted)), rng.randrange(len(wanted)))]]
        bands = rng.choice(_BANDS)
        lead = rng.choice(_DAYS_AHEAD_SOON if kind.slug == "prescription" else _DAYS_AHEAD)
        day = local_day(posted_at) + timedelta(days=lead)
        windows = day_windows(day, bands, not_before=posted_at)
        if not windows or windows[-1].end - posted_at < _TOO_SOON:
            day += timedelta(days=1)
            windows = day_windows(day, bands, not_before=posted_at)
        if day > days.last:
            continue
        request = Request(getter, kind, posted_at, bands)
        occasion = Occasion(windows[0], posted_at)
        if rng.random() < _CALLED_OFF:
            _call_off(rng, request, occasion)
        else:
            asker.ask(request, occasion)
        request.closed_at = occasion.closed_at
        request.occasions.append(occasion)
        yield request


def _drafts(rng: random.Random, getters: Sequence[Getter], days: Days) -> Iterator[tuple[datetime, Getter]]:
    """Who asked when: more each week; and everyone at least once, in the first and the last days that they asked."""
    weeks = (days.last - days.first).days // 7
    for week in range(weeks):
        monday = days.first + timedelta(weeks=week)
        asking = [one for one in getters if one.since <= monday <= one.until]
        often = [one.often for one in asking]
        for _ in range(_FIRST_WEEK + (_LAST_WEEK - _FIRST_WEEK) * week // weeks if asking else 0):
            yield _at(rng, monday + timedelta(days=rng.randrange(7))), rng.choices(asking, often)[0]
    for getter in getters:
        yield _at(rng, getter.since), getter
        yield _at(rng, getter.until), getter


def _at(rng: random.Random, day: date) -> datetime:
    return at_local(day, time(rng.choice((8, 8, 9, 9, 10, 10, 11, 13, 14, 15, 17, 18)), rng.randrange(60)))


def _call_off(rng: random.Random, request: Request, occasion: Occasion) -> None:
    """They thought better of it before anybody was asked."""
    occasion.status = OccurrenceStatus.CANCELLED
    occasion.closed_at = request.posted_at + timedelta(seconds=rng.randint(20, 50))


def _regular(
    rng: random.Random, asker: Asker, getters: Sequence[Getter], kinds: Mapping[str, HelpKind], days: Days
) -> Iterator[Request]:
    """Help that came every week from the same person, and ended."""
    made = 0
    for getter in rng.sample(getters, len(getters)):
        kind = kinds[rng.choice(_WEEKLY_KINDS)]
        weeks = rng.randint(*_SERIES_WEEKS)
        room = (min(getter.until, days.last) - getter.since).days - 7 * weeks
        if made == _WEEKLY_SERIES or kind.slug not in getter.kinds or room < 0:
            continue
        begins = getter.since + timedelta(days=rng.randint(0, room))
        if (request := _series(rng, asker, Request(getter, kind, _at(rng, begins), ("am",)), weeks)) is not None:
            made += 1
            yield request


def _series(rng: random.Random, asker: Asker, request: Request, weeks: int) -> Request | None:
    """So many weeks of it with whoever could go, the nearest first; None if nobody could."""
    first = local_day(request.posted_at) + timedelta(days=3)
    window = day_windows(first, request.bands, not_before=request.posted_at)[0]
    for away_m, giver in asker.near(request.getter, request.kind):
        visit = slot(rng, giver, window, request.kind.minutes)
        last = first + timedelta(weeks=weeks)
        if visit is None or last > giver.until or not giver.may(request.kind, local_day(request.posted_at)):
            continue
        request.recurrence, request.usual = Recurrence.WEEKLY, giver
        for week in range(weeks):
            _weekly(rng, asker, request, first + timedelta(weeks=week), away_m)
        request.closed_at = request.occasions[-1].window.end + timedelta(days=1)
        return request
    return None


def _weekly(rng: random.Random, asker: Asker, request: Request, day: date, away_m: float) -> None:
    """One week of it: theirs by arrangement, but that now and then the resident was away."""
    assert request.usual is not None
    opened_at = max(request.posted_at, at_local(day, time(7)) - _HELD_AHEAD)
    window = day_windows(day, request.bands, not_before=request.posted_at)[0]
    occasion = Occasion(window, opened_at)
    request.occasions.append(occasion)
    visit = slot(rng, request.usual, window, request.kind.minutes)
    if visit is None or rng.random() < _CALLED_OFF or not asker.diary.can_go(request.usual, day):
        occasion.status, occasion.closed_at = OccurrenceStatus.CANCELLED, opened_at + timedelta(days=1)
        return
    made = asker.make(request.kind, visit, request.usual, away_m)
    occasion.askings.append(
        Asking(request.usual, opened_at, visit, MatchStatus.ACCEPTED, opened_at, away_m, is_known=True, made=made)
    )
    occasion.status, occasion.closed_at = OccurrenceStatus.DONE, made.ended_at
    asker.diary.note_visit(request.usual, day)
    asker.ties[request.getter.person_id][request.usual.person_id] += 1


def _icy(rng: random.Random, asker: Asker, getters: Iterable[Getter], kind: HelpKind, days: Days) -> Iterator[Request]:
    """Paths that were cleared because it froze: what nobody had taken when the thaw came was called off."""
    cold = spell(days)
    for getter in getters:
        if not getter.since < days.cold <= getter.until or (SNOW not in getter.kinds and rng.random() > _ICY_SHARE):
            continue
        request = Request(getter, kind, _at(rng, getter.since), ("am", "pm"), Recurrence.WHEN_ICY)
        for ahead in range(_COLD_DAYS + 1):
            day = days.cold + timedelta(days=ahead)
            opened_at = max(cold.start, at_local(day - timedelta(days=1), time(0, 5)))
            occasion = Occasion(day_windows(day, request.bands, not_before=opened_at)[0], opened_at, is_cold=True)
            if ahead == _COLD_DAYS:
                occasion.status, occasion.closed_at = OccurrenceStatus.CANCELLED, cold.end
            else:
                asker.ask(request, occasion)
            request.occasions.append(occasion)
        request.closed_at = at_local(days.cold + timedelta(days=20), time(12))
        yield request
