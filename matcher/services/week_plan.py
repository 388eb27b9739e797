"""A week of weekly help laid out by the planner: who could go where and when, and what it could not give. A proposal:
nothing is written until it is sent (`week_sending`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.errors import NotFound
from matcher.domain.kinds import job_words
from matcher.domain.lifecycle import HOLDING, ArrangementStatus, OccurrenceStatus
from matcher.domain.localtime import at_local, clock_words, local_day, short_day_words
from matcher.domain.recurrence import Recurrence
from matcher.domain.timewindow import TimeWindow
from matcher.engine.plan.market import set_out
from matcher.engine.plan.problem import Plan, PlannedVisit, Unplanned, distance_words
from matcher.engine.plan.search import plan
from matcher.engine.problem import ReasonCode, RoundProblem
from matcher.services import regular_visits, round_reader, told_apart
from matcher.services.week_problem import APART, Edits, WeekProblem, build
from matcher.store.bulk import among
from matcher.store.models import Arrangement, KindRow, Need, Occurrence, Person, Visit

WEEKS_AHEAD = 3  # this one and the next two: visits are known for so long
MOST_VISITS = 40
OTHERS_SHOWN = 6
ALL_TAKEN = "Everyone who could come has as many questions or visits in this week as is fair or as they offered."
TOO_LATE = "It is too late to find anybody by a plan: look who could help now."


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody else who could make a visit."""

    offer_id: int
    name: str
    away: str


@dataclass(frozen=True, slots=True)
class Proposed:
    """One visit of the plan. number: in the list and the picture. others: who could make it instead, nearest first."""

    number: int
    occurrence_id: int
    offer_id: int
    name: str
    visit: TimeWindow
    job: str
    away: str
    is_kept: bool
    others: tuple[Other, ...]

    @property
    def when(self) -> str:
        """`Tue 13 Jan, 9.30am`."""
        return f"{short_day_words(self.visit.start)}, {clock_words(self.visit.start)}"


@dataclass(frozen=True, slots=True)
class NotGiven:
    """A visit for which the plan has nobody, and why. day: the first of its times."""

    number: int
    occurrence_id: int
    job: str
    day: datetime
    short: int
    why: str

    @property
    def when(self) -> str:
        """`Tue 13 Jan`."""
        return short_day_words(self.day)


@dataclass(frozen=True, slots=True)
class Settled:
    """A visit of weekly help that somebody holds already, or that is to be held for who usually goes (is_to_come)."""

    name: str
    visit: TimeWindow
    job: str
    is_to_come: bool = False

    @property
    def when(self) -> str:
        """`Tue 13 Jan, 9.30am`."""
        return f"{short_day_words(self.visit.start)}, {clock_words(self.visit.start)}"


@dataclass(frozen=True, slots=True)
class Rota:
    """A week. left_out: (occurrence id, in words). waiting: visits about which somebody is being asked. not_kept: who
    was to be kept somewhere and could not be, in words.
    """

    week: TimeWindow
    proposed: tuple[Proposed, ...]
    not_given: tuple[NotGiven, ...]
    settled: tuple[Settled, ...]
    left_out: tuple[tuple[int, str], ...]
    waiting: tuple[str, ...]
    not_kept: tuple[str, ...]

    @property
    def title(self) -> str:
        """What there is to be seen, in words."""
        of = len(self.proposed) + sum(one.short for one in self.not_given)
        if not of:
            has_any = self.settled or self.waiting or self.left_out
            return "Nothing is left to plan in this week" if has_any else "No weekly visit is wanted in this week"
        found, names = len(self.proposed), len({one.name for one in self.proposed})
        if not names:
            return "Nobody could make any of these visits" if of > 1 else "Nobody could make this visit"
        visits = "the one visit has" if of == 1 else f"{found} of {of} visits {'has' if found == 1 else 'have'}"
        return f"{visits} somebody to ask: {names} {'person' if names == 1 else 'people'}".capitalize()


def week_of(now: datetime, ahead: int) -> TimeWindow:
    """Monday to Sunday, by London clocks: this week, or so many later."""
    today = local_day(now)
    monday = today + timedelta(weeks=ahead, days=-today.weekday())
    return TimeWindow(at_local(monday, time()), at_local(monday + timedelta(days=7), time()))


def read(session: Session, area_id: int, ahead: int, edits: Edits, *, area_ids: frozenset[int], now: datetime) -> Rota:
    """The plan of one area for one week. NotFound for an area that is not theirs. Nothing is written."""
    if area_id not in area_ids:
        raise NotFound
    week = week_of(now, ahead)
    found = round_reader.read_regular(session, area_id, week, most=MOST_VISITS, now=now)
    words = _visit_words(session, [one.id for one in found.occurrences])
    names = told_apart.names(session, {one.person_id for one in found.volunteers})
    made, asked = _planned(build(found, words, names, edits, week))
    others = _others(build(found, words, names, Edits(edits.left_out), week))
    return Rota(
        week=week,
        proposed=tuple(_proposed(asked, one, n, edits, others) for n, one in enumerate(made.visits, 1)),
        not_given=_not_given(asked, made, others),
        settled=(*_settled(session, area_id, week), *_to_come(session, area_id, week, now)),
        left_out=tuple((one.id, words[one.id]) for one in found.occurrences if one.id in edits.left_out),
        waiting=_waiting(found, words),
        not_kept=_not_kept(asked, made, edits),
    )


def _planned(asked: WeekProblem) -> tuple[Plan, WeekProblem]:
    """Visits that find nobody at the first of their times are looked for at the next; what has been found stays."""
    made, tried = plan(asked.problem), 1
    while later := asked.at_their_next_time([one.need_id for one in made.unserved], tried):
        found: defaultdict[str, list[str]] = defaultdict(list)
        for one in made.visits:
            found[one.need_id].append(one.volunteer_id)
        needs = (replace(need, pinned=frozenset(found[need.id]) or need.pinned) for need in later.problem.needs)
        asked = replace(later, problem=replace(later.problem, needs=tuple(needs)))
        made, tried = plan(asked.problem), tried + 1
    return made, asked


def _proposed(
    asked: WeekProblem, one: PlannedVisit, number: int, edits: Edits, others: Mapping[str, Sequence[Other]]
) -> Proposed:
    occurrence_id, offer_id = asked.visits[one.need_id].id, asked.people[one.volunteer_id].offer_id
    return Proposed(
        number=number,
        occurrence_id=occurrence_id,
        offer_id=offer_id,
        name=one.volunteer_id,
        visit=TimeWindow(one.visit.start, one.visit.end - APART),
        job=one.need_id,
        away=distance_words(one.distance_m),
        is_kept=(occurrence_id, offer_id) in edits.kept,
        others=tuple(other for other in others[one.need_id] if other.offer_id != offer_id)[:OTHERS_SHOWN],
    )


def _not_given(asked: WeekProblem, made: Plan, others: Mapping[str, Sequence[Other]]) -> tuple[NotGiven, ...]:
    """In the order of their times; what has no time left comes first."""
    short = {one.need_id: (one.short, _why(one, others[one.need_id])) for one in made.unserved}
    short |= {name: (one.helpers_wanted, TOO_LATE) for name, one in asked.too_late.items()}
    every = {**asked.visits, **asked.too_late}
    ordered = sorted(short, key=lambda name: (every[name].windows[0].start, name))
    return tuple(
        NotGiven(number, every[name].id, name, every[name].windows[0].start, *short[name])
        for number, name in enumerate(ordered, len(made.visits) + 1)
    )


def _why(one: Unplanned, others: Sequence[Other]) -> str:
    """Whoever has no visit left before anything is planned may have questions to answer instead."""
    return one.sentence if others or one.reason is not ReasonCode.ALL_AT_LIMIT else ALL_TAKEN


def _not_kept(asked: WeekProblem, made: Plan, edits: Edits) -> tuple[str, ...]:
    """`Joan M at Errand for Eileen: is not free for the whole visit`, for each who was to be kept and is not there."""
    visit_of = {one.id: name for name, one in asked.visits.items()}
    name_of = {one.offer_id: name for name, one in asked.people.items()}
    there = {(one.need_id, one.volunteer_id) for one in made.visits}
    why = {(one.need_id, one.volunteer_id): one.words for one in made.pins_not_kept}
    wanted = [(visit_of.get(at), name_of.get(offer_id)) for at, offer_id in sorted(edits.kept)]
    return tuple(
        f"{name} at {visit}: {why.get((visit, name), 'they cannot be asked about it')}"
        for visit, name in wanted
        if visit and name and (visit, name) not in there
    )


def _others(asked: WeekProblem) -> dict[str, list[Other]]:
    """By visit: everyone who could make it, the nearest first, as if nothing else were planned."""
    market = set_out(asked.problem)
    found: dict[str, list[Other]] = {}
    for row, need in enumerate(market.needs):
        away = {int(market.pairs.volunteer[pair]): int(market.pairs.metres[pair]) for pair in market.pairs_of(row)}
        nearest = sorted(away.items(), key=lambda one: (one[1], one[0]))
        found[need.id] = [
            Other(asked.people[name].offer_id, name, distance_words(metres))
            for volunteer, metres in nearest
            if (name := market.volunteers[volunteer].id)
        ]
    return found


def _visit_words(session: Session, occurrence_ids: Iterable[int]) -> dict[int, str]:
    """`Errand for Eileen`, by occurrence."""
    rows = session.execute(
        select(Occurrence.id, KindRow.job_words, Need.details, Person.first_name)
        .join(Need, Need.id == Occurrence.need_id)
        .join(KindRow, KindRow.slug == Need.kind_slug)
        .join(Person, Person.id == Need.resident_id)
        .where(among(Occurrence.id, occurrence_ids))
    )
    return {row.id: f"{job_words(row.job_words, tuple(row.details))} for {row.first_name}" for row in rows}


def _settled(session: Session, area_id: int, week: TimeWindow) -> tuple[Settled, ...]:
    wanted = (
        select(Visit.occurrence_id, Visit.person_id, Visit.starts_at, Visit.ends_at)
        .join(Occurrence, Occurrence.id == Visit.occurrence_id)
        .join(Need, Need.id == Occurrence.need_id)
        .where(
            Occurrence.area_id == area_id,
            Need.recurrence == Recurrence.WEEKLY,
            Visit.status.in_(HOLDING),
            Visit.starts_at >= week.start,
            Visit.starts_at < week.end,
        )
        .order_by(Visit.starts_at, Visit.id)
    )
    rows = session.execute(wanted).all()
    words = _visit_words(session, [row.occurrence_id for row in rows])
    names = told_apart.names(session, {row.person_id for row in rows})
    return tuple(
        Settled(names[row.person_id], TimeWindow(row.starts_at, row.ends_at), words[row.occurrence_id]) for row in rows
    )


def _to_come(session: Session, area_id: int, week: TimeWindow, now: datetime) -> list[Settled]:
    """What will be held for the usual people by itself."""
    wanted = (
        select(Occurrence.id, Occurrence.starts_at, Arrangement.usual_id, Arrangement.at, Need.minutes)
        .join(Need, Need.id == Occurrence.need_id)
        .join(Arrangement, (Arrangement.need_id == Need.id) & (Arrangement.status == ArrangementStatus.LIVE))
        .where(
            Occurrence.area_id == area_id,
            Occurrence.starts_at >= week.start,
            Occurrence.starts_at < week.end,
            Occurrence.status == OccurrenceStatus.OPEN,
            regular_visits.is_to_be_held(now),
        )
        .order_by(Occurrence.starts_at, Occurrence.id)
    )
    rows = session.execute(wanted).all()
    words = _visit_words(session, [row.id for row in rows])
    names = told_apart.names(session, {row.usual_id for row in rows})
    starts = [at_local(local_day(row.starts_at), row.at) for row in rows]
    visits = [TimeWindow(at, at + timedelta(minutes=row.minutes)) for row, at in zip(rows, starts, strict=True)]
    return [
        Settled(names[row.usual_id], visit, words[row.id], is_to_come=True)
        for row, visit in zip(rows, visits, strict=True)
    ]


def _waiting(found: RoundProblem, words: Mapping[int, str]) -> tuple[str, ...]:
    asked = {ask.occurrence_id for ask in found.live_asks}
    return tuple(words[one.id] for one in found.occurrences if one.id in asked)
