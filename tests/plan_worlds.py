"""Small made-up periods to plan: builders with plain defaults, and random ones."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from geopy.distance import geodesic

from matcher.domain.geo import Point
from matcher.domain.lifecycle import Urgency
from matcher.domain.timewindow import TimeWindow
from matcher.engine.plan.problem import PlanNeed, PlanProblem, PlanVolunteer

MONDAY = datetime(2026, 1, 12, tzinfo=UTC)
HOME = Point(51.347, -2.252)


def north(metres):
    there = geodesic(meters=metres).destination((HOME.lat, HOME.lon), 0)
    return Point(there.latitude, there.longitude)


def window(start, end, day=0):
    return TimeWindow(MONDAY + timedelta(days=day, hours=start), MONDAY + timedelta(days=day, hours=end))


def need(name="n", start=9, end=12, day=0, **changes):
    usual = {"kind": "shopping", "point": HOME, "window": window(start, end, day), "minutes": 60}
    return PlanNeed(**{"id": name, **usual, **changes})


def volunteer(name="v", **changes):
    usual = {"point": HOME, "reach_m": 5000.0, "kinds": frozenset({"shopping"}), "free": (window(0, 24 * 14),)}
    return PlanVolunteer(**{"id": name, **usual, **changes})


def tiny(seed):
    """A few needs and volunteers on a road; every length, way and edge a multiple of a quarter of an hour."""
    dice = random.Random(seed)
    needs = []
    for k in range(dice.randint(2, 4)):
        minutes, start = dice.choice([30, 60]), dice.choice([9, 9.5, 10])
        day = dice.choice([0, 0, 6, 7])
        needs.append(
            need(
                f"n{k}",
                start,
                start + minutes / 60 + dice.choice([0, 0.5, 1]),
                day,
                minutes=minutes,
                point=north(7000 * dice.randint(0, 2)),
                kind=dice.choice(["shopping", "lift"]),
                helpers=dice.choice([1, 1, 2]),
                urgency=dice.choice(list(Urgency)),
                requires=frozenset(dice.sample(["dbs"], dice.randint(0, 1))),
            )
        )
    volunteers = []
    for k in range(dice.randint(1, 3)):
        mornings = tuple(window(dice.choice([9, 9.5]), dice.choice([10.5, 11, 12]), day) for day in (0, 6, 7))
        volunteers.append(
            volunteer(
                f"v{k}",
                point=north(7000 * dice.randint(0, 2) + dice.randint(0, 900)),
                reach_m=dice.choice([8000.0, 30_000.0]),
                kinds=frozenset(dice.sample(["shopping", "lift"], dice.randint(1, 2))),
                checks=frozenset(dice.sample(["dbs"], dice.randint(0, 1))),
                free=mornings,
                visits_per_week=dice.choice([None, 1, 2]),
            )
        )
    return PlanProblem(needs=tuple(needs), volunteers=tuple(volunteers))


def tiny_with_wishes(seed):
    """As `tiny`; some are pinned, ruled out, kept apart or short of minutes, or one of the helpers must be checked."""
    dice, problem = random.Random(1000 + seed), tiny(seed)
    names = [volunteer.id for volunteer in problem.volunteers]
    needs = []
    for one in problem.needs:
        some = dice.sample(names, dice.randint(0, min(2, len(names))))
        needs.append(
            replace(
                one,
                requires_one=frozenset(dice.sample(["dbs"], dice.randint(0, 1))),
                pinned=frozenset(some[:1] if dice.random() < 0.3 else ()),
                never=frozenset(some[1:]),
            )
        )
    people = [
        replace(
            one,
            minutes_per_week=dice.choice([None, None, 0, 60, 90]),
            never_with=frozenset(dice.sample(names, 1) if dice.random() < 0.3 else ()),
        )
        for one in problem.volunteers
    ]
    return replace(problem, needs=tuple(needs), volunteers=tuple(people))


def parish(seed, needs=60, volunteers=14):
    """A busy week: too few people for what is asked."""
    dice = random.Random(seed)
    kinds, checks = ["shopping", "lift", "company"], ["dbs", "licence"]
    asked = []
    for k in range(needs):
        minutes, start = dice.choice([30, 45, 60, 90]), dice.randint(8, 15)
        asked.append(
            need(
                f"n{k:03}",
                start,
                start + minutes / 60 + dice.choice([0, 1, 3]),
                dice.randrange(7),
                minutes=minutes,
                point=north(dice.randint(0, 20_000)),
                kind=dice.choice(kinds),
                helpers=dice.choice([1, 1, 1, 2]),
                urgency=dice.choice(list(Urgency)),
                requires=frozenset(dice.sample(checks, dice.choice([0, 0, 1]))),
            )
        )
    people = [
        volunteer(
            f"v{k:02}",
            point=north(dice.randint(0, 20_000)),
            reach_m=dice.randint(3000, 9000),
            kinds=frozenset(dice.sample(kinds, 2)),
            checks=frozenset(dice.sample(checks, dice.randint(0, 2))),
            free=tuple(window(9, dice.randint(12, 17), day) for day in dice.sample(range(7), 4)),
            visits_per_week=dice.choice([None, 1, 2, 3]),
        )
        for k in range(volunteers)
    ]
    return PlanProblem(needs=tuple(asked), volunteers=tuple(people))
