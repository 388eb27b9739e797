"""Who was asked in the past, as rows: the rounds that found them, the matches, and whom the team chose by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, update
from sqlalchemy.orm import Session

from matcher.domain.geo import distance_band
from matcher.domain.lifecycle import MatchStatus, RoundStatus
from matcher.domain.replies import choose_code
from matcher.services.demo.past.story import Asking, Request
from matcher.services.regular_visits import HOLD_SENTENCE
from matcher.store.bulk import given_rows, insert_all, insert_rows
from matcher.store.models import Area, HandChoice, Round

_ROUND_TOOK = timedelta(seconds=2)
_LEASE = timedelta(minutes=5)

Asked = Sequence[tuple[int, Request, Asking]]
Rounds = Mapping[tuple[int, datetime], int]


def write_rounds(session: Session, asked: Asked) -> Rounds:
    """One round for each moment at which an area asked somebody; the fence of an area counts them."""
    counts = Counter(_round_of(request, one) for _, request, one in asked if _is_of_a_round(request, one))
    moments = sorted(counts)
    fences: Counter[int] = Counter()
    rows = []
    for area_id, at in moments:
        fences[area_id] += 1
        rows.append(_round(area_id, at, fences[area_id], counts[area_id, at]))
    ids = insert_all(session, Round, rows)
    last = [{"id": area_id, "fence": fence} for area_id, fence in fences.items()]
    opened = given_rows({"id": BigInteger(), "fence": BigInteger()}, last).c
    session.execute(
        update(Area).where(Area.id == opened.id).values(rounds_opened=opened.fence),
        execution_options={"synchronize_session": False},
    )
    return dict(zip(moments, ids, strict=True))


def _is_of_a_round(request: Request, asking: Asking) -> bool:
    return request.usual is None and asking.instead_of is None


def _round_of(request: Request, asking: Asking) -> tuple[int, datetime]:
    return request.getter.area_id, asking.asked_at


def _round(area_id: int, at: datetime, fence: int, asked: int) -> dict[str, Any]:
    return {
        "area_id": area_id,
        "fence": fence,
        "status": RoundStatus.CLOSED,
        "opened_at": at - _ROUND_TOOK,
        "lease_until": at + _LEASE,
        "closed_at": at,
        "considered": asked,
        "asked": asked,
        "unserved": 0,
        "skipped": 0,
    }


_ENDED_AT = {
    MatchStatus.ACCEPTED: "answered_at",
    MatchStatus.DECLINED: "answered_at",
    MatchStatus.WITHDRAWN: "withdrawn_at",
    MatchStatus.LAPSED: "lapsed_at",
}


def match_row(
    occurrence_id: int, request: Request, asking: Asking, rounds: Rounds, arrangement_id: int | None
) -> dict[str, Any]:
    """A question and what came of it; arrangement_id: it was theirs without being asked."""
    answered = asking.outcome in (MatchStatus.ACCEPTED, MatchStatus.DECLINED) and arrangement_id is None
    return {
        "round_id": rounds[_round_of(request, asking)] if _is_of_a_round(request, asking) else None,
        "occurrence_id": occurrence_id,
        "offer_id": asking.giver.offer_id,
        "person_id": asking.giver.person_id,
        "arrangement_id": arrangement_id,
        "status": asking.outcome,
        "starts_at": asking.visit.start,
        "ends_at": asking.visit.end,
        "distance_band": distance_band(asking.away_m),
        "reach_m": asking.giver.reach_m,
        "weight_min": 0.0,
        "breakdown": [],
        "sentence": HOLD_SENTENCE if arrangement_id else _sentence(asking),
        "asked_at": asking.asked_at,
        "delivered_at": asking.asked_at + timedelta(seconds=8) if arrangement_id is None else None,
        "opened_at": asking.ended_at - timedelta(seconds=20) if answered else None,
        _ENDED_AT[asking.outcome]: asking.ended_at,
        "decline_reason": asking.why_not,
        "code": None if arrangement_id else choose_code(asking.giver.person_id, occurrence_id, ()),
    }


def _sentence(asking: Asking) -> str:
    known = "have helped this neighbour before, " if asking.is_known else ""
    return f"You {known}are {distance_band(asking.away_m)} away and free then."


def write_choices(session: Session, matches: Sequence[tuple[int, Request, Asking]], staff_id: int) -> None:
    """Those whom the team asked by hand."""
    rows: list[dict[str, Any]] = [
        {
            "match_id": match_id,
            "staff_id": staff_id,
            "set_aside": [],
            "why": "knows_them" if one.is_known else "nearer",
            "engine_offer_id": one.instead_of,
            "is_assigned": False,
            "chosen_at": one.asked_at,
        }
        for match_id, _, one in matches
        if one.instead_of is not None
    ]
    session.execute(insert_rows(HandChoice, rows))
