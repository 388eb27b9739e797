"""What volunteers show and tell of themselves: that a phone is theirs, and what made them want to help."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from matcher.domain.motives import Motive
from matcher.store.models.declared import Declared, Id, choice_column, link_to


class OwnCode(Declared):
    """A code that was sent to a volunteer, to show that this phone is theirs. Gone once one of theirs was entered, or
    a day later. `tries_left` counts down with each wrong one, of the newest.
    """

    __tablename__ = "own_codes"

    id: Mapped[Id]
    person_id: Mapped[int] = link_to("people.id")
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    channel: Mapped[str]
    tries_left: Mapped[int]
    sent_at: Mapped[datetime]
    ends_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("ends_at > sent_at", name="ends_after_sent"),
        CheckConstraint("tries_left between 0 and 3", name="few_tries"),
        CheckConstraint("channel in ('text', 'email')", name="channel"),
    )


class OfferMotive(Declared):
    """Something that made a volunteer want to help. For the team's chart alone: it decides nothing."""

    __tablename__ = "offer_motives"

    offer_id: Mapped[int] = link_to("offers.id", primary_key=True, index=False, ondelete="CASCADE")
    motive: Mapped[Motive] = choice_column(Motive, primary_key=True)
