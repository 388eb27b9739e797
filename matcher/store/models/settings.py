"""What administrators changed of the scheme, from what to what."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from matcher.domain.retention import PERIODS
from matcher.store.models.declared import Declared, Id, link_to


class SettingChange(Declared):
    """A setting, or one field of a kind of help, an area or a member of staff, in words. Append-only by trigger.

    key: the name of the setting (of an area's own, with its number), the slug of the kind, or the number of the area or
    member of staff. Of staff only what they may do stands here, never a name or an address.
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
        CheckConstraint("thing in ('staff', 'kind', 'setting', 'area')", name="known_thing"),
        CheckConstraint("before <> after", name="changes_something"),
        Index("ix_setting_changes_thing", "thing", "key"),
    )


class SettingRow(Declared):
    """A setting of the scheme that its team has set; without a row it is as the operator gave it, or as it came.

    closed: why no new requests are taken; empty while they are. phone: the number to call, in figures with single
    spaces. hours: when it is answered. quiet: the hours of the evening and the morning between which nothing goes that
    can wait, like 21-8.
    """

    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    set_by: Mapped[int] = link_to("staff.id")
    set_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("name in ('closed', 'phone', 'hours', 'quiet')", name="known_name"),
        CheckConstraint("length(value) <= 200", name="short"),
        CheckConstraint(
            "name <> 'phone' or (value ~ '^[+]?[0-9]( ?[0-9]){7,14}$' and length(value) <= 17)",
            name="phone_is_a_number",
        ),
        CheckConstraint(
            "name <> 'quiet' or value ~ '^(18|19|20|21|22|23)-(6|7|8|9|10)$'", name="quiet_hours_are_at_night"
        ),
        CheckConstraint("name <> 'hours' or (value <> '' and length(value) <= 60)", name="hours_are_said"),
    )


class DoorWord(Declared):
    """A word that the team put on the list of door words, or took off it. Of those put in no two end alike."""

    __tablename__ = "door_words"

    word: Mapped[str] = mapped_column(primary_key=True)
    is_in: Mapped[bool]
    set_by: Mapped[int] = link_to("staff.id")
    set_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("word ~ '^[a-z]{5,11}$'", name="easy_to_say"),
        Index("uq_door_words_ending", text('"right"(word, 4)'), unique=True, postgresql_where=text("is_in")),
    )


class KeptPeriod(Declared):
    """For how many days something is kept from a night on; until then, and without a row, as before.

    name: see `domain.retention.PERIODS`, which has the bounds, too.
    """

    __tablename__ = "kept_periods"

    name: Mapped[str] = mapped_column(primary_key=True)
    holds_from: Mapped[datetime] = mapped_column(primary_key=True)
    days: Mapped[int]
    set_by: Mapped[int] = link_to("staff.id")
    set_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint(
            " or ".join(
                f"name = '{name}' and days between {one.shortest} and {one.longest}"
                for name, one in sorted(PERIODS.items())
            ),
            name="within_bounds",
        ),
        CheckConstraint("holds_from > set_at", name="from_the_next_night"),
    )


class NextDoor(Declared):
    """Who helps where postcodes begin like that, as the team has it; without a row it is as the operator gave it.

    part: an area of postcodes (BS) or a district (BA2). name, phone: both empty where nobody is named. is_left: what is
    asked and offered there is left to them, though an area of ours may reach it.
    """

    __tablename__ = "next_door"

    part: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    phone: Mapped[str]
    is_left: Mapped[bool]
    set_by: Mapped[int] = link_to("staff.id")
    set_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("part ~ '^[A-Z]{1,2}([0-9][A-Z0-9]?)?$'", name="begins_postcodes"),
        CheckConstraint("(name = '') = (phone = '')", name="named_with_their_number"),
        CheckConstraint("length(name) <= 60", name="short"),
        CheckConstraint(
            "phone = '' or (phone ~ '^[+]?[0-9]( ?[0-9]){7,14}$' and length(phone) <= 17)", name="phone_is_a_number"
        ),
    )
