"""Files with names in them that members of staff have saved."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matcher.store.models.declared import Declared, Id, link_to


class Export(Declared):
    """A file with personal data was saved: of what, of how many people, and why, in their words."""

    __tablename__ = "exports"

    id: Mapped[Id]
    what: Mapped[str]
    why: Mapped[str]
    people: Mapped[int] = mapped_column()
    staff_id: Mapped[int] = link_to("staff.id")
    saved_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("length(btrim(why)) >= 10", name="has_a_reason"),
        CheckConstraint("people >= 0", name="some_people"),
    )
