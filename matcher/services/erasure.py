"""Somebody's details go, at once and for good: what was promised is called off, and only counts are left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, delete, or_, select, update
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import (
    NeedStatus,
    OfferStatus,
)
from matcher.services import audit, leaving, links, needs, story_withdrawal, thanks
from matcher.services.outbox import Owed, drop_pending, owe
from matcher.store.models import (
    Arrangement,
    AttachedStory,
    Badge,
    ChannelChoice,
    Check,
    ConsoleMessage,
    Feedback,
    GrowthAsk,
    Home,
    InboundText,
    Leaning,
    LeaningReset,
    Need,
    NeedNote,
    NeedWish,
    Notification,
    Occurrence,
    Offer,
    OwnCode,
    Person,
    PhoneCode,
    Pin,
    Referral,
    Visit,
    VisitReport,
    WarmCheck,
)

NOBODYS_NAME = "A neighbour"
_GONE_BY = ("text", "email")  # ways by which a receipt can go without anyone being told who it is for


@dataclass(frozen=True, slots=True)
class Ending:
    """What ends with someone's details: how many needs, and whether they help others too."""

    needs: int
    is_volunteer: bool


def what_ends(session: Session, person_id: int) -> Ending:
    """What is called off if their details are erased now."""
    offers = select(Offer.id).where(Offer.person_id == person_id, Offer.status != OfferStatus.STOPPED)
    return Ending(len(_unfinished_needs(session, person_id)), session.scalar(offers) is not None)


def erase_person(
    session: Session, person_id: int, *, need_id: int | None = None, actor: str | None = None, now: datetime
) -> None:
    """Erase someone. Everyone who was to meet them is told; nobody is asked any more. Twice is once.

    need_id: of whoever asks for it on a need's page. The receipt goes to the address they gave with that need, which is
    kept with that one message until it has gone. actor: who does it, if it is not they themselves.
    """
    actor = actor or audit.person(person_id)
    leaving.stop_offering(session, person_id, now=now)
    for asked in _unfinished_needs(session, person_id):
        needs.cancel_need(session, asked, actor=actor, now=now)
    person = session.get_one(Person, person_id, with_for_update=True)
    home = session.get(Home, person_id)
    if person.erased_at is not None or home is None:
        return
    drop_pending(session, person_id=person_id, now=now)
    if need_id is not None:
        _owe_receipt(session, session.get_one(Need, need_id), home, now)
    links.revoke(session, now=now, person_id=person_id)
    story_withdrawal.withdraw_of_person(session, person, home, actor=actor, now=now)
    _erase_words(session, person_id)
    session.delete(home)
    person.first_name, person.erased_at = NOBODYS_NAME, now
    person.warm_agreed_at = person.warm_wording = None
    audit.record(session, actor, "erased", ("person", person_id), now=now)
    session.flush()


def askers(of_needs: Select[int]) -> Select[int]:
    """Who asked for someone else with these needs, and is somebody still."""
    return select(Referral.id).where(Referral.need_id.in_(of_needs), Referral.phone != "")


def erase_askers(session: Session, of_needs: Select[int]) -> int:
    """Who asked for someone else with these needs is nobody now, and hears nothing more; how many."""
    nobody = {"first_name": NOBODYS_NAME, "phone": "", "email": "", "organisation": "", "role": "", "is_told": False}
    erased = session.execute(
        update(Referral).where(Referral.id.in_(askers(of_needs))).values(nobody).returning(Referral.id),
        execution_options={"synchronize_session": False},
    )
    return len(erased.all())


def _unfinished_needs(session: Session, person_id: int) -> list[int]:
    unfinished = Need.status.in_((NeedStatus.OPEN, NeedStatus.PAUSED))
    return list(session.scalars(select(Need.id).where(Need.resident_id == person_id, unfinished).order_by(Need.id)))


def _owe_receipt(session: Session, need: Need, home: Home, now: datetime) -> None:
    if need.contact not in _GONE_BY:
        return  # a telephone and a letter need to be told whom they are for: the page is their receipt
    to = home.email if need.contact == "email" else home.phone
    owed = Owed(
        "details_erased", ("need_id", need.id), person_id=need.resident_id, channel=need.contact, values={"to": to}
    )
    owe(session, owed, now=now)


def _erase_words(session: Session, person_id: int) -> None:
    """Whatever they typed, and every copy of a message in which they are named."""
    asked = select(Need.id).where(Need.resident_id == person_id)
    occurrences = select(Occurrence.id).where(Occurrence.need_id.in_(asked))
    visits_ = select(Visit.id).where(or_(Visit.occurrence_id.in_(occurrences), Visit.person_id == person_id))
    for of_need in (NeedNote, NeedWish, PhoneCode, AttachedStory):
        session.execute(delete(of_need).where(of_need.need_id.in_(asked)))
    erase_askers(session, asked)
    # What somebody of the team has yet to deal with is kept until they have.
    dealt_with = VisitReport.visit_id.in_(visits_), VisitReport.closed_at.is_not(None)
    session.execute(update(VisitReport).where(*dealt_with).values(words=""))
    session.execute(
        update(Feedback)
        .where(Feedback.visit_id.in_(select(Visit.id).where(Visit.occurrence_id.in_(occurrences))))
        .values(thanks.NO_WORDS),
        execution_options={"synchronize_session": False},
    )
    session.execute(update(InboundText).where(InboundText.person_id == person_id).values(words=""))
    for table in (Badge, ChannelChoice, Check, GrowthAsk, Leaning, LeaningReset, OwnCode, Pin, WarmCheck):
        session.execute(delete(table).where(table.person_id == person_id))
    told = select(Notification.id).where(
        or_(
            Notification.person_id == person_id,
            Notification.need_id.in_(asked),
            Notification.visit_id.in_(visits_),
            Notification.arrangement_id.in_(
                select(Arrangement.id).where(
                    or_(Arrangement.resident_id == person_id, Arrangement.usual_id == person_id)
                )
            ),
        )
    )
    session.execute(
        delete(ConsoleMessage).where(ConsoleMessage.notification_id.in_(told)),
        execution_options={"synchronize_session": False},
    )
