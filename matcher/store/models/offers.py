"""Standing offers of help: kinds, weekly availability, exceptions, reach and limits."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import TSTZRANGE, Range
from sqlalchemy.orm import Mapped, mapped_column

from matcher.domain.geo import TravelMode
from matcher.domain.lifecycle import OfferStatus
from matcher.domain.preferences import About
from matcher.domain.traits import Trait
from matcher.store.models.declared import Declared, Id, choice_column, link_to, status_column


class Offer(Declared):
    """A volunteer's standing offer; one for each person.

    asks_per_week: the most questions in any seven days; None for the scheme's own pace. quiet_*: local clock times
    between which nothing is sent that can wait, over midnight; both the same for at any time; None for the scheme's.
    cold_*: what they may be asked while it is cold, if they agreed to more; when, and in which wording.
    stopped_at: since when they have left. stood_down_at: since when the team has stopped them: they are asked nothing.
    """

    __tablename__ = "offers"

    id: Mapped[Id]
    person_id: Mapped[int] = link_to("people.id", unique=True, index=False)
    status: Mapped[OfferStatus] = status_column(OfferStatus, OfferStatus.ACTIVE)
    travel_mode: Mapped[TravelMode] = choice_column(TravelMode)
    travel_minutes: Mapped[int]
    reach_m: Mapped[int]
    visits_per_week: Mapped[int | None]
    asks_per_week: Mapped[int | None]
    quiet_from: Mapped[time | None]
    quiet_until: Mapped[time | None]
    cold_visits_per_week: Mapped[int | None]
    cold_asks_per_day: Mapped[int | None]
    cold_agreed_at: Mapped[datetime | None]
    cold_wording: Mapped[int | None]
    promised_at: Mapped[datetime]
    made_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    stood_down_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("id", "person_id"),
        CheckConstraint("(status = 'stopped') = (stopped_at is not null)", name="stopped_since"),
        CheckConstraint("stood_down_at is null or status <> 'active'", name="stood_down_is_not_asked"),
        CheckConstraint("reach_m > 0", name="some_reach"),
        CheckConstraint("visits_per_week > 0", name="some_visits"),
        CheckConstraint("asks_per_week > 0", name="some_asks"),
        CheckConstraint("(quiet_from is null) = (quiet_until is null)", name="quiet_has_both_ends"),
        CheckConstraint("quiet_from >= quiet_until", name="quiet_is_over_midnight"),
        CheckConstraint("cold_visits_per_week > 0 and cold_asks_per_day > 0", name="some_cold_visits"),
        CheckConstraint(
            "num_nonnulls(cold_visits_per_week, cold_asks_per_day, cold_agreed_at, cold_wording) in (0, 4)",
            name="cold_was_agreed",
        ),
    )


class OfferKind(Declared):
    """A kind of help an offer includes."""

    __tablename__ = "offer_kinds"

    offer_id: Mapped[int] = link_to("offers.id", primary_key=True, index=False, ondelete="CASCADE")
    kind_slug: Mapped[str] = mapped_column(ForeignKey("kinds.slug"), primary_key=True)


class OfferTrait(Declared):
    """Something the volunteer told of themselves, so that they can be found by it. Private."""

    __tablename__ = "offer_traits"

    offer_id: Mapped[int] = link_to("offers.id", primary_key=True, index=False, ondelete="CASCADE")
    trait: Mapped[Trait] = choice_column(Trait, primary_key=True)


class AvailabilityRule(Declared):
    """Free every week on `weekday` (Monday is 0), local clock times."""

    __tablename__ = "availability_rules"

    id: Mapped[Id]
    offer_id: Mapped[int] = link_to("offers.id", ondelete="CASCADE")
    weekday: Mapped[int]
    opens: Mapped[time]
    closes: Mapped[time]

    __table_args__ = (
        UniqueConstraint("offer_id", "weekday", "opens"),
        CheckConstraint("weekday between 0 and 6", name="day_of_week"),
        CheckConstraint("opens < closes", name="closes_after_opens"),
    )


class AvailabilityException(Declared):
    """A stretch of time that overrides the week: away, or free for once (on duty)."""

    __tablename__ = "availability_exceptions"

    id: Mapped[Id]
    offer_id: Mapped[int] = link_to("offers.id", index=False, ondelete="CASCADE")
    during: Mapped[Range[Any]] = mapped_column(TSTZRANGE)
    is_free: Mapped[bool]

    __table_args__ = (
        CheckConstraint("not isempty(during)", name="some_time"),
        Index("ix_availability_exceptions_offer", "offer_id"),
    )


class ChannelChoice(Declared):
    """By which way someone wishes to be told of asks, visits or news. Without a row: by e-mail if they gave one."""

    __tablename__ = "channel_choices"

    person_id: Mapped[int] = link_to("people.id", primary_key=True, index=False)
    about: Mapped[About] = choice_column(About, primary_key=True)
    channel: Mapped[str]

    __table_args__ = (
        CheckConstraint("channel in ('text', 'email') or (channel = 'none' and about = 'news')", name="channel"),
    )
