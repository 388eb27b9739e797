"""Who could help with one visit: everyone ranked as the engine ranks them, why not, and what would bring one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.errors import NotFound
from matcher.domain.geo import METRES_PER_MILE, distance_band
from matcher.domain.kinds import job_words
from matcher.domain.lifecycle import MatchStatus, NeedStatus, OccurrenceStatus, Urgency
from matcher.domain.localtime import clock_words, day_words, window_words
from matcher.domain.timewindow import TimeWindow
from matcher.engine.problem import ReasonCode
from matcher.engine.solve import who_could
from matcher.engine.standing import KEPT_AWAY, LOOKED_INTO, Standing
from matcher.services import (
    about_one,
    round_reader,
    setting_aside,
    told_apart,
    unfilled,
    waterfall,
    who_goes,
    worth_bars,
)
from matcher.services.about_one import About, Beside
from matcher.services.near_offers import LOOKED_AT
from matcher.services.pins import PIN_WHYS
from matcher.services.setting_aside import MAY_SET_ASIDE, Relaxation
from matcher.services.waterfall import FallStep
from matcher.services.who_goes import Holder
from matcher.services.worth_bars import Bar, Scale
from matcher.store import queries
from matcher.store.models import Area, KindRow, Match, Need, Occurrence, Pin

NEAREST = LOOKED_AT  # offers of which the page speaks at all
SHOWN = 20
SHOWN_AT_FIRST = 8
ASKED_WORDS: Mapping[MatchStatus, str] = {
    MatchStatus.PROPOSED: "asked, no answer yet",
    MatchStatus.ACCEPTED: "said yes",
    MatchStatus.DECLINED: "said no",
    MatchStatus.WITHDRAWN: "asked, then told that it was over",
    MatchStatus.LAPSED: "asked, never answered",
}


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """Somebody who might be asked. kept_away: what keeps them from it, one after another, empty if nothing does.
    when: the visit, if they could come. may_set_aside: a coordinator may ask them in spite of it. bars: what asking
    them is worth, of 100, from the line of nought of the page.
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
class Brings:
    """Somebody whom the smallest thing to set aside would bring, tried by solving again. others: how many besides."""

    offer_id: int
    name: str
    words: tuple[str, ...]
    others: int


@dataclass(frozen=True, slots=True)
class KeptFor:
    """For whom the team keeps it. every_visit: of the need, not this one alone."""

    name: str
    every_visit: bool
    why: str


@dataclass(frozen=True, slots=True)
class WhoPage:
    """The page of one visit that is looked for. number: its place in the list of what nobody holds, if it is on it.
    finding: of the steps. cannot: where no steps are known. is_open: neighbours may be asked about it now. has_more:
    there are more than those shown. holders: who said yes and goes, or went. best: what their bars show. nought: where
    the line of nought of the bars is.
    """

    occurrence_id: int
    need_id: int
    reference: str
    job: str
    area: str
    number: int | None
    urgency: Urgency
    is_paused: bool
    day: str
    times: str
    why: str
    finding: str
    steps: tuple[FallStep[Brings], ...]
    is_open: bool
    best: str
    nought: float
    candidates: tuple[CandidateRow, ...]
    has_more: bool
    asked: tuple[AskedRow, ...]
    holders: tuple[Holder, ...]
    brings: tuple[Brings, ...]
    cannot: tuple[str, ...]
    kept_for: KeptFor | None
    about: About | None


@dataclass(frozen=True, slots=True)
class Look:
    """How much of it to look at. about: the offer of somebody to tell more of. is_whole: not the first few alone."""

    about: int | None = None
    is_whole: bool = False


def read(
    session: Session, occurrence_id: int, *, area_ids: frozenset[int], now: datetime, look: Look | None = None
) -> WhoPage:
    """The page. NotFound if the visit is of no area of theirs."""
    look = look or Look()
    occurrence, need, kind, area = looked_for(session, occurrence_id, area_ids)
    problem = round_reader.read_one(session, occurrence_id, now=now)
    standings = who_could(problem, occurrence_id, most=LOOKED_INTO) if problem.occurrences else ()
    shown = standings[: SHOWN if look.is_whole else SHOWN_AT_FIRST]
    brings = setting_aside.smallest(problem, occurrence_id, standings)
    about = next((one for one in standings if one.offer_id == look.about), None)
    asked, pin = _asked(session, occurrence_id), _pin(session, occurrence)
    chosen = (*shown, *(one.standing for one in brings), *([about] if about else ()))
    chosen_from = frozenset(one.person_id for one in chosen)
    holders = who_goes.holders(session, occurrence_id)
    others = {*(person_id for person_id, *_ in asked), *holders, *([pin.person_id] if pin else [])}
    called = told_apart.names(session, chosen_from | others)
    brought = {one.codes: _brings(one, called[one.standing.person_id]) for one in brings}
    by_one = {codes[0]: one for codes, one in brought.items() if len(codes) == 1}
    alone = Counter(one.missing[0] for one in standings if len(one.missing) == 1)
    is_stuck = all(one.missing for one in standings)
    first = queries.next_window(occurrence, now)
    steps = waterfall.steps(occurrence, by_one, alone, is_stuck=is_stuck and bool(problem.occurrences))
    scale = Scale.of(one.ask.breakdown for one in shown if one.ask)
    rows = tuple(_candidate(one, called[one.person_id], scale) for one in shown)
    return WhoPage(
        occurrence_id=occurrence_id,
        need_id=need.id,
        reference=need.reference,
        job=job_words(kind.job_words, tuple(need.details)),
        area=area,
        number=unfilled.numbers(session, area_ids, [occurrence_id]).get(occurrence_id),
        urgency=need.urgency,
        is_paused=need.status is NeedStatus.PAUSED,
        day=day_words(first.start),
        times=_times(first, queries.windows_of(occurrence)[-1]),
        why=_why(occurrence, need, standings, [called[who] for who in holders]),
        holders=tuple(Holder(offer_id, called[who]) for who, offer_id in holders.items()),
        finding=waterfall.finding(steps, is_stuck=is_stuck) if steps else "",
        steps=steps,
        is_open=bool(problem.occurrences),
        best=worth_bars.finding([(row.name, row.worth) for row in rows if not row.kept_away]),
        nought=scale.nought,
        candidates=rows,
        has_more=len(standings) > len(shown),
        asked=tuple(AskedRow(called[who], ASKED_WORDS[status], at) for who, status, at in asked),
        brings=tuple(brought.values()),
        cannot=_cannot(alone) if is_stuck and not steps else (),
        kept_for=KeptFor(called[pin.person_id], pin.occurrence_id is None, PIN_WHYS[pin.why]) if pin else None,
        about=who_goes.about(session, occurrence_id, look.about, holders, now=now)
        or (_about(session, occurrence, need, about, chosen_from, now) if about else None),
    )


def _times(first: TimeWindow, last: TimeWindow) -> str:
    """When it is wanted next; and until when it may be, should a neighbour come at a later time that was named."""
    later = f", or until {clock_words(last.end)} on {day_words(last.end)}" if last.start > first.start else ""
    return window_words(first) + later


def _brings(one: Relaxation, name: str) -> Brings:
    words = tuple(_kept_away(one.standing, code) for code in one.codes)
    return Brings(one.standing.offer_id, name, words, one.others)


def _cannot(alone: Mapping[ReasonCode, int]) -> tuple[str, ...]:
    """What else keeps somebody away by itself, and is not the team's to set aside."""
    return tuple(
        f"{count} {'neighbour' if count == 1 else 'neighbours'}: {KEPT_AWAY[code]}"
        for code, count in sorted(alone.items())
        if code not in MAY_SET_ASIDE
    )


def _about(
    session: Session, occurrence: Occurrence, need: Need, one: Standing, chosen_from: frozenset[int], now: datetime
) -> About:
    beside = Beside(occurrence.id, need.resident_id, chosen_from)
    return about_one.read(session, beside, one, now=now)


def _pin(session: Session, occurrence: Occurrence) -> Pin | None:
    return session.scalars(
        select(Pin)
        .where(Pin.lifted_at.is_(None), (Pin.occurrence_id == occurrence.id) | (Pin.need_id == occurrence.need_id))
        .order_by(Pin.occurrence_id.is_(None))
        .limit(1)
    ).one_or_none()


def looked_for(session: Session, occurrence_id: int, area_ids: frozenset[int]) -> Any:
    """(Occurrence, Need, KindRow, name of the area). NotFound if it is of no area of theirs."""
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


_OVER: Mapping[OccurrenceStatus, str] = {
    OccurrenceStatus.FILLED: "{} said yes: nobody else is asked.",
    OccurrenceStatus.DONE: "{} went: it is done.",
    OccurrenceStatus.UNMET: "Its time has passed, and nobody went.",
    OccurrenceStatus.CANCELLED: "It was called off: nobody is asked.",
}


def _why(occurrence: Occurrence, need: Need, standings: tuple[Standing, ...], holders: Sequence[str]) -> str:
    if occurrence.status is not OccurrenceStatus.OPEN:
        return _OVER[occurrence.status].format(" and ".join(holders) or "Somebody")
    if need.status is not NeedStatus.OPEN:
        return "Someone from the team needs to ring first: nobody is asked before that."
    if occurrence.reason:
        return occurrence.reason
    could = sum(not one.missing for one in standings)
    if could > SHOWN:
        return f"More than {SHOWN} could be asked just now."
    return f"{could} could be asked just now." if could else "Nobody could be asked just now."


def _candidate(one: Standing, name: str, scale: Scale) -> CandidateRow:
    return CandidateRow(
        offer_id=one.offer_id,
        name=name,
        distance=distance_band(one.distance_m),
        kept_away=tuple(_kept_away(one, code) for code in one.missing),
        may_set_aside=bool(one.missing) and MAY_SET_ASIDE.issuperset(one.missing),
        when=f"{day_words(one.ask.visit.start)}, {clock_words(one.ask.visit.start)}" if one.ask else "",
        worth=round(one.weight_min),
        bars=scale.bars(one.ask.breakdown) if one.ask else (),
    )


def _kept_away(one: Standing, code: ReasonCode) -> str:
    if code is ReasonCode.NOBODY_NEAR:
        miles = max(0.1, one.beyond_m / METRES_PER_MILE)
        return f"lives {miles:.1f} miles farther away than they offered"
    return KEPT_AWAY[code]


def _asked(session: Session, occurrence_id: int) -> Sequence[Any]:
    """(person, status, since when) of everyone who was asked."""
    asked = select(Match.person_id, Match.status, Match.asked_at).where(Match.occurrence_id == occurrence_id)
    return session.execute(asked.order_by(Match.asked_at, Match.id)).all()
