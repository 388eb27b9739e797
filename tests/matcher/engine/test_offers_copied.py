"""A snapshot from the bytes of copies, against the same people put together one by one."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

import pytest

from matcher.domain.availability import Availability, WeeklyRule
from matcher.domain.geo import Point, TravelMode
from matcher.domain.timewindow import TimeWindow
from matcher.engine import offers_copied
from matcher.engine.offers_copied import CopiedOffers, snapshot_from
from matcher.engine.problem import HeldVisit, Volunteer
from matcher.engine.snapshot import AT_ONCE, NO_LIMIT, THE_SCHEME_S, instant
from tests.copies import copy_of

MONDAY = datetime(2026, 3, 23, tzinfo=UTC)  # the clocks change on the Sunday
HORIZON = TimeWindow(MONDAY + timedelta(hours=7), MONDAY + timedelta(days=9, hours=12, microseconds=5))
KINDS = tuple(f"kind {k:03}" for k in range(70))  # more than fit in one word
CHECKS = ("dbs_adults", "id_seen")
TRAITS = ("calm_with_dogs", "speaks_polish", "step_free_car")
ZERO = datetime(2000, 1, 1, tzinfo=UTC)


def us(moment: datetime) -> int:
    return (moment - ZERO) // timedelta(microseconds=1)


COPIES = ("offers", "kinds", "traits", "rules", "checks", "held", "asked")


def clock_us(moment: time) -> int:
    return (moment.hour * 60 + moment.minute) * 60_000_000


class Scheme:
    """The same people twice: as the rows of tables, and as objects."""

    def __init__(self, seed: int, people: int, minutes: tuple[int, ...]) -> None:
        self.dice, self.minutes = Random(seed), minutes
        self.rows: dict[str, list[Any]] = {name: [] for name in COPIES}
        self.exceptions: dict[int, list[tuple[TimeWindow, bool]]] = {}
        self.volunteers = [self._draw(3 * k + 1) for k in range(people)]

    def copied(self) -> CopiedOffers:
        def copy(name: str, columns: Mapping[str, str]) -> bytes:
            rows = self.rows[name]
            if name != "offers":
                self.dice.shuffle(rows)
                rows = sorted(rows, key=lambda row: row[1]) if name in ("held", "asked") else rows
            return copy_of(columns, rows)

        return CopiedOffers(
            offers=copy("offers", offers_copied._OFFER),
            kinds=copy("kinds", offers_copied._KIND),
            kind_names=KINDS,
            traits=copy("traits", offers_copied._TRAIT),
            trait_names=TRAITS,
            rules=copy("rules", offers_copied._RULE),
            checks=copy("checks", offers_copied._CHECK),
            check_names=CHECKS,
            held=copy("held", offers_copied._HELD),
            asked=copy("asked", offers_copied._ASKED),
            exceptions=self.exceptions,
        )

    def _draw(self, offer: int) -> Volunteer:
        dice = self.dice
        mode, reach, limit = dice.choice(list(TravelMode)), dice.randrange(500, 40_000), dice.choice([None, 1, 6])
        lat, lon = 51 + dice.random(), -2 - dice.random()
        asks, leaning = dice.choice([None, 8]), dice.choice([0.0, -0.5])
        numbers = (reach, NO_LIMIT if limit is None else limit, THE_SCHEME_S if asks is None else asks)
        told_at, is_woken = dice.choice([None, MONDAY + timedelta(hours=dice.randrange(9))]), dice.random() < 0.5
        told = (us(told_at or instant(AT_ONCE)), int(is_woken))
        row = (offer, offer + 1, list(TravelMode).index(mode), *numbers, *told, leaning, lat, lon)
        self.rows["offers"].append(row)
        kinds = dice.sample(range(len(KINDS)), dice.choice([0, 1, 9]))
        self.rows["kinds"] += [(offer, kind) for kind in kinds]
        traits = dice.sample(range(len(TRAITS)), dice.choice([0, 1, 3]))
        self.rows["traits"] += [(offer, trait) for trait in traits]
        checks = {name: dice.choice([None, date(2026, 5, 1)]) for name in CHECKS if dice.random() < 0.5}
        last_days = ((CHECKS.index(name), (day or date.max)) for name, day in checks.items())
        self.rows["checks"] += [(offer, place, (day - ZERO.date()).days) for place, day in last_days]
        held = sorted(MONDAY + timedelta(hours=dice.randrange(200)) for _ in range(dice.choice([0, 0, 2])))
        visits = [TimeWindow(start, start + timedelta(minutes=30, microseconds=1)) for start in held]
        self.rows["held"] += [(offer, us(one.start), us(one.end), lat, lon) for one in visits]
        asked = sorted(MONDAY - timedelta(minutes=dice.randrange(9000)) for _ in range(dice.choice([0, 3])))
        self.rows["asked"] += [(offer, us(at)) for at in asked]
        return Volunteer(
            offer_id=offer,
            person_id=offer + 1,
            kinds=frozenset(KINDS[kind] for kind in kinds),
            traits=frozenset(TRAITS[trait] for trait in traits),
            checks=checks,
            free=self._free(offer),
            point=Point(lat, lon),
            reach_m=float(reach),
            travel_mode=mode,
            visits_per_week=limit,
            held=tuple(HeldVisit(visit, Point(lat, lon)) for visit in visits),
            asked_at=tuple(asked),
            leaning=leaning,
            asks_per_day=asks,
            told_at=told_at,
            is_woken=is_woken,
        )

    def _free(self, offer: int) -> tuple[TimeWindow, ...]:
        rules = []
        for weekday in range(7):
            if self.dice.random() < 0.5:
                opens, minute = self.dice.choice([0, 8, 12]), self.dice.choice(self.minutes)
                rules.append(WeeklyRule(weekday, time(opens, minute), time(self.dice.choice([17, 23]), minute)))
        self.rows["rules"] += [(offer, r.weekday, clock_us(r.opens), clock_us(r.closes)) for r in rules]
        away = self.dice.random() < 0.3
        opens_at = MONDAY + timedelta(hours=self.dice.randrange(200))
        exception = TimeWindow(opens_at, opens_at + timedelta(hours=5))
        if away:
            self.exceptions[offer] = [(exception, self.dice.random() < 0.5)]
        extra = tuple(window for window, is_free in self.exceptions.get(offer, ()) if is_free)
        paused = tuple(window for window, is_free in self.exceptions.get(offer, ()) if not is_free)
        return Availability(weekly=tuple(rules), extra=extra, paused=paused).windows(HORIZON)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("minutes", [(0,), tuple(range(60))])  # a few rules that many share, and hundreds
def test_the_copies_decode_to_the_people_that_were_written(seed: int, minutes: tuple[int, ...]) -> None:
    scheme = Scheme(seed, 60, minutes)
    assert list(snapshot_from(scheme.copied(), HORIZON)) == scheme.volunteers


def test_rows_of_offers_that_are_not_there_are_left_out() -> None:
    scheme = Scheme(1, 20, (0,))
    for rows in scheme.rows.values():
        rows += [(0, *row[1:]) for row in rows if row[0] == 1] + [(999, *row[1:]) for row in rows if row[0] == 1]
    scheme.rows["offers"] = [row for row in scheme.rows["offers"] if row[0] not in (0, 999)]
    scheme.exceptions[999] = scheme.exceptions[0] = [(HORIZON, True)]
    assert list(snapshot_from(scheme.copied(), HORIZON)) == scheme.volunteers


def test_a_week_that_many_keep_is_expanded_once() -> None:
    scheme = Scheme(2, 300, (0,))
    scheme.rows["rules"] = [
        (row[0], row[0] % 2, clock_us(time(8)), clock_us(time(12))) for row in scheme.rows["offers"]
    ]
    scheme.exceptions.clear()
    assert len(snapshot_from(scheme.copied(), HORIZON).weeks) == 2


def test_nobody_at_all_is_fine() -> None:
    assert len(snapshot_from(Scheme(0, 0, (0,)).copied(), HORIZON)) == 0
