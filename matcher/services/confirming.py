"""Is the number theirs? A code of five figures that never stands in the way: a call, or later, does as well.

Nobody is asked about a need until then, and no link to it leaves: a wrong number is someone else's telephone.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.errors import NotFound
from matcher.domain.lifecycle import NeedStatus, OccurrenceStatus, check_move
from matcher.services import audit, batching, consents, people
from matcher.services.outbox import Owed, drop_pending, owe
from matcher.services.wordings import NEED_CODE_LASTS
from matcher.store.models import Home, KindRow, Need, Occurrence, Person, PhoneCheck, PhoneCode

FIGURES = 5
TRIES = 3
AGAIN_AFTER = timedelta(seconds=60)
CODES_MOST = 5
_STOPPED = "That is not the code we sent, and there are no tries left. Ask us to phone you instead"


@dataclass(frozen=True, slots=True)
class ConfirmPage:
    """What the page of the code shows. `sent_to` is hidden but for its end; `again_at`: None if no more codes go."""

    sent_to: str
    is_email: bool
    again_at: datetime | None
    is_to_be_rung: bool
    is_confirmed: bool
    may_change_number: bool


def begin(session: Session, need: Need, *, is_rung: bool = False, now: datetime) -> None:
    """Send the first code of a need that was just written; to whoever did not ask themself goes none: they are rung."""
    session.add(PhoneCheck(need_id=need.id, tries_left=TRIES))
    session.flush()
    if not is_rung:
        _send(session, need, now)


def is_waiting(session: Session, need_id: int) -> bool:
    """True until the number is confirmed; False for a need that needs no confirming."""
    wanted = select(PhoneCheck.need_id).where(PhoneCheck.need_id == need_id, PhoneCheck.confirmed_at.is_(None))
    return session.scalar(wanted) is not None


def read(session: Session, need_id: int, *, now: datetime) -> ConfirmPage | None:
    """The page as it is now; None if this need needs no confirming."""
    check = session.get(PhoneCheck, need_id)
    if check is None:
        return None
    need = session.get_one(Need, need_id)
    home = session.get_one(Home, need.resident_id)
    sent = _sent(session, need_id)
    channel = _channel(need, home)
    return ConfirmPage(
        sent_to=people.hidden_email(home.email) if channel == "email" else people.hidden_phone(home.phone),
        is_email=channel == "email",
        again_at=max(now, _free_again(sent, now)) if len(sent) < CODES_MOST else None,
        is_to_be_rung=check.ring_me_at is not None,
        is_confirmed=check.confirmed_at is not None,
        may_change_number=_is_new_here(session, need),
    )


def enter(session: Session, need_id: int, typed: str, *, now: datetime) -> str | None:
    """Try a code. None: it is confirmed, also if it was before. Else what to say; the try is counted."""
    check = session.get_one(PhoneCheck, need_id, with_for_update=True)
    if check.confirmed_at is not None:
        return None
    if check.tries_left == 0:
        return _STOPPED
    fitting = [code for code in _sent(session, need_id) if hmac.compare_digest(code.code_hash, _hash(need_id, typed))]
    if any(code.ends_at > now for code in fitting):
        _confirm(session, check, "code", audit.person(_resident_of(session, need_id)), now)
        return None
    if fitting:
        is_sent = send_again(session, need_id, now=now)
        return f"That code has run out. {'We have sent a new one' if is_sent else 'Ask us to phone you instead'}"
    check.tries_left -= 1
    if check.tries_left == 0:
        return _STOPPED
    left = "1 try" if check.tries_left == 1 else f"{check.tries_left} tries"
    return f"That is not the code we sent. You have {left} left"


def send_again(session: Session, need_id: int, *, now: datetime) -> bool:
    """Send another code; False if the last one is too new, there were too many, or it is confirmed."""
    check = session.get_one(PhoneCheck, need_id, with_for_update=True)
    sent = _sent(session, need_id)
    if check.confirmed_at is not None or len(sent) >= CODES_MOST or _free_again(sent, now) > now:
        return False
    check.tries_left = TRIES
    _send(session, session.get_one(Need, need_id), now)
    return True


def ring_me(session: Session, need_id: int, *, now: datetime) -> None:
    """They would rather be rung: onto the call-back list. Twice is once."""
    check = session.get_one(PhoneCheck, need_id, with_for_update=True)
    if check.confirmed_at is None and check.ring_me_at is None:
        check.ring_me_at = now


def change_number(session: Session, need_id: int, typed: str, *, now: datetime) -> None:
    """Another number for someone we did not know before this need; a code goes there. BadInput names the field."""
    check = session.get_one(PhoneCheck, need_id, with_for_update=True)
    need = session.get_one(Need, need_id)
    phone = people.check_phone(typed)
    if check.confirmed_at is not None or not _is_new_here(session, need):
        return
    home = session.get_one(Home, need.resident_id)
    if home.phone == phone:
        return
    home.phone = phone
    drop_pending(session, need_id=need_id, template="need_code", now=now)
    audit.record(session, audit.person(need.resident_id), "changed", ("person", need.resident_id), "phone", now=now)
    if len(_sent(session, need_id)) < CODES_MOST:
        _send(session, need, now)


def confirm_by_call(session: Session, need_id: int, *, area_ids: frozenset[int], actor: str, now: datetime) -> None:
    """Someone from the team has spoken with them. Twice is once. NotFound if it is of no area of theirs."""
    need = session.get(Need, need_id)
    check = session.get(PhoneCheck, need_id, with_for_update=True)
    if need is None or check is None or need.area_id not in area_ids:
        raise NotFound
    if check.confirmed_at is None:
        _confirm(session, check, "call", actor, now)


def _confirm(session: Session, check: PhoneCheck, how: str, actor: str, now: datetime) -> None:
    check.confirmed_at, check.how = now, how
    need = session.get_one(Need, check.need_id)
    if need.status is not NeedStatus.PAUSED:  # called off in between
        return
    drop_pending(session, need_id=need.id, template="need_code", now=now)
    if (how, need.contact) != ("call", "phone"):  # on the telephone they were told already
        owed = Owed("need_posted", ("need_id", need.id), person_id=need.resident_id, channel=need.contact)
        owe(session, owed, now=now)
    audit.record(session, actor, "confirmed", ("need", need.id), how, now=now)
    if not session.get_one(KindRow, need.kind_slug).is_triaged:
        start_asking(session, need.id, now=now)


def decide_to_ask(session: Session, need_id: int, *, area_ids: frozenset[int], actor: str, now: datetime) -> None:
    """A coordinator decides for someone who cannot agree themself. Twice is once. NotFound if it needs no deciding."""
    need = session.get(Need, need_id)
    consent = consents.of_need(session, need_id)
    if need is None or need.area_id not in area_ids or consent is None or consent.given_by != consents.BEST_INTERESTS:
        raise NotFound
    if need.status is NeedStatus.PAUSED:
        owed = Owed("need_posted", ("need_id", need.id), person_id=need.resident_id, channel=need.contact)
        owe(session, owed, now=now)
        audit.record(session, actor, "decided", ("need", need.id), now=now)
        start_asking(session, need_id, now=now)


def start_asking(session: Session, need_id: int, *, now: datetime) -> None:
    """A need that waited for a word is open now, and its occurrences are looked at as new ones are."""
    occurrences = session.scalars(
        select(Occurrence)
        .where(Occurrence.need_id == need_id, Occurrence.status == OccurrenceStatus.OPEN)
        .order_by(Occurrence.id)
        .with_for_update(key_share=True)
    ).all()
    need = session.get_one(Need, need_id, with_for_update={"key_share": True})
    check_move(need.status, NeedStatus.OPEN)
    need.status = NeedStatus.OPEN
    for occurrence in occurrences:
        occurrence.open_since = now
        if occurrence.reason_code != batching.NOT_YET:
            occurrence.next_round_at = batching.first_look_at(session, need.area_id, need.urgency, now=now)


def _send(session: Session, need: Need, now: datetime) -> None:
    code = f"{secrets.randbelow(10**FIGURES):0{FIGURES}}"
    session.add(PhoneCode(need_id=need.id, code_hash=_hash(need.id, code), sent_at=now, ends_at=now + NEED_CODE_LASTS))
    owed = Owed(
        "need_code",
        ("need_id", need.id),
        person_id=need.resident_id,
        channel=_channel(need, session.get_one(Home, need.resident_id)),
        values={"code": code},
        occasion=secrets.token_hex(8),
    )
    owe(session, owed, now=now)


def _sent(session: Session, need_id: int) -> list[PhoneCode]:
    """The codes of a need, the newest last."""
    return list(session.scalars(select(PhoneCode).where(PhoneCode.need_id == need_id).order_by(PhoneCode.id)))


def _free_again(sent: list[PhoneCode], now: datetime) -> datetime:
    """When another code may go: a minute after the last, at once if none went."""
    return sent[-1].sent_at + AGAIN_AFTER if sent else now


def _channel(need: Need, home: Home) -> str:
    """How a code reaches them: by e-mail if that is what they chose, by text to a mobile, else read out by phone."""
    if need.contact == "email":
        return "email"
    return people.usual_way(home.phone)


def _is_new_here(session: Session, need: Need) -> bool:
    """True if we first heard of them with this need: nobody else's number can be changed through it."""
    return session.get_one(Person, need.resident_id).created_at == need.posted_at


def _resident_of(session: Session, need_id: int) -> int:
    return session.get_one(Need, need_id).resident_id


def _hash(need_id: int, code: str) -> bytes:
    return hashlib.sha256(f"{need_id}:{code}".encode()).digest()
