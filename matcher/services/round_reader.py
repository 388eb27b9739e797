"""Reading a round's question out of the tables: plain columns, never a row object."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select, union
from sqlalchemy.orm import Session, aliased

from matcher.domain.geo import Point
from matcher.domain.kinds import is_personal
from matcher.domain.lifecycle import (
    HOLDING,
    MatchStatus,
    NeedStatus,
    OccurrenceStatus,
    VisitStatus,
)
from matcher.domain.localtime import local_day
from matcher.domain.preferences import Hours
from matcher.domain.recurrence import Recurrence, day_windows
from matcher.domain.timewindow import TimeWindow, merge
from matcher.engine.params import Acceptance, Params
from matcher.engine.problem import LiveAsk, OpenOccurrence, RoundProblem
from matcher.services import cold_spells, forecasting, learned, near_offers, pins, regular_visits
from matcher.services.batching import GATHERING
from matcher.services.volunteer_reader import read_volunteers
from matcher.store import queries
from matcher.store.bulk import among, grouped
from matcher.store.models import (
    Cell,
    Feedback,
    Home,
    KindRow,
    LevelRow,
    Match,
    Need,
    NeedWish,
    NeverPair,
    Occurrence,
    Person,
    Visit,
)


@dataclass(frozen=True, slots=True)
class Supposing:
    """What is not so yet. band: one more time of the same days for whatever is looked for. cold_until: a cold spell."""

    band: str = ""
    cold_until: datetime | None = None


AROUND = 200  # occurrences that are solved again to see what one ask would change


def read_problem(
    session: Session, area_id: int, *, now: datetime, supposing: Supposing | None = None, quiet: Hours | None = None
) -> RoundProblem:
    """Every open occurrence of the area that may be asked about now, and every active offer there is. quiet: the hours
    in which the scheme holds messages back, if it does; who chose hours of their own is not asked in them anyway.
    """
    return _problem(session, area_id, _of_area(area_id, now), now, supposing=supposing or Supposing(), quiet=quiet)


def read_one(session: Session, occurrence_id: int, *, now: datetime) -> RoundProblem:
    """The same of one occurrence alone, whenever it is due, with the offers that could be near it or were asked about
    it; without any occurrence, if nobody may be asked about it.
    """
    visit = near_offers.place_of(session, occurrence_id)
    near = near_offers.nearest(session, visit.point, visit.kind) | near_offers.asked_about(session, occurrence_id)
    return _problem(session, visit.area_id, _open_columns(now).where(Occurrence.id == occurrence_id), now, near)


def read_regular(session: Session, area_id: int, within: TimeWindow, *, most: int, now: datetime) -> RoundProblem:
    """The first visits of weekly help in the area that begin in that time, that nobody holds, and that are not to be
    held for who usually goes; with the offers that could be near one of them.
    """
    wanted = (
        _open_columns(now)
        .where(
            Occurrence.area_id == area_id,
            Need.recurrence == Recurrence.WEEKLY,
            Occurrence.starts_at >= within.start,
            Occurrence.starts_at < within.end,
            ~regular_visits.is_to_be_held(now),
        )
        .order_by(Occurrence.starts_at, Occurrence.id)
        .limit(most)
    )
    places = {(Point(row.lat, row.lon), row.kind_slug) for row in session.execute(wanted)}
    near = frozenset[int]().union(*(near_offers.nearest(session, point, kind) for point, kind in places))
    return _problem(session, area_id, wanted, now, near)


def read_around(session: Session, occurrence_id: int, offer_id: int, *, now: datetime) -> RoundProblem:
    """What the next round of its area will look at, as far as this offer could matter to it: the occurrences nearest to
    their home, this one among them, and the offers nearest to it.
    """
    area_id, home = near_offers.place_of(session, occurrence_id).area_id, near_offers.home_of(session, offer_id)
    of_area = _of_area(area_id, now).order_by(None).order_by(near_offers.metres_from(home)).limit(AROUND).subquery()
    wanted = _open_columns(now).where(
        (Occurrence.id == occurrence_id) | Occurrence.id.in_(select(of_area.c.id)), Occurrence.area_id == area_id
    )
    near = near_offers.nearest(session, home) | near_offers.asked_about(session, occurrence_id) | {offer_id}
    return _problem(session, area_id, wanted.order_by(Occurrence.id), now, near)


def _problem(
    session: Session,
    area_id: int,
    wanted: Any,
    now: datetime,
    only: Collection[int] | None = None,
    supposing: Supposing = Supposing(),
    quiet: Hours | None = None,
) -> RoundProblem:
    occurrences = tuple(_with_band(one, supposing.band, now) for one in _occurrences(session, wanted))
    if not occurrences:
        return RoundProblem(now=now)
    cold_until = cold_spells.ends_where_cold(session, now=now).get(area_id) or supposing.cold_until
    forecast = forecasting.expected(session, area_id, cold_until=cold_until, now=now) if cold_until else ()
    looked_at = (*occurrences, *(one.occurrence for one in forecast))
    horizon = TimeWindow(now, max(window.end for one in looked_at for window in one.windows))
    return RoundProblem(
        now=now,
        params=replace(Params(), acceptance=replace(Acceptance(), **learned.coefficients(session))),
        occurrences=occurrences,
        volunteers=read_volunteers(session, horizon, is_cold=cold_until is not None, now=now, only=only, quiet=quiet),
        live_asks=_live_asks(session, now, only),
        never_pairs=_same_homes(session, [one.resident_id for one in occurrences])
        | frozenset(frozenset(pair) for pair in session.execute(select(NeverPair.person_a, NeverPair.person_b))),
        forecast=forecast,
    )


def _with_band(one: OpenOccurrence, band: str, now: datetime) -> OpenOccurrence:
    """Wanted at that time of the same days too."""
    if not band:
        return one
    days = sorted({local_day(window.start) for window in one.windows})
    more = (window for day in days for window in day_windows(day, [band], not_before=now))
    return replace(one, windows=merge([*one.windows, *more]))


def _same_homes(session: Session, resident_ids: list[int]) -> frozenset[frozenset[int]]:
    """Pairs who share a telephone: one household, or one human we know twice. Nobody is asked to help themselves."""
    resident, other = aliased(Home), aliased(Home)
    rows = session.execute(
        select(resident.person_id, other.person_id)
        .join(other, (other.phone == resident.phone) & (other.person_id != resident.person_id))
        .where(among(resident.person_id, resident_ids))
    )
    return frozenset(frozenset(pair) for pair in rows)


def _occurrences(session: Session, wanted: Any) -> tuple[OpenOccurrence, ...]:
    rows = session.execute(wanted).all()
    ids = [row.id for row in rows]
    held_by = grouped(
        session,
        select(Visit.occurrence_id, Visit.person_id, Visit.starts_at).where(
            among(Visit.occurrence_id, ids), Visit.status.in_(HOLDING)
        ),
    )
    refused_by = grouped(session, _refusals(ids))
    asked = grouped(session, _wishes([row.need_id for row in rows]))
    usual = grouped(session, _happy_pairs([row.resident_id for row in rows]))
    kept = pins.kept_for(session, ids, [row.need_id for row in rows])
    return tuple(
        OpenOccurrence(
            id=row.id,
            need_id=row.need_id,
            resident_id=row.resident_id,
            kind=row.kind_slug,
            windows=tuple(TimeWindow(piece.lower, piece.upper) for piece in row.windows),
            minutes=row.minutes,
            helpers_wanted=row.helpers - len(held_by[row.id]),
            urgency=row.urgency,
            point=Point(row.lat, row.lon),
            told_point=Point(row.cell_lat, row.cell_lon),
            waiting_since=row.open_since,
            required_checks=frozenset(row.checks),
            musts=frozenset(trait for trait, is_must in asked[row.need_id] if is_must),
            wishes=frozenset(trait for trait, is_must in asked[row.need_id] if not is_must),
            usual=frozenset(usual[row.resident_id]),
            held_by=frozenset(person_id for person_id, _ in held_by[row.id]),
            begins_at=min((starts_at for _, starts_at in held_by[row.id]), default=None),
            refused_by=frozenset(refused_by[row.id]),
            pinned=kept.people(row.id, row.need_id, refused_by[row.id]),
            usual_first=row.recurrence is not Recurrence.ONCE or is_personal(row.checks),
        )
        for row in rows
    )


def _of_area(area_id: int, now: datetime) -> Any:
    """Those of the area that are due."""
    return (
        _open_columns(now)
        .where(
            Occurrence.area_id == area_id,
            # One that is a week away has no reason yet to be asked about; one that waits for company has found it.
            (Occurrence.next_round_at <= now)
            | Occurrence.considered_at.is_not(None)
            | (Occurrence.reason_code == GATHERING),
        )
        .order_by(Occurrence.id)
    )


def _open_columns(now: datetime) -> Any:
    """What a round must know of each occurrence that is open."""
    return (
        select(
            *(Occurrence.id, Occurrence.need_id, Occurrence.windows, Occurrence.helpers, Occurrence.open_since),
            *(Need.resident_id, Need.kind_slug, Need.minutes, Need.urgency, Need.recurrence),
            *(Home.lat, Home.lon, Cell.lat.label("cell_lat"), Cell.lon.label("cell_lon"), LevelRow.checks),
        )
        .join(Need, Need.id == Occurrence.need_id)
        .join(Person, Person.id == Need.resident_id)
        .join(Home, Home.person_id == Need.resident_id)
        .join(Cell, Cell.id == Person.cell_id)
        .join(KindRow, KindRow.slug == Need.kind_slug)
        .join(LevelRow, LevelRow.code == KindRow.level_code)
        .where(Occurrence.status == OccurrenceStatus.OPEN, Need.status == NeedStatus.OPEN, Occurrence.ends_at > now)
    )


def _refusals(occurrence_ids: list[int]) -> Any:
    """Offers that said no to it, or handed it back, or did not come."""
    said_no = select(Match.occurrence_id, Match.offer_id).where(
        among(Match.occurrence_id, occurrence_ids), Match.status == MatchStatus.DECLINED
    )
    gave_up = (
        select(Match.occurrence_id, Match.offer_id)
        .join(Visit, Visit.match_id == Match.id)
        .where(
            among(Match.occurrence_id, occurrence_ids),
            Visit.status.in_((VisitStatus.HANDED_BACK, VisitStatus.NO_SHOW)),
        )
    )
    return union(said_no, gave_up)


def _wishes(need_ids: list[int]) -> Any:
    return select(NeedWish.need_id, NeedWish.trait, NeedWish.is_must).where(among(NeedWish.need_id, need_ids))


def _happy_pairs(resident_ids: list[int]) -> Any:
    """People who helped these residents before, where the resident said that it went well or would have them again."""
    return (
        select(Need.resident_id, Visit.person_id)
        .join(Occurrence, Occurrence.need_id == Need.id)
        .join(Visit, Visit.occurrence_id == Occurrence.id)
        .join(Feedback, Feedback.visit_id == Visit.id)
        .where(among(Need.resident_id, resident_ids), Visit.status == VisitStatus.DONE)
        .where(queries.was_happy())
        .distinct()
    )


def _live_asks(session: Session, now: datetime, only: Collection[int] | None) -> tuple[LiveAsk, ...]:
    live = (
        select(
            Match.occurrence_id,
            Match.offer_id,
            Match.starts_at,
            Match.ends_at,
            Match.asked_at,
            Home.lat,
            Home.lon,
        )
        .join(Occurrence, Occurrence.id == Match.occurrence_id)
        .join(Need, Need.id == Occurrence.need_id)
        .join(Home, Home.person_id == Need.resident_id)
        .where(Match.status == MatchStatus.PROPOSED, Occurrence.ends_at > now)
        .order_by(Match.id)
    )
    rows = session.execute(live if only is None else live.where(among(Match.offer_id, only)))
    return tuple(
        LiveAsk(
            occurrence_id=occurrence_id,
            offer_id=offer_id,
            visit=TimeWindow(starts_at, ends_at),
            asked_at=asked_at,
            point=Point(lat, lon),
        )
        for occurrence_id, offer_id, starts_at, ends_at, asked_at, lat, lon in rows
    )
