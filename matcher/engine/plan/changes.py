"""What would serve a need that the plan leaves short: one thing otherwise, all else kept.

Each change is tried in the diaries as they are, so that a plan with one more visit is known to exist; `changed` gives
the problem in which the solver can be asked to confirm it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from matcher.domain.localtime import clock_words, short_day_words
from matcher.domain.timewindow import TimeWindow, merge
from matcher.engine.candidates import does_this, has_checks, is_free, is_near_enough, is_not_kept_apart
from matcher.engine.clock import Bools, Ints
from matcher.engine.plan.diary import Diary
from matcher.engine.plan.problem import Change, PlanNeed, PlanProblem, PlanVolunteer, distance_words
from matcher.engine.problem import ReasonCode
from matcher.engine.world import Pairs

SOONER_BY_S, SOONER_MOST_S = 900, 7 * 24 * 3600  # how finely, and how far, a sooner start is looked for
TRIED = 20  # volunteers, the nearest first, for each kind of change


@dataclass(frozen=True, slots=True, eq=False)
class _Looks:
    """How everyone looks to one need: which rules each volunteer meets, (V,). checked: also by those who come."""

    need: int
    pairs: Pairs
    may: Bools
    near: Bools
    does: Bools
    free: Bools
    checked: Bools


def changes_for(diary: Diary, need: int) -> tuple[Change, ...]:
    """Of each kind the smallest change that would serve one more helper's place; easiest to ask for first.

    Whoever is pinned to another need, where they cannot go as things are, is passed over: with a check more, say, they
    might go there instead.
    """
    market = diary.market
    rows = np.arange(len(market.volunteers), dtype=np.int64)
    pairs = market.world.pairs(np.full(rows.size, need), rows)
    tests = (is_not_kept_apart, is_near_enough, does_this, is_free, has_checks)
    may, near, does, free, checked = (test(market.world, pairs) for test in tests)
    may &= ~_pinned_elsewhere(diary, need)
    lacking = np.zeros(rows.size, dtype=np.bool_)
    if market.needs[need].requires_one:
        lacking[:] = [bool(diary.lacking_one(need, row)) for row in rows.tolist()]
    looks = _Looks(need, pairs, may, near & may, does & may, free & may, checked & ~lacking)
    found = (kind(diary, looks) for kind in (_another_time, _one_more_visit, _further, _one_check_more, _one_kind_more))
    return tuple(change for change in found if change is not None)


def _pinned_elsewhere(diary: Diary, need: int) -> Bools:
    """Who is pinned to another need and does not go there, (V,)."""
    market = diary.market
    row_of = {volunteer.id: row for row, volunteer in enumerate(market.volunteers)}
    is_pinned = np.zeros(len(market.volunteers), dtype=np.bool_)
    for other, asked in enumerate(market.needs):
        missing = {row_of[name] for name in asked.pinned} - {*diary.helpers_of(other)}
        is_pinned[list(missing if other != need else ())] = True
    return is_pinned


def changed(problem: PlanProblem, need_id: str, change: Change) -> PlanProblem:
    """The problem with that change made."""
    need = next(need for need in problem.needs if need.id == need_id)
    if change.window is not None:
        moved = replace(need, window=change.window)
        return replace(problem, needs=tuple(moved if one is need else one for one in problem.needs))
    volunteers = tuple(
        _altered(one, need, change) if one.id == change.volunteer_id else one for one in problem.volunteers
    )
    return replace(problem, volunteers=volunteers)


def _altered(volunteer: PlanVolunteer, need: PlanNeed, change: Change) -> PlanVolunteer:
    if change.code is ReasonCode.NOBODY_NEAR:
        return replace(volunteer, reach_m=volunteer.reach_m + change.amount)
    if change.code is ReasonCode.NOBODY_CHECKED:
        return replace(volunteer, checks=volunteer.checks | change.checks)
    if change.code is ReasonCode.NOBODY_DOES_THIS:
        return replace(volunteer, kinds=volunteer.kinds | {need.kind})
    visits, minutes = volunteer.visits_per_week, volunteer.minutes_per_week
    return replace(
        volunteer,
        visits_per_week=None if visits is None else visits + int(change.amount),
        minutes_per_week=None if minutes is None else minutes + change.minutes_more,
    )


def _one_more_visit(diary: Diary, looks: _Looks) -> Change | None:
    able = looks.near & looks.does & looks.free & looks.checked
    return _first(diary, looks, _nearest(looks, able), _more_visits, at_limit=True)


def _more_visits(diary: Diary, looks: _Looks, row: int) -> Change:
    market, volunteer = diary.market, diary.market.volunteers[row]
    spans = market.spans(looks.need, row)
    columns = [
        column
        for opens, closes, column in market.periods_of(row)
        if any(max(a, opens) <= min(b, closes - 60) for a, b in spans)
    ]
    visits, minutes = volunteer.visits_per_week or 0, volunteer.minutes_per_week or 0
    taken = max((diary.minutes[column] for column in columns if diary.lacks_minutes(column, looks.need)), default=None)
    more = 0 if taken is None else taken + market.needs[looks.need].minutes - minutes
    one_more = int(any(diary.has_all_visits(column) for column in columns))
    told = [f"made one visit more that week ({visits + 1} rather than {visits})"] if one_more else []
    told += [f"gave {more} minutes more that week ({minutes + more} rather than {minutes})"] if more else []
    words = f"{volunteer.id} {' and '.join(told)}"
    return Change(ReasonCode.ALL_AT_LIMIT, volunteer.id, float(one_more), words, minutes_more=more)


def _further(diary: Diary, looks: _Looks) -> Change | None:
    able = np.flatnonzero(~looks.near & looks.may & looks.does & looks.free & looks.checked)
    beyond = looks.pairs.metres[able] - diary.market.world.offers.reach_m[able]
    return _first(diary, looks, able[np.argsort(beyond, kind="stable")][:TRIED], _more_reach)


def _more_reach(diary: Diary, looks: _Looks, row: int) -> Change:
    volunteer, metres = diary.market.volunteers[row], float(looks.pairs.metres[row])
    now, then = distance_words(volunteer.reach_m), distance_words(metres)
    rather = f" rather than {now}" if now != then else ", a little further than offered"
    beyond = float(np.ceil(metres - volunteer.reach_m))
    return Change(ReasonCode.NOBODY_NEAR, volunteer.id, beyond, f"{volunteer.id} went {then}{rather}")


def _one_check_more(diary: Diary, looks: _Looks) -> Change | None:
    able = np.flatnonzero(looks.near & looks.does & looks.free & ~looks.checked)
    missing = np.array([len(_missing(diary, looks, row)) for row in able.tolist()], dtype=np.int64)
    order = np.lexsort((looks.pairs.metres[able], missing))
    return _first(diary, looks, able[order][:TRIED], _more_checks)


def _missing(diary: Diary, looks: _Looks, row: int) -> list[str]:
    asked, held = diary.market.needs[looks.need], diary.market.volunteers[row].checks
    return sorted((asked.required_of_each - held) | diary.lacking_one(looks.need, row))


def _more_checks(diary: Diary, looks: _Looks, row: int) -> Change:
    volunteer, missing = diary.market.volunteers[row], _missing(diary, looks, row)
    words = f"{volunteer.id} had {' and '.join(missing)}"
    return Change(ReasonCode.NOBODY_CHECKED, volunteer.id, float(len(missing)), words, checks=frozenset(missing))


def _one_kind_more(diary: Diary, looks: _Looks) -> Change | None:
    able = looks.near & looks.may & ~looks.does & looks.free & looks.checked
    return _first(diary, looks, _nearest(looks, able), _more_kinds)


def _more_kinds(diary: Diary, looks: _Looks, row: int) -> Change:
    volunteer, kind = diary.market.volunteers[row], diary.market.needs[looks.need].kind
    return Change(ReasonCode.NOBODY_DOES_THIS, volunteer.id, 1.0, f"{volunteer.id} offered “{kind}” too")


def _nearest(looks: _Looks, able: Bools) -> Ints:
    rows = np.flatnonzero(able)
    return rows[np.argsort(looks.pairs.metres[rows], kind="stable")][:TRIED]


StartSpans = tuple[tuple[int, int], ...]
Told = Callable[[Diary, _Looks, int], Change]


def _first(diary: Diary, looks: _Looks, rows: Ints, told: Told, *, at_limit: bool = False) -> Change | None:
    """The change for the first of these volunteers in whose diary the visit would fit."""
    for row in rows.tolist():
        spans = _in_periods(diary, looks.need, row, diary.market.spans(looks.need, row), at_limit=at_limit)
        is_in_bad_company = bool(diary.unwelcome(looks.need, row))
        if not is_in_bad_company and _start(diary, looks.need, row, spans) is not None:
            return told(diary, looks, row)
    return None


def _start(diary: Diary, need: int, row: int, spans: StartSpans) -> int | None:
    """When this visit of theirs could begin, if it may begin in these spans."""
    times = diary.times_with(diary.market.as_stop(need, row, spans)) if spans else None
    return times[need, row] if times else None


def _in_periods(diary: Diary, need: int, row: int, spans: Iterable[tuple[int, int]], *, at_limit: bool) -> StartSpans:
    """What of the spans lies in weeks in which this volunteer has, or has not, given all that they offered."""
    market = diary.market
    periods = [
        (opens, closes) for opens, closes, column in market.periods_of(row) if diary.is_full(column, need) == at_limit
    ]
    parts = ((max(a, opens), min(b, closes - 60)) for a, b in spans for opens, closes in periods)
    return tuple((a, b) for a, b in parts if a <= b)


def _another_time(diary: Diary, looks: _Looks) -> Change | None:
    """The nearest time to the one asked for at which somebody could come, if nobody is coming yet."""
    if diary.helpers_of(looks.need):
        return None
    rows = _nearest(looks, looks.near & looks.does & looks.checked)  # nobody comes: nobody is in bad company
    tries = sorted(one for row in rows.tolist() for one in _other_spans(diary, looks.need, row))
    best: Change | None = None
    for off, row, span in tries[: 10 * TRIED]:
        if best is not None and off >= best.amount * 60:
            break  # nobody left could come nearer to the time
        at = _start(diary, looks.need, row, _in_periods(diary, looks.need, row, [span], at_limit=False))
        told = None if at is None else _told_time(diary, looks.need, row, at)
        if told is not None and (best is None or told.amount < best.amount):
            best = told
    return best


def _other_spans(diary: Diary, need: int, row: int) -> Iterator[tuple[int, int, tuple[int, int]]]:
    """Spans in which the visit could begin outside its window: how many seconds off at least, whose, from when to when.

    Before the window they are moments, the latest first, since the earliest start of a span is what is looked for.
    """
    index, clock = diary.market.world.needs, diary.market.world.clock
    length = int(index.length[need])
    earliest, latest = int(index.piece_start[need, 0]), int(index.piece_end[need, 0]) - length
    for free in merge(diary.market.volunteers[row].free):
        begin, end = clock.ceil(free.start), clock.floor(free.end) - length
        if latest < end and begin <= end:
            yield max(begin - latest, 1), row, (max(begin, latest), end)
        for at in range(min(end, earliest - SOONER_BY_S), max(begin, earliest - SOONER_MOST_S) - 1, -SOONER_BY_S):
            yield earliest - at, row, (at, at)


def _told_time(diary: Diary, need: int, row: int, at: int) -> Change:
    market = diary.market
    start = market.world.clock.instant(at)
    window = TimeWindow(start, start + timedelta(minutes=market.needs[need].minutes))
    asked = market.needs[need].window
    latest = asked.end - timedelta(minutes=market.needs[need].minutes)
    off = max(start - latest, asked.start - start) / timedelta(minutes=1)
    name = market.volunteers[row].id
    words = f"it could be at {clock_words(start)} on {short_day_words(start)}: {name} could come"
    return Change(ReasonCode.NOBODY_FREE, name, off, words, window)
