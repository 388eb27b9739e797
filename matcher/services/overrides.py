"""How the choices that were made by hand did, beside those of the matching: counted from what became of each ask."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from matcher.domain.lifecycle import MatchStatus, VisitStatus
from matcher.store.models import Feedback, HandChoice, Match, Occurrence, Visit

DAYS = 90


@dataclass(frozen=True, slots=True)
class Did:
    """What became of some asks. well: visits of which the resident said that they went well."""

    words: str
    asked: int
    yes: int
    no: int
    done: int
    well: int

    @property
    def share(self) -> int | None:
        """Yes in 100 of those who answered; None if nobody did."""
        return round(100 * self.yes / (self.yes + self.no)) if self.yes + self.no else None


@dataclass(frozen=True, slots=True)
class Overrides:
    """Of the last 90 days. against: chosen by hand where the matching would have asked somebody else; passed_over: whom
    it would have asked then, as far as they were asked after all.
    """

    by_hand: Did
    against: Did
    passed_over: Did
    by_matching: Did

    @property
    def title(self) -> str:
        """The finding: which of the two is taken up more often, where both are known of five or more."""
        hand, matching = self.against.share, self.by_matching.share
        if not self.by_hand.asked:
            return "Nobody has been asked by hand in 90 days"
        if hand is None or matching is None or min(self.against.asked, self.by_matching.asked) < LEAST_TOLD:
            return f"{self.by_hand.asked} asked by hand in 90 days: too few to compare"
        if abs(hand - matching) < ALIKE:
            return "Choices by hand and by the matching are taken up about as often"
        more, less = ("by hand", "by the matching") if hand > matching else ("by the matching", "by hand")
        high, low = max(hand, matching), min(hand, matching)
        return f"Choices {more} are taken up more often than {less}: {high} in 100, not {low}"


LEAST_TOLD = 5
ALIKE = 5  # in 100


def read(session: Session, area_ids: frozenset[int], *, now: datetime) -> Overrides:
    """One query for each of the four. Who was given a visit by phone had said yes before: they are left out."""
    asked_by_hand = ~HandChoice.is_assigned
    is_other = and_(asked_by_hand, HandChoice.engine_offer_id != Match.offer_id)
    chosen = aliased(Match)
    turn = and_(
        chosen.id == HandChoice.match_id,
        Match.occurrence_id == chosen.occurrence_id,
        Match.offer_id == HandChoice.engine_offer_id,
        Match.id != chosen.id,
    )
    hand = select(Match.id).join(HandChoice, HandChoice.match_id == Match.id)
    passed = (
        select(Match.id)
        .select_from(HandChoice)
        .join(chosen, chosen.id == HandChoice.match_id)
        .join(Match, turn)
        .where(asked_by_hand)
    )
    by_round = select(Match.id).where(Match.round_id.is_not(None), Match.arrangement_id.is_(None))
    wanted: Iterable[tuple[str, Any]] = (
        ("Asked by hand", hand.where(asked_by_hand)),
        ("Of these, not whom the matching would have asked", hand.where(is_other)),
        ("Whom the matching would have asked there, if they were asked too", passed),
        ("Asked by the matching", by_round),
    )
    return Overrides(*(_did(session, words, ids, area_ids, now) for words, ids in wanted))


def _did(session: Session, words: str, ids: Any, area_ids: frozenset[int], now: datetime) -> Did:
    count = func.count(Match.id.distinct())
    said_yes = or_(Match.status == MatchStatus.ACCEPTED, Match.late_yes_at.is_not(None))
    row = session.execute(
        select(
            count,
            count.filter(said_yes),
            count.filter(Match.status == MatchStatus.DECLINED),
            count.filter(Visit.status == VisitStatus.DONE),
            count.filter(Feedback.answer == "well"),
        )
        .select_from(Match)
        .join(Occurrence, Occurrence.id == Match.occurrence_id)
        .outerjoin(Visit, Visit.match_id == Match.id)
        .outerjoin(Feedback, Feedback.visit_id == Visit.id)
        .where(Match.id.in_(ids), Occurrence.area_id.in_(area_ids), Match.asked_at > now - timedelta(days=DAYS))
    ).one()
    return Did(words, *row)
