"""A story is told: by its teller on the page, or typed in their words by someone of the team who heard it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, Unavailable
from matcher.domain.stories import ABOUT, CONSENT_LASTS, SCALES, Level, Piece, shows_name
from matcher.domain.wording import clean_line, clean_text, refuse_secrets
from matcher.services import areas, audit, page_links, people, story_pieces, story_rows
from matcher.services.needs import REFERENCE_LETTERS
from matcher.services.story_pieces import Offered
from matcher.store.models import Area, Story, StoryTeller, StoryWording

WORDS_LENGTH = 3000
ADDRESS_LENGTH = 200
# The words about who reads a story that the teller agreed to. Change them, and this changes too.
CONSENT_WORDING = "2026-11"
CONTACTS = ("text", "phone", "email", "letter")
# How a story that somebody of the team types was heard, and how its teller said yes to the words.
HEARD = {"connector": "in_person", "phone": "phone", "post": "post"}


@dataclass(frozen=True, slots=True)
class Reach:
    """How the teller is reached, as it was typed. `contact` is empty for who would rather not be."""

    contact: str = ""
    name: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class StoryDraft:
    """What a teller told, not yet checked. `area`: the slug of an area, or empty. `scales`: scale -> 1 to 5."""

    words: str
    about: str
    level: str
    area: str = ""
    scales: Mapping[str, int] = field(default_factory=dict)
    shown_name: str = ""
    reach: Reach = field(default_factory=Reach)
    offered: Offered = story_pieces.NOTHING


@dataclass(frozen=True, slots=True)
class Typed:
    """Who typed a story for its teller and how they heard it: connector, phone or post. `is_read_back`: the teller
    heard these words and said yes to them.
    """

    staff_id: int
    how: str
    is_read_back: bool


@dataclass(frozen=True, slots=True)
class Told:
    """What a teller is left with. `token` is kept nowhere."""

    story_id: int
    reference: str
    token: str


def tell_story(session: Session, draft: StoryDraft, *, now: datetime, typed: Typed | None = None) -> Told:
    """Keep a story. Its teller has seen, or heard, exactly these words and agreed to them. BadInput names the field."""
    story_pieces.check(session, draft.offered, now=now)
    story, reached = _checked(session, draft, typed, now), _reached(draft.reach)
    session.add(story)
    session.flush()
    if reached is not None:
        session.add(StoryTeller(story_id=story.id, **reached))
    marks = story_pieces.attach(session, story, draft.offered, now=now)
    first = StoryWording(
        story_id=story.id,
        number=1,
        words=story.words,
        picture_mark=marks.get(Piece.PICTURE),
        voice_mark=marks.get(Piece.VOICE),
        written_at=now,
        written_by=story.typed_by,
    )
    session.add(first)
    session.flush()
    if typed is None:
        story_rows.approve(session, story, first, "told", staff_id=None, now=now)
    elif typed.is_read_back:
        story_rows.approve(session, story, first, HEARD[typed.how], staff_id=typed.staff_id, now=now)
    actor = audit.staff(typed.staff_id) if typed else audit.SYSTEM
    audit.record(session, actor, "told", ("story", story.id), now=now)
    return Told(story.id, story.reference, page_links.story_link(session, story, now=now))


def own_link(session: Session, story_id: int, *, now: datetime) -> str:
    """A new token for the teller's own page."""
    return page_links.story_link(session, session.get_one(Story, story_id), now=now)


def area_choices(session: Session) -> list[tuple[str, str]]:
    """(slug, name) of every open area, by name."""
    there = select(Area.slug, Area.name).where(Area.closed_at.is_(None)).order_by(Area.name)
    return [(slug, name) for slug, name in session.execute(there)]


def check_words(text: str, *, may_be_empty: bool = False) -> str:
    """A story's words. BadInput if there are none, too many, or a key or PIN code is among them."""
    words = clean_text(text, WORDS_LENGTH, noun="Your story", field="words")
    if not words and not may_be_empty:
        raise BadInput("Enter your story", field="words")
    try:
        refuse_secrets(words)
    except BadInput as error:
        raise BadInput(error.message, field="words") from None
    return words


def check_shown_name(text: str, level: Level) -> str:
    """The name that stands with a story that all may read; empty for every other. BadInput if one is missing."""
    if not shows_name(level):
        return ""
    name = clean_line(text, people.NAME_LENGTH, noun="The name to show", field="shown_name")
    if level is Level.NAMED and not name:
        raise BadInput("Enter the first name to show", field="shown_name")
    return name


def check_address(text: str) -> str:
    """Where a letter goes. BadInput if empty or too long."""
    address = clean_text(text, ADDRESS_LENGTH, noun="Your address", field="address")
    if not address:
        raise BadInput("Enter your address", field="address")
    return address


def read_level(text: str) -> Level:
    """Who may read it. BadInput for anything else."""
    try:
        return Level(text)
    except ValueError:
        raise BadInput("Select who may read your story", field="level") from None


def _checked(session: Session, draft: StoryDraft, typed: Typed | None, now: datetime) -> Story:
    level = read_level(draft.level)
    if draft.about not in dict(ABOUT):
        raise BadInput("Select what it is about", field="about")
    if typed is not None and typed.how not in HEARD:
        raise BadInput("Select how you heard it", field="how")
    is_told_with_more = bool(draft.offered.keys)
    return Story(
        reference=_new_reference(session),
        told_at=now,
        how=typed.how if typed else "web",
        typed_by=typed.staff_id if typed else None,
        area_id=_area_id(session, draft.area),
        about=draft.about,
        words=check_words(draft.words, may_be_empty=is_told_with_more),
        is_told_with_more=is_told_with_more,
        **_scales(draft.scales),
        level=level,
        shown_name=check_shown_name(draft.shown_name, level),
        consent_at=now,
        consent_until=now + CONSENT_LASTS,
        consent_wording=CONSENT_WORDING,
        looked_at=now if typed else None,
        looked_by=typed.staff_id if typed else None,
    )


def _scales(given: Mapping[str, int]) -> dict[str, int]:
    for name, step in given.items():
        if name not in SCALES or not 1 <= step <= len(SCALES[name][1]):
            raise BadInput("Select one of the steps", field=name)
    return dict(given)


def _area_id(session: Session, slug: str) -> int | None:
    if not slug:
        return None
    area_id = areas.id_of(session, slug)
    if area_id is None or session.get_one(Area, area_id).closed_at is not None:
        raise BadInput("Select where it is about", field="area")
    return area_id


def _reached(reach: Reach) -> dict[str, str] | None:
    """How the teller is reached, of all that was typed only what that takes; None if they would rather not be."""
    if not reach.contact:
        return None
    if reach.contact not in CONTACTS:
        raise BadInput("Select if we may contact you", field="contact")
    kept = {"contact": reach.contact, "name": people.check_first_name(reach.name)}
    if reach.contact == "email":
        return {**kept, "email": people.check_email(reach.email)}
    if reach.contact == "letter":
        return {**kept, "address": check_address(reach.address)}
    return {**kept, "phone": people.check_phone(reach.phone)}


def _new_reference(session: Session) -> str:
    for _ in range(20):
        letters = "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(6))
        reference = f"{letters[:3]}-{letters[3:]}"
        if session.scalar(select(Story.id).where(Story.reference == reference)) is None:
            return reference
    raise Unavailable
