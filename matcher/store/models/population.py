"""How many people live in an area, by group, as the council counts them; and how many of each were heard, as counts."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matcher.domain.groups import Group
from matcher.store.models.declared import Declared, link_to

ANSWERED = "answered"
_SAID = ", ".join(repr(one) for one in (ANSWERED, *(group.value for group in Group)))


class Population(Declared):
    """A figure with where it is from.

    group_key: `everyone`, a group of ours, or the council's own name for one in small letters.
    """

    __tablename__ = "population"

    area_id: Mapped[int] = link_to("areas.id", primary_key=True, index=False)
    group_key: Mapped[str] = mapped_column(primary_key=True)
    group_name: Mapped[str]
    people: Mapped[int]
    source: Mapped[str]
    counted_on: Mapped[date]
    loaded_at: Mapped[datetime]
    staff_id: Mapped[int] = link_to("staff.id")

    __table_args__ = (
        CheckConstraint("people >= 0", name="no_fewer_than_none"),
        CheckConstraint("group_key <> '' and group_name <> '' and source <> ''", name="in_words"),
    )


class VoiceCount(Declared):
    """How many who asked, offered or told a story said this of themselves, in a month. Who they were is not kept.

    group_key `answered` counts everyone who said anything at all.
    """

    __tablename__ = "voice_counts"

    month: Mapped[date] = mapped_column(primary_key=True)
    area_id: Mapped[int] = link_to("areas.id", primary_key=True)
    choice: Mapped[str] = mapped_column(primary_key=True)
    group_key: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]

    __table_args__ = (
        CheckConstraint("choice in ('ask', 'offer', 'story')", name="choice"),
        CheckConstraint(f"group_key in ({_SAID})", name="group_of_ours"),
        CheckConstraint("count > 0", name="counts_something"),
        CheckConstraint("extract(day from month) = 1", name="first_of_month"),
    )
