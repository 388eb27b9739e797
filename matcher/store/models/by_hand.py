"""Whom a coordinator asked by hand, beside whom the engine would have asked: so that both can be judged later."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from matcher.store.models.declared import Declared, link_to


class HandChoice(Declared):
    """A match that a member of staff made. set_aside: requirements that would have kept that person away; why: in one
    word, never in free text. engine_offer_id: whose turn it was by the engine, if anybody's. is_assigned: they were
    spoken to and said yes by voice.
    """

    __tablename__ = "hand_choices"

    match_id: Mapped[int] = link_to("matches.id", index=False, primary_key=True)
    staff_id: Mapped[int] = link_to("staff.id")
    set_aside: Mapped[list[str]] = mapped_column(ARRAY(String))
    why: Mapped[str | None]
    engine_offer_id: Mapped[int | None] = mapped_column(BigInteger)
    is_assigned: Mapped[bool]
    chosen_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("why in ('knows_them', 'spoke', 'nearer', 'urgent', 'other')", name="why"),
        # Nobody goes over a rule, or over asking, without a reason.
        CheckConstraint("why is not null or (cardinality(set_aside) = 0 and not is_assigned)", name="has_a_reason"),
    )
