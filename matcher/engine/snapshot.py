"""Everyone who offers help, as columns: from the bytes of a PostgreSQL COPY, or from `Volunteer` objects.

A round looks at columns only. A `Volunteer` is made when somebody asks for that one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from matcher.domain.geo import Point, TravelMode
from matcher.domain.timewindow import TimeWindow
from matcher.engine.clock import Bools, Floats, Ints, Words
from matcher.engine.problem import HeldVisit, Volunteer

NO_LIMIT = 2**31 - 1
THE_SCHEME_S = -1  # no limit of their own
AT_ONCE = 0
NEVER = date.max.toordinal()
MODES = tuple(TravelMode)
HELD = np.dtype([("row", "i8"), ("start", "i8"), ("end", "i8"), ("lat", "f8"), ("lon", "f8")])
ASKED = np.dtype([("row", "i8"), ("at", "i8")])

_MICROSECOND = timedelta(microseconds=1)
_ZERO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Snapshot(Sequence[Volunteer]):
    """Active offers as columns, V rows by ascending offer id.

    lat, lon: degrees. mode: place in MODES. limit: visits a week, NO_LIMIT for none. asks_a_day: THE_SCHEME_S, or their
    own limit. leaning: logits. told: when a question of now would reach them, in microseconds since 1970, AT_ONCE for
    at once; woken: an urgent one would at once. kinds, traits: (V, words) bit sets over kind_names and trait_names.
    week: place in `weeks` of the windows in which they are free. checks: (V, len(check_names)) last day as an ordinal,
    0 if missing, NEVER for no end. held: HELD, by row; asked: ASKED, by row; instants in microseconds since 1970.
    ValueError if an offer is there twice or a reach is not 0 or more.
    """

    offer: Ints
    person: Ints
    lat: Floats
    lon: Floats
    reach_m: Floats
    mode: npt.NDArray[np.uint8]
    limit: Ints
    asks_a_day: Ints
    leaning: Floats
    told: Ints
    woken: Bools
    kinds: Words
    kind_names: tuple[str, ...]
    traits: Words
    trait_names: tuple[str, ...]
    week: npt.NDArray[np.int32]
    weeks: tuple[tuple[TimeWindow, ...], ...]
    checks: npt.NDArray[np.int32]
    check_names: tuple[str, ...]
    held: npt.NDArray[Any]
    asked: npt.NDArray[Any]

    def __post_init__(self) -> None:
        twice = np.flatnonzero(np.diff(self.offer) <= 0)
        if twice.size:
            raise ValueError(f"offer {self.offer[twice[0] + 1]} is in the round twice")
        wrong = np.flatnonzero(~(self.reach_m >= 0))
        if wrong.size:
            raise ValueError(f"offer {self.offer[wrong[0]]} needs a reach of 0 or more: {self.reach_m[wrong[0]]}")

    def __len__(self) -> int:
        return int(self.offer.size)

    @overload
    def __getitem__(self, row: int) -> Volunteer: ...
    @overload
    def __getitem__(self, row: slice) -> tuple[Volunteer, ...]: ...
    def __getitem__(self, row: int | slice) -> Volunteer | tuple[Volunteer, ...]:
        if isinstance(row, slice):
            return tuple(self[one] for one in range(*row.indices(len(self))))
        at = range(len(self))[row]
        limit, asks = int(self.limit[at]), int(self.asks_a_day[at])
        return Volunteer(
            offer_id=int(self.offer[at]),
            person_id=int(self.person[at]),
            kinds=_named(self.kinds[at], self.kind_names),
            traits=_named(self.traits[at], self.trait_names),
            checks={
                name: None if day == NEVER else date.fromordinal(day)
                for name, day in zip(self.check_names, self.checks[at].tolist(), strict=True)
                if day
            },
            free=self.weeks[self.week[at]],
            point=self.point(at),
            reach_m=float(self.reach_m[at]),
            travel_mode=MODES[self.mode[at]],
            visits_per_week=None if limit == NO_LIMIT else limit,
            held=tuple(
                HeldVisit(TimeWindow(instant(start), instant(end)), Point(lat, lon))
                for _, start, end, lat, lon in _of_row(self.held, at)
            ),
            asked_at=tuple(instant(us) for _, us in _of_row(self.asked, at)),
            leaning=float(self.leaning[at]),
            asks_per_day=None if asks == THE_SCHEME_S else asks,
            told_at=None if self.told[at] == AT_ONCE else instant(int(self.told[at])),
            is_woken=bool(self.woken[at]),
        )

    def point(self, row: int) -> Point:
        """Where one of them lives."""
        return Point(float(self.lat[row]), float(self.lon[row]))


def snapshot_of(volunteers: Sequence[Volunteer]) -> Snapshot:
    """These people as columns; a snapshot is one already."""
    if isinstance(volunteers, Snapshot):
        return volunteers
    ordered = sorted(volunteers, key=lambda one: one.offer_id)
    kind_names = tuple(sorted({kind for one in ordered for kind in one.kinds}))
    trait_names = tuple(sorted({trait for one in ordered for trait in one.traits}))
    check_names = tuple(sorted({check for one in ordered for check in one.checks}))
    weeks: dict[tuple[TimeWindow, ...], int] = {}
    week = [weeks.setdefault(one.free, len(weeks)) for one in ordered]
    limits = (one.visits_per_week for one in ordered)
    asks = (one.asks_per_day for one in ordered)
    return Snapshot(
        offer=_ints(one.offer_id for one in ordered),
        person=_ints(one.person_id for one in ordered),
        lat=_floats(one.point.lat for one in ordered),
        lon=_floats(one.point.lon for one in ordered),
        reach_m=_floats(one.reach_m for one in ordered),
        mode=np.array([MODES.index(one.travel_mode) for one in ordered], dtype=np.uint8),
        limit=_ints(NO_LIMIT if limit is None else limit for limit in limits),
        asks_a_day=_ints(THE_SCHEME_S if most is None else most for most in asks),
        leaning=_floats(one.leaning for one in ordered),
        told=_ints(microseconds(one.told_at) if one.told_at else AT_ONCE for one in ordered),
        woken=np.array([one.is_woken for one in ordered], dtype=np.bool_),
        kinds=_bits_of([one.kinds for one in ordered], kind_names),
        kind_names=kind_names,
        traits=_bits_of([one.traits for one in ordered], trait_names),
        trait_names=trait_names,
        week=np.array(week, dtype=np.int32),
        weeks=tuple(weeks),
        checks=_check_days(ordered, check_names),
        check_names=check_names,
        held=np.array([held for row, one in enumerate(ordered) for held in _held(row, one)], dtype=HELD),
        asked=np.array([asked for row, one in enumerate(ordered) for asked in _asked(row, one)], dtype=ASKED),
    )


def bit_sets(row: Ints, bit: Ints, rows: int, bits: int) -> Words:
    """(rows, words): for each row the set of the bits that stand beside it."""
    width = max(1, -(-bits // 64))
    sets = np.zeros(rows * width, dtype=np.uint64)
    np.bitwise_or.at(sets, row * width + bit // 64, np.uint64(1) << (bit % 64).astype(np.uint64))
    return sets.reshape(rows, width)


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970."""
    return (moment - _ZERO) // _MICROSECOND


def instant(us: int) -> datetime:
    """The instant, in UTC, of so many microseconds since 1970."""
    return _ZERO + us * _MICROSECOND


def _of_row(rows: npt.NDArray[Any], row: int) -> list[Any]:
    first, last = np.searchsorted(rows["row"], [row, row + 1])
    found: list[Any] = rows[first:last].tolist()
    return found


def _held(row: int, one: Volunteer) -> Iterator[tuple[int, int, int, float, float]]:
    for held in one.held:
        yield row, microseconds(held.window.start), microseconds(held.window.end), held.point.lat, held.point.lon


def _asked(row: int, one: Volunteer) -> Iterator[tuple[int, int]]:
    return ((row, microseconds(at)) for at in one.asked_at)


def _ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, dtype=np.int64)


def _floats(values: Iterable[float]) -> Floats:
    return np.fromiter(values, dtype=np.float64)


def _bits_of(sets: Sequence[frozenset[str]], names: Sequence[str]) -> Words:
    bit: Mapping[str, int] = {name: k for k, name in enumerate(names)}
    row = np.repeat(np.arange(len(sets), dtype=np.int64), [len(one) for one in sets])
    return bit_sets(row, _ints(bit[name] for one in sets for name in one), len(sets), len(names))


def _named(words: Words, names: Sequence[str]) -> frozenset[str]:
    """The names whose bits are set."""
    return frozenset(name for k, name in enumerate(names) if int(words[k // 64]) >> k % 64 & 1)


def _check_days(volunteers: Sequence[Volunteer], names: Sequence[str]) -> npt.NDArray[np.int32]:
    days = [[(one.checks[c] or date.max).toordinal() if c in one.checks else 0 for c in names] for one in volunteers]
    return np.array(days, dtype=np.int32).reshape(len(volunteers), len(names))
