"""The demo's starting data: settlements, names, words for houses and a day of needs, as files beside this one."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

POPULATION_FILE = "population.csv"


@dataclass(frozen=True, slots=True)
class Settlement:
    """A town or village: the grid square around its middle, in metres, and how many volunteers live in it.

    `nobody_does` is a kind of help that none of them offers: a gap for the coordinator to see.
    """

    name: str
    easting: int
    northing: int
    around_m: int
    volunteers: int = 0
    nobody_does: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """One need of the demo's day.

    `who` is a resident of the settlement (r1, r2 ...), or one of its volunteers (v1 ...), who then both gives and
    gets. `when` is asap, today, tomorrow or a number of days.
    """

    settlement: str
    who: str
    kind: str
    when: str
    times: frozenset[str]
    contact: str
    is_weekly: bool = False
    helpers: int = 1
    details: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Family:
    """Names that go together. First names are `any`, or `older` and `younger`."""

    first: Mapping[str, tuple[str, ...]]
    surnames: tuple[str, ...]


def settlements() -> tuple[Settlement, ...]:
    """Where the made-up people live."""
    return tuple(
        Settlement(
            name=row["name"],
            easting=int(row["easting"]),
            northing=int(row["northing"]),
            around_m=int(row["around_m"]),
            volunteers=int(row["volunteers"]),
            nobody_does=row["nobody_does"],
        )
        for row in _rows("settlements.csv")
    )


def wishes() -> tuple[Wish, ...]:
    """The day's needs, Eileen's apart."""
    return tuple(
        Wish(
            settlement=row["settlement"],
            who=row["who"],
            kind=row["kind"],
            when=row["when"],
            times=frozenset(row["times"].split()),
            contact=row["contact"],
            is_weekly=row["weekly"] == "yes",
            helpers=int(row["helpers"]),
            details=tuple(row["details"].split()),
            note=row["note"],
        )
        for row in _rows("needs.csv")
    )


def families() -> Mapping[str, Family]:
    """Names by the part of the world they come from."""
    parts: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in _rows("names.csv"):
        parts[row["family"]][row["part"]].append(row["name"])
    return {
        family: Family(
            first={part.partition(" ")[2] or "any": tuple(names) for part, names in found.items() if part != "surname"},
            surnames=tuple(found["surname"]),
        )
        for family, found in parts.items()
    }


def house_words() -> tuple[str, ...]:
    """Words that no real house is likely to be called after."""
    return tuple(_text("houses.txt").split("\n")[:-1])


def population() -> bytes:
    """How many live where, by group, as the spreadsheet that a council would load: figures that nobody counted."""
    return _text(POPULATION_FILE).encode()


def stories() -> list[dict[str, str]]:
    """Stories that nobody told, by how many days ago."""
    return _rows("stories.csv")


def decisions() -> list[dict[str, str]]:
    """What came of them; `stories` are their places in the list of stories."""
    return _rows("decisions.csv")


def places() -> list[dict[str, str]]:
    """Places of the other towns, by metres east and north of the middle of one."""
    return _rows("places.csv")


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(_text(name).splitlines()))


def _text(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")
