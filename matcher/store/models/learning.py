"""What was learned from the answers so far: one model for each night, what it leans to for each person, and resets."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from matcher.store.models.declared import Declared, Id, link_to


class AcceptanceModel(Declared):
    """One night's fit. `is_open`: it passed its gate; if not, it holds what is thought of everyone alike.

    coefficients: by the name of the field in `Params.acceptance`. bins: (predicted, said yes, count) for each tenth.
    """

    __tablename__ = "acceptance_models"

    id: Mapped[Id]
    night: Mapped[date] = mapped_column(unique=True)
    fitted_at: Mapped[datetime]
    asks: Mapped[int]
    coefficients: Mapped[dict[str, Any]] = mapped_column(JSONB)
    resolved: Mapped[int]
    mean_predicted: Mapped[float | None]
    mean_said_yes: Mapped[float | None]
    slope: Mapped[float | None]
    is_open: Mapped[bool]
    bins: Mapped[list[Any]] = mapped_column(JSONB)

    __table_args__ = (
        CheckConstraint(
            "not is_open or num_nonnulls(mean_predicted, mean_said_yes, slope) = 3", name="an_open_gate_was_measured"
        ),
    )


class Leaning(Declared):
    """How much likelier than most someone is to say yes, in logits. Goes with the person and with the model."""

    __tablename__ = "leanings"

    model_id: Mapped[int] = link_to("acceptance_models.id", primary_key=True, index=False, ondelete="CASCADE")
    person_id: Mapped[int] = link_to("people.id", primary_key=True, ondelete="CASCADE")
    leaning: Mapped[float]


class LeaningReset(Declared):
    """Someone asked us to think nothing of them: what they were asked before this teaches nothing any more."""

    __tablename__ = "leaning_resets"

    person_id: Mapped[int] = link_to("people.id", primary_key=True, index=False, ondelete="CASCADE")
    reset_at: Mapped[datetime]
