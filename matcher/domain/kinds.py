"""Kinds of help: what a stranger may be told of them, how long they take and what the helper must show.

The list and the levels are starting rows: they live in tables that the scheme's safeguarding lead owns.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from matcher.domain.lifecycle import Urgency

SNOW = "snow"


@dataclass(frozen=True, slots=True)
class Level:
    """A safeguarding level: checks wanted before the first visit, and the rules printed on the visit page."""

    code: str
    name: str
    checks: frozenset[str]
    rules: tuple[str, ...]
    needs_words: str


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of help. `safe_label` is all that is said of it before a yes."""

    slug: str
    name: str
    hint: str
    offer_name: str
    safe_label: str
    job_words: str
    minutes: int
    level: str
    urgency: Urgency
    is_triaged: bool = False
    bring: str = ""


PERSONAL_CHECK = "dbs_adults"  # wanted where a helper comes in, or has someone in their care
CHECK_WORDS: dict[str, str] = {
    "id_seen": "photo ID seen",
    "reference": "a reference",
    "dbs_adults": "DBS check",
    "licence_seen": "driving licence seen",
}

LEVELS: tuple[Level, ...] = (
    Level("0", "Open air", frozenset(), ("Stay outside",), "nothing extra"),
    Level(
        "1",
        "Doorstep",
        frozenset({"id_seen", "reference"}),
        ("Do not go in", "Do not take money"),
        "ID check",
    ),
    Level(
        "1R",
        "Prescriptions",
        frozenset({"id_seen", "reference"}),
        ("Never open the bag", "Never advise on medicines"),
        "ID check",
    ),
    Level(
        "2",
        "Checked",
        frozenset({"id_seen", "reference", "dbs_adults"}),
        ("Give a receipt every time", "Never use a card or PIN"),
        "DBS check",
    ),
    Level(
        "2D",
        "Driving",
        frozenset({"id_seen", "reference", "licence_seen"}),
        ("Seat belts on", "No detours"),
        "ID and licence check",
    ),
)

KINDS: tuple[Kind, ...] = (
    Kind(
        SNOW,
        "Clearing snow or ice",
        "Path, steps, drive or the pavement outside",
        "Clear snow or ice",
        "clearing a path",
        "Clear snow or ice",
        30,
        "0",
        Urgency.URGENT,
        bring="A shovel",
    ),
    Kind(
        "errand",
        "Shopping or an errand",
        "You pay the shop yourself, or it is already paid for",
        "Fetch shopping that is paid for",
        "an errand in the village",
        "Fetch shopping or run an errand",
        45,
        "1",
        Urgency.NORMAL,
    ),
    Kind(
        "prescription",
        "Fetching a prescription",
        "From a pharmacy you name to your door",
        "Fetch a prescription",
        "an errand in the village",
        "Fetch a prescription",
        30,
        "1R",
        Urgency.NORMAL,
    ),
    Kind(
        "lift",
        "A lift",
        "To the shops, a club or an appointment",
        "Give a lift",
        "a lift",
        "Give a lift",
        60,
        "2D",
        Urgency.NORMAL,
    ),
    Kind(
        "garden",
        "Garden or outdoor job",
        "Something light: leaves, bins, a hedge",
        "Light garden and outdoor jobs",
        "an outdoor job",
        "Do a garden or outdoor job",
        60,
        "1",
        Urgency.LOW,
    ),
    Kind(
        "indoor",
        "Small job indoors",
        "A bulb, a smoke alarm, a shelf",
        "Small jobs indoors",
        "a small job",
        "Do a small job indoors",
        30,
        "2",
        Urgency.LOW,
    ),
    Kind(
        "call",
        "Someone to call in or phone",
        "For a chat, or to see that all is well",
        "Call in or phone for a chat",
        "a friendly visit",
        "Call in for a chat",
        45,
        "2",
        Urgency.NORMAL,
    ),
    Kind(
        "other",
        "Something else",
        "Tell us, and someone from the team will ring you",
        "Something else",
        "a job near you",
        "Help with something else",
        45,
        "1",
        Urgency.NORMAL,
        is_triaged=True,
    ),
)

# What may need clearing, as the resident ticks it: code, label, and the words of the job.
CLEARING: tuple[tuple[str, str, str], ...] = (
    ("path", "The path", "path"),
    ("steps", "The steps", "steps"),
    ("drive", "The drive", "drive"),
    ("pavement", "The pavement outside", "pavement outside"),
)


def job_words(kind_words: str, details: tuple[str, ...]) -> str:
    """What is to be done, in words: `Clear the path and the steps`."""
    things = [f"the {words}" for code, _, words in CLEARING if code in details]
    if not things:
        return kind_words
    listed = things[0] if len(things) == 1 else f"{', '.join(things[:-1])} and {things[-1]}"
    return f"Clear {listed}"


def is_personal(checks: Collection[str]) -> bool:
    """True for help for which a known face counts, by the checks that it wants."""
    return PERSONAL_CHECK in checks
