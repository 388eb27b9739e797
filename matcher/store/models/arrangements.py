"""Standing pairings for recurring help: the usual person, and who stands in for them."""

from __future__ import annotations

from datetime import datetime, time

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from matcher.domain.lifecycle import ArrangementStatus
from matcher.store.models.declared import BOTH_ENDS, Declared, Id, link_to, status_column


class Arrangement(Declared):
    """Each occurrence of the need becomes a visit of the usual person's, at `at` (local time), unless they say no."""

    __tablename__ = "arrangements"

    id: Mapped[Id]
    need_id: Mapped[int] = mapped_column(BigInteger)
    resident_id: Mapped[int] = mapped_column(BigInteger)
    usual_id: Mapped[int] = link_to("people.id")
    stand_in_id: Mapped[int | None] = link_to("people.id")
    at: Mapped[time]
    status: Mapped[ArrangementStatus] = status_column(ArrangementStatus, ArrangementStatus.OFFERED)
    offered_at: Mapped[datetime]
    agreed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        # The need's own resident, copied so that a check can see whom it is about.
        ForeignKeyConstraint(
            ["need_id", "resident_id"], ["needs.id", "needs.resident_id"], name="fk_arrangements_need", **BOTH_ENDS
        ),
        UniqueConstraint("id", "usual_id"),
        CheckConstraint("usual_id <> resident_id and stand_in_id <> resident_id", name="nobody_helps_themselves"),
        CheckConstraint("stand_in_id <> usual_id", name="stand_in_is_another"),
        CheckConstraint("(status in ('declined', 'ended')) = (ended_at is not null)", name="end_has_its_time"),
        CheckConstraint("status <> 'live' or agreed_at is not null", name="live_was_agreed"),
        Index("uq_arrangements_one_live", "need_id", unique=True, postgresql_where=text("status = 'live'")),
        # Nobody is asked twice whether they would like to be the usual person of one need.
        Index(
            "uq_arrangements_one_offer_each",
            "need_id",
            "usual_id",
            unique=True,
            postgresql_where=text("status in ('offered', 'declined')"),
        ),
        Index("ix_arrangements_need", "need_id", "resident_id"),
    )
