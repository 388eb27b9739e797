"""Who could help with one visit: everyone ranked as the engine ranks them, and asking one of them by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, NotFound
from matcher.domain.geo import METRES_PER_MILE, distance_band
from matcher.domain.kinds import job_words
from matcher.domain.lifecycle import MatchStatus, NeedStatus, OccurrenceStatus, Urgency
from matcher.domain.localtime import clock_words, day_words, window_words
from matcher.engine.problem import ReasonCode, RoundProblem
from matcher.engine.solve import who_could
from matcher.engine.standing import KEPT_AWAY, LOOKED_INTO, Standing
from matcher.services import audit, matches, round_reader, rounds
from matcher.services.answers import AnswerWhy
from matcher.store import queries
from matcher.store.bulk import among
from matcher.store.models import Area, HandChoice, Home, KindRow, Match, Need, Occurrence, Person

SHOWN = 30
# What a coordinator may set aside: what a neighbour offered as their usual measure, never a check or a word against it.
MAY_SET_ASIDE = frozenset({ReasonCode.NOBODY_NEAR, ReasonCode.ALL_AT_LIMIT, ReasonCode.ALL_ASKED_ENOUGH})
WHYS: Mapping[str, str] = {
    "spoke": "I have spoken to them",
    "knows_them": "They know each other",
    "nearer": "They are nearer than it looks",
    "urgent": "It is urgent",
    "other": "Something else",
}
ASKED_WORDS: Mapping[MatchStatus, str] = {
    MatchStatus.PROPOSED: "asked, no answer yet",
    MatchStatus.ACCEPTED: "said yes",
    MatchStatus.DECLINED: "said no",
    MatchStatus.WITHDRAWN: "asked, then told that it was over",
    MatchStatus.LAPSED: "asked, never answered",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of what asking somebody is worth: its words, its minutes, and how long its bar is, of 100."""

    words: str
    minutes: int
    length: int


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """Somebody who might be asked. kept_away: what keeps them from it, one after another, empty if nothing does.
    when: the visit, if they could come. may_set_aside: a coordinator may ask them in spite of it.
    """

    offer_id: int
    name: str
    distance: str
    kept_away: tuple[str, ...]
    may_set_aside: bool
    when: str
    worth: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class AskedRow:
    """Somebody who was asked already, and what came of it."""

    name: str
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WhoPage:
    """The page of one visit that is looked for. steps: its waterfall, (label, people left). is_open: neighbours may be
    asked about it now. has_more: there are more than those shown.
    """

    occurrence_id: int
    reference: str
    job: str
    area: str
    urgency: Urgency
    day: str
    times: str
    why: str
    steps: tuple[tuple[str, int], ...]
    is_open: bool
    candidates: tuple[CandidateRow, ...]
    has_more: bool
    asked: tuple[AskedRow, ...]


@dataclass(frozen=True, slots=True)
class ByHand:
    """Whom to ask. why: one of WHYS, needed where a requirement is set aside or they are not to be asked at all, but
    `is_assigned`: they said yes by voice.
    """

    offer_id: int
    why: str | None = None
    is_assigned: bool = False


def read(session: Session, occurrence_id: int, *, area_ids: frozenset[int], now: datetime) -> WhoPage:
    """The page. NotFound if the visit is of no area of theirs."""
    occurrence, need, kind, area = _row(session, occurrence_id, area_ids)
    problem = round_reader.read_one(session, occurrence_id, now=now)
    standings = who_could(problem, occurrence_id, most=SHOWN + 1) if problem.occurrences else ()
    names = _names(session, standings)
    first = queries.next_window(occurrence, now)
    return WhoPage(
        occurrence_id=occurrence_id,
        reference=need.reference,
        job=job_words(kind.job_words, tuple(need.details)),
        area=area,
        urgency=need.urgency,
        day=day_words(first.start),
        times=window_words(first),
        why=_why(occurrence, need, standings),
        steps=tuple((step["label"], step["left"]) for step in occurrence.waterfall or []),
        is_open=bool(problem.occurrences),
        candidates=tuple(_candidate(one, names[one.person_id]) for one in standings[:SHOWN]),
        has_more=len(standings) > SHOWN,
        asked=_asked(session, occurrence_id),
    )


def ask(
    session: Session, occurrence_id: int, choice: ByHand, *, area_ids: frozenset[int], staff_id: int, now: datetime
) -> None:
    """Ask this person now; or, if they said yes by voice, give them the visit.

    NotFound if the visit is of no area of theirs; BadInput, with nothing written, if it cannot be or has no reason.
    """
    _row(session, occurrence_id, area_ids)
    problem = round_reader.read_one(session, occurrence_id, now=now)
    standings = who_could(problem, occurrence_id, most=LOOKED_INTO) if problem.occurrences else ()
    one = next((one for one in standings if one.offer_id == choice.offer_id), None)
    if one is None:
        raise BadInput("They cannot be asked about this visit any more", field="offer")
    _check(session, choice, one)
    match = _propose(session, problem, occurrence_id, one, choice, now)
    turn = next((other.offer_id for other in standings if not other.missing), None)
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


def _row(session: Session, occurrence_id: int, area_ids: frozenset[int]) -> Any:
    wanted = (
        select(Occurrence, Need, KindRow, Area.name)
        .join(Need, Need.id == Occurrence.need_id)
        .join(KindRow, KindRow.slug == Need.kind_slug)
        .join(Area, Area.id == Occurrence.area_id)
        .where(Occurrence.id == occurrence_id, Occurrence.area_id.in_(area_ids))
    )
    if (row := session.execute(wanted).one_or_none()) is None:
        raise NotFound
    return row


def _check(session: Session, choice: ByHand, one: Standing) -> None:
    if choice.why is not None and choice.why not in WHYS:
        raise BadInput("Select a reason", field="why")
    if barred := [code for code in one.missing if code not in MAY_SET_ASIDE]:
        name = _names(session, (one,))[one.person_id]
        raise BadInput(f"{name} {KEPT_AWAY[barred[0]]}", field="offer")
    if choice.why is None and (one.missing or choice.is_assigned):
        raise BadInput("Select a reason", field="why")


def _propose(
    session: Session, problem: RoundProblem, occurrence_id: int, one: Standing, choice: ByHand, now: datetime
) -> Match:
    if one.missing:
        waived = problem.waiving(occurrence_id, one.missing)
        one = next(w for w in who_could(waived, occurrence_id, most=LOOKED_INTO) if w.offer_id == one.offer_id)
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


def _why(occurrence: Occurrence, need: Need, standings: tuple[Standing, ...]) -> str:
    if occurrence.status is not OccurrenceStatus.OPEN:
        return "This visit does not look for anybody any more."
    if need.status is not NeedStatus.OPEN:
        return "Someone from the team needs to ring first: nobody is asked before that."
    if occurrence.reason:
        return occurrence.reason
    could = sum(not one.missing for one in standings)
    if could > SHOWN:
        return f"More than {SHOWN} could be asked just now."
    return f"{could} could be asked just now." if could else "Nobody could be asked just now."


def _names(session: Session, standings: tuple[Standing, ...]) -> dict[int, str]:
    """First name and the initial of the surname, by person."""
    wanted = (
        select(Person.id, Person.first_name, Home.surname)
        .outerjoin(Home, Home.person_id == Person.id)
        .where(among(Person.id, (one.person_id for one in standings)))
    )
    return {person_id: _short(first, surname) for person_id, first, surname in session.execute(wanted)}


def _short(first_name: str, surname: str | None) -> str:
    return f"{first_name} {(surname or '')[:1]}".strip()


def _candidate(one: Standing, name: str) -> CandidateRow:
    lines = one.ask.breakdown if one.ask else ()
    longest = max((abs(line.minutes) for line in lines), default=0) or 1
    return CandidateRow(
        offer_id=one.offer_id,
        name=name,
        distance=distance_band(one.distance_m),
        kept_away=tuple(_kept_away(one, code) for code in one.missing),
        may_set_aside=bool(one.missing) and MAY_SET_ASIDE.issuperset(one.missing),
        when=f"{day_words(one.ask.visit.start)}, {clock_words(one.ask.visit.start)}" if one.ask else "",
        worth=round(one.weight_min),
        bars=tuple(
            Bar(line.words, round(line.minutes), max(1, round(100 * abs(line.minutes) / longest)))
            for line in lines
            if round(line.minutes)
        ),
    )


def _kept_away(one: Standing, code: ReasonCode) -> str:
    if code is ReasonCode.NOBODY_NEAR:
        miles = max(0.1, one.beyond_m / METRES_PER_MILE)
        return f"lives {miles:.1f} miles farther away than they offered"
    return KEPT_AWAY[code]


def _asked(session: Session, occurrence_id: int) -> tuple[AskedRow, ...]:
    wanted = (
        select(Person.first_name, Home.surname, Match.status, Match.asked_at)
        .join(Person, Person.id == Match.person_id)
        .outerjoin(Home, Home.person_id == Person.id)
        .where(Match.occurrence_id == occurrence_id)
        .order_by(Match.asked_at, Match.id)
    )
    return tuple(
        AskedRow(_short(first, surname), ASKED_WORDS[status], at)
        for first, surname, status, at in session.execute(wanted)
    )
