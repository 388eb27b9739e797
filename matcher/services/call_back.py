"""The call-back list: whom the call handlers ring before any neighbour is asked, and what came of a call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from matcher.domain.errors import NotFound
from matcher.domain.kinds import job_words
from matcher.domain.lifecycle import NeedStatus, NotificationStatus
from matcher.services import audit
from matcher.store.models import Area, KindRow, Need, Notification, Person, PhoneCheck, PhoneCode

# A code that was not entered by then is not being typed just now.
CODE_AWAITED = timedelta(minutes=30)
WAITS_LONG = timedelta(hours=2)
RING_AGAIN_AFTER = timedelta(hours=2)
ROWS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class CallRow:
    """Someone to ring. No number: it is read one at a time, on the page of the need. `ring_after`: not before then."""

    need_id: int
    reference: str
    resident: str
    job: str
    area: str
    why: str
    since: datetime
    is_late: bool
    ring_after: datetime | None
    is_wrong_number: bool


def to_ring(session: Session, area_ids: frozenset[int], *, now: datetime) -> tuple[CallRow, ...]:
    """Whoever waits for a call, longest first; those who did not answer last time and wrong numbers at the end."""
    rows = [_row(found, now) for found in session.execute(_waiting(area_ids, now).limit(ROWS_SHOWN))]
    return tuple(sorted(rows, key=lambda row: (row.is_wrong_number, row.ring_after is not None, row.since)))


def no_answer(session: Session, need_id: int, *, area_ids: frozenset[int], actor: str, now: datetime) -> None:
    """Nobody answered: ring again later."""
    check = _waiting_check(session, need_id, area_ids)
    check.ring_after = now + RING_AGAIN_AFTER
    audit.record(session, actor, "rang_no_answer", ("need", need_id), now=now)


def wrong_number(session: Session, need_id: int, *, area_ids: frozenset[int], actor: str, now: datetime) -> None:
    """Whoever answered does not know them. It stays on the list, last, until it is called off or they ring."""
    check = _waiting_check(session, need_id, area_ids)
    check.wrong_number_at = now
    audit.record(session, actor, "rang_wrong_number", ("need", need_id), now=now)


def _waiting_check(session: Session, need_id: int, area_ids: frozenset[int]) -> PhoneCheck:
    need = session.get(Need, need_id)
    check = session.get(PhoneCheck, need_id, with_for_update=True)
    if need is None or check is None or need.area_id not in area_ids or check.confirmed_at is not None:
        raise NotFound
    return check


_HAS_CODE = exists().where(PhoneCode.need_id == Need.id)
_CODE_WENT_ASTRAY = exists().where(
    Notification.need_id == Need.id,
    Notification.template == "need_code",
    Notification.status.in_((NotificationStatus.FAILED, NotificationStatus.UNCERTAIN)),
)


def _waiting(area_ids: frozenset[int], now: datetime) -> Any:
    return (
        select(Need, PhoneCheck, KindRow, Area.name, Person.first_name, _HAS_CODE, _CODE_WENT_ASTRAY)
        .join(PhoneCheck, PhoneCheck.need_id == Need.id)
        .join(KindRow, KindRow.slug == Need.kind_slug)
        .join(Area, Area.id == Need.area_id)
        .join(Person, Person.id == Need.resident_id)
        .where(
            Need.area_id.in_(area_ids),
            Need.status == NeedStatus.PAUSED,
            PhoneCheck.confirmed_at.is_(None),
            or_(
                PhoneCheck.ring_me_at.is_not(None),
                PhoneCheck.tries_left == 0,
                Need.posted_at <= now - CODE_AWAITED,
                ~_HAS_CODE,
                _CODE_WENT_ASTRAY,
            ),
        )
        .order_by(Need.posted_at, Need.id)
    )


def _row(found: Any, now: datetime) -> CallRow:
    need, check, kind, area, resident, has_code, went_astray = found
    later = check.ring_after if check.ring_after and check.ring_after > now else None
    since = check.ring_me_at or need.posted_at
    return CallRow(
        need_id=need.id,
        reference=need.reference,
        resident=resident,
        job=job_words(kind.job_words, tuple(need.details)),
        area=area,
        why=_why(check, has_code=has_code, went_astray=went_astray),
        since=since,
        is_late=later is None and since <= now - WAITS_LONG,
        ring_after=later,
        is_wrong_number=check.wrong_number_at is not None,
    )


def _why(check: PhoneCheck, *, has_code: bool, went_astray: bool) -> str:
    if check.wrong_number_at:
        return "The number is wrong: find another way, or cancel it"
    if check.ring_me_at:
        return "They asked to be rung"
    if not has_code:
        return "Someone else asked for them"
    if check.tries_left == 0:
        return "They have no tries of the code left"
    return "The code did not get there" if went_astray else "They have not entered the code"
