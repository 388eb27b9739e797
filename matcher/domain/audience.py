"""To whom a coordinator writes at once, chosen by words and read back as one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from matcher.domain.geo import TravelMode


class Duty(StrEnum):
    """Whether they have turned themselves on for today."""

    EITHER = "either"
    ON = "on"
    OFF = "off"


class Lately(StrEnum):
    """Whether they were asked something in the last four weeks."""

    EITHER = "either"
    ASKED = "asked"
    NOT_ASKED = "not_asked"


TRAVEL_WORDS: Mapping[TravelMode, str] = {
    TravelMode.FOOT: "on foot",
    TravelMode.BIKE: "by bike",
    TravelMode.CAR: "by car",
}
_DUTY_WORDS: Mapping[Duty, str] = {
    Duty.EITHER: "on duty or not",
    Duty.ON: "on duty now",
    Duty.OFF: "not on duty now",
}
_LATELY_WORDS: Mapping[Lately, str] = {
    Lately.EITHER: "asked lately or not",
    Lately.ASKED: "asked in the last 4 weeks",
    Lately.NOT_ASKED: "not asked in the last 4 weeks",
}


@dataclass(frozen=True, slots=True)
class Audience:
    """Volunteers of these areas, who do one of these kinds of help and travel in one of these ways; none: any."""

    area_ids: frozenset[int]
    kinds: frozenset[str] = frozenset()
    travel: frozenset[TravelMode] = frozenset()
    duty: Duty = Duty.EITHER
    lately: Lately = Lately.EITHER

    def as_kept(self) -> dict[str, Any]:
        """As it stands in the database."""
        return {
            "area_ids": sorted(self.area_ids),
            "kinds": sorted(self.kinds),
            "travel": sorted(self.travel),
            "duty": self.duty.value,
            "lately": self.lately.value,
        }

    @classmethod
    def from_kept(cls, kept: Mapping[str, Any]) -> Self:
        """What `as_kept` kept."""
        return cls(
            area_ids=frozenset(kept["area_ids"]),
            kinds=frozenset(kept["kinds"]),
            travel=frozenset(map(TravelMode, kept["travel"])),
            duty=Duty(kept["duty"]),
            lately=Lately(kept["lately"]),
        )


def read_back(audience: Audience, areas: Sequence[str], kinds: Sequence[str]) -> str:
    """Who they are, in one sentence; names of the areas, none for all there are, and of the kinds."""
    parts = [
        f"Volunteers in {_either(areas, 'and') or 'every area'}",
        f"who do {_either([f'“{kind}”' for kind in kinds])}" if kinds else "whatever they do",
        f"who go {_either([TRAVEL_WORDS[mode] for mode in TravelMode if mode in audience.travel])}"
        if audience.travel
        else "however they travel",
        _DUTY_WORDS[audience.duty],
        _LATELY_WORDS[audience.lately],
    ]
    return f"{', '.join(parts)}."


def _either(words: Sequence[str], last: str = "or") -> str:
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
