"""People must be invited: a code that says who asks them to take part and why, and how many chose what."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, NotFound, Unavailable
from matcher.domain.localtime import local_day
from matcher.domain.wording import clean_line
from matcher.services.needs import REFERENCE_LETTERS
from matcher.store.models import BatchCount, Invitation, InvitationBatch, InvitationCount

CHANNEL_WORDS = {
    "postcard": "Postcards",
    "poster": "Posters",
    "letter": "Letters",
    "neighbour": "Cards passed on by neighbours",
    "gp": "Cards at the surgery",
    "text": "Texts",
    "email": "E-mails",
    "phone": "Telephone",
    "in_person": "Word of mouth",
}
CHANNELS = tuple(CHANNEL_WORDS)
CHOICES = ("ask", "offer", "story", "read")
CODE_LENGTH = 5
CONNECTOR_LENGTH, BECAUSE_LENGTH = 60, 160


@dataclass(frozen=True, slots=True)
class Invited:
    """What the page says: who asks, and why. is_over: they ask no more."""

    code: str
    connector: str
    because: str
    is_over: bool


def invite(session: Session, connector: str, because: str, channel: str, *, now: datetime) -> str:
    """Make an invitation; its code. BadInput names what is wrong."""
    if channel not in CHANNELS:
        raise BadInput(f"The channel must be one of {', '.join(CHANNELS)}", field="channel")
    name = clean_line(connector, CONNECTOR_LENGTH, noun="The name", field="connector")
    words = clean_line(because, BECAUSE_LENGTH, noun="The reason", field="because").rstrip(".")
    if not name:
        raise BadInput("Enter who invites", field="connector")
    if not words:
        raise BadInput("Enter why you ask them to take part", field="because")
    code = _new_code(session)
    session.add(Invitation(code=code, connector=name, because=words, channel=channel, made_at=now))
    return code


def read(session: Session, code: str) -> Invited:
    """The invitation with this code, in letters of either size. Reading counts nobody. NotFound if there is none."""
    found = _find(session, code)
    return Invited(found.code, found.connector, found.because, is_over=_is_over(session, found))


def choose(session: Session, code: str, choice: str, *, now: datetime) -> None:
    """Count one more who chose this: by channel, and by the pile if it was of one. Who it was is not kept; of what is
    over nobody is counted. NotFound for no such choice.
    """
    if choice not in CHOICES:
        raise NotFound
    month, found = local_day(now).replace(day=1), _find(session, code)
    if _is_over(session, found):
        return
    row = insert(InvitationCount).values(month=month, channel=found.channel, choice=choice, count=1)
    session.execute(
        row.on_conflict_do_update(
            index_elements=["month", "channel", "choice"], set_={"count": InvitationCount.count + 1}
        )
    )
    if session.get(InvitationBatch, found.id) is not None:
        of_pile = insert(BatchCount).values(invitation_id=found.id, month=month, choice=choice, count=1)
        session.execute(
            of_pile.on_conflict_do_update(
                index_elements=["invitation_id", "month", "choice"], set_={"count": BatchCount.count + 1}
            )
        )


def counts(session: Session) -> list[tuple[str, str, str, int]]:
    """(month, channel, choice, how many), the newest first."""
    rows = session.scalars(
        select(InvitationCount).order_by(InvitationCount.month.desc(), InvitationCount.channel, InvitationCount.choice)
    )
    return [(f"{row.month:%Y-%m}", row.channel, row.choice, row.count) for row in rows]


def _is_over(session: Session, found: Invitation) -> bool:
    pile = session.get(InvitationBatch, found.id)
    return pile is not None and pile.ended_at is not None


def _find(session: Session, code: str) -> Invitation:
    found = session.scalar(select(Invitation).where(Invitation.code == code.upper()))
    if found is None:
        raise NotFound
    return found


def _new_code(session: Session) -> str:
    for _ in range(20):
        code = "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(CODE_LENGTH))
        if session.scalar(select(Invitation.id).where(Invitation.code == code)) is None:
            return code
    raise Unavailable  # eight million codes: something else is wrong
