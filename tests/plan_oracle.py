"""A second, slow and plain reading of what a plan may be: every rule checked, every plan of a tiny problem tried."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import combinations
from math import ceil

from matcher.domain.geo import chord_m
from matcher.domain.lifecycle import Urgency
from matcher.domain.localtime import to_local
from matcher.domain.timewindow import TimeWindow
from matcher.engine.plan.problem import Plan, PlanNeed, PlanProblem, PlanVolunteer

WEIGHT = {Urgency.LOW: 3, Urgency.NORMAL: 4, Urgency.URGENT: 5}

Visit = tuple[PlanNeed, PlanVolunteer, datetime]


def could(need: PlanNeed, volunteer: PlanVolunteer) -> bool:
    near = chord_m(need.point, volunteer.point) <= volunteer.reach_m and volunteer.id not in need.never
    return near and need.kind in volunteer.kinds and need.requires <= volunteer.checks


def way(a: PlanNeed, b: PlanNeed, problem: PlanProblem) -> timedelta:
    steps = chord_m(a.point, b.point) / problem.metres_a_minute / 5
    return timedelta(minutes=5 * ceil(round(steps, 6)))


def fits(a: Visit, b: Visit, problem: PlanProblem) -> bool:
    first, second = sorted((a, b), key=lambda visit: visit[2])
    return first[2] + timedelta(minutes=first[0].minutes) + way(first[0], second[0], problem) <= second[2]


def week(at: datetime) -> tuple[int, int]:
    return to_local(at).isocalendar()[:2]


def broken_rules(visits: list[Visit], problem: PlanProblem) -> list[str]:
    """Every rule these visits break."""
    broken = [f"{n.id} {v.id}: alone" for n, v, at in visits if not _alone(n, v, at)]
    for a, b in combinations(visits, 2):
        if a[1] is b[1] and (a[0] is b[0] or not fits(a, b, problem)):
            broken.append(f"{a[1].id}: {a[0].id} and {b[0].id}")
        if a[0] is b[0] and a[2] != b[2]:
            broken.append(f"{a[0].id}: {a[1].id} and {b[1].id} come apart")
    a_week = Counter((v.id, week(at)) for _, v, at in visits)
    limit = {v.id: v.visits_per_week for v in problem.volunteers}
    broken += [f"{v}: {made} visits" for (v, _), made in a_week.items() if limit[v] is not None and made > limit[v]]
    broken += [*_too_many_minutes(visits, problem), *_bad_company(visits, problem)]
    helpers = Counter(n.id for n, _, _ in visits)
    broken += [f"{n.id}: too many" for n in problem.needs if helpers[n.id] > n.helpers]
    return broken


def _too_many_minutes(visits: list[Visit], problem: PlanProblem) -> Iterator[str]:
    minutes: Counter[tuple[str, tuple[int, int]]] = Counter()
    for need, volunteer, at in visits:
        minutes[volunteer.id, week(at)] += need.minutes
    most = {v.id: v.minutes_per_week for v in problem.volunteers}
    yield from (
        f"{v}: {given} minutes" for (v, _), given in minutes.items() if (limit := most[v]) is not None and given > limit
    )


def _bad_company(visits: list[Visit], problem: PlanProblem) -> Iterator[str]:
    for a, b in combinations(visits, 2):
        if a[0] is b[0] and (b[1].id in a[1].never_with or a[1].id in b[1].never_with):
            yield f"{a[0].id}: {a[1].id} with {b[1].id}"
    for need in problem.needs:
        checks = [v.checks for n, v, _ in visits if n is need]
        if len(checks) == need.helpers and not any(need.requires_one <= held for held in checks):
            yield f"{need.id}: nobody holds {need.requires_one}"


def _alone(need: PlanNeed, volunteer: PlanVolunteer, at: datetime) -> bool:
    visit = TimeWindow(at, at + timedelta(minutes=need.minutes))
    return (
        could(need, volunteer) and need.window.contains(visit) and any(free.contains(visit) for free in volunteer.free)
    )


def visits_of(plan: Plan, problem: PlanProblem) -> list[Visit]:
    needs = {need.id: need for need in problem.needs}
    volunteers = {volunteer.id: volunteer for volunteer in problem.volunteers}
    return [(needs[v.need_id], volunteers[v.volunteer_id], v.visit.start) for v in plan.visits]


def worth(visits: list[Visit], problem: PlanProblem) -> tuple[int, int, int]:
    """What a plan is judged by, less is better: pins not kept, the weight of the helpers short, then whole metres."""
    pins = sum(len(need.pinned) for need in problem.needs) - sum(v.id in need.pinned for need, v, _ in visits)
    short = sum(WEIGHT[need.urgency] * need.helpers for need in problem.needs)
    short -= sum(WEIGHT[need.urgency] for need, _, _ in visits)
    return pins, short, sum(round(chord_m(need.point, volunteer.point)) for need, volunteer, _ in visits)


def best(problem: PlanProblem, step_min: int) -> tuple[int, int, int]:
    """The worth of the best plan whose visits begin whole steps after the start of their window: all are tried."""
    return min(worth(visits, problem) for visits in _plans(list(problem.needs), [], problem, step_min))


def _plans(needs: list[PlanNeed], made: list[Visit], problem: PlanProblem, step: int) -> Iterator[list[Visit]]:
    if not needs:
        yield made
        return
    need, *rest = needs
    yield from _plans(rest, made, problem, step)
    at = need.window.start
    while at + timedelta(minutes=need.minutes) <= need.window.end:
        able = [v for v in problem.volunteers if not broken_rules([*made, (need, v, at)], problem)]
        for count in range(1, need.helpers + 1):
            for helpers in combinations(able, count):
                more = [*made, *((need, v, at) for v in helpers)]
                if not broken_rules(more, problem):
                    yield from _plans(rest, more, problem, step)
        at += timedelta(minutes=step)
