"""Calling up: when it turns cold, whoever agreed to be asked more then is told so, once in a spell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from matcher.domain.kinds import SNOW
from matcher.domain.lifecycle import OfferStatus
from matcher.domain.preferences import About
from matcher.services import cold_spells
from matcher.services.outbox import Owed, owe_all
from matcher.store import queries
from matcher.store.models import ColdSpell, Notification, Offer, OfferKind, Person

TEMPLATE = "cold_called_up"


def to_call_up(session: Session, area_id: int, spell: ColdSpell | None) -> Sequence[Person]:
    """Who is told as it turns cold there, by name: they clear snow, agreed to be asked more, and were not told yet."""
    return session.scalars(_agreed(area_id, spell).order_by(Person.first_name, Person.id)).all()


def count_woken(session: Session, area_id: int) -> int:
    """How many there may be asked at night, too."""
    agreed = _agreed(area_id, None).where(Offer.cold_wording >= cold_spells.AT_NIGHT_TOO)
    return len(session.scalars(agreed).all())


def call_up(session: Session, spell: ColdSpell, *, now: datetime) -> None:
    """Tell them. A second time tells nobody twice."""
    people = [one.id for one in to_call_up(session, spell.area_id, spell)]
    channels = queries.channels_of(session, people, About.ASKS)
    owe_all(
        session,
        [
            Owed(TEMPLATE, ("cold_spell_id", spell.id), person_id, channel=channels[person_id], occasion=str(person_id))
            for person_id in people
        ],
        now=now,
    )


def _agreed(area_id: int, spell: ColdSpell | None) -> Select[Any]:
    told = exists().where(
        Notification.person_id == Person.id,
        Notification.template == TEMPLATE,
        Notification.cold_spell_id == (spell.id if spell else None),
    )
    clears = exists().where(OfferKind.offer_id == Offer.id, OfferKind.kind_slug == SNOW)
    return (
        select(Person)
        .join(Offer, Offer.person_id == Person.id)
        .where(
            Person.area_id == area_id,
            Person.erased_at.is_(None),
            Offer.status == OfferStatus.ACTIVE,
            Offer.cold_agreed_at.is_not(None),
            clears,
            ~told,
        )
    )
