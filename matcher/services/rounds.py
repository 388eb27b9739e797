"""Rounds: open one (read the question), let the engine think outside any transaction, close it (write the answer)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from matcher.domain.geo import chord_m, distance_band
from matcher.domain.lifecycle import NeedStatus, OccurrenceStatus, RoundStatus
from matcher.domain.preferences import SendingLimits
from matcher.engine.allocation import Allocation, Ask, Unserved, Waiting
from matcher.engine.problem import RoundProblem
from matcher.engine.rows import rows_of
from matcher.engine.snapshot import snapshot_of
from matcher.services import matches, quiet_hours, round_reader, settings
from matcher.services.matches import Proposal
from matcher.store.bulk import among, given_rows
from matcher.store.models import Area, Match, Need, Occurrence, Offer, Round

LEASE = timedelta(minutes=5)
LOOK_AGAIN = timedelta(minutes=10)
SOON = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class OpenedRound:
    """A round that is ours to think about. `fence` proves it when the answer is written.

    `due_at`: when each open occurrence was due, just before the question was read.
    """

    round_id: int
    area_id: int
    fence: int
    problem: RoundProblem
    due_at: Mapping[int, datetime | None]


def areas_due(session: Session, *, now: datetime) -> tuple[int, ...]:
    """Areas with an open occurrence whose time to be considered has come."""
    return tuple(
        session.scalars(
            select(Occurrence.area_id)
            .join(Need, Need.id == Occurrence.need_id)
            .where(
                Occurrence.status == OccurrenceStatus.OPEN,
                Need.status == NeedStatus.OPEN,
                Occurrence.next_round_at <= now,
                Occurrence.ends_at > now,
            )
            .distinct()
            .order_by(Occurrence.area_id)
        )
    )


def open_round(
    session: Session, area_id: int, *, limits: SendingLimits | None = None, now: datetime
) -> OpenedRound | None:
    """Open a round of this area and read its question. None while another worker's lease on the area runs. limits: by
    which messages are held back, as the operator has it; None where they are not.
    """
    abandoned = (
        update(Round)
        .where(Round.area_id == area_id, Round.status == RoundStatus.OPEN, Round.lease_until <= now)
        .values(status=RoundStatus.ABANDONED, closed_at=now)
    )
    session.execute(abandoned)
    fence = session.execute(
        update(Area)
        .where(Area.id == area_id)
        .values(rounds_opened=Area.rounds_opened + 1)
        .returning(Area.rounds_opened)
    ).scalar_one()
    round_id = session.scalar(
        insert(Round)
        .values(area_id=area_id, fence=fence, status=RoundStatus.OPEN, opened_at=now, lease_until=now + LEASE)
        .on_conflict_do_nothing()
        .returning(Round.id)
    )
    if round_id is None:
        return None
    due_at = _due_at(session, area_id)
    quiet = quiet_hours.of_limits(limits, settings.standing(session))
    problem = round_reader.read_problem(session, area_id, now=now, quiet=quiet)
    return OpenedRound(round_id, area_id, fence, problem, due_at)


def close_round(session: Session, opened: OpenedRound, allocation: Allocation, *, now: datetime) -> bool:
    """Write the answer, all of it or nothing. False if the round is no longer ours: then nothing is written."""
    ours = session.execute(
        update(Round)
        .where(Round.id == opened.round_id, Round.fence == opened.fence, Round.status == RoundStatus.OPEN)
        .values(
            status=RoundStatus.CLOSED,
            closed_at=now,
            considered=len(opened.problem.occurrences),
            unserved=len(allocation.unserved),
            total=allocation.total,
            bound=allocation.bound,
        )
        .returning(Round.id)
    ).scalar()
    if ours is None:
        return False
    _lock_in_order(session, opened.problem, allocation)
    asked, skipped = matches.propose(session, opened.round_id, proposals(opened.problem, allocation.asks), now=now)
    session.execute(update(Round).where(Round.id == ours).values(asked=asked, skipped=skipped))
    _note_considered(session, opened, allocation, now)
    return True


def _due_at(session: Session, area_id: int) -> dict[int, datetime | None]:
    wanted = select(Occurrence.id, Occurrence.next_round_at)
    rows = session.execute(wanted.where(Occurrence.area_id == area_id, Occurrence.status == OccurrenceStatus.OPEN))
    return {occurrence_id: due_at for occurrence_id, due_at in rows}  # noqa: C416 (a Row is not a pair to dict())


def _lock_in_order(session: Session, problem: RoundProblem, allocation: Allocation) -> None:
    """Offers, then occurrences, then matches, each by id: the one order in which every verb locks."""
    asked = among(Offer.id, (ask.offer_id for ask in allocation.asks))
    session.execute(select(Offer.id).where(asked).order_by(Offer.id).with_for_update(key_share=True))
    considered = among(Occurrence.id, (occurrence.id for occurrence in problem.occurrences))
    session.execute(select(Occurrence.id).where(considered).order_by(Occurrence.id).with_for_update(key_share=True))


def proposals(problem: RoundProblem, asks: Sequence[Ask]) -> Iterable[Proposal]:
    """These asks, as they are written down."""
    volunteers = snapshot_of(problem.volunteers)
    row_of = rows_of(volunteers.offer, (ask.offer_id for ask in asks))
    occurrences = {occurrence.id: occurrence for occurrence in problem.occurrences}
    for ask in asks:
        # Measured to the cell, so that many asks tell no more of the home than one.
        away = chord_m(volunteers.point(row_of[ask.offer_id]), occurrences[ask.occurrence_id].told_point)
        yield Proposal(
            occurrence_id=ask.occurrence_id,
            offer_id=ask.offer_id,
            person_id=ask.person_id,
            visit=ask.visit,
            distance_band=distance_band(away),
            reach_m=int(volunteers.reach_m[row_of[ask.offer_id]]),
            weight_min=ask.weight_min,
            breakdown=[{"term": line.term, "words": line.words, "minutes": line.minutes} for line in ask.breakdown],
            sentence=ask.sentence,
        )


def _note_considered(session: Session, opened: OpenedRound, allocation: Allocation, now: datetime) -> None:
    """Every occurrence of the question leaves the round with a word on it and a time to be looked at again."""
    words = given_rows(
        {name: Occurrence.__table__.c[column].type for name, column in _WORD_COLUMNS.items()},
        _words(session, opened, allocation, now),
    ).c
    # A yes or a no that came while the engine thought has asked for a look of its own: leave it due.
    is_as_it_was = Occurrence.next_round_at.is_not_distinct_from(words.due_at)
    session.execute(
        update(Occurrence)
        .where(Occurrence.id == words.id, Occurrence.status == OccurrenceStatus.OPEN)
        .values(
            considered_at=now,
            reason_code=words.reason_code,
            reason=words.reason,
            waterfall=words.waterfall,
            next_round_at=case((is_as_it_was, words.look_at), else_=Occurrence.next_round_at),
        ),
        execution_options={"synchronize_session": False},
    )


_WORD_COLUMNS = {
    "id": "id",
    "reason_code": "reason_code",
    "reason": "reason",
    "waterfall": "waterfall",
    "due_at": "next_round_at",
    "look_at": "next_round_at",
}


def _words(
    session: Session, opened: OpenedRound, allocation: Allocation, now: datetime
) -> Iterator[Mapping[str, object]]:
    unserved = {line.occurrence_id: line for line in allocation.unserved}
    waiting = {line.occurrence_id: line for line in allocation.waiting}
    skipped = _skipped(session, opened, allocation)
    for occurrence_id in (occurrence.id for occurrence in opened.problem.occurrences):
        waits = waiting.get(occurrence_id)
        yield {
            "id": occurrence_id,
            **_word(unserved.get(occurrence_id), waits),
            "due_at": opened.due_at.get(occurrence_id),
            "look_at": now + SOON if occurrence_id in skipped else _next_look(waits, now),
        }


def _skipped(session: Session, opened: OpenedRound, allocation: Allocation) -> Counter[int]:
    """Occurrences for which someone was found who, when it came to asking, was no longer free to be asked."""
    asked = session.scalars(select(Match.occurrence_id).where(Match.round_id == opened.round_id))
    return Counter(ask.occurrence_id for ask in allocation.asks) - Counter(asked)


def _word(unserved: Unserved | None, waiting: Waiting | None) -> Mapping[str, object]:
    word = unserved or (waiting.why_no_more if waiting else None)
    if word is None:
        return {}
    waterfall = [{"label": step.label, "left": step.left} for step in word.waterfall]
    return {"reason_code": word.reason, "reason": word.sentence, "waterfall": waterfall}


def _next_look(waiting: Waiting | None, now: datetime) -> datetime:
    if waiting is None:
        return now + LOOK_AGAIN
    return max(waiting.next_ask_at, now + SOON)
