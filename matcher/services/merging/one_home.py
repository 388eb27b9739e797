"""What is known of two records of one person becomes what is known of them: the chosen of each, and no gap unfilled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import NeedStatus
from matcher.services import on_duty, people, story_withdrawal
from matcher.services.erasure import NOBODYS_NAME
from matcher.services.merging.refusals import Two
from matcher.store.models import ChannelChoice, Home, Need, Offer, OwnCode, Person, StoryTeller

NAME, PHONE, EMAIL, HOME, OFFER = "name", "phone", "email", "home", "offer"
CHOICES = (NAME, PHONE, EMAIL, HOME, OFFER)
_DOOR = ("house", "postcode", "easting", "northing", "lat", "lon")


@dataclass(frozen=True, slots=True)
class _Record:
    """Somebody as one record has them, and what leads to them by their name and number alone."""

    person: Person
    home: Home
    stories: Sequence[int]
    reached_at: frozenset[str]


def become(session: Session, two: Two, taken: frozenset[str], *, now: datetime) -> None:
    """taken: which of CHOICES come from who goes. What is theirs alone fills a gap. Their record is left without a
    word, as after an erasure; what is found by name or number alone is found by those that stay.
    """
    kept, gone = (_read(session, person_id) for person_id in (two.kept_id, two.gone_id))
    _take_name(kept, gone, taken)
    _take_reach(kept, gone, taken)
    if HOME in taken:
        kept.person.area_id, kept.person.cell_id = gone.person.area_id, gone.person.cell_id
        for field in _DOOR:
            setattr(kept.home, field, getattr(gone.home, field))
    kept.home.born_on = kept.home.born_on or gone.home.born_on
    if kept.person.warm_agreed_at is None:
        kept.person.warm_agreed_at, kept.person.warm_wording = gone.person.warm_agreed_at, gone.person.warm_wording
    kept.person.created_at = min(kept.person.created_at, gone.person.created_at)
    _forget_codes(session, kept, gone)
    _find_stories(session, kept, gone)
    _leave_empty(session, gone, now)
    session.flush()


def keep_off_texts(session: Session, person_id: int, *, actor: str, now: datetime) -> None:
    """Whose number takes no texts, or who wanted none under either record, is told by other ways, as `replies` has it
    for who sends STOP.
    """
    person, home = session.get_one(Person, person_id), session.get_one(Home, person_id)
    if person.texts_stopped_at is None and people.usual_way(home.phone) == "text":
        return
    asks = Need.resident_id == person_id, Need.contact == "text"
    unfinished = Need.status.in_((NeedStatus.OPEN, NeedStatus.PAUSED))
    session.execute(update(Need).where(*asks, unfinished).values(contact="phone"))
    if home.email:
        by_text = ChannelChoice.person_id == person_id, ChannelChoice.channel == "text"
        session.execute(update(ChannelChoice).where(*by_text).values(channel="email"))
    elif person.texts_stopped_at is not None and session.scalar(select(Offer.id).where(Offer.person_id == person_id)):
        on_duty.pause(session, person_id, actor=actor, now=now)


def _read(session: Session, person_id: int) -> _Record:
    person, home = session.get_one(Person, person_id), session.get_one(Home, person_id)
    return _Record(person, home, story_withdrawal.told_by(session, person, home), frozenset({home.phone, home.email}))


def _take_name(kept: _Record, gone: _Record, taken: frozenset[str]) -> None:
    if NAME in taken:
        kept.person.first_name, kept.home.surname = gone.person.first_name, gone.home.surname
    elif kept.person.first_name.lower() == gone.person.first_name.lower():
        kept.home.surname = kept.home.surname or gone.home.surname


def _take_reach(kept: _Record, gone: _Record, taken: frozenset[str]) -> None:
    """That a number is theirs was shown for that number; that they want no texts was said for all."""
    if kept.home.phone == gone.home.phone:
        kept.person.phone_confirmed_at = kept.person.phone_confirmed_at or gone.person.phone_confirmed_at
    elif PHONE in taken:
        kept.home.phone, kept.person.phone_confirmed_at = gone.home.phone, gone.person.phone_confirmed_at
    kept.person.texts_stopped_at = kept.person.texts_stopped_at or gone.person.texts_stopped_at
    if EMAIL in taken or not kept.home.email:
        kept.home.email = gone.home.email or kept.home.email


def _forget_codes(session: Session, kept: _Record, gone: _Record) -> None:
    """A code shows that the number it went to is theirs: not another one."""
    stays = {"text": kept.home.phone, "email": kept.home.email}
    for record in (kept, gone):
        for channel, reach in stays.items():
            if reach not in record.reached_at:
                theirs = OwnCode.person_id == record.person.id, OwnCode.channel == channel
                session.execute(delete(OwnCode).where(*theirs))


def _find_stories(session: Session, kept: _Record, gone: _Record) -> None:
    """Whoever deletes their details later takes these back, too."""
    for story_id in {*kept.stories, *gone.stories}:
        teller = session.get_one(StoryTeller, story_id)
        teller.name = kept.person.first_name
        teller.phone = teller.phone and kept.home.phone
        teller.email = teller.email and (kept.home.email or teller.email)


def _leave_empty(session: Session, gone: _Record, now: datetime) -> None:
    session.delete(gone.home)
    gone.person.first_name, gone.person.erased_at = NOBODYS_NAME, now
    gone.person.phone_confirmed_at = gone.person.texts_stopped_at = None
    gone.person.warm_agreed_at = gone.person.warm_wording = None
