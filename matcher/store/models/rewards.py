"""What an area earns together."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, func, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped

from matcher.domain.rewards import FEWEST_VISITS, LONGEST, MONEY
from matcher.store.models.declared import Declared, Id, link_to


class Reward(Declared):
    """Something for everyone in an area once so many visits were made there. How many were is counted, never stored.

    ends_on: the first day on which it no longer runs. is_given: it is there; else it was called off.
    """

    __tablename__ = "rewards"

    id: Mapped[Id]
    area_id: Mapped[int] = link_to("areas.id")
    what: Mapped[str]
    visits_wanted: Mapped[int]
    starts_on: Mapped[date]
    set_at: Mapped[datetime]
    set_by: Mapped[int] = link_to("staff.id")
    ends_on: Mapped[date | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = link_to("staff.id")
    is_given: Mapped[bool | None]

    __table_args__ = (
        # Of two at once nobody could say what came with which.
        ExcludeConstraint(
            ("area_id", "="),
            (func.daterange(text("starts_on"), text("ends_on")), "&&"),
            name="ex_rewards_one_at_a_time",
            using="gist",
        ),
        CheckConstraint(f"visits_wanted >= {FEWEST_VISITS}", name="earned_together"),
        CheckConstraint(f"what <> '' and length(what) <= {LONGEST}", name="is_something"),
        CheckConstraint(f"what !~* '{MONEY}'", name="no_money"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_it_starts"),
        CheckConstraint("num_nonnulls(ends_on, ended_at, ended_by, is_given) in (0, 4)", name="ended_once"),
    )
