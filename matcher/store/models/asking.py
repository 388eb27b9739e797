"""Rounds, the people asked (matches), what a yes becomes (visits) and pairs kept apart."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from matcher.domain.lifecycle import MatchStatus, RoundStatus, VisitStatus
from matcher.store.models.declared import BOTH_ENDS, Declared, Id, link_to, status_column

_HOLDING = "status in ('held', 'on_way', 'done')"


class Round(Declared):
    """One run of the engine over an area. `fence` grows with every round of the area: a late closer is refused."""

    __tablename__ = "rounds"

    id: Mapped[Id]
    area_id: Mapped[int] = link_to("areas.id", index=False)
    fence: Mapped[int]
    status: Mapped[RoundStatus] = status_column(RoundStatus, RoundStatus.OPEN)
    opened_at: Mapped[datetime]
    lease_until: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    considered: Mapped[int] = mapped_column(default=0)
    asked: Mapped[int] = mapped_column(default=0)
    unserved: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    total: Mapped[float | None]
    bound: Mapped[float | None]

    __table_args__ = (
        UniqueConstraint("area_id", "fence"),
        Index("uq_rounds_one_open", "area_id", unique=True, postgresql_where=text("status = 'open'")),
        Index("ix_rounds_opened", "opened_at"),
    )


class Match(Declared):
    """Someone was asked about an occurrence, for a stated time; with an arrangement, it was theirs without asking.

    Each fact has its own time. `delivered_at`: the message was handed to its channel, so they could have read it.
    `opened_at`: they first pressed a button about it; reading sets nothing, since mail scanners read everything.
    `answered_at`: a yes or a no. `withdrawn_at`, `lapsed_at`: it ended without one. `late_yes_at`: a yes after that.
    """

    __tablename__ = "matches"

    id: Mapped[Id]
    round_id: Mapped[int | None] = link_to("rounds.id")
    occurrence_id: Mapped[int] = link_to("occurrences.id")
    offer_id: Mapped[int] = mapped_column(BigInteger)
    person_id: Mapped[int] = mapped_column(BigInteger, index=True)
    arrangement_id: Mapped[int | None] = mapped_column(BigInteger)
    status: Mapped[MatchStatus] = status_column(MatchStatus, MatchStatus.PROPOSED)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    distance_band: Mapped[str]
    reach_m: Mapped[int]  # of whoever was asked, as it counted then: less while it is cold
    weight_min: Mapped[float]
    breakdown: Mapped[list[Any]] = mapped_column(JSONB)
    sentence: Mapped[str]
    asked_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    lapsed_at: Mapped[datetime | None]
    late_yes_at: Mapped[datetime | None]
    decline_reason: Mapped[str | None]
    code: Mapped[str | None]  # what tells this question from their others in a text; none by arrangement

    __table_args__ = (
        # Whoever is asked is the person whose offer it is.
        ForeignKeyConstraint(
            ["offer_id", "person_id"], ["offers.id", "offers.person_id"], name="fk_matches_offer", **BOTH_ENDS
        ),
        # What an arrangement gives, it gives to its usual person.
        ForeignKeyConstraint(
            ["arrangement_id", "person_id"],
            ["arrangements.id", "arrangements.usual_id"],
            name="fk_matches_arrangement",
            **BOTH_ENDS,
        ),
        UniqueConstraint("id", "occurrence_id", "person_id"),
        CheckConstraint("starts_at < ends_at", name="ends_after_start"),
        CheckConstraint("reach_m >= 0", name="some_reach"),
        CheckConstraint("(status in ('accepted', 'declined')) = (answered_at is not null)", name="answer_has_its_time"),
        CheckConstraint("(status = 'withdrawn') = (withdrawn_at is not null)", name="withdrawn_has_its_time"),
        CheckConstraint("(status = 'lapsed') = (lapsed_at is not null)", name="lapsed_has_its_time"),
        CheckConstraint("late_yes_at is null or status in ('withdrawn', 'lapsed')", name="late_yes_is_late"),
        Index(
            "uq_matches_one_live_ask",
            "occurrence_id",
            "offer_id",
            unique=True,
            postgresql_where=text("status = 'proposed'"),
        ),
        Index(
            "uq_matches_live_code",
            "person_id",
            "code",
            unique=True,
            postgresql_where=text("status = 'proposed'"),
        ),
        Index("ix_matches_offer", "offer_id", "person_id"),
        Index("ix_matches_arrangement", "arrangement_id", "person_id"),
        Index("ix_matches_live", "offer_id", postgresql_where=text("status = 'proposed'")),
    )


class Visit(Declared):
    """A yes: one person holds one place of an occurrence. `during` is the visit plus a fixed padding."""

    __tablename__ = "visits"

    id: Mapped[Id]
    match_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    occurrence_id: Mapped[int] = link_to("occurrences.id")
    person_id: Mapped[int] = link_to("people.id")
    place: Mapped[int]
    helpers: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    during: Mapped[Range[Any]] = mapped_column(TSTZRANGE)
    status: Mapped[VisitStatus] = status_column(VisitStatus, VisitStatus.HELD)
    held_at: Mapped[datetime]
    on_way_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    minutes_taken: Mapped[int | None]
    miles: Mapped[int | None]
    why_handed_back: Mapped[str | None]
    asked_volunteer_at: Mapped[datetime | None]
    asked_resident_at: Mapped[datetime | None]

    __table_args__ = (
        ForeignKeyConstraint(
            ["match_id", "occurrence_id", "person_id"],
            ["matches.id", "matches.occurrence_id", "matches.person_id"],
            name="fk_visits_match",
            **BOTH_ENDS,
        ),
        # The occurrence's own number of helpers, copied so that a check can see it.
        ForeignKeyConstraint(
            ["occurrence_id", "helpers"],
            ["occurrences.id", "occurrences.helpers"],
            name="fk_visits_helpers",
            onupdate="CASCADE",
        ),
        CheckConstraint("place between 1 and helpers", name="place_is_wanted"),
        CheckConstraint("starts_at < ends_at", name="ends_after_start"),
        CheckConstraint("during @> tstzrange(starts_at, ends_at)", name="padding_holds_the_visit"),
        CheckConstraint("minutes_taken between 1 and 1440", name="minutes_taken"),
        CheckConstraint("miles between 0 and 300", name="miles"),
        CheckConstraint("why_handed_back is null or status = 'handed_back'", name="a_reason_is_of_one_handed_back"),
        # Two people are never told that they have the same visit ...
        Index(
            "uq_visits_one_holder_of_a_place",
            "occurrence_id",
            "place",
            unique=True,
            postgresql_where=text(_HOLDING),
        ),
        # ... nobody twice the same job ...
        Index(
            "uq_visits_one_place_each",
            "occurrence_id",
            "person_id",
            unique=True,
            postgresql_where=text(_HOLDING),
        ),
        # ... and nobody in two places at once.
        ExcludeConstraint(
            ("person_id", "="),
            ("during", "&&"),
            name="ex_visits_one_place_at_a_time",
            using="gist",
            where=text("status in ('held', 'on_way')"),
        ),
    )


class NeverPair(Declared):
    """Two people who are never matched, silently. Kept once, the lower id first."""

    __tablename__ = "never_pairs"

    person_a: Mapped[int] = link_to("people.id", primary_key=True, index=False)
    person_b: Mapped[int] = link_to("people.id", primary_key=True)
    set_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("person_a < person_b", name="kept_once"),)
