"""How long what people told us is kept: as it comes, and between which bounds a scheme may choose otherwise.

The bounds are ours to set and to defend: nothing goes while the team may still have to act on it, and nothing stays
longer than whoever told us would expect. The sweep, the privacy page, the settings and docs/privacy.md go by these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, time, timedelta

from matcher.domain.localtime import at_local, local_day

# Someone with nothing under way: no request that is open, no offer that stands, no wish to be asked in the cold.
PERSON_KEPT = timedelta(days=90)
# Who asked for someone else, once that request is over.
ASKER_KEPT = timedelta(days=90)
# A word of thanks, and what was told of a visit, once the team has dealt with it.
WORDS_KEPT = timedelta(days=365)
# A worry, once it was passed on or dealt with: by then whoever acts on it keeps a record of their own.
WORRY_KEPT = timedelta(days=365)
# A photo of a grit bin or the like, once somebody has looked again; and however long nobody does.
PHOTO_KEPT = timedelta(days=7)
PHOTO_KEPT_MOST = timedelta(days=90)
# A text that came in, once somebody has read it; and however long nobody does.
TEXT_KEPT = timedelta(days=7)
TEXT_KEPT_MOST = timedelta(days=30)

ERASES_AT = time(2)  # from when on, by London clocks, another period is gone by


@dataclass(frozen=True, slots=True)
class Kept:
    """How long everything is kept."""

    person: timedelta = PERSON_KEPT
    asker: timedelta = ASKER_KEPT
    words: timedelta = WORDS_KEPT
    worry: timedelta = WORRY_KEPT
    photo: timedelta = PHOTO_KEPT
    photo_most: timedelta = PHOTO_KEPT_MOST
    text: timedelta = TEXT_KEPT
    text_most: timedelta = TEXT_KEPT_MOST


USUAL = Kept()


@dataclass(frozen=True, slots=True)
class Period:
    """One of them: what it is of, in words, and the days between which it may be set, with why not fewer."""

    words: str
    shortest: int
    longest: int
    why: str


# A year at most for whoever has nothing under way; six for a worry, in which a claim may still be brought in England.
PERIODS: Mapping[str, Period] = {
    "person": Period("People with nothing under way", 30, 365, "the visit they had can still be asked about"),
    "asker": Period("Who asked for someone else", 30, 365, "they can still be asked about it"),
    "words": Period("Thanks, and what was told of a visit", 90, 730, "a season’s reports can be read together"),
    "worry": Period("Concerns that were dealt with", 180, 2_190, "whoever acts on one may ask for it"),
    "photo": Period("Photos of places, once somebody has looked", 1, 30, "who fills it up has seen it"),
    "photo_most": Period("Photos of places, at most", 7, 180, "the team has had a week to look"),
    "text": Period("Texts that came in, once they were read", 1, 30, "what was read can be read again"),
    "text_most": Period("Texts that came in, at most", 7, 90, "the team has had a week to read them"),
}
# The one ends when somebody has dealt with it, the other however long nobody does: it cannot be the shorter.
PAIRS = (("photo", "photo_most"), ("text", "text_most"))


def next_night(now: datetime) -> datetime:
    """When a shorter period set now begins to hold: two in the morning of tomorrow by London clocks."""
    return at_local(local_day(now) + timedelta(days=1), ERASES_AT)


def coming_night(now: datetime) -> datetime:
    """The first two in the morning after now by London clocks: what erases less may hold from then on, up to the
    last moment before it.
    """
    tonight = at_local(local_day(now), ERASES_AT)
    return tonight if now < tonight else next_night(now)


def days_of(kept: Kept) -> dict[str, int]:
    """By name, in days."""
    return {one.name: getattr(kept, one.name).days for one in fields(kept)}


def kept_of(days: Mapping[str, int]) -> Kept:
    """From days by name."""
    return Kept(**{name: timedelta(days=count) for name, count in days.items()})
