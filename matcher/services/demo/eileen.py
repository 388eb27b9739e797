"""The founding story: Eileen is 87 and lives on a steep street; there is a grit bin at the top, and neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matcher.domain.traits import Trait
from matcher.services.demo.cast import Cast, email_of
from matcher.services.demo.data import Settlement
from matcher.services.demo.volunteers import DBS, ID_CHECKS, LICENCE, Helper
from matcher.services.needs import NeedDraft
from matcher.services.offers import OfferDraft
from matcher.services.people import PersonDraft

# North of the river at Bradford on Avon, where the streets climb.
HILL = Settlement("the hill", 382_740, 161_230, 130)
EILEEN = "Eileen"
CHRISTOPHER = "Christopher"
_NOTE = (
    "I am 87, so give me time to get to the door. The steps are steep and there is a rail on the left. "
    "The grit bin at the top of the hill is for the road."
)
_JOINED_DAYS_AGO = 450
_SEEN_DAYS_AGO = {LICENCE: 300}  # it is looked at each year
_DOGS = frozenset({Trait.CALM_WITH_DOGS})


@dataclass(frozen=True, slots=True)
class _Neighbour:
    first_name: str
    surname: str
    kinds: frozenset[str]
    checks: frozenset[str]
    travel_mode: str = "foot"
    traits: frozenset[Trait] = frozenset()


_NEIGHBOURS = (
    _Neighbour(CHRISTOPHER, "Dunford", frozenset({"snow", "errand", "garden"}), ID_CHECKS | {DBS}, traits=_DOGS),
    _Neighbour("Amina", "El Amrani", frozenset({"snow", "errand", "prescription"}), ID_CHECKS),
    _Neighbour(
        "Tomasz",
        "Nowak",
        frozenset({"snow", "lift", "garden"}),
        ID_CHECKS | {LICENCE},
        "car",
        frozenset({Trait.SPEAKS_POLISH, Trait.STEP_FREE_CAR}),
    ),
    _Neighbour(
        "Joan",
        "Pearce",
        frozenset({"snow", "call", "prescription"}),
        ID_CHECKS | {DBS},
        traits=_DOGS | {Trait.WOMAN},
    ),
)


def neighbours(cast: Cast, postcodes: Sequence[str]) -> list[Helper]:
    """The four, each within a few minutes' walk and free at any time. Christopher lives next door."""
    return [_helper(cast, one, postcode) for one, postcode in zip(_NEIGHBOURS, postcodes, strict=False)]


def clear_the_path(cast: Cast, postcode: str) -> NeedDraft:
    """What Eileen asks for: her path and steps, as soon as possible, in the morning."""
    person = PersonDraft(EILEEN, cast.mobile(), cast.house(), postcode, surname="Hulbert")
    return NeedDraft(
        kind="snow",
        when="asap",
        times=frozenset({"am"}),
        person=person,
        contact="text",
        details=("path", "steps"),
        note=_NOTE,
        wishes=_DOGS,
    )


def _helper(cast: Cast, one: _Neighbour, postcode: str) -> Helper:
    person = PersonDraft(
        first_name=one.first_name,
        surname=one.surname,
        phone=cast.mobile(),
        email=email_of(one.first_name, one.surname),
        house=cast.house(),
        postcode=postcode,
        born_on=cast.birthday(),
    )
    offer = OfferDraft(
        kinds=one.kinds,
        pattern="any",
        times=frozenset(),
        travel_mode=one.travel_mode,
        travel_minutes=10,
        person=person,
        has_promised=True,
    )
    seen = tuple((name, _SEEN_DAYS_AGO.get(name, _JOINED_DAYS_AGO)) for name in sorted(one.checks))
    return Helper(offer, _JOINED_DAYS_AGO, seen, one.traits)
