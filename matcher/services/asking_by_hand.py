"""Asking somebody by hand about one visit, or giving it to who said yes by voice: the same proposal as a round's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput
from matcher.domain.lifecycle import MatchStatus
from matcher.domain.timewindow import TimeWindow
from matcher.engine.problem import RoundProblem
from matcher.engine.solve import who_could
from matcher.engine.standing import KEPT_AWAY, LOOKED_INTO, Standing
from matcher.services import audit, matches, people, round_reader, rounds
from matcher.services.answers import AnswerWhy
from matcher.services.setting_aside import MAY_SET_ASIDE, NOBODY_ELSE, WHYS, in_spite
from matcher.services.who_could_help import looked_for
from matcher.store.models import HandChoice, Match


@dataclass(frozen=True, slots=True)
class ByHand:
    """Whom to ask. why: one of WHYS, or NOBODY_ELSE, needed where a requirement is set aside or they are not to
    be asked at all, but `is_assigned`: they said yes by voice. starts_at: when the visit begins; None: whenever suits
    best.
    """

    offer_id: int
    why: str | None = None
    is_assigned: bool = False
    starts_at: datetime | None = None


def ask(
    session: Session, occurrence_id: int, choice: ByHand, *, area_ids: frozenset[int], staff_id: int, now: datetime
) -> None:
    """Ask this person now; or, if they said yes by voice, give them the visit.

    NotFound if the visit is of no area of theirs; BadInput, with nothing written, if it cannot be or has no reason.
    """
    looked_for(session, occurrence_id, area_ids)
    problem = _at(round_reader.read_one(session, occurrence_id, now=now), choice.starts_at)
    standings = who_could(problem, occurrence_id, most=LOOKED_INTO) if problem.occurrences else ()
    one = next((one for one in standings if one.offer_id == choice.offer_id), None)
    if one is None:
        raise BadInput("They cannot be asked about this visit any more", field="offer")
    turn = next((other.offer_id for other in standings if not other.missing), None)
    _check(session, choice, one, somebody_could=turn is not None)
    match = _propose(session, problem, occurrence_id, one, choice, now)
    session.add(
        HandChoice(
            match_id=match.id,
            staff_id=staff_id,
            set_aside=[code.value for code in one.missing],
            why=choice.why,
            engine_offer_id=turn,
            is_assigned=choice.is_assigned,
            chosen_at=now,
        )
    )
    session.flush()
    done = "assigned_by_hand" if choice.is_assigned else "asked_by_hand"
    audit.record(session, audit.staff(staff_id), done, ("match", match.id), *one.missing, now=now)
    if choice.is_assigned:
        _assign(session, match, now)


def _at(problem: RoundProblem, starts_at: datetime | None) -> RoundProblem:
    """The same visit, which can only begin then."""
    if starts_at is None or not problem.occurrences:
        return problem
    (one,) = problem.occurrences
    visit = TimeWindow(starts_at, starts_at + timedelta(minutes=one.minutes))
    if not any(window.contains(visit) for window in one.windows):
        raise BadInput("The visit was not asked for at that time", field="at")
    return replace(problem, occurrences=(replace(one, windows=(visit,)),))


def _check(session: Session, choice: ByHand, one: Standing, *, somebody_could: bool) -> None:
    if choice.why is not None and choice.why not in (*WHYS, NOBODY_ELSE):
        raise BadInput("Select a reason", field="why")
    if choice.why == NOBODY_ELSE and (somebody_could or choice.is_assigned or not one.missing):
        raise BadInput("Somebody could be asked as it is: look again", field="offer")
    if barred := [code for code in one.missing if code not in MAY_SET_ASIDE]:
        name = people.short_names(session, [one.person_id])[one.person_id]
        raise BadInput(f"{name} {KEPT_AWAY[barred[0]]}", field="offer")
    if choice.why is None and (one.missing or choice.is_assigned):
        raise BadInput("Select a reason", field="why")


def _propose(
    session: Session, problem: RoundProblem, occurrence_id: int, one: Standing, choice: ByHand, now: datetime
) -> Match:
    one = in_spite(problem, occurrence_id, one)
    wanted = rounds.proposals(problem, [one.ask] if one.ask else [])
    asked, _ = matches.propose(session, None, wanted, now=now, is_spoken_to=choice.is_assigned)
    if not asked:
        raise BadInput("They have two questions to answer already, or are taken then", field="offer")
    mine = (Match.occurrence_id == occurrence_id) & (Match.offer_id == one.offer_id)
    return session.scalars(select(Match).where(mine, Match.status == MatchStatus.PROPOSED)).one()


def _assign(session: Session, match: Match, now: datetime) -> None:
    answer = matches.accept(session, match.id, now=now)
    if answer.why is AnswerWhy.CLASH:
        raise BadInput("They could not get there from where they are before", field="offer")
    if not answer.held:
        raise BadInput("The visit could not be given to them", field="offer")
