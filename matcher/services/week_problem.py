"""The weekly visits of an area that nobody holds, as a question to the planner: who could make which, and when.

What a plan does not know is told in words that it does: a must-have is a check, somebody who said no is never sent,
and a promise or a question still to be answered is time that is not free and a visit less of those they offered. What
is kept free between two visits is a longer visit, in a window and in hours that end as much later.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from matcher.domain.geo import SPEED_M_PER_MIN
from matcher.domain.localtime import local_day
from matcher.domain.timewindow import TimeWindow, merge, subtract
from matcher.domain.traits import TRAIT_WORDS, Trait
from matcher.engine.plan.problem import PlanNeed, PlanProblem, PlanVolunteer
from matcher.engine.problem import OpenOccurrence, RoundProblem, Volunteer
from matcher.services.answers import PADDING
from matcher.services.proposals import LIVE_ASKS_MOST

NOTICE = timedelta(hours=2)  # nobody is planned to come sooner than that
STEP = timedelta(minutes=15)
BETWEEN_MIN = 30  # kept free before and after what they have promised: the way there
APART = 2 * PADDING  # at least, between two visits of one person
TIME_LIMIT_S = 5.0


@dataclass(frozen=True, slots=True)
class Edits:
    """What a coordinator wants otherwise. Each pair is (occurrence id, offer id).

    left_out: visits that are not planned. kept: who shall go there. not_them: who shall not.
    """

    left_out: frozenset[int] = frozenset()
    kept: frozenset[tuple[int, int]] = frozenset()
    not_them: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class WeekProblem:
    """visits, people: by the words that stand for them in the plan. windows: what is left of each visit's time.
    too_late: visits of which not enough is left.
    """

    problem: PlanProblem
    visits: Mapping[str, OpenOccurrence]
    too_late: Mapping[str, OpenOccurrence]
    people: Mapping[str, Volunteer]
    windows: Mapping[str, tuple[TimeWindow, ...]]

    def at_their_next_time(self, short: Iterable[str], tried: int) -> WeekProblem | None:
        """The same, where each visit that is short of people is looked for at the next of its times; None if none has
        one.
        """
        later = {name: self.windows[name][tried] for name in short if len(self.windows[name]) > tried}
        if not later:
            return None
        needs = tuple(replace(need, window=later[need.id]) if need.id in later else need for need in self.problem.needs)
        return replace(self, problem=replace(self.problem, needs=needs))


def build(
    read: RoundProblem,
    visit_names: Mapping[int, str],
    people_names: Mapping[int, str],
    edits: Edits,
    week: TimeWindow,
) -> WeekProblem:
    """The question. visit_names: by occurrence id; people_names: by person id, no two alike."""
    read = replace(read, volunteers=tuple(read.volunteers))  # a snapshot puts each together anew whenever it is asked
    people = {people_names[one.person_id]: one for one in read.volunteers}
    name_of = {one.offer_id: name for name, one in people.items()}
    asked = Counter(ask.occurrence_id for ask in read.live_asks)
    wanted = [
        replace(one, helpers_wanted=one.helpers_wanted - asked[one.id])
        for one in read.occurrences
        if one.id not in edits.left_out and one.helpers_wanted > asked[one.id]
    ]
    names = _told_apart([visit_names[one.id] for one in wanted])
    windows = {name: _time_left(one, read.now) for name, one in zip(names, wanted, strict=True)}
    visits = {name: one for name, one in zip(names, wanted, strict=True) if windows[name]}
    too_late = {name: one for name, one in zip(names, wanted, strict=True) if not windows[name]}
    slowest = min((SPEED_M_PER_MIN[one.travel_mode] for one in read.volunteers), default=1.0)
    problem = PlanProblem(
        needs=tuple(_need(name, one, windows[name][0], read, edits, name_of) for name, one in visits.items()),
        volunteers=tuple(_volunteer(name, one, read, name_of, week) for name, one in people.items()),
        metres_a_minute=slowest,
        time_limit_s=TIME_LIMIT_S,
    )
    return WeekProblem(problem, visits, too_late, people, windows)


def _told_apart(names: Sequence[str]) -> list[str]:
    """Each once: a second visit of the same words is (2)."""
    seen: Counter[str] = Counter()
    told = []
    for name in names:
        seen[name] += 1
        told.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return told


def _time_left(one: OpenOccurrence, now: datetime) -> tuple[TimeWindow, ...]:
    soonest = now + NOTICE
    soonest += (STEP - (soonest - datetime.min.replace(tzinfo=soonest.tzinfo)) % STEP) % STEP
    left = (TimeWindow(max(window.start, soonest), window.end) for window in one.windows if window.end > soonest)
    return tuple(window for window in left if window.minutes >= one.minutes)


def _need(
    name: str,
    one: OpenOccurrence,
    window: TimeWindow,
    read: RoundProblem,
    edits: Edits,
    name_of: Mapping[int, str],
) -> PlanNeed:
    apart = {person for pair in read.never_pairs if one.resident_id in pair for person in pair}
    asked = {ask.offer_id for ask in read.live_asks if ask.occurrence_id == one.id}
    no_more = {offer_id for at, offer_id in edits.not_them if at == one.id} | one.refused_by | asked
    kept_for = [them for them in read.volunteers if them.person_id in one.pinned]
    never = {
        name_of[them.offer_id]
        for them in read.volunteers
        if them.person_id in apart | one.held_by | {one.resident_id}
        or them.offer_id in no_more
        or (one.pinned and them not in kept_for)
    }
    kept = [name_of[offer_id] for at, offer_id in sorted(edits.kept) if at == one.id and offer_id in name_of]
    return PlanNeed(
        id=name,
        kind=one.kind,
        point=one.point,
        window=_longer(window),
        minutes=one.minutes + round(APART.total_seconds() / 60),
        helpers=one.helpers_wanted,
        urgency=one.urgency,
        requires=one.required_checks | _as_checks(one.musts),
        pinned=frozenset([them for them in kept if them not in never][: one.helpers_wanted]),
        never=frozenset(never),
    )


def _volunteer(
    name: str, one: Volunteer, read: RoundProblem, name_of: Mapping[int, str], week: TimeWindow
) -> PlanVolunteer:
    asks = [ask for ask in read.live_asks if ask.offer_id == one.offer_id]
    held = [visit.window for visit in one.held]
    taken = [window.padded(BETWEEN_MIN) for window in (*held, *(ask.visit for ask in asks))]
    of_week = sum(week.contains(window) for window in (*held, *(ask.visit for ask in asks)))
    today = sum(local_day(asked_at) == local_day(read.now) for asked_at in one.asked_at)
    a_day = read.params.asks_per_day_max if one.asks_per_day is None else one.asks_per_day
    questions = min(LIVE_ASKS_MOST - len(asks), a_day - today)
    visits = questions if one.visits_per_week is None else min(questions, one.visits_per_week - of_week)
    last = local_day(week.end)
    apart = {person for pair in read.never_pairs if one.person_id in pair for person in pair} - {one.person_id}
    return PlanVolunteer(
        id=name,
        point=one.point,
        reach_m=one.reach_m,
        kinds=one.kinds,
        checks=_as_checks(one.traits)
        | {check for check, until in one.checks.items() if until is None or until >= last},
        free=merge(_longer(window) for window in subtract(one.free, taken)),
        visits_per_week=max(0, visits),
        never_with=frozenset(name_of[them.offer_id] for them in read.volunteers if them.person_id in apart),
    )


def _longer(window: TimeWindow) -> TimeWindow:
    return TimeWindow(window.start, window.end + APART)


def _as_checks(traits: Iterable[str]) -> frozenset[str]:
    """What somebody told of themselves, in a word that no check has."""
    return frozenset(f"“{TRAIT_WORDS[Trait(trait)].asked}”" for trait in traits)
