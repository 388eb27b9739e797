"""How ties grow: what people are asked after a good visit, and the help they tell of that was no visit of ours."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, func, text
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matcher.domain.growing import ANSWERS, GrowthAbout
from matcher.store.models.declared import Declared, Id, choice_column, link_to


def _known_answers() -> str:
    """Each question has its own answers."""
    of_one = (
        f"about = '{about.value}' and answer in ({', '.join(repr(answer) for answer, _ in answers)})"
        for about, answers in ANSWERS.items()
    )
    return f"answer is null or {' or '.join(of_one)}"


class GrowthAsk(Declared):
    """Somebody is asked after a visit. rests_until: nothing of the kind is asked of them again before.

    dealt_at: somebody of the team did what the answer asks for.
    """

    __tablename__ = "growth_asks"

    id: Mapped[Id]
    person_id: Mapped[int] = link_to("people.id")
    visit_id: Mapped[int] = link_to("visits.id")
    about: Mapped[GrowthAbout] = choice_column(GrowthAbout)
    asked_at: Mapped[datetime]
    rests_until: Mapped[datetime]
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    dealt_at: Mapped[datetime | None]
    dealt_by: Mapped[int | None] = link_to("staff.id")

    __table_args__ = (
        CheckConstraint("rests_until - asked_at >= interval '28 days'", name="rests_for_a_month"),
        ExcludeConstraint(
            ("person_id", "="),
            (func.tstzrange(text("asked_at"), text("rests_until")), "&&"),
            name="ex_growth_asks_one_a_month",
            using="gist",
        ),
        Index("uq_growth_asks_give_back", "person_id", unique=True, postgresql_where=text("about = 'give_back'")),
        CheckConstraint("(answer is null) = (answered_at is null)", name="answered_once"),
        CheckConstraint(_known_answers(), name="known_answer"),
        CheckConstraint("(dealt_at is null) = (dealt_by is null)", name="somebody_dealt_with_it"),
    )


class InformalHelp(Declared):
    """Help outside the service, as the one who gave it or the one who got it told of it; the other may not be known.

    minutes: what that kind of help usually took when it was told. told_by: the member of staff who was rung.
    """

    __tablename__ = "informal_help"

    id: Mapped[Id]
    area_id: Mapped[int] = link_to("areas.id")
    helper_id: Mapped[int | None] = link_to("people.id")
    resident_id: Mapped[int | None] = link_to("people.id")
    kind_slug: Mapped[str] = mapped_column(ForeignKey("kinds.slug"), index=True)
    day: Mapped[date]
    minutes: Mapped[int]
    told_at: Mapped[datetime]
    told_by: Mapped[int | None] = link_to("staff.id")

    __table_args__ = (
        # Pressed twice is told once.
        Index(
            "uq_informal_help_once_a_day",
            "helper_id",
            "resident_id",
            "kind_slug",
            "day",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("num_nonnulls(helper_id, resident_id) > 0", name="of_somebody"),
        CheckConstraint("helper_id <> resident_id", name="of_two"),
        CheckConstraint("minutes > 0", name="took_some_time"),
    )


class WeeklyHelp(Declared):
    """Help outside the service that somebody gives each week, told once. weekdays: 0 is Monday; both days included.

    last_day is a while away, and further each time they say that it is still so.
    """

    __tablename__ = "weekly_help"

    id: Mapped[Id]
    area_id: Mapped[int] = link_to("areas.id")
    helper_id: Mapped[int] = link_to("people.id")
    kind_slug: Mapped[str] = mapped_column(ForeignKey("kinds.slug"), index=True)
    weekdays: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    minutes: Mapped[int]
    first_day: Mapped[date]
    last_day: Mapped[date]
    told_at: Mapped[datetime]

    __table_args__ = (
        # Told again it is not told twice.
        ExcludeConstraint(
            ("helper_id", "="),
            ("kind_slug", "="),
            (func.daterange(text("first_day"), text("last_day"), text("'[]'")), "&&"),
            name="ex_weekly_help_once_of_a_kind",
            using="gist",
        ),
        CheckConstraint("cardinality(weekdays) > 0 and weekdays <@ '{0,1,2,3,4,5,6}'", name="on_days_of_the_week"),
        CheckConstraint("last_day - first_day between 0 and 3660", name="ends_one_day"),
        CheckConstraint("minutes > 0", name="took_some_time"),
    )
