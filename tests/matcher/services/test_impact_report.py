"""The impact report: what is counted from done visits, and the sum that an auditor does again from the spreadsheet."""

import csv
import io
from dataclasses import replace
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from sqlalchemy.exc import IntegrityError

from matcher.domain.errors import BadInput, Conflict, NotFound
from matcher.domain.localtime import local_day
from matcher.domain.worth import CostOf, End
from matcher.engine.problem import ReasonCode
from matcher.services import avoided_costs, prices, rates, scheme_costs, upkeep
from matcher.services.avoided_costs import NOT_PROVED, NewSaving
from matcher.services.impact_report import asked_for, findings, money, money_pictures, report, scope, sheet, strips
from matcher.services.impact_report.asked_for import Met, Waits
from matcher.services.impact_report.askings import Askings
from matcher.services.impact_report.scope import Wanted
from matcher.services.prices import NewFigure
from matcher.services.scheme_costs import NewCost
from matcher.store.models import AuditRow, AvoidedCost

FALL = NewSaving(
    kind_slug="snow",
    event="a fall on ice",
    chance=Decimal("0.001"),
    chance_source="a guess for the test",
    price_key="fall_admission",
    share=Decimal("0.5"),
    share_why="the family helps as well",
    not_proved=NOT_PROVED,
)


@pytest.fixture
def morning(world, ruth):
    """Two visits done: 45 minutes as Christopher told, 30 as planned; one that nobody was found for."""
    for name, resident, minutes in (("Christopher", "Eileen", 45), ("Ann", "Gertrude", None)):
        world.offer(name)
        world.ask(name, world.post(resident))
        world.later(minutes=20)
        world.yes(name)
        world.later(minutes=-20)
        world.done(name, minutes=minutes)
    world.offer("Joan")
    world.post("Olive")
    world.execute("update occurrences set reason_code = 'nobody_free' where status = 'open'")
    world.later(hours=50)
    with world.work() as session:
        upkeep.lapse_passed(session, now=world.now)
    world.deliver()
    return world


def read(world, *, first=None, last=None, slug="", areas=None):
    with world.work() as session:
        here = scope.read(session, areas or {world.area_id()}, Wanted(first, last, slug), now=world.now)
        return report.read(session, here, now=world.now)


def spend(world, ruth, **changes):
    today, quarter = local_day(world.now), Decimal("0.25")
    usual = NewCost(world.area_id(), CostOf.STAFF, Decimal(3), Decimal("18.333"), quarter, "timesheets", today)
    with world.work() as session:
        cost = replace(usual, **changes)
        return scheme_costs.add(session, cost, staff_id=ruth, area_ids={world.area_id()}, now=world.now)


def claim(world, ruth, **changes):
    with world.work() as session:
        return avoided_costs.switch_on(session, replace(FALL, **changes), staff_id=ruth, now=world.now)


def put(world, row):
    with world.work() as session:
        session.add(row)
        session.flush()


def test_only_done_visits_count_by_what_the_volunteer_told_else_as_planned(morning):
    found = read(morning)
    (snow,) = found.kinds
    assert (snow.visits, snow.timed, snow.timed_min, snow.untimed_min) == (2, 1, 45, 30)
    assert (found.visits, found.timed, found.minutes) == (2, 1, 75)
    assert (found.people.gave, found.people.got) == (2, 2)
    morning.execute("update visits set status = 'no_show' where minutes_taken = 45")
    assert read(morning).minutes == 30


def test_needs_met_and_the_other_side_of_it(morning):
    found = read(morning)
    assert (found.met.met, found.met.unmet, found.met.percent) == (2, 1, 66)
    assert found.met.reasons == (("Nobody free at that time", 1),)
    assert (found.askings.people, found.askings.willing, found.askings.never) == (2, 3, 1)
    said = findings.both_sides(found.met, found.askings)
    willing = "33% of the 3 willing people were not asked in 28 days"
    assert said == f"66% of the visits asked for were met, and {willing}. Both are true."


def test_a_text_in_two_parts_costs_what_two_cost(morning):
    once = read(morning).money.texts
    morning.execute("update notifications set parts = 2 where channel = 'text'")
    assert 0 < 2 * once == read(morning).money.texts


def test_time_to_a_yes_counts_those_who_never_had_one(morning):
    waits = read(morning).waits
    assert (waits.minutes, waits.without_yes) == ((20, 20), 1)
    assert (waits.median, waits.p90) == (20, None)
    assert Waits((5, 10), 3).median is None


def test_a_report_is_of_its_days_and_its_areas_only(morning):
    today = local_day(morning.now)
    later = read(morning, first=today + timedelta(days=2), last=today + timedelta(days=9))
    assert (later.visits, later.met.due, later.waits.asked, later.askings.people) == (0, 0, 0, 0)
    assert (later.ties.pairs, later.put_in.snow_visits, read(morning).ties.new) == (0, 0, 2)
    elsewhere = read(morning, areas={morning.area_id("salisbury")})
    assert (elsewhere.visits, elsewhere.met.due, elsewhere.askings.willing, elsewhere.money.texts) == (0, 0, 0, 0)
    both = {morning.area_id(), morning.area_id("salisbury")}
    assert read(morning, areas=both, slug="salisbury").visits == 0
    assert read(morning, areas=both, slug="no-such-area").visits == 2
    with pytest.raises(BadInput):
        read(morning, first=today, last=today - timedelta(days=1))


def test_helped_at_home_again_is_a_count_of_people_and_never_of_pounds(morning):
    six, year = read(morning).at_home
    assert (six.first_helped, year.first_helped) == (0, 0)
    morning.later(days=190)
    morning.ask("Christopher", morning.post("Eileen", when="tomorrow"), at=morning.now + timedelta(hours=1))
    morning.yes("Christopher")
    morning.later(hours=3)
    morning.done("Christopher")
    # Each request makes a person of its own here: let them be the same.
    morning.execute("update needs set resident_id = (select min(resident_id) from needs)")
    six, year = read(morning).at_home
    assert (six.first_helped, six.helped_since, year.first_helped) == (1, 1, 0)


def test_the_sum_is_done_again_from_the_spreadsheet_to_the_penny(morning, ruth):
    spend(morning, ruth)
    spend(morning, ruth, what=CostOf.SALT, quantity=Decimal("0.35"), unit_pounds=Decimal("71.4321"), unsure=Decimal(0))
    with morning.work() as session:
        shares = {"anyway_least": Decimal("0.05"), "anyway_central": Decimal("0.1"), "anyway_most": Decimal("0.335")}
        chosen = replace(rates.chosen(session), anyway_source="a survey", **shares)
        rates.choose(session, chosen, staff_id=ruth, now=morning.now)
    found = read(morning)
    rows = [*csv.DictReader(io.StringIO(sheet.write(found).removeprefix(sheet.BOM)))]
    for end in End:
        assert (
            again(rows, end)
            == Decimal(one(rows, "result", "left", end))
            == {
                End.LOW: found.money.low,
                End.CENTRAL: found.money.central,
                End.HIGH: found.money.high,
            }[end].left
        )
    lines = [Decimal(row["figure"]) for row in rows if row["part"] == "sum" and row["what"] == "central"]
    assert sum(lines) == found.money.central.left
    assert Decimal(one(rows, "result", "cost of a visit")) == penny(found.money.costs / 2)


def again(rows, end):
    """The sum, by an auditor who has nothing but the spreadsheet."""
    timed = sum(Decimal(row["figure"]) for row in rows if row["detail"] == "told by the volunteer")
    untimed, rate = Decimal(one(rows, "nobody timed", end)), Decimal(one(rows, "rate", end))
    gross = penny((timed + untimed) * rate / 60)
    left = gross - penny(gross * Decimal(one(rows, "anyway", end)))
    costs = {}
    for row in rows:
        if row["part"] == "cost":
            costs.setdefault(row["what"], []).append(Decimal(row["figure"]))
    for quantity, price, unsure in costs.values():
        amount = penny(quantity * price)
        out = {"low": amount * unsure, "central": 0, "high": -amount * unsure}[end]
        left -= penny(amount + out)
    texts = Decimal(one(rows, "texts", "sent"))
    paid = max(Decimal(0), texts - 10_000) if end == "high" else texts
    return left - penny(paid * Decimal(one(rows, "texts", "price")))


def penny(amount):
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def one(rows, part, what, detail=None):
    (figure,) = (
        row["figure"] for row in rows if (row["part"], row["what"]) == (part, what) and detail in (None, row["detail"])
    )
    return figure


def test_the_same_hour_is_never_counted_by_two_methods(morning, ruth):
    before = read(morning)
    assert before.money.worth.savings == ()
    assert sum(one.minutes for one in before.money.bought) == before.minutes
    claim(morning, ruth)
    found = read(morning)
    counted = [one.slug for one in found.money.bought] + [one.slug for one in found.money.saved]
    assert sorted(counted) == sorted(one.slug for one in found.kinds)  # each once
    assert sum(one.minutes for one in (*found.money.bought, *found.money.saved)) == found.minutes
    assert found.money.central.lines[0].pounds == 0  # nothing is left to buy
    assert found.money.central.lines[1].pounds == Decimal("4.09")  # 2 visits x 0.001 x 4088 x half
    assert found.money.low.lines[1].pounds == 0
    with pytest.raises(Conflict):
        claim(morning, ruth, event="something else")
    # Nor past the service: the database takes no second saving of a kind.
    row = {name: getattr(FALL, name) for name in NewSaving.__slots__}
    with pytest.raises(IntegrityError):
        put(morning, AvoidedCost(**row, on_at=morning.now, on_by=ruth))


def test_a_saving_needs_all_that_such_a_claim_needs(world, ruth):
    for lacks in ("event", "chance_source", "share_why", "not_proved"):
        with pytest.raises(BadInput) as refused:
            claim(world, ruth, **{lacks: ""})
        assert refused.value.field == lacks
    for key in ("severe_loneliness", "rlw_uk", "nhsvr_cost_per_task", "no-such-price"):
        with pytest.raises(BadInput):
            claim(world, ruth, price_key=key)
    for share in ("0", "1.1"):
        with pytest.raises(BadInput):
            claim(world, ruth, chance=Decimal(share))
    with pytest.raises(BadInput):
        claim(world, ruth, kind_slug="flying")


def test_a_wellbeing_value_is_never_added_to_cash_whatever_the_service_does(world, ruth):
    row = {name: getattr(FALL, name) for name in NewSaving.__slots__} | {"price_key": "severe_loneliness"}
    with pytest.raises(IntegrityError):
        put(world, AvoidedCost(**row, on_at=world.now, on_by=ruth))


def test_a_saving_that_is_switched_off_counts_no_more(morning, ruth):
    saving_id = claim(morning, ruth)
    for _ in range(2):
        with morning.work() as session:
            avoided_costs.switch_off(session, saving_id, staff_id=ruth, now=morning.now)
    assert read(morning).money.savings == ()
    assert len(morning.all(AuditRow, action="switched_off")) == 1
    claim(morning, ruth)


def test_a_changed_price_keeps_its_history(world, ruth):
    new = NewFigure(1, Decimal("13.21"), "2027-28", "National Living Wage April 2027")
    with world.work() as session:
        prices.change(session, "nlw_2026", new, staff_id=ruth, now=world.now)
    with world.work() as session:
        newest, first = prices.history(session, "nlw_2026")
        assert prices.by_key(session)["nlw_2026"].pounds == Decimal("13.21")
    assert (newest.pounds, newest.set_by, first.pounds, first.set_by) == (
        Decimal("13.21"),
        "Ruth",
        Decimal("12.71"),
        None,
    )
    # Whoever looked before that changes nothing over it, and starting again brings nothing back.
    with pytest.raises(Conflict), world.work() as session:
        prices.change(session, "nlw_2026", replace(new, pounds=Decimal(9)), staff_id=ruth, now=world.now)
    with world.work() as session:
        rates.load_starting_rows(session, now=world.now)
        assert prices.by_key(session)["nlw_2026"].version == 2
    assert [row.actor for row in world.all(AuditRow, action="changed")] == [f"staff:{ruth}"]


def test_a_price_needs_a_year_and_a_source(world, ruth):
    for year, source in (("", "Somebody"), ("2026", "")):
        with pytest.raises(BadInput), world.work() as session:
            prices.change(session, "rlw_uk", NewFigure(1, Decimal(14), year, source), staff_id=ruth, now=world.now)
    with pytest.raises(NotFound), world.work() as session:
        prices.change(session, "no-such", NewFigure(1, Decimal(14), "2026", "S"), staff_id=ruth, now=world.now)


def test_rates_are_prices_of_an_hour_in_order(world, ruth):
    for changes in (
        {"low_key": "homecare_min_price"},
        {"high_key": "fall_admission"},
        {"anyway_most": Decimal("0.3")},
        {"anyway_least": Decimal("0.3"), "anyway_source": "a survey"},
    ):
        with world.work() as session, pytest.raises(BadInput):
            rates.choose(session, replace(rates.STARTING, version=1, **changes), staff_id=ruth, now=world.now)
    with pytest.raises(Conflict), world.work() as session:
        rates.choose(session, rates.STARTING, staff_id=ruth, now=world.now)


def test_a_cost_is_of_an_area_of_theirs_and_can_be_taken_out(morning, ruth):
    before = read(morning).money.costs
    cost_id = spend(morning, ruth)
    assert read(morning).money.costs == before + Decimal("55.00")
    with pytest.raises(NotFound):
        spend(morning, ruth, area_id=morning.area_id("salisbury"))
    elsewhere = {morning.area_id("salisbury")}
    with pytest.raises(NotFound), morning.work() as session:
        scheme_costs.withdraw(session, cost_id, staff_id=ruth, area_ids=elsewhere, now=morning.now)
    for _ in range(2):
        with morning.work() as session:
            scheme_costs.withdraw(session, cost_id, staff_id=ruth, area_ids={morning.area_id()}, now=morning.now)
    assert read(morning).money.costs == before
    assert len(morning.all(AuditRow, action="withdrew")) == 1


def test_what_nobody_timed_may_have_taken_as_much_longer_as_what_was_timed(morning):
    (snow,) = read(morning).kinds
    found = money.untimed([snow])
    assert (found.low, found.central, found.high) == (30, 30, 45)  # 45 minutes where 30 were planned
    assert money.untimed([replace(snow, timed_min=15)]).low == 15


def test_a_spreadsheet_opens_no_formula_and_knows_its_letters(morning, ruth):
    spend(morning, ruth, source='=HYPERLINK("https://example.org")')
    spend(morning, ruth, source=" @SUM(1)")
    written = sheet.write(read(morning))
    assert written.startswith("\ufeffpart,")
    cells = [cell for row in csv.reader(io.StringIO(written[1:])) for cell in row]
    assert not [cell for cell in cells if cell.lstrip().startswith(("=", "@", "+", "\t"))]
    assert '\'=HYPERLINK("https://example.org")' in cells
    assert not [name for name in ("Christopher", "Eileen", "Ann", "Gertrude") if name in written]


def test_every_reason_of_the_engine_has_its_words():
    assert set(asked_for.SHORT) == set(ReasonCode)
    assert asked_for.reason_words("not_yet") == asked_for.reason_words(None) == asked_for.OTHERWISE


def test_with_nothing_to_show_nothing_is_drawn_and_the_sentences_say_so(world, ruth):
    found = read(world)
    assert findings.worth(found.money) == "Nothing was given in this time"
    assert findings.matters_most(found.money) == "No assumption moves the answer here"
    assert (
        findings.both_sides(found.met, found.askings)
        == "No visit was due in this time, and nobody has offered help here"
    )
    assert findings.unmet(found.met) == "No visit was due in this time"
    assert strips.time_to_yes(found.waits, 288) is strips.times_asked(found.askings, 288) is None
    assert money_pictures.tornado(found.money, 288) is money_pictures.ladder(found.money, 288) is None
    sheet.write(found)


def test_without_prices_nothing_is_said_in_pounds(world):
    world.coordinator()
    assert read(world).money is None


def test_the_pictures_hold_all_of_their_figures(morning, ruth):
    spend(morning, ruth)
    found = read(morning).money
    drawn = money_pictures.ladder(found, 560)
    assert len(drawn.boxes) == len(found.central.lines) + 1
    assert all(box.x >= 0 and box.x + box.width <= 560 for box in drawn.boxes)
    many = Waits(tuple(range(1, 4000)), 0)
    strip, one_for = strips.time_to_yes(many, 288)
    marks = sum(d.count("M") for d in strip.marks.values())
    assert one_for > 1
    assert len(many.minutes) <= marks * one_for
    fair, one_for = strips.times_asked(Askings(5, {0: 3, 2: 1, 14: 1}), 560)
    assert {kind: d.count("M") for kind, d in fair.marks.items()} == {"open": 3, "dot": 1, "alert": 1}


def test_the_sentence_about_worth_always_has_both_ends(morning, ruth):
    said = findings.worth(read(morning).money)
    assert said == "The hours given are worth between £16 and £30 more than they cost; central £17"
    spend(morning, ruth, quantity=Decimal(1), unit_pounds=Decimal(20), unsure=Decimal(0))
    said = findings.worth(read(morning).money)
    assert said == "The hours are worth between £4 less and £10 more than they cost; central £3 less"
    spend(morning, ruth, quantity=Decimal(90))
    assert findings.worth(read(morning).money).startswith("The scheme cost between £")


def test_met_is_a_hundred_per_cent_only_if_all_were():
    assert Met(999, 1, 0, ()).percent == 99
    assert Met(3, 0, 5, ()).percent == 100
    assert Met(0, 0, 2, ()).percent is None
