"""Stories: who may read one, at what stage it is, and the few words that tellers choose from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Level(StrEnum):
    """Who may read a story: chosen by its teller, for each one."""

    TEAM = "team"
    BOARD = "board"
    PUBLIC = "public"
    NAMED = "named"


class Reader(StrEnum):
    """As whom somebody reads."""

    TEAM = "team"
    BOARD = "board"
    PUBLIC = "public"


class Stage(StrEnum):
    """Where a story stands in the team's queue."""

    NEW = "new"
    TALK = "talk"
    APPROVED = "approved"
    PUBLISHED = "published"
    KEPT = "kept"
    WITHDRAWN = "withdrawn"


class Piece(StrEnum):
    """What a story may be told with, beside words: one of each."""

    PICTURE = "picture"
    VOICE = "voice"


CONSENT_LASTS = timedelta(days=365)


def letters_of(reference: str) -> str:
    """The letters and figures of a story's reference, however it is typed, spoken or copied from a page: `K7Q4MX`.

    Pages show it with a hyphen that does not break.
    """
    return "".join(one for one in reference.upper() if one.isalnum())


# The one table of consent: which levels each reader may read, once the story was put out.
READABLE: Mapping[Reader, frozenset[Level]] = {
    Reader.TEAM: frozenset(Level),
    Reader.BOARD: frozenset({Level.BOARD, Level.PUBLIC, Level.NAMED}),
    Reader.PUBLIC: frozenset({Level.PUBLIC, Level.NAMED}),
}
# Widest last: to move to the left needs nobody else, to move to the right is looked at again by the team.
_WIDER = (Level.TEAM, Level.BOARD, Level.PUBLIC, Level.NAMED)

ABOUT = (
    ("thanks", "I want to say thank you"),
    ("worry", "Something worries me"),
    ("idea", "I have an idea"),
    ("disagree", "I see it another way"),
)
ABOUT_WORDS: Mapping[str, str] = {"thanks": "Thanks", "worry": "Worry", "idea": "Idea", "disagree": "Disagrees"}

# What it means to the teller: each scale with its five steps, from 1.
SCALES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "feeling": ("How did it make you feel?", ("Very bad", "Bad", "In between", "Good", "Very good")),
    "often": ("How often is it like this?", ("Just once", "Not often", "At times", "Often", "All the time")),
    "matters": ("Who does it matter to?", ("Just me", "A few of us", "My street", "My village", "All of us")),
}

# What somebody of the team looks for before others read a story.
CHECKS = (
    ("names", "No name of anyone but the one the teller chose"),
    ("places", "No place that points at a home"),
    ("health", "Nothing of anyone’s health that they did not choose to tell"),
    ("others", "Nobody else can be known by it"),
    ("picture", "In a picture: no face, house or number plate. In a voice note: no other voice"),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides who may read a story. `is_out`: the team has put it out, at the level its teller agreed to."""

    level: Level
    consent_until: datetime
    is_withdrawn: bool
    is_out: bool


def may_read(reader: Reader, standing: Standing, *, now: datetime) -> bool:
    """Whether this reader may read this story: the only place where that is decided."""
    if standing.is_withdrawn or standing.consent_until <= now:
        return False
    return standing.level in READABLE[reader] and (standing.is_out or reader is Reader.TEAM)


def shows_name(level: Level) -> bool:
    """Whether a name that the teller chose may stand with it."""
    return level in READABLE[Reader.PUBLIC]


def is_narrower(level: Level, than: Level) -> bool:
    """Whether fewer people read it at `level`; true for the same level too."""
    return _WIDER.index(level) <= _WIDER.index(than)


@dataclass(frozen=True, slots=True)
class Progress:
    """The facts that a stage is read from. `is_approved`: the teller said yes to the newest wording, at their level.

    is_written: somebody wrote down what a picture or a voice note tells.
    """

    is_withdrawn: bool
    is_out: bool
    is_looked_at: bool
    is_talk_wanted: bool
    is_approved: bool
    level: Level
    is_written: bool = True


def stage_of(progress: Progress) -> Stage:
    """Where it stands."""
    if progress.is_withdrawn:
        return Stage.WITHDRAWN
    waits_for_words = not progress.is_written and progress.level is not Level.TEAM
    if progress.is_talk_wanted or not progress.is_approved or waits_for_words:
        return Stage.TALK
    if progress.is_out:
        return Stage.PUBLISHED
    if not progress.is_looked_at:
        return Stage.NEW
    return Stage.KEPT if progress.level is Level.TEAM else Stage.APPROVED
