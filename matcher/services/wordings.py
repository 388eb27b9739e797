"""Putting an owed message into words at the moment of sending, from the rows as they are then.

Each template has one function that looks at its thing again: None means that what it would say is over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain import messages
from matcher.domain.errors import MessageError
from matcher.domain.lifecycle import (
    EXPECTED,
    ArrangementStatus,
    MatchStatus,
    NeedStatus,
    NotificationStatus,
    OccurrenceStatus,
    OfferStatus,
    VisitStatus,
)
from matcher.domain.localtime import at_local, clock_words, short_day_words
from matcher.domain.messages import Message
from matcher.domain.roles import LinkPurpose
from matcher.services import links
from matcher.services.access import Grant
from matcher.store.models import (
    Arrangement,
    Concern,
    Home,
    KindRow,
    Match,
    Need,
    Notification,
    Occurrence,
    Offer,
    Person,
    Referral,
    Staff,
    Visit,
)

STATUS_LINK_LASTS = timedelta(days=60)
VISIT_LINK_LASTS = timedelta(days=14)
OWN_PAGE_LINK_LASTS = timedelta(days=365)
STAFF_CODE_LASTS = timedelta(minutes=15)
NEED_CODE_LASTS = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Scheme:
    """The scheme as messages name it. `origin` comes from the settings, never from a request."""

    name: str
    phone: str
    origin: str


@dataclass(frozen=True, slots=True)
class Worded:
    """Where a message goes, how that may be shown, and what it says."""

    recipient: str
    shown_as: str
    message: Message


@dataclass(frozen=True, slots=True)
class _Desk:
    """What a wording function works with."""

    session: Session
    row: Notification
    scheme: Scheme
    now: datetime

    def link(self, path: str, grant: Grant, expires_at: datetime) -> str:
        token = links.issue(self.session, grant, expires_at=expires_at, now=self.now)
        return f"{self.scheme.origin}/{path}/{token}"


Values = Mapping[str, str] | None


def word_message(session: Session, row: Notification, scheme: Scheme, *, now: datetime) -> Worded | None:
    """The message in words, or None if its moment has passed or its person is gone.

    MessageError if there is no way to reach them as they asked: that must come before a coordinator's eyes.
    """
    sent_to = _recipient(session, row)
    values = _WORDINGS[row.template](_Desk(session, row, scheme, now)) if sent_to else None
    if sent_to is None or values is None:
        return None
    usual = {"scheme": scheme.name, "tel": scheme.phone}
    wanted = messages.TEMPLATES[row.template].values
    known = {name: value for name, value in {**usual, **values}.items() if name in wanted}
    return Worded(*sent_to, messages.render(row.template, known))


def values_of(session: Session, row: Notification, scheme: Scheme, *, now: datetime) -> Values:
    """What the message would say, for a person who says it: no link that is made on the way stays. None if over."""
    aside = session.begin_nested()
    try:
        values = _WORDINGS[row.template](_Desk(session, row, scheme, now))
    finally:
        aside.rollback()
    return None if values is None else {"scheme": scheme.name, "tel": scheme.phone, **values}


def when_words(starts_at: datetime) -> str:
    """`Thu 24 Dec 9:30am`: the time of a visit, short enough for a text."""
    return f"{short_day_words(starts_at)} {clock_words(starts_at)}"


def status_link(session: Session, need: Need, *, now: datetime) -> str:
    """A new token for a need's own page."""
    grant = Grant(LinkPurpose.STATUS, person_id=need.resident_id, need_id=need.id)
    begins = max(now, at_local(need.first_day, time()))
    return links.issue(session, grant, expires_at=begins + STATUS_LINK_LASTS, now=now)


def outcome_link(session: Session, need: Need, referral_id: int, *, now: datetime) -> str:
    """A new token for the page that tells who asked for someone what came of it."""
    grant = Grant(LinkPurpose.REFERRAL, referral_id=referral_id)
    begins = max(now, at_local(need.first_day, time()))
    return links.issue(session, grant, expires_at=begins + STATUS_LINK_LASTS, now=now)


def visit_link(session: Session, visit: Visit, *, now: datetime) -> str:
    """A new token for a visit's page."""
    grant = Grant(LinkPurpose.VISIT, person_id=visit.person_id, visit_id=visit.id)
    return links.issue(session, grant, expires_at=visit.ends_at + VISIT_LINK_LASTS, now=now)


def own_page_link(session: Session, person_id: int, *, now: datetime) -> str:
    """A new token for a volunteer's own page."""
    grant = Grant(LinkPurpose.ME, person_id=person_id)
    return links.issue(session, grant, expires_at=now + OWN_PAGE_LINK_LASTS, now=now)


def match_link(session: Session, match: Match, *, now: datetime) -> str:
    """A new token for the page of an ask: a yes may come as long as there is time for the visit."""
    grant = Grant(LinkPurpose.MATCH, person_id=match.person_id, match_id=match.id)
    ends_at = session.get_one(Occurrence, match.occurrence_id).ends_at
    return links.issue(session, grant, expires_at=max(ends_at, now + timedelta(hours=1)), now=now)


def _need_posted(desk: _Desk) -> Values:
    need = _need(desk)
    if need.status not in (NeedStatus.OPEN, NeedStatus.PAUSED):
        return None
    token = status_link(desk.session, need, now=desk.now)
    return {"ref": need.reference, "link": f"{desk.scheme.origin}/r/{token}"}


def _need_code(desk: _Desk) -> Values:
    if desk.row.owed_at + NEED_CODE_LASTS <= desk.now:
        return None
    return {"code": str(desk.row.values["code"])}


def _need_cancelled(desk: _Desk) -> Values:
    return {"ref": _need(desk).reference}


def _need_unmet(desk: _Desk) -> Values:
    occurrence = desk.session.get_one(Occurrence, desk.row.occurrence_id)
    if occurrence.status is not OccurrenceStatus.UNMET:
        return None
    return {"ref": desk.session.get_one(Need, occurrence.need_id).reference}


def _match_asked(desk: _Desk) -> Values:
    match = _match(desk)
    if match.status is not MatchStatus.PROPOSED or match.ends_at <= desk.now:
        return None
    return {
        **_what_was_asked(desk, match),
        "dist": match.distance_band,
        "link": f"{desk.scheme.origin}/m/{match_link(desk.session, match, now=desk.now)}",
    }


def _match_over(desk: _Desk) -> Values:
    """Told only to those whose question was sent: the others never heard of it."""
    match = _match(desk)
    asked = desk.session.scalar(
        select(Notification.id).where(
            Notification.match_id == match.id,
            Notification.template == "match_asked",
            Notification.status.in_(_TOLD),
        )
    )
    return _what_was_asked(desk, match) if asked is not None else None


def _what_was_asked(desk: _Desk, match: Match) -> dict[str, str]:
    label = desk.session.execute(
        select(KindRow.safe_label)
        .join(Need, Need.kind_slug == KindRow.slug)
        .join(Occurrence, Occurrence.need_id == Need.id)
        .where(Occurrence.id == match.occurrence_id)
    ).scalar_one()
    return {"task": label, "when": when_words(match.starts_at)}


def _visit_expected(desk: _Desk) -> Values:
    visit = _visit(desk)
    if visit.status not in EXPECTED:
        return None
    return {
        **_names(desk, visit),
        "when": when_words(visit.starts_at),
        "word": desk.session.get_one(Occurrence, visit.occurrence_id).door_word,
        "link": f"{desk.scheme.origin}/visits/{visit_link(desk.session, visit, now=desk.now)}",
    }


def _visit_on_way(desk: _Desk) -> Values:
    return _visit_expected(desk) if _visit(desk).status is VisitStatus.ON_WAY else None


def _visit_handed_back(desk: _Desk) -> Values:
    """Told only to a resident who had heard of the visit and to whom nobody else is coming yet."""
    visit = _visit(desk)
    told = desk.session.scalar(
        select(Notification.id).where(
            Notification.visit_id == visit.id,
            Notification.template.in_(("visit_held_resident", "visit_usual_resident")),
            Notification.status.in_(_TOLD),
        )
    )
    occurrence = desk.session.get_one(Occurrence, visit.occurrence_id)
    if told is None or occurrence.status is not OccurrenceStatus.OPEN:
        return None
    return {**_names(desk, visit), "when": when_words(visit.starts_at)}


def _visit_cancelled(desk: _Desk) -> Values:
    visit = _visit(desk)
    return {**_names(desk, visit), "when": when_words(visit.starts_at)}


def _visit_done(desk: _Desk) -> Values:
    visit = _visit(desk)
    if visit.status is not VisitStatus.DONE:
        return None
    need = _need_of(desk, visit)
    token = status_link(desk.session, need, now=desk.now)
    return {**_names(desk, visit), "link": f"{desk.scheme.origin}/r/{token}"}


def _visit_done_volunteer(desk: _Desk) -> Values:
    visit = _visit(desk)
    return _names(desk, visit) if visit.status is VisitStatus.DONE else None


def _visit_unsure(desk: _Desk) -> Values:
    """Nobody has said how it went: ask the resident."""
    visit = _visit(desk)
    if visit.status not in EXPECTED:
        return None
    token = status_link(desk.session, _need_of(desk, visit), now=desk.now)
    return {**_names(desk, visit), "link": f"{desk.scheme.origin}/r/{token}"}


def _arrangement_made(desk: _Desk) -> Values:
    arrangement = _arrangement(desk)
    if arrangement.status is not ArrangementStatus.LIVE or desk.row.person_id is None:
        return None
    own_page = own_page_link(desk.session, desk.row.person_id, now=desk.now)
    need = desk.session.get_one(Need, arrangement.need_id)
    return {
        **_pair(desk, arrangement),
        "task": desk.session.get_one(KindRow, need.kind_slug).safe_label,
        "link": f"{desk.scheme.origin}/me/{own_page}",
    }


def _arrangement_made_resident(desk: _Desk) -> Values:
    arrangement = _arrangement(desk)
    return _pair(desk, arrangement) if arrangement.status is ArrangementStatus.LIVE else None


def _arrangement_ended(desk: _Desk) -> Values:
    return _pair(desk, _arrangement(desk))


def _pair(desk: _Desk, arrangement: Arrangement) -> dict[str, str]:
    usual, resident = (
        desk.session.get_one(Person, person_id).first_name
        for person_id in (arrangement.usual_id, arrangement.resident_id)
    )
    return {"v": usual, "r": resident}


def _referral_posted(desk: _Desk) -> Values:
    need = _need(desk)
    assert desk.row.referral_id is not None
    token = outcome_link(desk.session, need, desk.row.referral_id, now=desk.now)
    return {"ref": need.reference, "link": f"{desk.scheme.origin}/for/{token}"}


def _referral_news(desk: _Desk) -> Values:
    """The outcome alone: who asked for someone hears no name, no time and no place."""
    return {"ref": _need(desk).reference}


def _offer_made(desk: _Desk) -> Values:
    assert desk.row.person_id is not None
    token = own_page_link(desk.session, desk.row.person_id, now=desk.now)
    name = desk.session.get_one(Person, desk.row.person_id).first_name
    return {"v": name, "link": f"{desk.scheme.origin}/me/{token}"}


def _offer_ended(desk: _Desk) -> Values:
    wanted = select(Offer.status).where(Offer.person_id == desk.row.person_id)
    return {} if desk.session.scalar(wanted) is OfferStatus.STOPPED else None


def _staff_code(desk: _Desk) -> Values:
    if desk.row.owed_at + STAFF_CODE_LASTS <= desk.now:
        return None
    return {"code": str(desk.row.values["code"])}


def _concern_raised(desk: _Desk) -> Values:
    """Word that there is one, and nothing of it; none once somebody has opened it."""
    reference = str(desk.row.values["ref"])
    unopened = select(Concern.id).where(Concern.reference == reference, Concern.opened_at.is_(None))
    if desk.session.scalar(unopened) is None:
        return None
    return {"ref": reference, "link": f"{desk.scheme.origin}/team/concerns"}


# Sent, or on its way: whoever is told of something must hear that it is over, even if both leave at once.
_TOLD = (
    NotificationStatus.LEASED,
    NotificationStatus.SENT,
    NotificationStatus.DELIVERED,
    NotificationStatus.UNCERTAIN,
)
_WORDINGS: Mapping[str, Callable[[_Desk], Values]] = {
    "need_posted": _need_posted,
    "need_code": _need_code,
    "need_cancelled_resident": _need_cancelled,
    "details_erased": _need_cancelled,
    "need_unmet": _need_unmet,
    "match_asked": _match_asked,
    "match_taken": _match_over,
    "match_withdrawn": _match_over,
    "visit_held_resident": _visit_expected,
    "visit_held_volunteer": _visit_expected,
    "visit_usual_resident": _visit_expected,
    "visit_usual_volunteer": _visit_expected,
    "visit_on_way": _visit_on_way,
    "visit_handed_back": _visit_handed_back,
    "visit_cancelled": _visit_cancelled,
    "visit_done_resident": _visit_done,
    "visit_done_volunteer": _visit_done_volunteer,
    "visit_not_marked": _visit_expected,
    "visit_unsure_resident": _visit_unsure,
    "arrangement_made_resident": _arrangement_made_resident,
    "arrangement_made_volunteer": _arrangement_made,
    "arrangement_stand_in": _arrangement_made,
    "arrangement_ended_resident": _arrangement_ended,
    "arrangement_ended_volunteer": _arrangement_ended,
    "referral_posted": _referral_posted,
    "referral_matched": _referral_news,
    "referral_done": _referral_news,
    "referral_unmet": _referral_news,
    "offer_made": _offer_made,
    "offer_ended": _offer_ended,
    "staff_code": _staff_code,
    "concern_raised": _concern_raised,
}


_RECEIPT = "details_erased"


def _recipient(session: Session, row: Notification) -> tuple[str, str] | None:
    """Where it goes, and a form of that which may stand on the outbox page; None if there is nowhere."""
    if row.staff_id is not None:
        staff = session.get_one(Staff, row.staff_id)
        return staff.email, f"{staff.name}, by email"
    if row.template == _RECEIPT:  # of an erasure: nothing else is known of them any more
        return (to, f"someone, by {row.channel}") if (to := row.values.get("to")) else None
    if row.referral_id is not None:
        referral = session.get_one(Referral, row.referral_id)
        to = referral.email if row.channel == "email" else referral.phone
        return (to, f"{referral.first_name}, by {row.channel}") if to else None
    person = session.get_one(Person, row.person_id)
    home = session.get(Home, person.id)
    if home is None or person.erased_at is not None:
        return None
    address = home.email if row.channel == "email" else home.phone
    if not address:
        raise MessageError("they gave no email address: ring them")
    return address, f"{person.first_name}, by {row.channel}"


def _names(desk: _Desk, visit: Visit) -> dict[str, str]:
    resident = desk.session.get_one(Person, _need_of(desk, visit).resident_id)
    return {"v": desk.session.get_one(Person, visit.person_id).first_name, "r": resident.first_name}


def _need(desk: _Desk) -> Need:
    return desk.session.get_one(Need, desk.row.need_id)


def _need_of(desk: _Desk, visit: Visit) -> Need:
    occurrence = desk.session.get_one(Occurrence, visit.occurrence_id)
    return desk.session.get_one(Need, occurrence.need_id)


def _match(desk: _Desk) -> Match:
    return desk.session.get_one(Match, desk.row.match_id)


def _arrangement(desk: _Desk) -> Arrangement:
    return desk.session.get_one(Arrangement, desk.row.arrangement_id)


def _visit(desk: _Desk) -> Visit:
    return desk.session.get_one(Visit, desk.row.visit_id)
