"""Asking: those whom a round found are asked, all at once, where that is still right.

However many they are, it takes the same few statements: lock the offers, lock the occurrences, see what the offers
have on their hands, write the matches, owe the messages.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import MatchStatus, OccurrenceStatus, OfferStatus
from matcher.domain.preferences import About
from matcher.domain.replies import choose_code
from matcher.domain.timewindow import TimeWindow
from matcher.services.outbox import Owed, owe_all
from matcher.store import queries
from matcher.store.bulk import among, insert_rows
from matcher.store.models import Match, Need, NeverPair, Occurrence, Offer

LIVE_ASKS_MOST = 2
# A late yes to a question of these days never counts for another one.
CODE_STANDS = timedelta(days=10)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Someone to ask, as a round found them. reach_m: theirs as it counts now, less while it is cold."""

    occurrence_id: int
    offer_id: int
    person_id: int
    visit: TimeWindow
    distance_band: str
    reach_m: int
    weight_min: float
    breakdown: list[dict[str, Any]]
    sentence: str


def propose(
    session: Session,
    round_id: int | None,
    proposals: Iterable[Proposal],
    *,
    now: datetime,
    is_spoken_to: bool = False,
) -> tuple[int, int]:
    """Ask these people, where that is still right: (asked, skipped). is_spoken_to: they were asked by voice, so that no
    message is owed.

    It is right while the visit is still to come, the occurrence is open and the offer active, with room for one more
    unanswered ask, no visit or ask of theirs overlaps, and they are not kept apart from who is helped. They are taken
    by occurrence, then offer: what is asked of someone counts for what comes after it.
    """
    wanted = sorted(proposals, key=lambda proposal: (proposal.occurrence_id, proposal.offer_id))
    right = list(_still_right(session, wanted, now)) if wanted else []
    asked = _write(session, round_id, right, now, is_spoken_to=is_spoken_to) if right else 0
    return asked, len(wanted) - asked


@dataclass(slots=True)
class _Hands:
    """What an offer has on its hands: occurrences it has been asked about, and the times that are taken."""

    asked_about: set[int] = field(default_factory=set)
    taken: list[tuple[datetime, datetime]] = field(default_factory=list)

    def take(self, occurrence_id: int | None, starts_at: datetime, ends_at: datetime) -> None:
        """One more ask; None: a visit."""
        self.taken.append((starts_at, ends_at))
        if occurrence_id is not None:
            self.asked_about.add(occurrence_id)

    def has_room(self, proposal: Proposal) -> bool:
        """True if this may be asked too."""
        start, end = proposal.visit.start, proposal.visit.end
        return (
            len(self.asked_about) < LIVE_ASKS_MOST
            and proposal.occurrence_id not in self.asked_about
            and not any(starts_at < end and start < ends_at for starts_at, ends_at in self.taken)
        )


def _still_right(session: Session, wanted: Sequence[Proposal], now: datetime) -> Iterator[Proposal]:
    active, open_ones = _locked(session, wanted)
    apart = _kept_apart(session, {*active.values(), *open_ones.values()})
    hands: defaultdict[int, _Hands] = defaultdict(_Hands)
    for offer_id, occurrence_id, starts_at, ends_at in queries.on_their_hands(session, active):
        hands[offer_id].take(occurrence_id, starts_at, ends_at)
    for proposal in wanted:
        if active.get(proposal.offer_id) != proposal.person_id or proposal.occurrence_id not in open_ones:
            continue
        if open_ones[proposal.occurrence_id] == proposal.person_id:  # two records became one while the round thought
            continue
        if frozenset((open_ones[proposal.occurrence_id], proposal.person_id)) in apart:
            continue
        if proposal.visit.start <= now:
            continue
        if hands[proposal.offer_id].has_room(proposal):
            hands[proposal.offer_id].take(proposal.occurrence_id, proposal.visit.start, proposal.visit.end)
            yield proposal


def _locked(session: Session, wanted: Sequence[Proposal]) -> tuple[dict[int, int], dict[int, int]]:
    """Lock the offers, then the occurrences, each by id: those that are active, with whose they are; those that are
    open, with who is to be helped.
    """
    offers = session.execute(
        select(Offer.id, Offer.person_id, Offer.status)
        .where(among(Offer.id, (proposal.offer_id for proposal in wanted)))
        .order_by(Offer.id)
        .with_for_update(key_share=True)
    ).all()
    occurrences = session.execute(
        select(Occurrence.id, Occurrence.status, Need.resident_id)
        .join(Need, Need.id == Occurrence.need_id)
        .where(among(Occurrence.id, (proposal.occurrence_id for proposal in wanted)))
        .order_by(Occurrence.id)
        .with_for_update(key_share=True, of=Occurrence)
    ).all()
    return (
        {offer_id: person_id for offer_id, person_id, status in offers if status is OfferStatus.ACTIVE},
        {occurrence_id: helped for occurrence_id, status, helped in occurrences if status is OccurrenceStatus.OPEN},
    )


def _kept_apart(session: Session, person_ids: Collection[int]) -> Collection[frozenset[int]]:
    """Pairs of these people who are never to meet, whoever said so while the round thought."""
    among_them = among(NeverPair.person_a, person_ids), among(NeverPair.person_b, person_ids)
    pairs = session.execute(select(NeverPair.person_a, NeverPair.person_b).where(*among_them))
    return {frozenset((low, high)) for low, high in pairs}


def _write(
    session: Session, round_id: int | None, right: Sequence[Proposal], now: datetime, *, is_spoken_to: bool
) -> int:
    """Write the matches and owe their messages: how many."""
    codes = _codes(session, right, now)
    rows = [_row(round_id, proposal, code, now) for proposal, code in zip(right, codes, strict=True)]
    insert = insert_rows(Match, rows).on_conflict_do_nothing().returning(Match.id, Match.person_id)
    written = sorted((match_id, person_id) for match_id, person_id in session.execute(insert))
    if is_spoken_to:
        return len(written)
    channels = queries.channels_of(session, [person_id for _, person_id in written], About.ASKS)
    owe_all(
        session,
        [
            Owed("match_asked", ("match_id", match_id), person_id=person_id, channel=channels[person_id])
            for match_id, person_id in written
        ],
        now=now,
    )
    return len(written)


def _codes(session: Session, right: Sequence[Proposal], now: datetime) -> list[str]:
    """A code for each question, other than those their person was sent of late."""
    lately = select(Match.person_id, Match.code).where(
        among(Match.person_id, (proposal.person_id for proposal in right)),
        Match.code.is_not(None),
        (Match.status == MatchStatus.PROPOSED) | (Match.asked_at > now - CODE_STANDS),
    )
    used: defaultdict[int, set[str]] = defaultdict(set)
    for person_id, code in session.execute(lately):
        used[person_id].add(str(code))
    codes = []
    for proposal in right:
        theirs = used[proposal.person_id]
        codes.append(choose_code(proposal.person_id, proposal.occurrence_id, theirs))
        theirs.add(codes[-1])
    return codes


def _row(round_id: int | None, proposal: Proposal, code: str, now: datetime) -> dict[str, Any]:
    return {
        "round_id": round_id,
        "occurrence_id": proposal.occurrence_id,
        "offer_id": proposal.offer_id,
        "person_id": proposal.person_id,
        "status": MatchStatus.PROPOSED,
        "starts_at": proposal.visit.start,
        "ends_at": proposal.visit.end,
        "distance_band": proposal.distance_band,
        "reach_m": proposal.reach_m,
        "weight_min": proposal.weight_min,
        "breakdown": proposal.breakdown,
        "sentence": proposal.sentence,
        "asked_at": now,
        "code": code,
    }
