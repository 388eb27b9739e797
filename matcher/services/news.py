"""What nobody has to act on: thanks for a month's help, and an honest word to who has been asked nothing for weeks.

Only to those who wish for news, each once, whatever way they choose meanwhile (`uq_notifications_news`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import OfferStatus, VisitStatus
from matcher.domain.localtime import local_day, month_window, to_local
from matcher.domain.preferences import NO_NEWS, About
from matcher.services.outbox import Owed, owe_all
from matcher.store import queries
from matcher.store.models import AvailabilityException, ChannelChoice, Match, Notification, Offer, Visit

QUIET_FOR = timedelta(days=28)
# News is owed in one hour of the day, so that it is not looked for all day; what is owed waits and retries like all.
HOUR_OF_NEWS = 10
THANKED_UNTIL_DAY = 7  # of the next month: later thanks would be odd
BATCH = 200


def tell(session: Session, *, now: datetime) -> int:
    """Owe the news that is due; how much. A second pass owes none."""
    if to_local(now).hour != HOUR_OF_NEWS:
        return 0
    return _thank(session, now) + _tell_of_quiet(session, now)


def _thank(session: Session, now: datetime) -> int:
    today = local_day(now)
    if today.day > THANKED_UNTIL_DAY:
        return 0
    last_month = today.replace(day=1) - timedelta(days=1)
    month = month_window(last_month.year, last_month.month)
    helped = exists().where(
        Visit.person_id == Offer.person_id,
        Visit.status == VisitStatus.DONE,
        Visit.starts_at >= month.start,
        Visit.starts_at < month.end,
    )
    return _owe(session, "month_thanks", f"{last_month:%Y-%m}", _listeners().where(helped), now)


def _tell_of_quiet(session: Session, now: datetime) -> int:
    since = now - QUIET_FOR
    asked = exists().where(Match.offer_id == Offer.id, Match.asked_at > since)
    told = exists().where(
        Notification.person_id == Offer.person_id, Notification.template == "quiet_spell", Notification.owed_at > since
    )
    away = exists().where(
        AvailabilityException.offer_id == Offer.id,
        AvailabilityException.is_free.is_(False),
        AvailabilityException.during.op("&&")(func.tstzrange(since, now)),
    )
    quiet = _listeners().where(Offer.status == OfferStatus.ACTIVE, Offer.made_at <= since, ~asked, ~told, ~away)
    return _owe(session, "quiet_spell", f"{local_day(now):%Y-%m-%d}", quiet, now)


def _listeners() -> Select[Any]:
    """Whoever is on the list of helpers and has not asked for no news."""
    silent = exists().where(
        ChannelChoice.person_id == Offer.person_id,
        ChannelChoice.about == About.NEWS,
        ChannelChoice.channel == NO_NEWS,
    )
    return select(Offer.person_id).where(Offer.status != OfferStatus.STOPPED, ~silent)


def _owe(session: Session, template: str, occasion: str, people: Select[Any], now: datetime) -> int:
    found = session.scalars(people.where(~_is_owed(template, occasion)).order_by(Offer.person_id).limit(BATCH)).all()
    channels = queries.channels_of(session, found, About.NEWS)
    owed = [
        Owed(template, ("person_id", one), person_id=one, channel=channels[one], occasion=occasion) for one in found
    ]
    owe_all(session, owed, now=now)
    return len(owed)


def _is_owed(template: str, occasion: str) -> ColumnElement[bool]:
    event = func.concat(f"{template}:", Offer.person_id, f":{occasion}")
    return exists().where(Notification.person_id == Offer.person_id, Notification.event == event)
