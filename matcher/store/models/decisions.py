"""You said, we did: what was said, who looked at it, what was decided and why, and what people think of it now."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from matcher.domain.decisions import State
from matcher.store.models.declared import Declared, Id, choice_column, link_to


class Decision(Declared):
    """What people said and what came of it. `disagreed`: who did, in words; once it is decided it may not be blank."""

    __tablename__ = "decisions"

    id: Mapped[Id]
    area_id: Mapped[int | None] = link_to("areas.id")
    title: Mapped[str]
    said: Mapped[str]
    state: Mapped[State] = choice_column(State)
    looked_by: Mapped[str] = mapped_column(default="", server_default="")
    looked_on: Mapped[date | None]
    decision: Mapped[str] = mapped_column(default="", server_default="")
    because: Mapped[str] = mapped_column(default="", server_default="")
    decided_on: Mapped[date | None]
    disagreed: Mapped[str] = mapped_column(default="", server_default="")
    next_step: Mapped[str] = mapped_column(default="", server_default="")
    due_on: Mapped[date | None]
    is_public: Mapped[bool]
    made_at: Mapped[datetime]
    made_by: Mapped[int] = link_to("staff.id")

    __table_args__ = (
        CheckConstraint("btrim(title) <> '' and btrim(said) <> ''", name="something_was_said"),
        CheckConstraint("state = 'said' or btrim(looked_by) <> '' and looked_on is not null", name="somebody_looked"),
        CheckConstraint(
            "state in ('said', 'looked') or btrim(decision) <> '' and btrim(because) <> '' and decided_on is not null",
            name="decided_for_a_reason",
        ),
        CheckConstraint("state in ('said', 'looked') or btrim(disagreed) <> ''", name="who_disagreed_is_said"),
        CheckConstraint("state in ('done', 'not_doing') or due_on is not null", name="an_answer_is_due"),
        Index("ix_decisions_due", "due_on", postgresql_where=text("state in ('said', 'looked', 'doing')")),
    )


class DecisionStory(Declared):
    """A story that a decision answers. It stays when the story is taken back, so that the count stays true."""

    __tablename__ = "decision_stories"

    decision_id: Mapped[int] = link_to("decisions.id", primary_key=True, index=False)
    story_id: Mapped[int] = link_to("stories.id", primary_key=True)


class DecisionView(Declared):
    """How many think what of it now: all that is kept of who says so."""

    __tablename__ = "decision_views"

    decision_id: Mapped[int] = link_to("decisions.id", primary_key=True, index=False)
    view: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]

    __table_args__ = (
        CheckConstraint("view in ('better', 'same', 'worse')", name="view"),
        CheckConstraint("count > 0", name="counts_something"),
    )
