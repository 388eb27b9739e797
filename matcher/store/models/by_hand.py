"""What coordinators decide by hand, with their reasons: the engine keeps to it, and both can be judged later."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, String, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from matcher.store.models.declared import Declared, Id, link_to


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
        CheckConstraint("why in ('knows_them', 'spoke', 'nearer', 'urgent', 'other', 'nobody_else')", name="why"),
        # Nobody goes over a rule, or over asking, without a reason.
        CheckConstraint("why is not null or (cardinality(set_aside) = 0 and not is_assigned)", name="has_a_reason"),
        # That nobody else could come is a reason to set a rule aside, and for nothing else.
        CheckConstraint("why <> 'nobody_else' or (cardinality(set_aside) > 0 and not is_assigned)", name="nobody_else"),
    )


class Pin(Declared):
    """A visit, or every visit of a need, that a member of staff keeps for one person: nobody else is asked unless they
    say no. lifted_at: until then it holds.
    """

    __tablename__ = "pins"

    id: Mapped[Id]
    occurrence_id: Mapped[int | None] = link_to("occurrences.id", index=False)
    need_id: Mapped[int | None] = link_to("needs.id", index=False)
    person_id: Mapped[int] = link_to("people.id")
    staff_id: Mapped[int] = link_to("staff.id")
    why: Mapped[str]
    set_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("num_nonnulls(occurrence_id, need_id) = 1", name="of_one_thing"),
        CheckConstraint("why in ('knows_them', 'spoke', 'asked_for', 'other')", name="why"),
        Index("uq_pins_one_of_a_visit", "occurrence_id", unique=True, postgresql_where=text("lifted_at is null")),
        Index("uq_pins_one_of_a_need", "need_id", unique=True, postgresql_where=text("lifted_at is null")),
    )


class ApartChoice(Declared):
    """Two people whom a member of staff keeps apart, the lower id first, as in `never_pairs`, and why, in one word."""

    __tablename__ = "apart_choices"

    person_a: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    person_b: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    staff_id: Mapped[int] = link_to("staff.id")
    why: Mapped[str]
    set_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("why in ('asked', 'fell_out', 'safety', 'other')", name="why"),
        ForeignKeyConstraint(
            ["person_a", "person_b"], ["never_pairs.person_a", "never_pairs.person_b"], name="fk_apart_choices_pair"
        ),
    )
