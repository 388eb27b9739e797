"""`gritbin impact` on a database of its own. That it says what the page's sheet says: tests/web/test_impact.py."""

import csv
import io
import json
from decimal import Decimal, InvalidOperation

import pytest
from click.testing import CliRunner

from matcher.cli import gritbin
from matcher.domain.errors import SetupError
from matcher.services import rates
from matcher.store import session as store
from matcher.store.session import unit_of_work
from tests.worlds import World


def impact(*options):
    return CliRunner().invoke(gritbin, ["impact", *options])


@pytest.fixture
def cleared(database_url, now, monkeypatch):
    """Christopher told that he cleared Eileen's path in 45 minutes."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    world = World(unit_of_work, now)
    world.offer("Christopher")
    world.ask("Christopher", world.post("Eileen"))
    world.yes("Christopher")
    world.later(hours=3)
    world.done("Christopher", minutes=45)
    return world


DAYS = ("--from", "2026-01-01", "--to", "2026-01-31")


def test_a_table_a_spreadsheet_and_json_have_the_same_figures(cleared):
    with cleared.work() as session:
        rates.load_starting_rows(session, now=cleared.now)
    table, sheet, told = (impact(*DAYS, *option) for option in ((), ("--csv",), ("--json",)))
    assert [done.exit_code for done in (table, sheet, told)] == [0, 0, 0]
    assert table.stdout.startswith(
        "Impact from 2026-01-01 to 2026-01-31, all areas\n- The hours given are worth between"
    )
    rows = list(csv.DictReader(io.StringIO(sheet.stdout_bytes.decode("utf-8-sig"), newline="")))
    assert ("given", "told by the volunteer", "45") in {(row["part"], row["detail"], row["figure"]) for row in rows}
    as_json = json.loads(told.stdout, parse_float=Decimal)
    assert (as_json["from"], as_json["to"], as_json["where"]) == ("2026-01-01", "2026-01-31", "all areas")
    assert as_json["findings"][0].startswith("The hours given are worth between")
    assert len(as_json["rows"]) == len(rows)
    printed = " ".join(table.stdout.split())
    for row, same in zip(rows, as_json["rows"], strict=True):
        assert number(same.pop("figure")) == number(row.pop("figure"))
        assert same == row
        if row["part"] != "report":
            assert " ".join(f"{row['unit']} {row['what']} {row['detail']}".split()) in printed


def number(figure):
    """A figure however it is written; the days of the report as they are, and None where none is known."""
    try:
        return Decimal(str(figure))
    except InvalidOperation:
        return figure or None


REFUSED = (
    ("--from soon", ("--from", "Enter a day, like 2026-12-24")),
    ("--to 1066-10-14", ("--to", "Enter a day from 2000 to 2100")),
    ("--from 2026-02-01 --to 2026-01-01", ("--to", "The last day must be on or after the first")),
    ("--from 2001-01-01 --to 2026-01-01", ("--from", "Choose at most five years")),
    ("--area narnia", ("--area", "no area here", "bradford-on-avon")),
    ("--json --csv", ("Choose one of --json and --csv",)),
)


def test_what_cannot_be_used_is_refused_with_what_to_type_instead(cleared):
    for options, says in REFUSED:
        done = impact(*options.split())
        assert (done.exit_code, done.stdout) == (2, ""), options
        said = " ".join(done.stderr.replace("│", " ").split())
        assert all(words in said for words in says), said


def test_a_database_that_does_not_answer_is_said_with_what_to_look_at(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:9/none")
    monkeypatch.setattr(store._Where, "url", None)
    done = impact()
    assert isinstance(done.exception, SetupError)
    assert "Is it running, and is DATABASE_URL right?" in done.exception.message


def test_without_prices_it_says_what_to_do_and_the_rest_is_there(cleared):
    done = impact(*DAYS)
    assert done.exit_code == 0
    assert "no prices are known" in done.stderr
    assert "pounds an hour" not in done.stdout
    assert "told by the volunteer" in done.stdout
