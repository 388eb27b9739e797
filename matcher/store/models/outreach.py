"""Visits to community groups in their own places: planned, made, and what was heard there."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matcher.store.models.declared import Declared, Id, link_to


class OutreachVisit(Declared):
    """Somebody of the team goes where a group meets. Made once `made_on` is known, with what was heard; or called off.

    group_key: whom it is to hear, as in `population`; empty for a group of no such kind.
    """

    __tablename__ = "outreach_visits"

    id: Mapped[Id]
    area_id: Mapped[int] = link_to("areas.id")
    who: Mapped[str]
    group_key: Mapped[str] = mapped_column(default="", server_default="")
    place: Mapped[str] = mapped_column(default="", server_default="")
    planned_on: Mapped[date]
    by_whom: Mapped[str]
    made_on: Mapped[date | None]
    heard: Mapped[str] = mapped_column(default="", server_default="")
    follows: Mapped[str] = mapped_column(default="", server_default="")
    called_off_at: Mapped[datetime | None]
    decision_id: Mapped[int | None] = link_to("decisions.id", unique=True, index=False)
    written_at: Mapped[datetime]
    staff_id: Mapped[int] = link_to("staff.id")

    __table_args__ = (
        CheckConstraint("who <> '' and by_whom <> ''", name="in_words"),
        CheckConstraint("(made_on is null) = (heard = '')", name="made_and_heard"),
        CheckConstraint("made_on is null or called_off_at is null", name="made_or_called_off"),
        CheckConstraint("decision_id is null or made_on is not null", name="answers_what_was_heard"),
    )


class OutreachStory(Declared):
    """A story that was told on such a visit."""

    __tablename__ = "outreach_stories"

    visit_id: Mapped[int] = link_to("outreach_visits.id", primary_key=True, index=False)
    story_id: Mapped[int] = link_to("stories.id", primary_key=True)
