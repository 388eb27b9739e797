"""What may matter about who comes: the few things a resident may ask for, and a volunteer may tell of themselves.

Never race, religion or the like. Whether a woman or a man comes may be asked for where somebody comes in or looks
after someone: there it is a matter of privacy and safety, as the equality law allows.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from matcher.domain.kinds import is_personal


class Trait(StrEnum):
    """One thing that may matter about who comes."""

    WOMAN = "woman"
    MAN = "man"
    SPEAKS_POLISH = "speaks_polish"
    SPEAKS_PUNJABI = "speaks_punjabi"
    SIGNS_BSL = "signs_bsl"
    CALM_WITH_DOGS = "calm_with_dogs"
    STEP_FREE_CAR = "step_free_car"


@dataclass(frozen=True, slots=True)
class TraitWords:
    """asked: as the resident ticks it. told: as the volunteer does."""

    asked: str
    told: str


TRAIT_WORDS: dict[Trait, TraitWords] = {
    Trait.WOMAN: TraitWords("A woman", "I am a woman"),
    Trait.MAN: TraitWords("A man", "I am a man"),
    Trait.SPEAKS_POLISH: TraitWords("Someone who speaks Polish", "I speak Polish"),
    Trait.SPEAKS_PUNJABI: TraitWords("Someone who speaks Punjabi", "I speak Punjabi"),
    Trait.SIGNS_BSL: TraitWords("Someone who uses British Sign Language", "I use British Sign Language"),
    Trait.CALM_WITH_DOGS: TraitWords("Someone at ease with a dog", "I am at ease with dogs"),
    Trait.STEP_FREE_CAR: TraitWords("A car that is easy to get into", "My car is easy to get into"),
}
_OF_THE_HOME = frozenset({Trait.WOMAN, Trait.MAN})
_OF_A_LIFT = frozenset({Trait.STEP_FREE_CAR})
LIFT = "lift"


def may_ask_for(kind: str, checks: Collection[str]) -> tuple[Trait, ...]:
    """What may be asked for with this kind of help, by the checks that it wants."""
    without: frozenset[Trait] = frozenset() if is_personal(checks) else _OF_THE_HOME
    without |= frozenset() if kind == LIFT else _OF_A_LIFT
    return tuple(trait for trait in Trait if trait not in without)
