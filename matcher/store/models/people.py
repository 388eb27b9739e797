"""People, their homes (private, apart from everything else), the checks seen and the badges worn."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matcher.store.models.declared import BOTH_ENDS, Declared, Id, link_to


class Person(Declared):
    """Someone known to the scheme: what may be shown of them, and the cell that stands for their home."""

    __tablename__ = "people"

    id: Mapped[Id]
    first_name: Mapped[str]
    area_id: Mapped[int] = link_to("areas.id")
    cell_id: Mapped[int] = link_to("cells.id")
    is_made_up: Mapped[bool] = mapped_column(default=False, server_default="false")
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]
    phone_confirmed_at: Mapped[datetime | None]  # a volunteer's, by a code
    texts_stopped_at: Mapped[datetime | None]  # since when they want no texts of ours
    warm_agreed_at: Mapped[datetime | None]  # that we ask whether they are warm when it is very cold
    warm_wording: Mapped[int | None]

    __table_args__ = (CheckConstraint("(warm_agreed_at is null) = (warm_wording is null)", name="warm_was_agreed"),)


class Home(Declared):
    """What may be read only by who is held to a visit there. The only table with these fields."""

    __tablename__ = "homes"

    person_id: Mapped[int] = link_to("people.id", primary_key=True, index=False)
    surname: Mapped[str] = mapped_column(default="", server_default="")
    phone: Mapped[str] = mapped_column(index=True)
    email: Mapped[str] = mapped_column(default="", server_default="")
    born_on: Mapped[date | None]
    house: Mapped[str]
    postcode: Mapped[str]
    easting: Mapped[int]
    northing: Mapped[int]
    lat: Mapped[float]
    lon: Mapped[float]


class Check(Declared):
    """A vetting fact: seen on a day, by a member of staff, until it expires."""

    __tablename__ = "checks"

    id: Mapped[Id]
    person_id: Mapped[int] = link_to("people.id")
    name: Mapped[str]
    seen_on: Mapped[date]
    expires_on: Mapped[date | None]
    staff_id: Mapped[int | None] = link_to("staff.id")

    __table_args__ = (
        UniqueConstraint("person_id", "name"),
        CheckConstraint("expires_on > seen_on", name="expires_after_seen"),
    )


class Badge(Declared):
    """The number on a volunteer's badge: no two have the same."""

    __tablename__ = "badges"

    person_id: Mapped[int] = link_to("offers.person_id", primary_key=True, index=False, **BOTH_ENDS)
    number: Mapped[int] = mapped_column(unique=True)
    staff_id: Mapped[int] = link_to("staff.id")
    given_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("number between 1 and 999999", name="short_number"),)
