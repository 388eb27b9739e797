"""Staff and their roles, in the shape Flask-Security expects."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matcher.store.models.declared import Declared, Id, link_to


class StaffRole(Declared):
    """Which roles a member of staff has."""

    __tablename__ = "staff_roles"

    staff_id: Mapped[int] = link_to("staff.id", primary_key=True, index=False, ondelete="CASCADE")
    role_id: Mapped[int] = link_to("roles.id", primary_key=True, ondelete="CASCADE")


class StaffArea(Declared):
    """Which areas a member of staff looks after."""

    __tablename__ = "staff_areas"

    staff_id: Mapped[int] = link_to("staff.id", primary_key=True, index=False, ondelete="CASCADE")
    area_id: Mapped[int] = link_to("areas.id", primary_key=True, ondelete="CASCADE")


class Role(Declared):
    """coordinator, call_handler, connector, board_member, safeguarding_lead, administrator."""

    __tablename__ = "roles"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str] = mapped_column(default="", server_default="")
    permissions: Mapped[list[str] | None] = mapped_column(ARRAY(TEXT))


class Staff(Declared):
    """Someone who works for the scheme. They sign in by a code sent to their e-mail."""

    __tablename__ = "staff"

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)
    # Unused columns that Flask-Security reads: nobody has a password.
    password: Mapped[str | None]
    us_phone_number: Mapped[str | None]
    us_totp_secrets: Mapped[str | None]
    tf_primary_method: Mapped[str | None]
    tf_totp_secret: Mapped[str | None]
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(JSONB)
    create_datetime: Mapped[datetime | None] = mapped_column(server_default=text("now()"))
    update_datetime: Mapped[datetime | None]

    roles: Mapped[list[Role]] = relationship(secondary="staff_roles", lazy="selectin")
    area_ids: Mapped[list[StaffArea]] = relationship(lazy="selectin")
