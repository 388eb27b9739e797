"""What an arrangement brings about: each occurrence is held for the usual person, else the stand-in is asked.

Rounds are left with the exceptions. It goes by the rows alone, so that doing it twice is the same as once: whoever
was given an occurrence, or was asked about it, is not given it or asked again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session, aliased

from matcher.domain.geo import chord_m, distance_band
from matcher.domain.lifecycle import (
    HOLDING,
    ArrangementStatus,
    MatchStatus,
    NeedStatus,
    OccurrenceStatus,
    OfferStatus,
)
from matcher.domain.localtime import at_local, local_day
from matcher.domain.timewindow import TimeWindow
from matcher.services import arrangement_changes, matches
from matcher.services.matches import Proposal
from matcher.store import queries
from matcher.store.bulk import among
from matcher.store.models import Arrangement, AvailabilityException, Match, Need, Occurrence, Offer, Visit

# A day before rounds begin to ask about an occurrence.
HOLD_AHEAD = timedelta(days=8)
BATCH = 200
HOLD_SENTENCE = "This is your regular visit."
STAND_IN_SENTENCE = "You stand in when the neighbour who usually goes cannot."


@dataclass(frozen=True, slots=True)
class _Turn:
    """One occurrence that an arrangement is about, both locked, and what its job takes."""

    arrangement: Arrangement
    occurrence: Occurrence
    need: Need

    def visit(self) -> TimeWindow | None:
        """When the visit would be: at the usual time, else as soon as the windows let it."""
        length = timedelta(minutes=self.need.minutes)
        usual = at_local(local_day(self.occurrence.starts_at), self.arrangement.at)
        windows = [window for window in queries.windows_of(self.occurrence) if window.end - window.start >= length]
        starts = [usual] if any(w.start <= usual and usual + length <= w.end for w in windows) else []
        starts += [window.start for window in windows]
        return TimeWindow(starts[0], starts[0] + length) if starts else None


@dataclass(frozen=True, slots=True)
class Kept:
    """How many were held or asked; `upto`: the last occurrence that was looked at, if there may be more of them."""

    given: int
    upto: int | None


def keep(session: Session, *, after: int = 0, now: datetime) -> Kept:
    """Hold for the usual people what comes within eight days; ask who stands in where they cannot.

    BATCH of them by id, those after `after`: what cannot be given stays where it is, and must keep no other waiting.
    """
    arrangement_changes.end_kept_apart(session, now=now)
    found = session.execute(_wanted(now, after)).all()
    given = sum(_take_turn(session, turn, now) for turn in _turns(session, found))
    return Kept(given, found[-1].occurrence_id if len(found) == BATCH else None)


def is_to_be_held(now: datetime) -> ColumnElement[bool]:
    """Of an occurrence: it will be held for who usually goes, once it is near enough."""
    live = aliased(Arrangement)
    holds = select(live.id).where(live.need_id == Occurrence.need_id, live.status == ArrangementStatus.LIVE)
    return (Occurrence.starts_at > now + HOLD_AHEAD) & holds.exists()


def _turns(session: Session, found: Sequence[Any]) -> Iterable[_Turn]:
    """Occurrences to be looked after. Offers, then occurrences are locked by id, as every verb locks them."""
    people = {person_id for row in found for person_id in (row.usual_id, row.stand_in_id) if person_id is not None}
    session.execute(
        select(Offer.id).where(among(Offer.person_id, people)).order_by(Offer.id).with_for_update(key_share=True)
    )
    locked = session.scalars(
        select(Occurrence)
        .where(among(Occurrence.id, [row.occurrence_id for row in found]))
        .order_by(Occurrence.id)
        .with_for_update(key_share=True)
    ).all()
    arrangement_of = {row.occurrence_id: row.arrangement_id for row in found}
    for occurrence in locked:
        arrangement = session.get_one(Arrangement, arrangement_of[occurrence.id])
        if occurrence.status is OccurrenceStatus.OPEN and arrangement.status is ArrangementStatus.LIVE:
            yield _Turn(arrangement, occurrence, session.get_one(Need, occurrence.need_id))


def _wanted(now: datetime, after: int) -> Any:
    """Open occurrences of a live arrangement for which there is something left to do."""
    given, asked = aliased(Match), aliased(Match)
    has_been_given = select(given.id).where(
        given.arrangement_id == Arrangement.id, given.occurrence_id == Occurrence.id
    )
    has_been_asked = select(asked.id).where(
        asked.person_id == Arrangement.stand_in_id, asked.occurrence_id == Occurrence.id
    )
    return (
        select(
            Arrangement.id.label("arrangement_id"),
            Occurrence.id.label("occurrence_id"),
            Arrangement.usual_id,
            Arrangement.stand_in_id,
        )
        .join(Need, Need.id == Arrangement.need_id)
        .join(Occurrence, Occurrence.need_id == Need.id)
        .where(
            Occurrence.id > after,
            Arrangement.status == ArrangementStatus.LIVE,
            Need.status == NeedStatus.OPEN,
            Occurrence.status == OccurrenceStatus.OPEN,
            Occurrence.starts_at <= now + HOLD_AHEAD,
            Occurrence.ends_at > now,
            ~has_been_given.exists() | (Arrangement.stand_in_id.is_not(None) & ~has_been_asked.exists()),
        )
        .order_by(Occurrence.id)
        .limit(BATCH)
    )


def _take_turn(session: Session, turn: _Turn, now: datetime) -> bool:
    """Hold it for the usual person, else ask the stand-in; False if neither can be."""
    visit = turn.visit()
    if visit is None or visit.start <= now:
        return False
    given = session.scalar(
        select(Match.id).where(Match.arrangement_id == turn.arrangement.id, Match.occurrence_id == turn.occurrence.id)
    )
    if given is None and _hold(session, turn, visit, now):
        return True
    if given is not None and _holds(session, turn):  # the occurrence wants one more, which is for a round to find
        return False
    return _ask_stand_in(session, turn, visit, now)


def _hold(session: Session, turn: _Turn, visit: TimeWindow, now: datetime) -> bool:
    """Give it to the usual person as if they had said yes. False, and nothing written, if they could not go."""
    offer = _free_offer(session, turn.arrangement.usual_id, visit)
    if offer is None:
        return False
    attempt = session.begin_nested()
    match = Match(
        occurrence_id=turn.occurrence.id,
        offer_id=offer.id,
        person_id=offer.person_id,
        arrangement_id=turn.arrangement.id,
        status=MatchStatus.PROPOSED,
        starts_at=visit.start,
        ends_at=visit.end,
        distance_band=_band(session, turn, offer),
        reach_m=offer.reach_m,
        weight_min=0.0,
        breakdown=[],
        sentence=HOLD_SENTENCE,
        asked_at=now,
    )
    session.add(match)
    session.flush()
    if not matches.hold_as_usual(session, match.id, now=now):
        attempt.rollback()
        return False
    attempt.commit()
    return True


def _ask_stand_in(session: Session, turn: _Turn, visit: TimeWindow, now: datetime) -> bool:
    """Ask them as anyone is asked, and before anyone else: a round waits for their answer for a while."""
    person_id = turn.arrangement.stand_in_id
    if person_id is None or queries.is_kept_apart(session, turn.need.resident_id, person_id):
        return False
    offer = _free_offer(session, person_id, visit)
    has_been_asked = select(Match.id).where(Match.person_id == person_id, Match.occurrence_id == turn.occurrence.id)
    missing = queries.missing_checks(session, {turn.need.kind_slug}, person_id, local_day(visit.start))
    if offer is None or missing or session.scalar(has_been_asked.limit(1)) is not None:
        return False
    proposal = Proposal(
        occurrence_id=turn.occurrence.id,
        offer_id=offer.id,
        person_id=person_id,
        visit=visit,
        distance_band=_band(session, turn, offer),
        reach_m=offer.reach_m,
        weight_min=0.0,
        breakdown=[],
        sentence=STAND_IN_SENTENCE,
    )
    asked, _ = matches.propose(session, None, [proposal], now=now)
    return bool(asked)


def _free_offer(session: Session, person_id: int, visit: TimeWindow) -> Offer | None:
    """Their offer, unless it is paused or they are away then. Their usual week does not matter: they agreed to this."""
    offer = session.scalar(select(Offer).where(Offer.person_id == person_id, Offer.status == OfferStatus.ACTIVE))
    if offer is None:
        return None
    away = select(AvailabilityException.id).where(
        AvailabilityException.offer_id == offer.id,
        ~AvailabilityException.is_free,
        AvailabilityException.during.op("&&")(Range(visit.start, visit.end)),
    )
    return None if session.scalar(away.limit(1)) is not None else offer


def _band(session: Session, turn: _Turn, offer: Offer) -> str:
    """To the resident's cell, as before any yes."""
    there = queries.told_point(session, turn.need.resident_id)
    return distance_band(chord_m(queries.home_point(session, offer.person_id), there))


def _holds(session: Session, turn: _Turn) -> bool:
    given = arrangement_changes.visits_given(turn.arrangement.id)
    held = given.where(Visit.occurrence_id == turn.occurrence.id, Visit.status.in_(HOLDING))
    return session.scalar(held.limit(1)) is not None
