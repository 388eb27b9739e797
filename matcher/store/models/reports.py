"""What volunteers told the team about a visit, or what the clock did."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from matcher.domain.reports import ReportKind
from matcher.store.models.declared import Declared, Id, choice_column, link_to


class VisitReport(Declared):
    """Something told about a visit, open until somebody of the team has dealt with it. `words` are for the team."""

    __tablename__ = "visit_reports"

    id: Mapped[Id]
    visit_id: Mapped[int] = link_to("visits.id", index=False)
    kind: Mapped[ReportKind] = choice_column(ReportKind)
    words: Mapped[str] = mapped_column(default="", server_default="")
    said_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = link_to("staff.id")

    __table_args__ = (
        # What nobody told, but the clock, ends by itself too.
        CheckConstraint("(closed_at is null) = (closed_by is null) or kind = 'late'", name="somebody_closed_it"),
        # Told twice while it is open is told once.
        Index("uq_visit_reports_open", "visit_id", "kind", unique=True, postgresql_where=text("closed_at is null")),
        Index("ix_visit_reports_visit", "visit_id"),
        Index("ix_visit_reports_waiting", "said_at", postgresql_where=text("closed_at is null")),
    )
