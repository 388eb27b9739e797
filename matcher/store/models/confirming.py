"""Whether the number of someone who asked for help is theirs: one check for each need, and the codes sent for it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from matcher.store.models.declared import Declared, Id, link_to


class PhoneCheck(Declared):
    """Nobody is asked about a need until this is confirmed. `tries_left` counts down with each wrong code.

    `ring_me_at`: they asked to be rung instead. `ring_after`: nobody answered, ring again then. `wrong_number_at`:
    whoever answered did not know them. `how`: what confirmed it, the code or a call.
    """

    __tablename__ = "phone_checks"

    need_id: Mapped[int] = link_to("needs.id", primary_key=True, index=False)
    tries_left: Mapped[int]
    ring_me_at: Mapped[datetime | None]
    ring_after: Mapped[datetime | None]
    wrong_number_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    how: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("tries_left between 0 and 3", name="few_tries"),
        CheckConstraint("how in ('code', 'call')", name="how"),
        CheckConstraint("(how is null) = (confirmed_at is null)", name="confirmed_somehow"),
    )


class PhoneCode(Declared):
    """A code that was sent. An older one stays good until its own time is over."""

    __tablename__ = "phone_codes"

    id: Mapped[Id]
    need_id: Mapped[int] = link_to("phone_checks.need_id")
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    sent_at: Mapped[datetime]
    ends_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("ends_at > sent_at", name="ends_after_sent"),)
