"""The demo on a snow day: it is cold wherever somebody asks, half of those who clear snow may be asked more, and
residents who asked for something else have their path cleared whenever it is icy.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from matcher.domain.kinds import SNOW
from matcher.services import audit, cold, needs, warm_checks
from matcher.services.demo.world import World
from matcher.services.needs import NeedDraft
from matcher.store.models import Need, Offer, OfferKind

_LASTS = timedelta(days=2)
_AGREED = ("more", "usual", "daily", "usual")  # what one after another of those who clear snow agreed to
_WISH_EVERY = 3  # one in so many of those who ask for their path would like to be asked whether they are warm


def let_it_snow(session: Session, world: World, staff_id: int, *, now: datetime) -> None:
    """What people agreed to and asked for before it came, then the cold spells, switched on by the team."""
    for nth, person_id in enumerate(session.scalars(_who_clear_snow()).all()):
        cold.agree(session, person_id, _AGREED[nth % len(_AGREED)], now=now)
    for nth, ask in enumerate(_whenever_it_is_icy(world.asks)):
        resident_id = session.get_one(Need, needs.post_need(session, ask, now=now).need_id).resident_id
        warm_checks.wish(session, resident_id, is_on=nth % _WISH_EVERY == 0, now=now)
    for area_id in session.scalars(select(Need.area_id).distinct().order_by(Need.area_id)).all():
        cold.start(session, area_id, until=now + _LASTS, actor=audit.staff(staff_id), now=now)


def _who_clear_snow() -> Select[int]:
    offers = select(Offer.person_id).join(OfferKind, OfferKind.offer_id == Offer.id)
    return offers.where(OfferKind.kind_slug == SNOW).order_by(Offer.id)


def _whenever_it_is_icy(asks: Iterable[NeedDraft]) -> list[NeedDraft]:
    """Of every second one of those who asked for something else."""
    others = {ask.person.phone: ask for ask in asks if ask.kind != SNOW}
    return [_path(ask) for ask in list(others.values())[::2]]


def _path(ask: NeedDraft) -> NeedDraft:
    path = NeedDraft(SNOW, "asap", frozenset({"am", "pm"}), ask.person, ask.contact, ("path",))
    return replace(path, is_icy=True)
