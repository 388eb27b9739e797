"""All that a round's rules look at: the indexes, who stands how to whom, and what people have promised so
far.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from matcher.engine.clock import NONE, Bools, Clock, Floats, Ints, make_clock
from matcher.engine.params import Params
from matcher.engine.problem import OpenOccurrence, ReasonCode, RoundProblem, Volunteer
from matcher.engine.promises import AskedVisits, Promise, Promises, make_promises, with_visits
from matcher.engine.snapshot import KeySet, OccurrenceIndex, VolunteerIndex, index_occurrences, index_volunteers


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

    out: (occurrence, person) pairs that are no pair at all: the resident, whoever holds a place of it or has
    been asked for it. apart: (occurrence, person) who may not meet its resident or its other helper; never:
    for a person row, those they are kept apart from. refused: (occurrence, offer). usual: (occurrence,
    person).
    """

    params: Params
    clock: Clock
    occurrences: tuple[OpenOccurrence, ...]
    volunteers: tuple[Volunteer, ...]
    people: Ints
    needs: OccurrenceIndex
    offers: VolunteerIndex
    out: KeySet
    apart: KeySet
    never: Mapping[int, tuple[int, ...]]
    refused: KeySet
    usual: KeySet
    before: Promises
    after: Promises
    fatigue: Floats
    idle: Bools
    waived: Mapping[int, frozenset[ReasonCode]]

    def waived_for(self, row: int) -> frozenset[ReasonCode]:
        """The requirements not asked of that occurrence row."""
        return self.waived.get(int(row), frozenset())

    def pairs(self, occurrence: Ints, volunteer: Ints, waived: frozenset[ReasonCode] = frozenset()) -> Pairs:
        """These rows as pairs."""
        metres = lengths(self.needs.point[occurrence] - self.offers.point[volunteer])
        return Pairs(occurrence, volunteer, metres, waived)


def lengths(apart: Floats) -> Floats:
    """Length of each row of (E, 3) metres."""
    metres: Floats = np.sqrt(np.einsum("ij,ij->i", apart, apart))
    return metres


def build_world(problem: RoundProblem) -> World:
    """The arrays of a round, in the order of the ids whatever the order of the input."""
    occurrences = tuple(sorted(problem.occurrences, key=lambda o: o.id))
    volunteers = tuple(sorted(problem.volunteers, key=lambda v: v.offer_id))
    people = np.unique(np.array([v.person_id for v in volunteers], dtype=np.int64))
    person = np.searchsorted(people, np.array([v.person_id for v in volunteers], dtype=np.int64))
    kinds = sorted({o.kind for o in occurrences})
    checks = sorted({c for o in occurrences for c in o.required_checks})
    clock = make_clock(problem)
    asked = _asked_at(volunteers, person, people.size)
    promises = make_promises(_promised(problem, volunteers, person), asked, problem.now, clock)
    row_of = {int(p): r for r, p in enumerate(people)}
    involved = _involved(problem, occurrences)
    apart = _kept_apart(problem)
    return World(
        params=problem.params,
        clock=clock,
        occurrences=occurrences,
        volunteers=volunteers,
        people=people,
        needs=_with_company(index_occurrences(occurrences, kinds, checks, clock), occurrences, problem, clock),
        offers=index_volunteers(volunteers, person, kinds, checks, clock),
        out=KeySet.of(_rows(enumerate(involved), row_of), people.size),
        apart=KeySet.of(
            _rows(
                ((n, {a for p in known for a in apart.get(p, ())}) for n, known in enumerate(involved)),
                row_of,
            ),
            people.size,
        ),
        never={row: tuple(row_of[a] for a in apart.get(p, ()) if a in row_of) for p, row in row_of.items()},
        refused=KeySet.of(_refusals(occurrences, volunteers), len(volunteers)),
        usual=KeySet.of(_rows(((n, o.usual) for n, o in enumerate(occurrences)), row_of), people.size),
        before=promises,
        after=promises,
        fatigue=_fatigue(asked, problem),
        idle=_idle(asked, problem),
        waived={n: problem.waived[o.id] for n, o in enumerate(occurrences) if problem.waived.get(o.id)},
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


def _promised(problem: RoundProblem, volunteers: Sequence[Volunteer], person: Ints) -> list[Promise]:
    row_of_offer = {v.offer_id: int(p) for v, p in zip(volunteers, person, strict=True)}
    # A person with two offers brings the same visits with both.
    held = {(int(p), h) for v, p in zip(volunteers, person, strict=True) for h in v.held}
    promised = [Promise(p, h.window, h.point, asked=False) for p, h in held]
    promised += [
        Promise(row_of_offer[a.offer_id], a.visit, a.point, asked=True)
        for a in problem.live_asks
        if a.offer_id in row_of_offer
    ]
    return sorted(promised, key=lambda p: (p.person, p.window))


def _asked_at(volunteers: Sequence[Volunteer], person: Ints, people: int) -> list[list[datetime]]:
    asked: list[list[datetime]] = [[] for _ in range(people)]
    for volunteer, row in zip(volunteers, person, strict=True):
        asked[row].extend(volunteer.asked_at)
    return asked


def _fatigue(asked: Sequence[list[datetime]], problem: RoundProblem) -> Floats:
    half_life = timedelta(days=problem.params.fatigue_half_life_days)
    ages = ([(problem.now - at) / half_life for at in sorted(times)] for times in asked)
    return np.array([sum(0.5 ** max(age, 0.0) for age in of_one) for of_one in ages], dtype=np.float64)


def _idle(asked: Sequence[list[datetime]], problem: RoundProblem) -> Bools:
    since = problem.now - timedelta(days=problem.params.idle_days)
    return np.array([all(at <= since for at in times) for times in asked], dtype=np.bool_)


def _involved(problem: RoundProblem, occurrences: Sequence[OpenOccurrence]) -> list[set[int]]:
    """For each occurrence, the people it has already: the resident, who holds a place, who has been asked."""
    person_of = {v.offer_id: v.person_id for v in problem.volunteers}
    asked: dict[int, set[int]] = {}
    for ask in problem.live_asks:
        if ask.offer_id in person_of:
            asked.setdefault(ask.occurrence_id, set()).add(person_of[ask.offer_id])
    return [{o.resident_id} | o.held_by | asked.get(o.id, set()) for o in occurrences]


def _kept_apart(problem: RoundProblem) -> dict[int, set[int]]:
    apart: dict[int, set[int]] = {}
    for pair in problem.never_pairs:
        for person in pair:
            apart.setdefault(person, set()).update(pair - {person})
    return apart


def _refusals(occurrences: Sequence[OpenOccurrence], volunteers: Sequence[Volunteer]) -> Iterator[tuple[int, int]]:
    row_of = {v.offer_id: row for row, v in enumerate(volunteers)}
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
