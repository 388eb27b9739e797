"""A story is taken back: in one transaction it is gone from everywhere but from what was printed, which is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, false, func, or_, select
from sqlalchemy.orm import Session

from matcher.domain.errors import Conflict, NotFound
from matcher.domain.stories import letters_of
from matcher.domain.wording import clean_line
from matcher.services import audit, links, outbox, story_pieces
from matcher.services.people import NAME_LENGTH
from matcher.store.models import (
    Area,
    ConsoleMessage,
    Home,
    Notification,
    Person,
    Story,
    StoryApproval,
    StoryPrint,
    StoryPublication,
    StoryTeller,
    StoryWording,
)

HOW = ("link", "phone", "post", "expired")


@dataclass(frozen=True, slots=True)
class ToTakeBack:
    """What is said of a story to whoever rings, before it is erased: enough to know it by, and none of its words."""

    reference: str
    told_at: datetime
    area: str | None
    about: str | None
    prints: tuple[str, ...]


def withdraw(session: Session, story_id: int, how: str, *, actor: str = audit.SYSTEM, now: datetime) -> None:
    """Erase a story and whatever leads to its teller. Twice is once. NotFound if there is no such story."""
    story = session.get(Story, story_id, with_for_update=True)
    if story is None or how not in HOW:
        raise NotFound
    if story.withdrawn_at is not None:
        return
    outbox.drop_pending(session, story_id=story_id, now=now)
    links.revoke(session, now=now, story_id=story_id)
    _erase_copies(session, story_id)
    for table in (StoryPublication, StoryApproval, StoryWording, StoryTeller):
        session.execute(delete(table).where(table.story_id == story_id))
    story_pieces.erase_of(session, story_id)
    story.words = story.shown_name = ""
    story.about = story.feeling = story.often = story.matters = story.talk_since = None
    story.is_hidden_issue = story.is_minority_view = False  # they say what sort of story it was
    story.withdrawn_at, story.withdrawn_how = now, how
    audit.record(session, actor, "withdrawn", ("story", story_id), now=now)
    session.flush()


def withdraw_by_reference(session: Session, reference: str, how: str, *, staff_id: int, now: datetime) -> int:
    """For a teller who rings or writes and says their reference. NotFound if there is none such; the story's id."""
    story = _by_reference(session, reference)
    withdraw(session, story.id, how, actor=audit.staff(staff_id), now=now)
    return story.id


def before_by_reference(session: Session, reference: str) -> ToTakeBack:
    """The story they mean, to be read out to them. NotFound if there is none such, Conflict if it was taken back."""
    story = _by_reference(session, reference)
    if story.withdrawn_at is not None:
        raise Conflict("That story is erased already. Tell them: nobody can read it")
    area = session.get(Area, story.area_id) if story.area_id else None
    return ToTakeBack(
        reference=story.reference,
        told_at=story.told_at,
        area=area.name if area else None,
        about=story.about,
        prints=prints_of(session, story.id),
    )


def withdraw_of_person(session: Session, person: Person, home: Home, *, actor: str, now: datetime) -> None:
    """Whoever erases their details takes back what they told under that name and number or address."""
    for story_id in told_by(session, person, home):
        withdraw(session, story_id, "link", actor=actor, now=now)


def told_by(session: Session, person: Person, home: Home) -> Sequence[int]:
    """The stories told under someone's name and number or address. No key leads from a story to a person."""
    reach = [StoryTeller.phone == home.phone] if home.phone else []
    reach += [func.lower(StoryTeller.email) == home.email.lower()] if home.email else []
    theirs = or_(false(), *reach), func.lower(StoryTeller.name) == person.first_name.lower()
    return session.scalars(select(StoryTeller.story_id).where(*theirs).order_by(StoryTeller.story_id)).all()


def erase_expired(session: Session, *, limit: int, now: datetime) -> int:
    """Withdraw what its teller's consent no longer holds for; how many. A second pass finds nothing."""
    over = session.scalars(
        select(Story.id)
        .where(Story.withdrawn_at.is_(None), Story.consent_until <= now)
        .order_by(Story.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for story_id in over:
        withdraw(session, story_id, "expired", now=now)
    return len(over)


def prints_of(session: Session, story_id: int) -> tuple[str, ...]:
    """Where it was printed: what cannot be taken back."""
    wanted = select(StoryPrint.where_printed).where(StoryPrint.story_id == story_id).order_by(StoryPrint.id)
    return tuple(session.scalars(wanted))


def _by_reference(session: Session, reference: str) -> Story:
    typed = letters_of(clean_line(reference, NAME_LENGTH))
    found = session.scalar(select(Story).where(func.replace(Story.reference, "-", "") == typed))
    if found is None:
        raise NotFound
    return found


def _erase_copies(session: Session, story_id: int) -> None:
    told = select(Notification.id).where(Notification.story_id == story_id)
    session.execute(
        delete(ConsoleMessage).where(ConsoleMessage.notification_id.in_(told)),
        execution_options={"synchronize_session": False},
    )
