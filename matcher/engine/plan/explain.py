"""One need or one volunteer of a plan: why, why not, and what would change it, confirmed by planning again."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from matcher.domain.geo import chord_m
from matcher.domain.localtime import clock_words, short_day_words
from matcher.domain.timewindow import TimeWindow
from matcher.engine.allocation import Step
from matcher.engine.plan.changes import changed
from matcher.engine.plan.diary import Diary
from matcher.engine.plan.market import set_out
from matcher.engine.plan.problem import Plan, PlannedVisit, PlanProblem, PlanVolunteer, Worth, distance_words
from matcher.engine.plan.reasons import told, why_not_there
from matcher.engine.plan.search import Progress, decide, silent

SHOWN = 10  # of those who do not come, the nearest
NEWCOMER = "a new volunteer"
PLACES = 5  # at which a newcomer is tried
TRY_UP_TO = 1_000_000  # needs times volunteers
AN_HOURS_WALK_M = 5000.0
AGAIN_S = 15.0  # for each plan made to confirm a change


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Someone who does not come, or is not come to, how far away they live, and why."""

    id: str
    distance_m: float
    words: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What planning again with a change gave: helpers more found, and metres of travel less (or more, if negative).

    is_planned: False if it was not planned again, and this is what the dual prices say it would give at most.
    """

    words: str
    helpers: int
    metres: float
    is_confirmed: bool
    is_planned: bool = True


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a need or a volunteer is where it is in a plan."""

    title: str
    visits: tuple[PlannedVisit, ...]
    sentence: str
    waterfall: tuple[Step, ...]
    why_not: tuple[WhyNot, ...]
    changes: tuple[Tried, ...]
    newcomer: Tried | None
    worth: Worth | None


def plan_and_explain(
    problem: PlanProblem, one_id: str | None, progress: Progress = silent
) -> tuple[Plan, tuple[Explanation, ...]]:
    """The plan, and the explanation of the need, of the volunteer, or of both, that have this id; none if none has."""
    progress("Looking who could go where")
    market = set_out(problem)
    decided = decide(market, problem.time_limit_s, progress)
    plan = told(market, decided.diary, decided.bound, decided.need_price)
    found = []
    for row, need in enumerate(market.needs):
        if need.id == one_id:
            found.append(_of_need(problem, plan, decided.diary, row, progress))
    for row, volunteer in enumerate(market.volunteers):
        if volunteer.id == one_id:
            found.append(_of_volunteer(plan, decided.diary, row))
    return plan, tuple(found)


def with_newcomer(problem: PlanProblem, need_id: str) -> PlanProblem:
    """The problem with one volunteer more, next door to this need: willing, checked and free, for one visit a week."""
    need = next(need for need in problem.needs if need.id == need_id)
    first = min(one.window.start for one in problem.needs)
    last = max(one.window.end for one in problem.needs)
    newcomer = PlanVolunteer(
        id=NEWCOMER,
        point=need.point,
        reach_m=statistics.median([volunteer.reach_m for volunteer in problem.volunteers] or [AN_HOURS_WALK_M]),
        kinds=frozenset(one.kind for one in problem.needs),
        checks=frozenset(check for one in problem.needs for check in one.requires | one.requires_one),
        free=(TimeWindow(first, last),),
        visits_per_week=1,
    )
    return replace(problem, volunteers=(*problem.volunteers, newcomer))


def newcomers(problem: PlanProblem, plan: Plan, progress: Progress = silent) -> tuple[Tried, ...]:
    """What one more volunteer would change where the dual prices are highest, best first, found by planning again.

    In a problem too large for that it is about what the prices say. Of needs with the same point,
    or less than a kilometre apart, one stands for all.
    """
    if len(problem.needs) * len(problem.volunteers) > TRY_UP_TO:
        return tuple(
            Tried(one.need_id, int(one.places > 0), one.metres, is_confirmed=False, is_planned=False)
            for one in plan.worth[:PLACES]
        )
    point = {need.id: need.point for need in problem.needs}
    chosen: list[str] = []
    for one in plan.worth:
        apart = all(chord_m(point[one.need_id], point[other]) > 1000 for other in chosen)
        if apart and len(chosen) < PLACES:
            chosen.append(one.need_id)
    found = []
    for need_id in chosen:
        progress(f"Planning again, with a new volunteer near {need_id}")
        found.append(tried(plan, with_newcomer(problem, need_id), need_id))
    return tuple(sorted(found, key=lambda one: (-one.helpers, -one.metres)))


def tried(before: Plan, problem: PlanProblem, words: str) -> Tried:
    """Plan again, and compare. Confirmed if more helpers are found, the urgent counting for more."""
    market = set_out(replace(problem, time_limit_s=AGAIN_S))
    decided = decide(market, AGAIN_S)
    pairs = np.array(sorted(decided.diary.pairs), dtype=np.int64)
    metres = float(market.pairs.metres[pairs].sum())
    weight = {need.id: int(market.weight[row]) for row, need in enumerate(market.needs)}
    filled = int(market.weight[market.pairs.need[pairs]].sum())
    filled_before = sum(weight[one.need_id] for one in before.visits)
    return Tried(words, pairs.size - before.places_filled, before.travel_m - metres, filled > filled_before)


def _of_need(problem: PlanProblem, plan: Plan, diary: Diary, row: int, progress: Progress) -> Explanation:
    market = diary.market
    need = market.needs[row]
    missing = next((one for one in plan.unserved if one.need_id == need.id), None)
    visits = tuple(one for one in plan.visits if one.need_id == need.id)
    changes = []
    for change in missing.changes if missing else ():
        progress(f"Planning again, if {change.words}")
        changes.append(tried(plan, changed(problem, need.id, change), change.words))
    progress("Planning again, with a new volunteer here")
    day = short_day_words(need.window.start)
    asked = f"{need.kind}, {day}, {clock_words(need.window.start)} to {clock_words(need.window.end)}"
    wanted = "1 helper" if need.helpers == 1 else f"{need.helpers} helpers"
    return Explanation(
        title=f"{need.id}: {asked}, {need.minutes} minutes, {wanted} wanted, {need.urgency.value}",
        visits=visits,
        sentence=missing.sentence if missing else "",
        waterfall=missing.waterfall if missing else (),
        why_not=tuple(_why_not_them(diary, row)),
        changes=tuple(changes),
        newcomer=tried(plan, with_newcomer(problem, need.id), NEWCOMER),
        worth=next((one for one in plan.worth if one.need_id == need.id), None),
    )


def _of_volunteer(plan: Plan, diary: Diary, row: int) -> Explanation:
    volunteer = diary.market.volunteers[row]
    visits = tuple(one for one in plan.visits if one.volunteer_id == volunteer.id)
    visits_most, minutes = volunteer.visits_per_week, volunteer.minutes_per_week
    limit = "" if visits_most is None else f", up to {visits_most} visits a week"
    limit += "" if minutes is None else f", up to {minutes} minutes a week"
    return Explanation(
        title=f"{volunteer.id}: {', '.join(sorted(volunteer.kinds))}, up to {distance_words(volunteer.reach_m)}{limit}",
        visits=visits,
        sentence="" if visits else "No visit in this plan.",
        waterfall=(),
        why_not=tuple(_why_not_there(diary, row)),
        changes=(),
        newcomer=None,
        worth=None,
    )


def _why_not_them(diary: Diary, need: int) -> Iterator[WhyNot]:
    """Volunteers who do not come to this need: those who could first, then the nearest."""
    market = diary.market
    metres = market.world.pairs(_all(need, len(market.volunteers)), np.arange(len(market.volunteers))).metres
    coming = {*diary.helpers_of(need)}
    could = {*market.pairs.volunteer[market.pairs_of(need)].tolist()}
    by_distance = np.argsort(metres, kind="stable").tolist()
    others = sorted((row for row in by_distance if row not in coming), key=lambda row: row not in could)
    for row in others[:SHOWN]:
        yield WhyNot(market.volunteers[row].id, float(metres[row]), why_not_there(diary, need, row))


def _why_not_there(diary: Diary, volunteer: int) -> Iterator[WhyNot]:
    """The nearest needs that this volunteer does not go to."""
    market = diary.market
    metres = market.world.pairs(np.arange(len(market.needs)), _all(volunteer, len(market.needs))).metres
    going = {stop.need for stop in diary.of_volunteer.get(volunteer, ())}
    others = [row for row in np.argsort(metres, kind="stable").tolist() if row not in going]
    for row in others[:SHOWN]:
        helpers = [market.volunteers[helper].id for helper in diary.helpers_of(row)]
        full = len(helpers) >= int(market.helpers[row])
        instead = f"; {' and '.join(helpers)} {'goes' if len(helpers) == 1 else 'go'}" if full else ""
        yield WhyNot(market.needs[row].id, float(metres[row]), f"{why_not_there(diary, row, volunteer)}{instead}")


def _all(row: int, size: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.full(size, row, dtype=np.int64)
