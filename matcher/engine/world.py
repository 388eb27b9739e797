"""All that a round's rules look at: the indexes, who stands how to whom, and what people have promised so
far.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from matcher.domain.timewindow import TimeWindow
from matcher.engine.clock import NONE, Bools, Clock, Floats, Ints, make_clock
from matcher.engine.occurrence_index import OccurrenceIndex, index_occurrences
from matcher.engine.params import Params
from matcher.engine.problem import OpenOccurrence, ReasonCode, RoundProblem
from matcher.engine.promises import (
    DAY_US,
    AskedVisits,
    Promises,
    asked_by_person,
    make_promises,
    promised,
    with_visits,
)
from matcher.engine.rows import KeySet, rows_of
from matcher.engine.snapshot import THE_SCHEME_S, Snapshot, microseconds, snapshot_of
from matcher.engine.volunteer_index import VolunteerIndex, index_volunteers


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Pairs of an occurrence row and an offer row, (E,) each. metres: the chord between their homes. waived: the
    requirements that are not asked of them.
    """

    occurrence: Ints
    volunteer: Ints
    metres: Floats
    waived: frozenset[ReasonCode] = frozenset()

    def where(self, keep: Bools | Ints) -> Pairs:
        """Those for which `keep` is true, or of which it is the index."""
        return Pairs(self.occurrence[keep], self.volunteer[keep], self.metres[keep], self.waived)


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """A round as arrays. before: promises when it began; after: those with the asks it has decided on.

    out: (occurrence, person) pairs that are no pair at all: the resident, whoever holds a place of it or has been asked
    for it. apart: (occurrence, person) who may not meet its resident or its other helper; never: for a person row,
    those they are kept apart from. refused: (occurrence, offer). usual: (occurrence, person). pinned: (occurrence,
    person) for whom the team keeps it; is_pinned: (O,) it is kept for somebody. leaning: (V,) logits. asks_a_day:
    (P,) most asks in a day. reserve: (P, weeks), minutes, what one of a person's visits of that week is worth to needs
    that are expected.
    """

    params: Params
    clock: Clock
    occurrences: tuple[OpenOccurrence, ...]
    volunteers: Snapshot
    people: Ints
    needs: OccurrenceIndex
    offers: VolunteerIndex
    out: KeySet
    apart: KeySet
    never: Mapping[int, tuple[int, ...]]
    refused: KeySet
    usual: KeySet
    pinned: KeySet
    is_pinned: Bools
    before: Promises
    after: Promises
    fatigue: Floats
    idle: Bools
    leaning: Floats
    asks_a_day: Ints
    waived: Mapping[int, frozenset[ReasonCode]]
    reserve: Floats

    def waived_for(self, row: int) -> frozenset[ReasonCode]:
        """The requirements not asked of that occurrence row."""
        return self.waived.get(int(row), frozenset())

    def visit(self, row: int, start: int) -> TimeWindow:
        """The visit of that occurrence row, begun at that second."""
        return TimeWindow(self.clock.instant(start), self.clock.instant(start + int(self.needs.length[row])))

    def pairs(self, occurrence: Ints, volunteer: Ints, waived: frozenset[ReasonCode] = frozenset()) -> Pairs:
        """These rows as pairs."""
        metres = lengths(self.needs.point[occurrence] - self.offers.point[volunteer])
        return Pairs(occurrence, volunteer, metres, waived)


def together(parts: Sequence[Pairs], waived: frozenset[ReasonCode]) -> Pairs:
    """All of them, as they come."""
    return Pairs(
        np.concatenate([np.empty(0, dtype=np.int64), *(part.occurrence for part in parts)]),
        np.concatenate([np.empty(0, dtype=np.int64), *(part.volunteer for part in parts)]),
        np.concatenate([np.empty(0), *(part.metres for part in parts)]),
        waived,
    )


def lengths(apart: Floats) -> Floats:
    """Length of each row of (E, 3) metres."""
    metres: Floats = np.sqrt(np.einsum("ij,ij->i", apart, apart))
    return metres


def build_world(problem: RoundProblem) -> World:
    """The arrays of a round, in the order of the ids whatever the order of the input."""
    occurrences = problem.rows
    volunteers = snapshot_of(problem.volunteers)
    people, person = np.unique(volunteers.person, return_inverse=True)
    checks = sorted({c for o in occurrences for c in o.required_checks})
    traits = sorted({t for o in occurrences for t in o.musts | o.wishes})
    kinds = (*volunteers.kind_names, *sorted({o.kind for o in occurrences} - set(volunteers.kind_names)))
    clock = make_clock(problem)
    promises = make_promises(
        promised(volunteers, person, problem.live_asks),
        asked_by_person(volunteers, person),
        people.size,
        problem.now,
        clock,
    )
    involved = _involved(problem, occurrences, volunteers)
    apart = _kept_apart(problem)
    shunned = [{a for p in known for a in apart.get(p, ())} for known in involved]
    row_of = rows_of(people, {p for known in (*involved, *shunned) for p in known} | apart.keys())
    known_row = rows_of(people, {p for o in occurrences for p in o.usual | o.pinned})
    needs = index_occurrences(occurrences, kinds, checks, traits, clock, problem.params.target_share)
    return World(
        params=problem.params,
        clock=clock,
        occurrences=occurrences,
        volunteers=volunteers,
        people=people,
        needs=_with_company(needs, occurrences, problem, clock),
        offers=index_volunteers(volunteers, person, kinds, checks, traits, clock),
        out=KeySet.of(_rows(enumerate(involved), row_of), people.size),
        apart=KeySet.of(_rows(enumerate(shunned), row_of), people.size),
        never={
            row_of[p]: tuple(row_of[a] for a in others if a in row_of) for p, others in apart.items() if p in row_of
        },
        refused=KeySet.of(_refusals(occurrences, volunteers), len(volunteers)),
        usual=KeySet.of(_rows(((n, o.usual) for n, o in enumerate(occurrences)), known_row), people.size),
        pinned=KeySet.of(_rows(((n, o.pinned) for n, o in enumerate(occurrences)), known_row), people.size),
        is_pinned=np.array([bool(o.pinned) for o in occurrences], dtype=np.bool_),
        before=promises,
        after=promises,
        fatigue=_fatigue(volunteers, person, people.size, problem),
        idle=_idle(volunteers, person, people.size, problem),
        leaning=volunteers.leaning,
        asks_a_day=_asks_a_day(volunteers, person, people.size, problem.params),
        waived={n: problem.waived[o.id] for n, o in enumerate(occurrences) if problem.waived.get(o.id)},
        reserve=np.zeros((people.size, clock.weeks.size)),
    )


def with_asks(world: World, occurrence: Ints, volunteer: Ints, start: Ints) -> World:
    """The world once these people have been asked to come at these times."""
    person = world.offers.person[volunteer]
    needs = world.needs
    free_to_choose = needs.begins[occurrence] == NONE
    begins = needs.begins.copy()
    begins[occurrence[free_to_choose]] = start[free_to_choose]
    visits = AskedVisits(person, start, start + needs.length[occurrence], needs.point[occurrence])
    company = [
        (n, o) for n, p in zip(occurrence.tolist(), person.tolist(), strict=True) for o in world.never.get(p, ())
    ]
    return replace(
        world,
        needs=replace(needs, begins=begins),
        out=world.out.plus(zip(occurrence.tolist(), person.tolist(), strict=True)),
        apart=world.apart.plus(company),
        after=with_visits(world.after, visits, world.clock),
    )


def _fatigue(volunteers: Snapshot, person: Ints, people: int, problem: RoundProblem) -> Floats:
    asked = asked_by_person(volunteers, person)
    age = (microseconds(problem.now) - asked["at"]) / (problem.params.fatigue_half_life_days * DAY_US)
    fatigue = np.zeros(people)
    np.add.at(fatigue, asked["row"], 0.5 ** np.maximum(age, 0.0))
    return fatigue


def _idle(volunteers: Snapshot, person: Ints, people: int, problem: RoundProblem) -> Bools:
    since = microseconds(problem.now - timedelta(days=problem.params.idle_days))
    idle = np.ones(people, dtype=np.bool_)
    idle[person[volunteers.asked["row"][volunteers.asked["at"] > since]]] = False
    return idle


def _asks_a_day(volunteers: Snapshot, person: Ints, people: int, params: Params) -> Ints:
    """The scheme's limit, or their own: the higher, for someone with two offers."""
    own = np.where(volunteers.asks_a_day == THE_SCHEME_S, params.asks_per_day_max, volunteers.asks_a_day)
    most = np.zeros(people, dtype=np.int64)
    np.maximum.at(most, person, own)
    return most


def _involved(problem: RoundProblem, occurrences: Sequence[OpenOccurrence], volunteers: Snapshot) -> list[set[int]]:
    """For each occurrence, the people it has already: the resident, who holds a place, who has been asked."""
    row_of = rows_of(volunteers.offer, (ask.offer_id for ask in problem.live_asks))
    asked: dict[int, set[int]] = {}
    for ask in problem.live_asks:
        if ask.offer_id in row_of:
            asked.setdefault(ask.occurrence_id, set()).add(int(volunteers.person[row_of[ask.offer_id]]))
    return [{o.resident_id} | o.held_by | asked.get(o.id, set()) for o in occurrences]


def _kept_apart(problem: RoundProblem) -> dict[int, set[int]]:
    apart: dict[int, set[int]] = {}
    for pair in problem.never_pairs:
        for person in pair:
            apart.setdefault(person, set()).update(pair - {person})
    return apart


def _refusals(occurrences: Sequence[OpenOccurrence], volunteers: Snapshot) -> Iterator[tuple[int, int]]:
    row_of = rows_of(volunteers.offer, (offer for o in occurrences for offer in o.refused_by))
    return _rows(((n, o.refused_by) for n, o in enumerate(occurrences)), row_of)


def _rows(ids: Iterable[tuple[int, Iterable[int]]], row_of: dict[int, int]) -> Iterator[tuple[int, int]]:
    for n, members in ids:
        yield from ((n, row_of[member]) for member in members if member in row_of)


def _with_company(
    index: OccurrenceIndex, occurrences: Sequence[OpenOccurrence], problem: RoundProblem, clock: Clock
) -> OccurrenceIndex:
    """The second of two helpers comes when the first has been asked to, if that can be."""
    begins = index.begins.copy()
    row_of = {o.id: n for n, o in enumerate(occurrences) if o.helpers_wanted > 1}
    for ask in sorted(problem.live_asks, key=lambda a: (a.asked_at, a.offer_id), reverse=True):
        n = row_of.get(ask.occurrence_id)
        if n is not None and occurrences[n].begins_at is None:
            begins[n] = clock.ceil(ask.visit.start)
    return replace(index, begins=begins)
