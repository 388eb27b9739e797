"""How many live where comes from a file: shown first, each figure with its source and its day, never more than all."""

from datetime import date

import pytest

from matcher.services import imports
from matcher.services.taken_in import Importer
from matcher.store.models import Population

KEY = "p" * 22
HEAD = "area,group,people,source,counted_on\n"
GOOD = HEAD + "Bradford on Avon,,9400,Census 2021,2021-03-21\nbradford-on-avon,85+,470,Census 2021,21/03/2021\n"


@pytest.fixture
def bring(world):
    who = Importer(world.coordinator(), frozenset({world.area_id()}))

    def load(text, keep=False):
        with world.work() as session:
            imports.try_out(session, KEY, "population", "people.csv", text.encode(), who, now=world.now)
            shown = imports.preview(session, KEY, who, now=world.now)
        if keep:
            with world.work() as session:
                imports.confirm(session, KEY, who, now=world.now)
        return shown

    return load


def kept(world):
    return {row.group_key: (row.people, row.source, row.counted_on) for row in world.all(Population)}


def test_figures_are_shown_then_kept_with_their_source_and_day(world, bring):
    shown = bring(GOOD)
    assert (shown.good, shown.new, shown.bad, kept(world)) == (2, 2, (), {})
    bring(GOOD, keep=True)
    day = date(2021, 3, 21)
    assert kept(world) == {"everyone": (9400, "Census 2021", day), "85_or_over": (470, "Census 2021", day)}


def test_a_later_file_takes_the_place_of_an_earlier_figure_and_leaves_the_others(world, bring):
    bring(GOOD, keep=True)
    shown = bring(HEAD + "Bradford on Avon,85 or over,500,Council estimate,2025-06-30\n", keep=True)
    assert (shown.good, shown.new) == (1, 0)
    assert kept(world)["85_or_over"] == (500, "Council estimate", date(2025, 6, 30))
    assert kept(world)["everyone"][0] == 9400


def test_every_bad_row_is_shown_with_what_is_wrong_in_it(world, bring):
    shown = bring(
        HEAD
        + "Bradford on Avon,,9400,Census,2021-03-21\n"
        + "Atlantis,85+,1,Census,2021-03-21\n"
        + "Salisbury,85+,1,Census,2021-03-21\n"  # not theirs
        + "Bradford on Avon,85+,many,,soon\n"
        + "Bradford on Avon,under 25,-3,Census,2099-01-01\n"
        + "Bradford on Avon,Boat dwellers,9401,Census,2021-03-21\n"
        + "Bradford on Avon,all,9000,Census,2021-03-21\n",
        keep=True,
    )
    assert [(cell.line, cell.column) for cell in shown.bad] == [
        (3, "area"),
        (4, "area"),
        (5, "counted_on"),
        (5, "people"),
        (5, "source"),
        (6, "counted_on"),
        (6, "people"),
        (7, "people"),
        (8, "group"),
    ]
    assert "9,401 of 9,400" in shown.bad[7].expected
    assert [*kept(world)] == ["everyone"]
