"""Needs (the rule) and occurrences (its dated instances)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT, TSTZMULTIRANGE, Range
from sqlalchemy.orm import Mapped, mapped_column

from matcher.domain.lifecycle import NeedStatus, OccurrenceStatus, Urgency
from matcher.domain.recurrence import Recurrence
from matcher.domain.traits import Trait
from matcher.store.models.declared import Declared, Id, choice_column, link_to, status_column


class Need(Declared):
    """What a resident asks for. `bands` are the times of day that suit them, in local time."""

    __tablename__ = "needs"

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(unique=True)
    resident_id: Mapped[int] = link_to("people.id")
    area_id: Mapped[int] = link_to("areas.id")
    kind_slug: Mapped[str] = mapped_column(ForeignKey("kinds.slug"))
    details: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)
    urgency: Mapped[Urgency] = choice_column(Urgency)
    minutes: Mapped[int]
    helpers: Mapped[int] = mapped_column(default=1)
    recurrence: Mapped[Recurrence] = choice_column(Recurrence)
    rrule: Mapped[str | None]
    first_day: Mapped[date]
    bands: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    contact: Mapped[str]
    status: Mapped[NeedStatus] = status_column(NeedStatus, NeedStatus.OPEN)
    posted_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    extended_to: Mapped[date | None]

    __table_args__ = (
        UniqueConstraint("id", "area_id"),
        UniqueConstraint("id", "resident_id"),
        CheckConstraint("helpers between 1 and 4", name="few_helpers"),
        CheckConstraint("minutes between 5 and 480", name="minutes_in_a_day"),
        CheckConstraint("cardinality(bands) > 0", name="some_time_of_day"),
        CheckConstraint("contact in ('text', 'phone', 'email', 'letter')", name="contact"),
        CheckConstraint("(rrule is not null) = (recurrence = 'weekly')", name="weekly_has_a_rule"),
    )


class NeedNote(Declared):
    """What would help the neighbour, in the resident's words. Private: shown to who holds the visit."""

    __tablename__ = "need_notes"

    need_id: Mapped[int] = link_to("needs.id", primary_key=True, index=False)
    note: Mapped[str]


class NeedWish(Declared):
    """Something that matters to the resident about who comes. `is_must`: else nobody is to come. Private."""

    __tablename__ = "need_wishes"

    need_id: Mapped[int] = link_to("needs.id", primary_key=True, index=False)
    trait: Mapped[Trait] = choice_column(Trait, primary_key=True)
    is_must: Mapped[bool]


class Occurrence(Declared):
    """One dated instance. `windows` may have gaps (morning or evening); `starts_at` and `ends_at` are its hull.

    `considered_at` and `reason` are the last round's word on it: no open one stays without. cold_spell_id: what opened
    it, if it is help whenever it is icy.
    """

    __tablename__ = "occurrences"

    id: Mapped[Id]
    need_id: Mapped[int] = mapped_column(BigInteger)
    area_id: Mapped[int] = mapped_column(BigInteger)
    windows: Mapped[list[Range[datetime]]] = mapped_column(TSTZMULTIRANGE)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    helpers: Mapped[int]
    door_word: Mapped[str]
    status: Mapped[OccurrenceStatus] = status_column(OccurrenceStatus, OccurrenceStatus.OPEN)
    open_since: Mapped[datetime]
    considered_at: Mapped[datetime | None]
    next_round_at: Mapped[datetime | None]
    reason_code: Mapped[str | None]
    reason: Mapped[str | None]
    waterfall: Mapped[list[Any] | None] = mapped_column(JSONB)
    closed_at: Mapped[datetime | None]
    cold_spell_id: Mapped[int | None] = link_to("cold_spells.id")

    __table_args__ = (
        # The need's own area, copied for the rounds; it follows when the borders change.
        ForeignKeyConstraint(
            ["need_id", "area_id"], ["needs.id", "needs.area_id"], name="fk_occurrences_need", onupdate="CASCADE"
        ),
        # A day that a thaw called off may come again with the next frost.
        Index(
            "uq_occurrences_need_id_starts_at",
            "need_id",
            "starts_at",
            unique=True,
            postgresql_where=text("cold_spell_id is null or status <> 'cancelled'"),
        ),
        UniqueConstraint("id", "helpers"),
        CheckConstraint("starts_at < ends_at", name="ends_after_start"),
        CheckConstraint("helpers between 1 and 4", name="few_helpers"),
        CheckConstraint("not isempty(windows)", name="some_window"),
        Index("ix_occurrences_need", "need_id", "area_id"),
        Index("ix_occurrences_due", "area_id", "next_round_at", postgresql_where=text("status = 'open'")),
        Index("ix_occurrences_ending", "ends_at", postgresql_where=text("status in ('open', 'filled')")),
    )


class Feedback(Declared):
    """How a visit went, as the resident said it. `again`: would they have the same person once more, if they said.

    `thanks` is read by the team. `thanks_shown`: the volunteer may read it, too; None until someone has said so or not.
    """

    __tablename__ = "feedback"

    id: Mapped[Id]
    visit_id: Mapped[int] = link_to("visits.id", unique=True, index=False)
    answer: Mapped[str]
    again: Mapped[str | None]
    thanks: Mapped[str] = mapped_column(default="", server_default="")
    thanks_shown: Mapped[bool | None]
    thanks_read_at: Mapped[datetime | None]
    thanks_read_by: Mapped[int | None] = link_to("staff.id")
    said_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("answer in ('well', 'partly', 'nobody', 'worried')", name="answer"),
        CheckConstraint("again in ('yes', 'other', 'any')", name="again"),
        CheckConstraint(
            "num_nonnulls(thanks_shown, thanks_read_at, thanks_read_by) in (0, 3)", name="thanks_read_by_somebody"
        ),
        CheckConstraint("thanks_shown is null or thanks <> ''", name="thanks_with_words"),
        # What is said of a visit that went wrong is never shown to who made it.
        CheckConstraint("thanks_shown is not true or answer in ('well', 'partly')", name="thanks_for_help_given"),
    )
