"""The sums of the impact report, by hand: the ends, the dates of prices, the pennies, and every hour by one method."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from matcher.domain.localtime import local_day
from matcher.domain.worth import CostOf, End, Range
from matcher.services import avoided_costs, informal_help, prices, rates, scheme_costs
from matcher.services.avoided_costs import NOT_PROVED, NewSaving
from matcher.services.impact_report import helped, informal, money, report, scope, sheet
from matcher.services.impact_report.helped import KindHours
from matcher.services.impact_report.informal import Informal
from matcher.services.impact_report.scope import Wanted
from matcher.services.prices import NewFigure
from matcher.services.scheme_costs import NewCost

SNOW = KindHours("snow", "Clearing snow or ice", visits=3, timed=1, timed_min=45, timed_planned_min=30, untimed_min=60)
ERRAND = KindHours("errand", "Shopping", visits=7, timed=1, timed_min=50, timed_planned_min=40, untimed_min=300)
ENDS = ("low", "central", "high")


@pytest.fixture
def spend(world, ruth):
    """`spend(CostOf.STAFF, "3", "18.333", "0.25")`: so many, at that price, out by so much."""

    def add(what, quantity, unit_pounds, unsure="0"):
        figures = [Decimal(one) for one in (quantity, unit_pounds, unsure)]
        cost = NewCost(world.area_id(), what, *figures, "a bill", local_day(world.now))
        with world.work() as session:
            scheme_costs.add(session, cost, staff_id=ruth, area_ids={world.area_id()}, now=world.now)

    return add


def here(world, session):
    return scope.read(session, {world.area_id()}, Wanted(), now=world.now)


def read(world, *hours, texts=0):
    with world.work() as session:
        found = money.read(session, here(world, session), hours, texts)
    assert found is not None
    return found


def lines(found):
    """Each line of the sum at its three ends."""
    each = zip(found.low.lines, found.central.lines, found.high.lines, strict=True)
    return {low.name: tuple(str(line.pounds) for line in (low, *rest)) for low, *rest in each}


def pounds(*figures):
    return Range(*(Decimal(one) for one in figures))


def test_of_two_kinds_of_help_one_counts_by_its_hours_and_the_other_by_its_saving(world, ruth):
    share = {"share": Decimal("0.5"), "share_why": "the family helps", "not_proved": NOT_PROVED}
    fall = NewSaving("snow", "a fall", Decimal("0.001"), "a guess", "fall_admission", **share)
    with world.work() as session:
        avoided_costs.switch_on(session, fall, staff_id=ruth, now=world.now)
    found = read(world, SNOW, ERRAND)
    assert ([one.slug for one in found.bought], [one.slug for one in found.saved]) == (["errand"], ["snow"])
    assert lines(found) == {
        "Hours given": ("74.14", "78.46", "141.67"),  # 350 minutes; 425 at the high end
        "Avoided: a fall": ("0.00", "6.13", "6.13"),  # 3 visits x 0.001 x 4088 x half, rounded once
    }


def test_every_figure_is_at_the_end_at_which_it_leaves_least_or_most_over(world, ruth, spend):
    spend(CostOf.STAFF, "3", "18.333", "0.25")
    shares = {"anyway_least": Decimal("0.05"), "anyway_central": Decimal("0.1"), "anyway_most": Decimal("0.335")}
    with world.work() as session:
        chosen = replace(rates.chosen(session), anyway_source="a survey", **shares)
        rates.choose(session, chosen, staff_id=ruth, now=world.now)
    found = read(world, ERRAND, texts=10_100)
    assert found.worth.rate == pounds("12.71", "13.45", "20")
    assert found.worth.anyway == pounds("0.335", "0.1", "0.05")
    assert found.worth.untimed_min == pounds(300, 300, 375)
    assert lines(found) == {
        "Hours given": ("74.14", "78.46", "141.67"),
        "Would have happened anyway": ("-24.84", "-7.85", "-7.08"),
        "Staff hours": ("-68.75", "-55.00", "-41.25"),
        "Text messages": ("-242.40", "-242.40", "-2.40"),
    }
    left = [one.left for one in (found.low, found.central, found.high)]
    assert left == [Decimal("-261.85"), Decimal("-226.79"), Decimal("90.94")]


def test_bills_of_one_kind_are_added_up_wherever_they_stand_and_their_doubt_is_rounded_once(world, spend):
    for _ in range(3):
        spend(CostOf.STAFF, "2", "10.004", "0.5")  # 20.008, which is a bill of 20.01
        spend(CostOf.SALT, "1", "5")
    spend(CostOf.STAFF, "1", "1")
    assert [(one.name, one.pounds) for one in read(world).worth.costs] == [
        ("Staff hours", pounds("91.045", "61.03", "31.015")),
        ("Salt", pounds(15, 15, 15)),
    ]


def test_a_price_counts_as_it_stands_whatever_it_was_when_the_visit_was_done(world, ruth):
    with world.work() as session:
        new = NewFigure(1, Decimal("13.005"), "2027-28", "National Living Wage")
        prices.change(session, "nlw_2026", new, staff_id=ruth, now=world.now + timedelta(days=400))
        text = NewFigure(1, Decimal("0.0333"), "2027", "A contract")
        prices.change(session, "text_message", text, staff_id=ruth, now=world.now)
    found = read(world, ERRAND, texts=100)
    assert [one.pounds for one in found.rates] == [Decimal("13.005"), Decimal("13.45"), Decimal(20)]
    assert lines(found)["Hours given"][0] == "75.86"  # 350 minutes; at 13.01 it would be 75.89
    assert lines(found)["Text messages"] == ("-3.33", "-3.33", "0.00")


def test_beside_a_published_figure_stands_the_same_of_here(world, spend):
    spend(CostOf.OTHER, "1", "10")
    beside = {one.price.unit: one.here for one in read(world, ERRAND).beside}
    assert beside == {"completed task": Decimal("1.43"), "hour": Decimal("1.71")}  # 7 visits, 350 minutes


def test_told_and_not_seen_are_worth_what_they_say_at_each_end(world, ruth):
    with world.work() as session:
        whole = report.read(session, here(world, session), now=world.now)
    rows = sheet.rows(replace(whole, informal=Informal(times=2, minutes=61, twice=0)))
    told = [(detail, str(figure)) for _, what, detail, figure, *_ in rows if what == "what it would cost to buy"]
    assert told == list(zip(End, ("12.92", "13.67", "20.33"), strict=True))


def test_help_that_both_sides_told_of_is_counted_once_with_its_minutes(world, ruth):
    world.offer("Christopher"), world.offer("Ann")
    need = world.post("Eileen")
    with world.work() as session:
        for name in ("Christopher", "Ann"):
            informal_help.tell(session, world.people[name], "errand", now=world.now)
        once = informal.read(session, here(world, session), now=world.now)
        informal_help.tell_by_phone(session, need.need_id, "errand", staff_id=ruth, now=world.now)
        both = informal.read(session, here(world, session), now=world.now)
    assert (once.times, once.twice, both) == (2, 0, Informal(2, once.minutes, 1))
    assert once.minutes > 0


def test_the_sheet_names_each_end_of_each_figure(world, ruth, spend):
    spend(CostOf.OTHER, "1", "10", "0.5")
    found = read(world, ERRAND)
    with world.work() as session:
        whole = report.read(session, here(world, session), now=world.now)
    rows = list(sheet.rows(replace(whole, money=found)))

    def figures(part, ends_in):
        return {str(row[ends_in]): str(row[3]) for row in rows if row[0] == part and str(row[ends_in]) in ENDS}

    assert figures("rate", 1) == {"low": "12.7100", "central": "13.4500", "high": "20.0000"}
    assert figures("nobody timed", 1) == {"low": "300", "central": "300", "high": "375"}
    assert figures("result", 2) == {"low": "59.14", "central": "68.46", "high": "136.67"}


def test_a_visit_counts_on_the_day_on_which_it_began_whenever_done_was_pressed(world):
    world.offer("Christopher")
    world.ask("Christopher", world.post("Eileen"))
    world.yes("Christopher")
    began_on = local_day(world.visit("Christopher").starts_at)
    world.later(hours=30)
    world.done("Christopher")
    counted = {}
    with world.work() as session:
        for day in (began_on, began_on + timedelta(days=1)):
            of_day = scope.read(session, {world.area_id()}, Wanted(day, day), now=world.now)
            kinds, people = helped.by_kind(session, of_day), helped.people(session, of_day)
            counted[day] = (sum(one.visits for one in kinds), people.gave, people.got)
    assert counted == {began_on: (1, 1, 1), began_on + timedelta(days=1): (0, 0, 0)}


def test_days_begin_at_midnight_by_london_clocks_in_summer_too():
    july = scope.Scope(date(2026, 7, 1), date(2026, 7, 31), frozenset(), "", "", ())
    assert july.begins_at == datetime(2026, 6, 30, 23, tzinfo=UTC)
    assert july.ends_at == datetime(2026, 7, 31, 23, tzinfo=UTC)
