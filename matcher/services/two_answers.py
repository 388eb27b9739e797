"""Two answers to the same round, side by side: which visits have somebody to ask, who is asked, and at what price."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.geo import METRES_PER_MILE, chord_m, distance_band
from matcher.domain.kinds import job_words
from matcher.domain.lifecycle import Urgency
from matcher.domain.localtime import clock_words, short_day_words, to_local
from matcher.engine.allocation import Allocation, Ask
from matcher.engine.problem import OpenOccurrence, RoundProblem
from matcher.engine.snapshot import snapshot_of
from matcher.services import told_apart, unfilled
from matcher.services.street import House
from matcher.store.bulk import among
from matcher.store.models import Area, KindRow, Need, Occurrence

MOVES_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Would:
    """Somebody who would be asked. offer_id: 0 for somebody who is not there yet."""

    offer_id: int
    name: str
    distance: str


@dataclass(frozen=True, slots=True)
class Move:
    """A visit for which it makes a difference; number: its place in the list of what nobody holds, as on its house."""

    number: int | None
    occurrence_id: int
    visit: str
    before: tuple[Would, ...]
    after: tuple[Would, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """Something counted twice. is_gain: more of it is better. sign: of one of it, in words."""

    words: str
    before: float
    after: float
    is_gain: bool = False

    @property
    def change(self) -> str:
        """`better`, `worse` or `same`."""
        if self.before == self.after:
            return "same"
        return "better" if (self.after > self.before) == self.is_gain else "worse"


@dataclass(frozen=True, slots=True)
class Preview:
    """The two, side by side. count: visits looked at. before, after: a house for each of them, the first to start
    first, lit if there would be somebody to ask. changed: places of those that would be lit. would_open: visits that
    the cold would open besides, which are not among these.
    """

    count: int
    before: tuple[House, ...]
    after: tuple[House, ...]
    changed: frozenset[int]
    moves: tuple[Move, ...]
    more_moves: int
    measures: tuple[Measure, ...]
    would_open: int

    @property
    def lit(self) -> tuple[int, int]:
        """How many have somebody to ask: before, after."""
        return sum(one.is_lit for one in self.before), sum(one.is_lit for one in self.after)

    @property
    def title(self) -> str:
        """The finding."""
        before, after = self.lit
        if not self.count:
            return "Nobody is looked for there just now"
        if after == before:
            return f"This change lights no more houses: {before} of {self.count}"
        more = abs(after - before)
        verb = "lights" if after > before else "darkens"
        houses = f"{more} more {'house' if more == 1 else 'houses'}"
        return f"This change {verb} {houses}: {before} to {after} of {self.count}"

    @property
    def price(self) -> str:
        """What gets worse."""
        worse = [one for one in self.measures if one.change == "worse"]
        if not worse:
            return "The price: nothing that is counted gets worse"
        return f"The price: {len(worse)} {'measure gets' if len(worse) == 1 else 'measures get'} worse"


class Answer:
    """One round's question and its answer, as far as they are compared."""

    def __init__(self, problem: RoundProblem, answer: Allocation) -> None:
        self.occurrences = {one.id: one for one in problem.occurrences}
        self.asks: dict[int, list[Ask]] = {}
        for one in answer.asks:
            self.asks.setdefault(one.occurrence_id, []).append(one)
        self.served = set(self.asks) | {one.occurrence_id for one in problem.live_asks}
        volunteers = snapshot_of(problem.volunteers)
        place = {int(offer_id): row for row, offer_id in enumerate(volunteers.offer)}
        self.metres = {
            (one.occurrence_id, one.offer_id): chord_m(
                volunteers.point(place[one.offer_id]), self.occurrences[one.occurrence_id].told_point
            )
            for one in answer.asks
        }

    def asked(self, occurrence_id: int) -> list[Ask]:
        """Who would be asked about it."""
        return self.asks.get(occurrence_id, [])

    def figures(self) -> tuple[int, int, float, float, int]:
        """With somebody to ask; urgent with nobody; the longest way and all ways, in miles; people asked twice."""
        urgent = [one.id for one in self.occurrences.values() if one.urgency is Urgency.URGENT]
        miles = [metres / METRES_PER_MILE for metres in self.metres.values()]
        often = Counter(one.person_id for asks in self.asks.values() for one in asks)
        return (
            len(self.served & set(self.occurrences)),
            len(set(urgent) - self.served),
            round(max(miles, default=0.0), 1),
            round(sum(miles), 1),
            sum(count > 1 for count in often.values()),
        )


class Told:
    """The two answers in words."""

    def __init__(self, session: Session, area_ids: frozenset[int], before: Answer, after: Answer) -> None:
        self.session, self.before, self.after = session, before, after
        self.number = unfilled.numbers(session, area_ids, before.occurrences)
        # By the time that was asked for, so that both streets have the same houses.
        self.order = sorted(before.occurrences.values(), key=lambda one: (one.windows[0].start, one.id))

    def preview(self, would_open: int) -> Preview:
        """All of it."""
        differ = [one.id for one in self.order if _who(self.before, one.id) != _who(self.after, one.id)]
        figures = zip(_MEASURES, self.before.figures(), self.after.figures(), strict=True)
        return Preview(
            count=len(self.order),
            before=tuple(_house(one, self.before, self.number) for one in self.order),
            after=tuple(_house(one, self.after, self.number) for one in self.order),
            changed=frozenset(
                place
                for place, one in enumerate(self.order)
                if one.id in self.after.served and one.id not in self.before.served
            ),
            moves=self._moves(differ[:MOVES_SHOWN]),
            more_moves=max(0, len(differ) - MOVES_SHOWN),
            measures=tuple(Measure(words, was, would, gain) for (words, gain), was, would in figures),
            would_open=would_open,
        )

    def _moves(self, differ: Sequence[int]) -> tuple[Move, ...]:
        asks = [one for answer in (self.before, self.after) for row in differ for one in answer.asked(row)]
        called = told_apart.names(self.session, [one.person_id for one in asks])
        words = _visits(self.session, self.before, differ)

        def would(answer: Answer, row: int) -> tuple[Would, ...]:
            return tuple(
                Would(
                    max(0, one.offer_id) if one.person_id > 0 else 0,
                    called.get(one.person_id, "A newcomer"),
                    distance_band(answer.metres[row, one.offer_id]),
                )
                for one in answer.asked(row)
            )

        return tuple(
            Move(self.number.get(row), row, words[row], would(self.before, row), would(self.after, row))
            for row in differ
        )


_MEASURES = (
    ("Visits with somebody to ask", True),
    ("Urgent with nobody", False),
    ("Longest way, miles", False),
    ("All ways, miles", False),
    ("People asked about two or more", False),
)


def _who(answer: Answer, occurrence_id: int) -> set[int]:
    return {one.person_id for one in answer.asked(occurrence_id)}


def _house(one: OpenOccurrence, answer: Answer, number: Mapping[int, int]) -> House:
    starts = one.windows[0].start
    is_lit = one.id in answer.served
    is_urgent = one.urgency is Urgency.URGENT and not is_lit
    return House(to_local(starts).hour, is_lit, is_urgent, number.get(one.id), short_day_words(starts)[:3])


def _visits(session: Session, answer: Answer, occurrence_ids: Sequence[int]) -> dict[int, str]:
    """Each in words: what, where and when it is wanted."""
    rows: Any = session.execute(
        select(Occurrence.id, Need.details, KindRow.job_words, Area.name)
        .join(Need, Need.id == Occurrence.need_id)
        .join(KindRow, KindRow.slug == Need.kind_slug)
        .join(Area, Area.id == Occurrence.area_id)
        .where(among(Occurrence.id, occurrence_ids))
    )
    starts = {one.id: one.windows[0].start for one in answer.occurrences.values()}
    return {
        row: f"{job_words(words, tuple(details))}, {area}, {short_day_words(starts[row])} {clock_words(starts[row])}"
        for row, details, words, area in rows
    }
