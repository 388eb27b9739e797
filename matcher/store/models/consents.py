"""Asking for someone else: who agreed to it, and who asked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matcher.store.models.declared import Declared, Id, link_to


class Consent(Declared):
    """The resident's yes to a need that someone else typed, or that someone acts for them. Never changed.

    `given_by`: the resident themself, or whoever acts in their best interests. `asked_by`: who asked them; staff_id
    names a member of staff. `wording`: which words they agreed to.
    """

    __tablename__ = "consents"

    id: Mapped[Id]
    need_id: Mapped[int] = link_to("needs.id", unique=True, index=False)
    given_by: Mapped[str]
    asked_by: Mapped[str]
    staff_id: Mapped[int | None] = link_to("staff.id")
    how: Mapped[str]
    wording: Mapped[str]
    given_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("given_by in ('self', 'best_interests')", name="given_by"),
        CheckConstraint("asked_by in ('staff', 'relative', 'professional')", name="asked_by"),
        CheckConstraint("(asked_by = 'staff') = (staff_id is not null)", name="staff_are_named"),
        CheckConstraint("how in ('spoken', 'written')", name="how"),
    )


class Referral(Declared):
    """Who asked for someone else. Private: it may be read by the desk, and is told the outcome and nothing more.

    `is_told`: they would like to hear the outcome. `organisation` and `role` are of those who ask at work;
    `organisation_id`: the one whose code they used, if they did.
    """

    __tablename__ = "referrals"

    id: Mapped[Id]
    need_id: Mapped[int] = link_to("needs.id", unique=True, index=False)
    first_name: Mapped[str]
    phone: Mapped[str]
    email: Mapped[str] = mapped_column(default="", server_default="")
    organisation: Mapped[str] = mapped_column(default="", server_default="")
    role: Mapped[str] = mapped_column(default="", server_default="")
    organisation_id: Mapped[int | None] = link_to("organisations.id")
    is_told: Mapped[bool]
    made_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("(organisation = '') = (role = '')", name="at_work_or_not"),)
