"""A need for who has no link to hand: its reference, and the last four figures of their number.

That is enough to hear how it stands, and too little to change, cancel or delete it, or to read who comes and by which
word: for those their own page is sent to the number we hold.
"""

from __future__ import annotations

import hmac
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput
from matcher.domain.lifecycle import EXPECTED
from matcher.services import audit, confirming, need_page, page_links, people
from matcher.services.need_page import NeedPage, NeedState
from matcher.services.outbox import Owed, owe
from matcher.store.models import Home, Need, Notification

FIGURES = 4
SOONEST_LINK = timedelta(minutes=10)
MOST_LINKS_A_DAY = 3
# Compared with where there is no such need, so that a wrong reference takes as long as wrong figures.
_NOBODYS = "----"
_LINK = "need_link"


@dataclass(frozen=True, slots=True)
class Glance:
    """How a need stands: the state, the days, and how many are coming. No name, no word, no hour, no kind of help."""

    reference: str
    state: NeedState
    days: tuple[str, ...]
    coming: int


def parse_reference(text: str) -> str:
    """A reference as it is kept, `K7Q-4MX`, however it was typed. BadInput if nothing was."""
    signs = [sign for sign in unicodedata.normalize("NFKC", text).upper() if sign.isalnum()]
    if not signs:
        raise BadInput("Enter your reference, like K7Q-4MX", field="reference")
    return f"{''.join(signs[:3])}-{''.join(signs[3:])}"


def parse_last_figures(text: str) -> str:
    """Four figures in our own signs. BadInput for anything else."""
    figures = [unicodedata.decimal(sign, None) for sign in text if not sign.isspace()]
    if len(figures) != FIGURES or None in figures:
        raise BadInput("Enter the last 4 digits of the phone number you gave", field="last_digits")
    return "".join(map(str, figures))


def look(session: Session, reference: str, last_figures: str, *, now: datetime) -> Glance | None:
    """How that need stands; None if either is wrong, or the need was over long ago. The look is audited."""
    found = _find(session, reference, last_figures, now)
    if found is None:
        return None
    need, _phone = found
    audit.record(session, audit.person(need.resident_id), "looked_by_reference", ("need", need.id), now=now)
    return _glance(need_page.read(session, need.id, now=now))


def send_link(session: Session, reference: str, last_figures: str, *, now: datetime) -> None:
    """Owe a text with a link to their own page, to the mobile we hold.

    Nothing is owed if either is wrong, to a landline, to a number that nobody has confirmed, or so soon or so often
    that it would be a nuisance; and nobody is told which, since anyone may ask for it.
    """
    found = _find(session, reference, last_figures, now, to_write=True)
    if found is None:
        return
    need, phone = found
    if people.usual_way(phone) != "text" or confirming.is_waiting(session, need.id) or _has_enough(session, need, now):
        return
    owed = Owed(_LINK, ("need_id", need.id), person_id=need.resident_id, channel="text", occasion=f"{now:%Y%m%d%H%M%S}")
    owe(session, owed, now=now)
    audit.record(session, audit.person(need.resident_id), "asked_for_link", ("need", need.id), now=now)


def _find(
    session: Session, reference: str, last_figures: str, now: datetime, *, to_write: bool = False
) -> tuple[Need, str] | None:
    wanted = (
        select(Need, Home.phone)
        .join(Home, Home.person_id == Need.resident_id)
        .where(
            Need.reference == reference,
            or_(Need.closed_at.is_(None), Need.closed_at > now - page_links.STATUS_LINK_LASTS),
        )
    )
    if to_write:  # so that two who press at once are counted one after the other
        wanted = wanted.with_for_update(of=Need, key_share=True)
    row = session.execute(wanted).one_or_none()
    need, phone = row if row else (None, _NOBODYS)
    is_theirs = hmac.compare_digest(phone[-FIGURES:].encode(), last_figures.encode())
    return (need, phone) if need is not None and is_theirs else None


def _has_enough(session: Session, need: Need, now: datetime) -> bool:
    owed = select(func.count(), func.max(Notification.owed_at)).where(
        Notification.need_id == need.id, Notification.template == _LINK, Notification.owed_at > now - timedelta(days=1)
    )
    times, last = session.execute(owed).one()
    return times >= MOST_LINKS_A_DAY or (last is not None and last > now - SOONEST_LINK)


def _glance(page: NeedPage) -> Glance:
    coming = [helper for helper in page.helpers if helper.status in EXPECTED]
    days = [helper.day for helper in coming] or [day for day, _times in page.windows]
    return Glance(page.reference, page.state, tuple(dict.fromkeys(days)), len(coming))
