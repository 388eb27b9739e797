"""Putting an owed message into words at the moment of sending, from the rows as they are then.

Each template has one function that looks at its thing again: None means that what it would say is over. What is said
of asks and visits is in `visit_wordings`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain import messages
from matcher.domain.errors import MessageError
from matcher.domain.lifecycle import NeedStatus, OccurrenceStatus, OfferStatus
from matcher.domain.localtime import local_day
from matcher.domain.messages import Message
from matcher.services import (
    calendar_feed,
    cold_wordings,
    message_texts,
    news_wordings,
    nobody_yet,
    page_links,
    reply_wordings,
    story_wordings,
    visit_wordings,
)
from matcher.services.calendar_feed import CalendarFile
from matcher.services.wording_desk import Desk, Scheme, Values, Wording
from matcher.store import queries
from matcher.store.models import (
    Concern,
    Home,
    InboundText,
    Need,
    Notification,
    Occurrence,
    Offer,
    Person,
    Referral,
    Staff,
    StoryTeller,
)

__all__ = ["NEED_CODE_LASTS", "Scheme", "Worded", "values_of", "word_message"]

# Told to the volunteer: a visit is theirs, or is off.
_FOR_THE_CALENDAR = frozenset({"visit_held_volunteer", "visit_usual_volunteer", "visit_cancelled", "thaw_volunteer"})
STAFF_CODE_LASTS = timedelta(minutes=15)
NEED_CODE_LASTS = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Worded:
    """Where a message goes, how that may be shown, what it says, and the visit for a calendar if it is about one."""

    recipient: str
    shown_as: str
    message: Message
    calendar: CalendarFile | None = None


def word_message(session: Session, row: Notification, scheme: Scheme, *, now: datetime) -> Worded | None:
    """The message in words, or None if its moment has passed or its person is gone. Our number in it is that of when it
    was owed.

    MessageError if there is no way to reach them as they asked: that must come before a coordinator's eyes.
    """
    scheme, sent_to = scheme.as_owed(row.owed_at), _recipient(session, row)
    values = _WORDINGS[row.template](Desk(session, row, scheme, now)) if sent_to else None
    if sent_to is None or values is None:
        return None
    usual = {"scheme": scheme.name, "tel": scheme.phone}
    words = message_texts.owed_words(session, messages.words_event(row.template, row.channel), row.text_id)
    known = {name: value for name, value in {**usual, **values}.items() if name in words.values}
    return Worded(*sent_to, messages.fill(words, known), _calendar_file(session, row, scheme, values, now))


def _calendar_file(
    session: Session, row: Notification, scheme: Scheme, values: Mapping[str, str], now: datetime
) -> CalendarFile | None:
    """What goes with an e-mail that books a visit, or calls one off: as the feed shows it, so with no name or place."""
    if row.channel != "email" or row.visit_id is None or row.template not in _FOR_THE_CALENDAR:
        return None
    body = calendar_feed.visit_file(session, row.visit_id, scheme, now=now)
    return CalendarFile(body, f"{values['link']}/visit.ics" if "link" in values else "")


def values_of(session: Session, row: Notification, scheme: Scheme, *, now: datetime) -> Values:
    """What the message would say, for a person who says it: no link that is made on the way stays. None if over."""
    aside = session.begin_nested()
    try:
        values = _WORDINGS[row.template](Desk(session, row, scheme, now))
    finally:
        aside.rollback()
    return None if values is None else {"scheme": scheme.name, "tel": scheme.phone, **values}


def is_over(session: Session, row: Notification, *, now: datetime) -> bool:
    """What the message would say is so no longer."""
    return values_of(session, row, Scheme(name="", phone="", origin=""), now=now) is None


def _need_posted(desk: Desk) -> Values:
    need = _need(desk)
    if need.status not in (NeedStatus.OPEN, NeedStatus.PAUSED):
        return None
    token = page_links.status_link(desk.session, need, now=desk.now)
    return {"ref": need.reference, "link": f"{desk.scheme.origin}/r/{token}"}


def _need_link(desk: Desk) -> Values:
    """Asked for a moment ago by who had no link to hand, and so sent even where the need is over."""
    need = _need(desk)
    token = page_links.status_link(desk.session, need, now=desk.now)
    return {"ref": need.reference, "link": f"{desk.scheme.origin}/r/{token}"}


def _code(desk: Desk) -> Values:
    if desk.row.owed_at + NEED_CODE_LASTS <= desk.now:
        return None
    return {"code": str(desk.row.values["code"])}


def _need_cancelled(desk: Desk) -> Values:
    return {"ref": _need(desk).reference}


def _need_unmet(desk: Desk) -> Values:
    occurrence = desk.session.get_one(Occurrence, desk.row.occurrence_id)
    if occurrence.status is not OccurrenceStatus.UNMET:
        return None
    return {"ref": desk.session.get_one(Need, occurrence.need_id).reference}


def _need_still_looking(desk: Desk) -> Values:
    occurrence = desk.session.get_one(Occurrence, desk.row.occurrence_id)
    if not nobody_yet.is_still_looked_for(desk.session, occurrence.id, now=desk.now):
        return None
    need = desk.session.get_one(Need, occurrence.need_id)
    token = page_links.status_link(desk.session, need, now=desk.now)
    return {"ref": need.reference, "link": f"{desk.scheme.origin}/r/{token}"}


def _referral_posted(desk: Desk) -> Values:
    need = _need(desk)
    assert desk.row.referral_id is not None
    token = page_links.outcome_link(desk.session, need, desk.row.referral_id, now=desk.now)
    return {"ref": need.reference, "link": f"{desk.scheme.origin}/for/{token}"}


def _referral_news(desk: Desk) -> Values:
    """The outcome alone: who asked for someone hears no name, no time and no place."""
    return {"ref": _need(desk).reference}


def _offer_made(desk: Desk) -> Values:
    assert desk.row.person_id is not None
    token = page_links.own_page_link(desk.session, desk.row.person_id, now=desk.now)
    name = desk.session.get_one(Person, desk.row.person_id).first_name
    return {"v": name, "link": f"{desk.scheme.origin}/me/{token}"}


def _offer_ended(desk: Desk) -> Values:
    wanted = select(Offer.status).where(Offer.person_id == desk.row.person_id)
    return {} if desk.session.scalar(wanted) is OfferStatus.STOPPED else None


def _stood_down(desk: Desk) -> Values:
    return {} if _is_stood_down(desk) else None


def _back_on_list(desk: Desk) -> Values:
    return None if _is_stood_down(desk) else {}


def _is_stood_down(desk: Desk) -> bool:
    since = select(Offer.stood_down_at).where(Offer.person_id == desk.row.person_id)
    return desk.session.scalar(since) is not None


def _staff_code(desk: Desk) -> Values:
    if desk.row.owed_at + STAFF_CODE_LASTS <= desk.now:
        return None
    return {"code": str(desk.row.values["code"])}


def _concern_raised(desk: Desk) -> Values:
    """Word that there is one, and nothing of it; none once somebody has opened it, or to who reads none any more."""
    reference = str(desk.row.values["ref"])
    unopened = select(Concern.id).where(Concern.reference == reference, Concern.opened_at.is_(None))
    reads = queries.readers_of_concerns().where(Staff.id == desk.row.staff_id)
    if desk.session.scalar(unopened) is None or desk.session.scalar(reads) is None:
        return None
    return {"ref": reference, "link": f"{desk.scheme.origin}/team/concerns"}


def _starts_soon(desk: Desk) -> Values:
    """As many as there are when it is read out; none if somebody is coming to each by then."""
    assert desk.row.staff_id is not None
    count = nobody_yet.count_soon(desk.session, desk.row.staff_id, now=desk.now)
    if not count:
        return None
    return {"n": "1 visit starts" if count == 1 else f"{count} visits start", "link": f"{desk.scheme.origin}/team"}


def _texts_spent(desk: Desk) -> Values:
    """Of no use on the next day: then there are texts again."""
    if local_day(desk.row.owed_at) != local_day(desk.now):
        return None
    return {"n": str(desk.row.values["n"]), "link": f"{desk.scheme.origin}/team/messages"}


_WORDINGS: Mapping[str, Wording] = {
    **visit_wordings.WORDINGS,
    **reply_wordings.WORDINGS,
    **news_wordings.WORDINGS,
    **cold_wordings.WORDINGS,
    **story_wordings.WORDINGS,
    "need_posted": _need_posted,
    "need_link": _need_link,
    "need_code": _code,
    "own_code": _code,
    "need_cancelled_resident": _need_cancelled,
    "details_erased": _need_cancelled,
    "need_unmet": _need_unmet,
    "need_still_looking": _need_still_looking,
    "referral_posted": _referral_posted,
    "referral_matched": _referral_news,
    "referral_done": _referral_news,
    "referral_unmet": _referral_news,
    "offer_made": _offer_made,
    "offer_ended": _offer_ended,
    "stood_down": _stood_down,
    "back_on_list": _back_on_list,
    "staff_code": _staff_code,
    "concern_raised": _concern_raised,
    "starts_soon": _starts_soon,
    "texts_spent": _texts_spent,
}
_RECEIPT = "details_erased"


def _recipient(session: Session, row: Notification) -> tuple[str, str] | None:
    """Where it goes, and a form of that which may stand on the outbox page; None if there is nowhere."""
    if row.staff_id is not None:
        staff = session.get_one(Staff, row.staff_id)
        return (staff.email, f"{staff.name}, by email") if staff.active else None
    if row.template == _RECEIPT:  # of an erasure: nothing else is known of them any more
        return (to, f"someone, by {row.channel}") if (to := row.values.get("to")) else None
    if row.referral_id is not None or row.story_id is not None:
        return _outsider(session, row)
    if row.inbound_id is not None and row.person_id is None:
        sender = session.get_one(InboundText, row.inbound_id).sender
        return (sender, "someone who texted, by text") if sender else None
    return _known(session, row)


def _known(session: Session, row: Notification) -> tuple[str, str] | None:
    """Of a person of the scheme."""
    person = session.get_one(Person, row.person_id)
    home = session.get(Home, person.id)
    if home is None or person.erased_at is not None:
        return None
    if row.channel == "text" and person.texts_stopped_at is not None and row.inbound_id is None:
        if row.broadcast_id is not None:
            return None  # nobody is rung about what went to many
        raise MessageError("they asked for no more texts: ring them")
    address = home.email if row.channel == "email" else home.phone
    if not address:
        raise MessageError("they gave no email address: ring them")
    return address, f"{person.first_name}, by {row.channel}"


def _outsider(session: Session, row: Notification) -> tuple[str, str] | None:
    """Of who is no person of the scheme: who asked for someone else, or told a story."""
    if row.referral_id is not None:
        referral = session.get_one(Referral, row.referral_id)
        to, name = (referral.email if row.channel == "email" else referral.phone), referral.first_name
    elif (teller := session.get(StoryTeller, row.story_id)) is not None:
        to = {"email": teller.email, "letter": teller.address}.get(row.channel) or teller.phone
        name = teller.name
    else:
        return None
    return (to, f"{name}, by {row.channel}") if to else None


def _need(desk: Desk) -> Need:
    return desk.session.get_one(Need, desk.row.need_id)
