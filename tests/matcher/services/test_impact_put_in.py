"""What the council put in, and the ties, as the report reads them and as its spreadsheet has them."""

import csv
import io
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest

from matcher.domain.localtime import at_local
from matcher.domain.places import PlaceKind, default_rule
from matcher.domain.worth import CostOf
from matcher.services import rates, scheme_costs
from matcher.services.impact_report import put_in, report, scope, sheet
from matcher.services.impact_report.helped import KindHours
from matcher.services.impact_report.put_in import PutIn
from matcher.services.impact_report.scope import Wanted
from matcher.services.scheme_costs import NewCost
from matcher.services.ties import Ties
from matcher.store.models import Place

FIRST, LAST = date(2026, 1, 5), date(2026, 1, 11)
DAY = timedelta(days=1)
MOMENT = timedelta(microseconds=1)
BEGINS, ENDS = at_local(FIRST, time()), at_local(LAST + DAY, time())


@pytest.fixture
def paid(world):
    """`paid(CostOf.SALT, LAST)`: half a tonne, or half an hour, at 71.33 pounds for one."""
    ruth = world.coordinator()

    def pay(what, day, slug="bradford-on-avon"):
        area_id = world.area_id(slug)
        cost = NewCost(area_id, what, Decimal("0.5"), Decimal("71.33"), Decimal(0), "a bill", day)
        with world.work() as session:
            return scheme_costs.add(session, cost, staff_id=ruth, area_ids={area_id}, now=world.now)

    pay.by = ruth
    return pay


@pytest.fixture
def stands(world):
    """`stands(PlaceKind.GRIT_BIN)`: one that came long before the days of the report, and stands still."""

    def stand(kind, *, added_at=BEGINS - 90 * DAY, gone_at=None, slug="bradford-on-avon"):
        with world.work() as session:
            name = f"{kind} {len(world.all(Place))}"
            at = {"easting": 382_500, "northing": 161_300, "lat": 51.35, "lon": -2.25}
            rule = default_rule(kind)
            area_id = world.area_id(slug)
            session.add(
                Place(area_id=area_id, kind=kind, name=name, use_rule=rule, added_at=added_at, gone_at=gone_at, **at)
            )

    return stand


def read(world, hours=(), *, first=FIRST, last=LAST) -> PutIn:
    with world.work() as session:
        here = scope.read(session, {world.area_id()}, Wanted(first, last), now=world.now)
        return put_in.read(session, here, hours)


def test_salt_is_that_of_these_days_and_areas_and_of_no_other_cost(world, paid):
    for day in (FIRST - DAY, FIRST, LAST, LAST + DAY):
        paid(CostOf.SALT, day)
    paid(CostOf.SALT, FIRST, "salisbury")
    paid(CostOf.STAFF, FIRST)
    found = read(world)
    assert (found.tonnes, found.pounds) == (Decimal("1.0"), Decimal("71.34"))  # each bill is 35.665, so 35.67
    wrong = paid(CostOf.SALT, FIRST)
    with world.work() as session:
        here = {world.area_id()}
        scheme_costs.withdraw(session, wrong, staff_id=paid.by, area_ids=here, now=world.now)
    assert read(world) == found


def test_bins_and_stores_are_those_that_stood_there_in_these_days(world, stands):
    stands(PlaceKind.GRIT_BIN)
    stands(PlaceKind.SALT_STORE, added_at=ENDS - MOMENT)
    stands(PlaceKind.GRIT_BIN, gone_at=BEGINS)
    assert read(world).stores == 3
    stands(PlaceKind.GRIT_BIN, added_at=ENDS)
    stands(PlaceKind.GRIT_BIN, gone_at=BEGINS - MOMENT)
    stands(PlaceKind.GRIT_BIN, slug="salisbury")
    stands(PlaceKind.SHOVELS)
    stands(PlaceKind.WARM_SPACE)
    assert read(world).stores == 3


def test_beside_it_stand_visits_to_clear_snow_and_no_others(world):
    shopping = KindHours("shopping", "Shopping", 9, 9, 900, 900, 0)
    snow = KindHours("snow", "Clearing snow or ice", 4, 3, 100, 90, 30)
    found = read(world, [shopping, snow])
    assert (found.snow_visits, found.snow_minutes) == (4, 130)
    assert (read(world, [shopping]).snow_visits, read(world, [shopping]).snow_minutes) == (0, 0)


def test_nothing_put_in_is_neither_salt_nor_anywhere_to_keep_it(world, paid, stands):
    assert read(world, [KindHours("snow", "Snow", 4, 0, 0, 0, 120)]).is_nothing
    paid(CostOf.SALT, FIRST)
    assert not read(world).is_nothing
    assert read(world, first=FIRST - 9 * DAY, last=FIRST - DAY).is_nothing
    stands(PlaceKind.GRIT_BIN)
    assert not read(world, first=FIRST - 9 * DAY, last=FIRST - DAY).is_nothing


def test_each_of_them_has_its_own_row_of_the_spreadsheet(world):
    now: datetime = world.now
    with world.work() as session:
        rates.load_starting_rows(session, now=now)
        here = scope.read(session, {world.area_id()}, Wanted(FIRST, LAST), now=now)
        found = report.read(session, here, now=now)
    known = replace(found, ties=Ties(12, 7, 6, 5, 4), put_in=PutIn(Decimal("0.35"), Decimal("25.00"), 3, 2, 75))
    rows = csv.DictReader(io.StringIO(sheet.write(known).removeprefix(sheet.BOM)))
    figures = [(row["what"], row["figure"], row["unit"]) for row in rows if row["part"] in ("ties", "put in")]
    assert figures == [
        ("met in this time", "12", "pairs"),
        ("met for the first time", "7", "pairs"),
        ("met again", "6", "pairs"),
        ("went on to a second kind of help", "5", "pairs"),
        ("gave and got", "4", "people"),
        ("salt", "0.35", "tonnes"),
        ("salt", "25.00", "pounds"),
        ("grit bins and salt stores", "3", "places"),
        ("beside it, snow and ice cleared", "2", "visits"),
        ("beside it, snow and ice cleared", "75", "minutes"),
    ]
