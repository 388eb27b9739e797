"""What is said of a month's help and of a quiet spell, while it is still wished for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import OfferStatus, VisitStatus
from matcher.domain.localtime import local_day, month_window, to_local
from matcher.domain.messages.catalogue import CALLS
from matcher.domain.preferences import NO_NEWS, About
from matcher.services import page_links
from matcher.services.wording_desk import Desk, Values, Wording
from matcher.store import queries
from matcher.store.models import Broadcast, Match, Offer, Person, Visit


def _month_thanks(desk: Desk) -> Values:
    person_id = _listener(desk, (OfferStatus.ACTIVE, OfferStatus.PAUSED))
    if person_id is None:
        return None
    year, month = map(int, desk.row.event.rpartition(":")[2].split("-"))
    window = month_window(year, month)
    times = desk.session.scalars(
        select(func.count()).where(
            Visit.person_id == person_id,
            Visit.status == VisitStatus.DONE,
            Visit.starts_at >= window.start,
            Visit.starts_at < window.end,
        )
    ).one()
    if not times:
        return None
    often = {1: "once", 2: "twice"}.get(times, f"{times} times")
    return {"n": f"{often} in {to_local(window.start):%B}", "link": _own_page(desk, person_id)}


def _quiet_spell(desk: Desk) -> Values:
    """Not to who was asked something while it waited."""
    person_id = _listener(desk, (OfferStatus.ACTIVE,))
    if person_id is None or _was_asked(desk.session, person_id, since=desk.row.owed_at):
        return None
    return {"link": _own_page(desk, person_id)}


def _call(desk: Desk) -> Values:
    """Written to many at once: only on the day it was meant for, and not to who has since wished for no texts."""
    broadcast = desk.session.get_one(Broadcast, desk.row.broadcast_id)
    if desk.row.staff_id is not None:  # its writer tries it: the link leads back to where they came from
        return {"link": f"{desk.scheme.origin}/team/broadcasts"}
    person_id = _listener(desk, (OfferStatus.ACTIVE,))
    is_over = broadcast.stopped_at is not None or desk.row.broadcast_day != local_day(desk.now)
    if person_id is None or is_over or desk.session.get_one(Person, person_id).texts_stopped_at is not None:
        return None
    return {"link": _own_page(desk, person_id)}


def _listener(desk: Desk, statuses: tuple[OfferStatus, ...]) -> int | None:
    """Whom it goes to, if they are on the list like that and wish for news."""
    person_id = desk.row.person_id
    assert person_id is not None
    status = desk.session.scalar(select(Offer.status).where(Offer.person_id == person_id))
    wishes = queries.channel_of(desk.session, person_id, About.NEWS) != NO_NEWS
    return person_id if wishes and status in statuses else None


def _was_asked(session: Session, person_id: int, *, since: datetime) -> bool:
    asked = select(Match.id).where(Match.person_id == person_id, Match.asked_at >= since).limit(1)
    return session.scalar(asked) is not None


def _own_page(desk: Desk, person_id: int) -> str:
    return f"{desk.scheme.origin}/me/{page_links.own_page_link(desk.session, person_id, now=desk.now)}"


WORDINGS: Mapping[str, Wording] = {
    "month_thanks": _month_thanks,
    "quiet_spell": _quiet_spell,
    **dict.fromkeys(CALLS, _call),
}
