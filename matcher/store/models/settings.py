"""What administrators changed of the scheme, from what to what."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped

from matcher.store.models.declared import Declared, Id, link_to


class SettingChange(Declared):
    """One field of a kind of help or of a member of staff, in words. Append-only by trigger, like the audit.

    key: the slug of the kind, or the number of the member of staff. Of staff only what they may do stands here, never
    a name or an address.
    """

    __tablename__ = "setting_changes"

    id: Mapped[Id]
    thing: Mapped[str]
    key: Mapped[str]
    field: Mapped[str]
    before: Mapped[str]
    after: Mapped[str]
    changed_by: Mapped[int] = link_to("staff.id")
    changed_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("thing in ('staff', 'kind')", name="known_thing"),
        CheckConstraint("before <> after", name="changes_something"),
        Index("ix_setting_changes_thing", "thing", "key"),
    )
