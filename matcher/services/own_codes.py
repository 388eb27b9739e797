"""Is this phone theirs? A code by text to the number a volunteer gave, or by e-mail where no text can go.

It stands before an address on a phone that we do not know, and nowhere else in the way.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from matcher.services import audit, people
from matcher.services.confirming import AGAIN_AFTER, CODES_MOST, FIGURES, TRIES
from matcher.services.outbox import Owed, drop_pending, owe
from matcher.services.wordings import NEED_CODE_LASTS
from matcher.store.models import Home, OwnCode, Person

KEPT = timedelta(days=1)
_STOPPED = "That is not the code we sent, and there are no tries left. Ask for a new code, or call us"


@dataclass(frozen=True, slots=True)
class OwnCodePage:
    """What stands beside the field. sent_to: hidden but for its end, empty if no code can reach them; is_out: a code
    is out; again_at: when another may be sent, None if no more today.
    """

    sent_to: str
    is_email: bool
    is_out: bool
    again_at: datetime | None
    is_confirmed: bool


def read(session: Session, person_id: int, *, now: datetime) -> OwnCodePage:
    """As it is now."""
    person, home = session.get_one(Person, person_id), session.get_one(Home, person_id)
    channel, sent = _channel(person, home), _sent(session, person_id, now)
    hidden = {"text": people.hidden_phone(home.phone), "email": people.hidden_email(home.email)}
    return OwnCodePage(
        sent_to=hidden.get(channel, ""),
        is_email=channel == "email",
        is_out=any(code.ends_at > now for code in sent),
        again_at=max(now, _free_again(sent, now)) if channel and len(sent) < CODES_MOST else None,
        is_confirmed=person.phone_confirmed_at is not None,
    )


def is_out(session: Session, person_id: int, *, now: datetime) -> bool:
    """A code was sent that still works."""
    return any(code.ends_at > now for code in _sent(session, person_id, now))


def send(session: Session, person_id: int, *, now: datetime) -> bool:
    """Send a code; False if the last is too new, there were too many in a day, or there is no way to send one."""
    person = session.get_one(Person, person_id, with_for_update={"key_share": True})
    session.execute(delete(OwnCode).where(OwnCode.person_id == person_id, OwnCode.sent_at <= now - KEPT))
    sent, channel = _sent(session, person_id, now), _channel(person, session.get_one(Home, person_id))
    if not channel or len(sent) >= CODES_MOST or _free_again(sent, now) > now:
        return False
    code = f"{secrets.randbelow(10**FIGURES):0{FIGURES}}"
    session.add(
        OwnCode(
            person_id=person_id,
            code_hash=_hash(person_id, code),
            channel=channel,
            tries_left=TRIES,
            sent_at=now,
            ends_at=now + NEED_CODE_LASTS,
        )
    )
    owed = Owed(
        "own_code",
        ("person_id", person_id),
        person_id=person_id,
        channel=channel,
        values={"code": code},
        occasion=secrets.token_hex(8),
    )
    owe(session, owed, now=now)
    return True


def erase_old(session: Session, *, now: datetime) -> int:
    """Codes that nobody entered go when their day is over: how many."""
    over = delete(OwnCode).where(OwnCode.sent_at <= now - KEPT).returning(OwnCode.id)
    return len(session.execute(over, execution_options={"synchronize_session": False}).all())


def enter(session: Session, person_id: int, typed: str, *, now: datetime) -> str | None:
    """Try a code. None: this phone is theirs. Else what to say; the try is counted."""
    person = session.get_one(Person, person_id, with_for_update={"key_share": True})
    live = [code for code in _sent(session, person_id, now) if code.ends_at > now]
    if not live:
        return "That code has run out. Ask for a new code"
    newest = live[-1]
    if newest.tries_left == 0:
        return _STOPPED
    fitting = next((code for code in live if hmac.compare_digest(code.code_hash, _hash(person_id, typed))), None)
    if fitting is None:
        newest.tries_left -= 1
        left = f"{newest.tries_left} {'try' if newest.tries_left == 1 else 'tries'}"
        return f"That is not the code we sent. You have {left} left" if newest.tries_left else _STOPPED
    if fitting.channel == "text" and person.phone_confirmed_at is None:
        person.phone_confirmed_at = now
    drop_pending(session, person_id=person_id, template="own_code", now=now)
    session.execute(delete(OwnCode).where(OwnCode.person_id == person_id))
    audit.record(session, audit.person(person_id), "entered_code", ("person", person_id), fitting.channel, now=now)
    return None


def _sent(session: Session, person_id: int, now: datetime) -> list[OwnCode]:
    """Theirs of the last day, the newest last."""
    recent = OwnCode.person_id == person_id, OwnCode.sent_at > now - KEPT
    return list(session.scalars(select(OwnCode).where(*recent).order_by(OwnCode.id)))


def _free_again(sent: list[OwnCode], now: datetime) -> datetime:
    return sent[-1].sent_at + AGAIN_AFTER if sent else now


def _channel(person: Person, home: Home) -> str:
    """By text to a mobile; by e-mail to who wants no texts or gave another number; empty if there is neither."""
    if people.usual_way(home.phone) == "text" and person.texts_stopped_at is None:
        return "text"
    return "email" if home.email else ""


def _hash(person_id: int, code: str) -> bytes:
    return hashlib.sha256(f"own:{person_id}:{code}".encode()).digest()
