"""Organisations whose people ask for those they work with: a surgery, a ward, a charity."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from matcher.store.models.declared import Declared, Id, link_to


class Organisation(Declared):
    """One that a coordinator has given a code. Of the code only a hash is kept; a new one takes its place.

    `phone`: where the team reaches them. `email`: where outcomes go; empty if they look them up instead.
    `staff_id`, `given_at`: who gave the code that stands, and when. `ended_at`: from then on it opens nothing.
    """

    __tablename__ = "organisations"

    id: Mapped[Id]
    name: Mapped[str]
    area_id: Mapped[int] = link_to("areas.id")
    phone: Mapped[str]
    email: Mapped[str] = mapped_column(default="", server_default="")
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    staff_id: Mapped[int] = link_to("staff.id")
    given_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("name <> ''", name="has_a_name"),
        CheckConstraint("phone <> ''", name="can_be_reached"),
        CheckConstraint("ended_at >= given_at", name="ends_after_it_began"),
    )
