"""Where salt runs short: what is to be filled up, round by round, and the villages with none that may be used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import hypot
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from matcher.domain.kinds import SNOW
from matcher.domain.lifecycle import NeedStatus
from matcher.domain.places import WITH_SALT, Stock, UseRule, rules_that_allow
from matcher.services import place_list, villages
from matcher.services.place_list import PlaceRow
from matcher.services.salt import NEAR_M
from matcher.store.models import Home, Need

A_YEAR = timedelta(days=365)
NO_ROUND = "On no round yet"
_FIRST = {Stock.EMPTY: 0, Stock.HALF: 1, None: 2}


@dataclass(frozen=True, slots=True)
class RefillRound:
    """The places of one round that are not known to be full, the empty ones first."""

    name: str
    places: tuple[PlaceRow, ...]


@dataclass(frozen=True, slots=True)
class SaltGap:
    """A village in which people ask for snow to be cleared. without: of them, how many have no salt that may be used
    near; empty: of these, how many would have some if every store were full.
    """

    village: str
    homes: int
    without: int
    empty: int


@dataclass(frozen=True, slots=True)
class SaltStock:
    """The salt of one area in figures. for_paths: stores for any path that are not empty."""

    stores: int
    for_paths: int
    empty: tuple[str, ...]


def refill_list(session: Session, area_ids: Collection[int]) -> tuple[RefillRound, ...]:
    """By round, those that are on none last."""
    rounds: defaultdict[str, list[PlaceRow]] = defaultdict(list)
    for row in place_list.rows(session, area_ids):
        if row.can_run_out and row.stock is not Stock.FULL:
            rounds[row.refill_round].append(row)
    return tuple(
        RefillRound(name or NO_ROUND, tuple(sorted(found, key=lambda row: (_FIRST[row.stock], row.area, row.name))))
        for name, found in sorted(rounds.items(), key=lambda pair: (not pair[0], pair[0].lower()))
    )


def gaps(session: Session, area_ids: Collection[int], *, now: datetime) -> tuple[SaltGap, ...]:
    """Every village with such homes, those with the most that have no salt first."""
    stores = _Stores(row for row in place_list.rows(session, area_ids) if row.kind in WITH_SALT)
    middles = villages.middles(session)
    found: defaultdict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for easting, northing, details in session.execute(_homes(area_ids, now)):
        near = stores.near(easting, northing, rules_that_allow(details))
        village = min(middles, key=lambda one: hypot(one[1] - easting, one[2] - northing))[0]
        found[village].append((any(row.stock is not Stock.EMPTY for row in near), bool(near)))
    lines = (_gap(village, homes) for village, homes in found.items())
    return tuple(sorted(lines, key=lambda gap: (-gap.without, gap.village)))


def stock(session: Session, area_id: int) -> SaltStock:
    """What there is in one area."""
    rows = [row for row in place_list.rows(session, {area_id}) if row.kind in WITH_SALT]
    left = [row for row in rows if row.stock is not Stock.EMPTY]
    return SaltStock(
        stores=len(rows),
        for_paths=sum(row.use_rule is UseRule.ANY_PATH for row in left),
        empty=tuple(row.name for row in rows if row.stock is Stock.EMPTY),
    )


def _gap(village: str, homes: Iterable[tuple[bool, bool]]) -> SaltGap:
    told = list(homes)
    without = [is_only_empty for has_salt, is_only_empty in told if not has_salt]
    return SaltGap(village, len(told), len(without), sum(without))


def _homes(area_ids: Collection[int], now: datetime) -> Any:
    """One for each resident, with what is to be cleared: who asks now, or did within a year and did not cancel."""
    is_now = Need.status.in_((NeedStatus.OPEN, NeedStatus.PAUSED))
    was = (Need.posted_at > now - A_YEAR) & (Need.status != NeedStatus.CANCELLED)
    return (
        select(Home.easting, Home.northing, Need.details)
        .join(Home, Home.person_id == Need.resident_id)
        .where(Need.kind_slug == SNOW, Need.area_id.in_(area_ids), is_now | was)
        .ext(distinct_on(Need.resident_id))
        .order_by(Need.resident_id, Need.id.desc())
    )


class _Stores:
    """Stores by squares of the map, so that a home is compared with those around it only."""

    def __init__(self, rows: Iterable[PlaceRow]) -> None:
        self._by_square: defaultdict[tuple[int, int], list[PlaceRow]] = defaultdict(list)
        for row in rows:
            self._by_square[row.easting // NEAR_M, row.northing // NEAR_M].append(row)

    def near(self, easting: int, northing: int, rules: Collection[UseRule]) -> list[PlaceRow]:
        """Those within a walk of that point that may be used under these rules, empty or not."""
        x, y = easting // NEAR_M, northing // NEAR_M
        return [
            row
            for square in ((x + right, y + up) for right in (-1, 0, 1) for up in (-1, 0, 1))
            for row in self._by_square.get(square, ())
            if row.use_rule in rules and hypot(row.easting - easting, row.northing - northing) <= NEAR_M
        ]
