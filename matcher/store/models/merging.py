"""Two records of one person: which of them went into which, and pairs that only look like one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matcher.store.models.declared import Declared, link_to


class MergedPerson(Declared):
    """A record that is another one now. It leads there: what the audit says of the old number is of who is kept.

    kept_id: never one that was merged itself. offer_id: of an offer that went with it, as the audit knows it.
    """

    __tablename__ = "merged_people"

    person_id: Mapped[int] = link_to("people.id", primary_key=True, index=False)
    kept_id: Mapped[int] = link_to("people.id")
    offer_id: Mapped[int | None] = mapped_column(BigInteger)
    staff_id: Mapped[int] = link_to("staff.id")
    merged_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("person_id <> kept_id", name="into_another"),)


class TwoPeople(Declared):
    """Two who look like one and are not, as a member of staff says: the lower id first, as in `never_pairs`."""

    __tablename__ = "two_people"

    person_a: Mapped[int] = link_to("people.id", primary_key=True, index=False)
    person_b: Mapped[int] = link_to("people.id", primary_key=True)
    staff_id: Mapped[int] = link_to("staff.id")
    said_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("person_a < person_b", name="kept_once"),)
