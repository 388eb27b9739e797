"""The report as a spreadsheet: every figure that goes into the sum, and the sum, so that anyone can do it again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from decimal import Decimal

from matcher.domain.worth import End, Sum
from matcher.services.impact_report.money import Money
from matcher.services.impact_report.report import Report
from matcher.services.spreadsheets import as_text
from matcher.services.ties import Ties

COLUMNS = ("part", "what", "detail", "figure", "unit", "source")
BOM = "\ufeff"
Row = tuple[str, str, str, int | Decimal | str, str, str]


def write(report: Report) -> str:
    """The whole sheet, with a mark at its beginning by which a spreadsheet knows its letters."""
    out = io.StringIO()
    sheet = csv.writer(out, lineterminator="\r\n")
    sheet.writerow(COLUMNS)
    for row in rows(report):
        sheet.writerow([_cell(value) for value in row])
    return BOM + out.getvalue()


def rows(report: Report) -> Iterator[Row]:
    """Every row of it, with numbers as numbers; an empty figure is one that is not known."""
    scope = report.scope
    yield "report", "from", "", scope.first.isoformat(), "day", scope.where
    yield "report", "to", "", scope.last.isoformat(), "day", scope.where
    yield from _given(report)
    yield from _asked_for(report)
    if report.money is not None:
        yield from _money(report.money)


def _given(report: Report) -> Iterator[Row]:
    for one in report.kinds:
        yield "given", one.name, "visits done", one.visits, "visits", "done visits"
        yield "given", one.name, "of them timed by the volunteer", one.timed, "visits", "done visits"
        yield "given", one.name, "told by the volunteer", one.timed_min, "minutes", "done visits"
        yield "given", one.name, "planned for those that were timed", one.timed_planned_min, "minutes", "done visits"
        yield "given", one.name, "planned for those that nobody timed", one.untimed_min, "minutes", "done visits"
    for what, count in (("gave", report.people.gave), ("got", report.people.got)):
        yield "people", what, "", count, "people", "done visits"
    for home in report.at_home:
        within = f"first helped at least {home.months} months before the last day"
        yield "at home", within, "", home.first_helped, "people", "done visits"
        yield "at home", within, "helped at home again since", home.helped_since, "people", "done visits"
    yield from _ties(report.ties)
    told = report.informal
    yield "told, not seen", "help outside the service", "", told.times, "times", "told by neighbours; in no other line"
    yield "told, not seen", "help outside the service", "", told.minutes, "minutes", "as that kind usually takes"
    yield "told, not seen", "may have been told or counted twice", "left out", told.twice, "times", "told by neighbours"
    if report.money is not None:
        for end, worth in zip(End, told.worth(report.money.rates), strict=True):
            yield "told, not seen", "what it would cost to buy", end, worth, "pounds", "not in the sum"
    put_in = report.put_in
    yield "put in", "salt", "", put_in.tonnes, "tonnes", "the costs below"
    yield "put in", "salt", "", put_in.pounds, "pounds", "the costs below"
    yield "put in", "grit bins and salt stores", "", put_in.stores, "places", "places"
    yield "put in", "beside it, snow and ice cleared", "", put_in.snow_visits, "visits", "done visits"
    yield "put in", "beside it, snow and ice cleared", "", put_in.snow_minutes, "minutes", "done visits"


def _ties(ties: Ties) -> Iterator[Row]:
    for what, count in (
        ("met in this time", ties.pairs),
        ("met for the first time", ties.new),
        ("met again", ties.again),
        ("went on to a second kind of help", ties.second_kind),
    ):
        yield "ties", what, "", count, "pairs", "done visits"
    yield "ties", "gave and got", "", ties.both_ways, "people", "done visits"


def _asked_for(report: Report) -> Iterator[Row]:
    met, waits, askings = report.met, report.waits, report.askings
    for what, count in (("met", met.met), ("not met", met.unmet), ("called off", met.called_off)):
        yield "asked for", what, "", count, "visits", "visits whose time was over"
    for reason, count in met.reasons:
        yield "not met", reason, "", count, "visits", "the last round's reason"
    yield "time to a yes", "requests", "", waits.asked, "requests", "requests made in this time"
    yield "time to a yes", "never had one", "", waits.without_yes, "requests", "requests made in this time"
    for what, minutes in (("half had one within", waits.median), ("nine in ten had one within", waits.p90)):
        yield "time to a yes", what, "", "" if minutes is None else minutes, "minutes", "requests made in this time"
    yield "asked", "people asked", "", askings.people, "people", "asks in this time"
    for times, count in askings.times.items():
        yield "asked", "willing people, by times asked in 28 days", str(times), count, "people", "offers and asks"


def _money(money: Money) -> Iterator[Row]:
    yield from _assumed(money)
    for saving in money.savings:
        yield "saving", saving.event, f"chance: {saving.kind}", saving.chance, "share", saving.chance_source
        yield "saving", saving.event, "cost of one", saving.price.pounds, "pounds", saving.price.source
        yield "saving", saving.event, "share of it ours", saving.share, "share", saving.share_why
        yield "saving", saving.event, "does not prove", "", "", saving.not_proved
    yield "texts", "sent", "", money.texts, "texts", "messages sent; one in two parts is two"
    yield "texts", "price", "", money.text_price.pounds, "pounds", money.text_price.source
    for cost in money.cost_rows:
        yield "cost", cost.words, "quantity", cost.quantity, cost.spent_on.isoformat(), cost.source
        yield "cost", cost.words, "price of one", cost.unit_pounds, "pounds", cost.source
        yield "cost", cost.words, "may be out by", cost.unsure, "share", cost.source
    yield from _results(money)


def _assumed(money: Money) -> Iterator[Row]:
    for kinds, method in ((money.bought, "what they would cost to buy"), (money.saved, "a saving")):
        for one in kinds:
            yield "method", one.name, f"hours by {method}", one.minutes, "minutes", "done visits"
    worth = money.worth
    for end, price in zip(End, money.rates, strict=True):
        yield "rate", end, price.key, price.pounds, "pounds an hour", price.source
        yield "anyway", end, "", worth.anyway.at(end), "share", money.anyway_source
        yield "nobody timed", end, "", worth.untimed_min.at(end), "minutes", "as planned, or as those that were timed"


def _results(money: Money) -> Iterator[Row]:
    for end, found in zip(End, (money.low, money.central, money.high), strict=True):
        yield from _sum(end, found)
    yield "result", "cost of the scheme", "", money.costs, "pounds", "the costs above"
    yield "result", "cost of a visit", "", "" if money.a_visit is None else money.a_visit, "pounds", "the costs above"
    for one in money.beside:
        yield "beside", one.price.publisher, one.price.unit, one.price.pounds, "pounds", one.price.source
        yield "beside", "here", one.price.unit, "" if one.here is None else one.here, "pounds", "the costs above"


def _sum(end: End, found: Sum) -> Iterator[Row]:
    for line in found.lines:
        yield "sum", end, line.name, line.pounds, "pounds", line.how
    yield "result", "left", end, found.left, "pounds", "the lines of the sum"


def _cell(value: int | Decimal | str) -> str:
    """A number as it is; words so that no spreadsheet takes them for a formula."""
    if not isinstance(value, str):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    return as_text(value)
