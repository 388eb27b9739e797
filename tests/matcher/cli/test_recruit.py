"""`gritbin recruit` on a database of its own."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from matcher.cli import gritbin
from matcher.services import upkeep
from matcher.store.models import Occurrence
from matcher.store.session import unit_of_work
from tests.worlds import World


@pytest.fixture
def run(database_url, monkeypatch):
    """`run("--json")`: the command, with the settings of that database."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    return lambda *options: CliRunner().invoke(gritbin, ["recruit", *options])


@pytest.fixture
def missed(database_url):
    """Two weekday mornings, three and four weeks ago, on which nobody cleared Eileen's path."""
    wednesday = datetime.now(UTC).replace(hour=7, minute=30)
    wednesday -= timedelta(days=(wednesday.weekday() - 2) % 7)
    world = World(unit_of_work, wednesday)
    for weeks in (4, 3):
        world.now = wednesday - timedelta(weeks=weeks)
        world.post("Eileen")
        world.now = max(one.ends_at for one in world.all(Occurrence)) + timedelta(minutes=1)
        with world.work() as session:
            upkeep.keep_up(session, now=world.now)


def test_it_says_who_would_have_met_what_was_missed(run, missed):
    done = run()
    assert done.exit_code == 0
    assert done.stdout.startswith(
        "One neighbour on foot in Bradford on Avon on weekday mornings would have met two more of the last 90 days'"
    )


def test_json_for_a_script(run, missed):
    first = json.loads(run("--json", "--days", "60").stdout)[0]
    assert (first["area"], first["count"], first["more_met"]) == ("Bradford on Avon", 1, 2)
    assert first["sentence"].endswith("of the last 60 days' needs.")


def test_it_says_so_when_nothing_stands_out(run, missed):
    assert run("--days", "7").stdout.startswith("Nothing stands out")


def test_a_scheme_that_nobody_has_asked_for_help_yet_is_told_that_nothing_stands_out(run):
    done = run()
    assert (done.exit_code, done.stdout.partition(":")[0]) == (0, "Nothing stands out")
    assert json.loads(run("--json").stdout) == []


@pytest.mark.parametrize("days", ["none", "", "-1", "0", "367", "1e9", "9" * 30])
def test_a_number_of_days_that_is_none_is_refused(run, days):
    done = run("--days", days)
    assert done.exit_code == 2
    assert "--days" in done.stderr


def test_an_area_there_is_no_option_for_is_refused_by_name(run):
    done = run("--area", "atlantis")
    assert done.exit_code == 2
    assert "--area" in done.stderr
