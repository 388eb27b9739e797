"""Who asked for no more texts, and how they hear from us since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matcher.domain.preferences import NO_NEWS, About
from matcher.store.models import ChannelChoice, Home, Offer, Person

ROWS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class StoppedRow:
    """Someone who texted STOP. `now_by`: email, or phone for who gave no address."""

    first_name: str
    is_volunteer: bool
    stopped_at: datetime
    now_by: str


@dataclass(frozen=True, slots=True)
class OptOuts:
    """The newest of them, how many there are, and how many volunteers want no news."""

    stopped: tuple[StoppedRow, ...]
    stopped_count: int
    no_news_count: int


def read(session: Session, area_ids: frozenset[int]) -> OptOuts:
    """Of these areas."""
    ours = Person.area_id.in_(area_ids), Person.erased_at.is_(None)
    wanted = (
        select(Person.first_name, Person.texts_stopped_at, Home.email, Offer.id)
        .join(Home, Home.person_id == Person.id)
        .outerjoin(Offer, Offer.person_id == Person.id)
        .where(*ours, Person.texts_stopped_at.is_not(None))
        .order_by(Person.texts_stopped_at.desc(), Person.id)
    )
    no_news = (
        select(func.count())
        .select_from(ChannelChoice)
        .join(Person, Person.id == ChannelChoice.person_id)
        .where(*ours, ChannelChoice.about == About.NEWS, ChannelChoice.channel == NO_NEWS)
    )
    rows = session.execute(wanted.limit(ROWS_SHOWN))
    count = session.execute(select(func.count()).select_from(wanted.order_by(None).subquery())).scalar_one()
    return OptOuts(
        stopped=tuple(
            StoppedRow(name, offer_id is not None, at, "email" if email else "phone")
            for name, at, email, offer_id in rows
            if at is not None
        ),
        stopped_count=count,
        no_news_count=session.execute(no_news).scalar_one(),
    )
