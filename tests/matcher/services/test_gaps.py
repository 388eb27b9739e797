"""Where and when a scheme is short, and both sides of fairness: counted by hand in a small world."""

from datetime import timedelta

import pytest

from matcher.services import fairness, gaps
from matcher.services.fairness import Fairness
from matcher.services.gaps import TIMES, GapCell, GapRow
from tests.statements import statements


def grid(world, *slugs, **how):
    areas = frozenset(world.area_id(slug) for slug in slugs or ("bradford-on-avon",))
    with world.work() as session:
        return gaps.read(session, areas, now=world.now, **how)


def cells(world):
    return [cell.short for cell in grid(world).rows[0].cells]


def fair(world):
    with world.work() as session:
        return fairness.read(session, frozenset({world.area_id()}), now=world.now)


def wanted(world, count, **how):
    """So many visits, of which the time is over and that nobody came to."""
    for n in range(count):
        world.post(f"Resident {n}", person={"phone": f"07700 9{n:05}"}, **how)
    world.execute("update occurrences set status = 'unmet', closed_at = ends_at")
    world.later(days=7)


def test_of_an_empty_scheme_nothing_is_known(world):
    shown = grid(world)
    assert {cell.words for row in shown.rows for cell in row.cells} == {"not known"}
    assert (shown.title.split(":")[0], shown.unmet) == ("Nothing is known yet", 0)


def test_what_is_wanted_a_week_less_what_is_offered_then(world):
    wanted(world, 26)  # on a Wednesday morning: two a week of thirteen weeks
    assert cells(world)[0] == round(26 * 7 / 90)
    assert grid(world).unmet == 26
    assert grid(world).title == (
        "Weekday mornings are short in Bradford on Avon. Bradford on Avon has 2 visits a week with nobody"
    )
    world.offer("Ann", pattern="choose", times=frozenset({"MO-am", "WE-am"}), visits_per_week=2)
    assert cells(world) == [0, None, None, None, None, None]
    world.offer("Christopher", pattern="choose", times=frozenset({"SA-pm", "WE-am"}), visits_per_week=6)
    assert cells(world) == [-3, None, None, None, -3, None]
    world.execute("update offers set status = 'paused'")
    assert cells(world)[0] == 2


def test_a_visit_that_may_be_at_two_times_is_half_a_visit_at_each(world):
    wanted(world, 52, times=frozenset({"am", "eve"}))
    assert cells(world) == [2, None, 2, None, None, None]


def test_the_shortest_areas_come_first_and_totals_are_of_all(world):
    wanted(world, 26)
    shown = grid(world, "trowbridge", "bradford-on-avon")
    assert [row.area for row in shown.rows] == ["Bradford on Avon", "Trowbridge"]
    assert shown.totals == (2, 0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("short", "words", "step"),
    [(None, "not known", "none"), (-2, "spare 2", "spare"), (0, "even", "even")]
    + [(short, f"short {short}", step) for short, step in ((1, "1"), (2, "1"), (3, "2"), (4, "2"), (5, "3"))],
)
def test_a_cell_has_a_word_a_number_and_a_shade(short, words, step):
    assert (GapCell(short).words, GapCell(short).step) == (words, step)
    assert len(TIMES) == 6


def test_whom_to_recruit_is_of_that_area_alone(world):
    wanted(world, 6, kind="errand")
    here = frozenset({world.area_id()})
    with world.work() as session:
        found = gaps.whom_to_recruit(session, world.area_id(), area_ids=here, now=world.now)
        assert {one.newcomer.area for one in found} == {"Bradford on Avon"}
        assert max(one.more_met for one in found) >= 2
        assert gaps.whom_to_recruit(session, world.area_id("devizes"), area_ids=here, now=world.now) == ()


def test_both_sides_of_fairness_are_told(world):
    names = world.crowd(10)
    need = world.post()
    world.ask_all(names[:4], need)
    world.yes(names[0])
    world.later(days=1)
    shown = fair(world)
    assert (shown.met, shown.ended, shown.willing, shown.never) == (1, 1, 10, 6)
    assert shown.often == (("Never", 6), ("Once or twice", 4), ("3 to 8 times", 0), ("9 times or more", 0))
    assert shown.title == (
        "The only visit that was wanted was met, and 60% of willing people were not asked. Both are true"
    )
    assert [(one.area, one.share) for one in shown.waiting] == [("Bradford on Avon", 60)]
    world.later(days=28)
    assert fair(world).never == 10


@pytest.mark.parametrize(
    ("met", "ended", "willing", "never", "said"),
    [
        (
            11_999,
            12_000,
            3210,
            12,
            "99% of needs were met, and under 1% of willing people were not asked. Both are true",
        ),
        (0, 1, 1, 1, "The only visit that was wanted was not met, and the only willing person was not asked."),
        (2, 2, 9, 0, "100% of needs were met, and every willing person was asked. Both are true"),
        (0, 0, 1, 0, "No visit was wanted, and the only willing person was asked"),
        (0, 0, 0, 0, "Nobody offers help yet"),
    ],
)
def test_no_share_says_all_or_none_where_it_is_nearly_so(met, ended, willing, never, said):
    assert Fairness(met, ended, willing, never, (), ()).title.startswith(said)


@pytest.mark.parametrize(
    ("short", "said"),
    [
        ([[3, 0], [1, 0]], "short in 2 of 2 areas. A is shortest overall: 3 visits a week with nobody"),
        ([[2, 0], [0, 2]], "short in 1 of 2 areas. 2 areas have 2 visits each a week with nobody"),
        ([[1, 0], [-4, None]], "short in 1 of 2 areas. A has 1 visit a week with nobody"),
        ([[1234, 0], [12, 0]], "A is shortest overall: 1,234 visits a week with nobody"),
        ([[0, -3], [None, None]], "No area is short at any time of the week"),
    ],
)
def test_the_title_of_the_grid_claims_no_more_than_it_holds(short, said):
    rows = [
        GapRow(n, name, tuple(GapCell(one) for one in (*cells, *[None] * (len(TIMES) - 2))))
        for n, (name, cells) in enumerate(zip("AB", short, strict=True))
    ]
    assert gaps._title(rows).endswith(said)


@pytest.mark.parametrize(("part", "whole", "share"), [(200, 200, 100), (195, 200, 95), (7, 20, 35)])
def test_in_public_only_all_are_a_hundred(part, whole, share):
    assert fairness._to_5(part, whole) == share


def test_in_public_small_numbers_are_hidden_and_shares_are_rounded(world):
    def told(**later):
        with world.work() as session:
            return fairness.in_public(session, now=world.now + timedelta(**later))

    names = world.crowd(17)
    needs = [world.post(f"Resident {n}", person={"phone": f"07700 9{n:05}"}) for n in range(6)]
    for name, need in zip(names, needs, strict=False):
        world.ask(name, need)
        world.yes(name)
    world.later(days=1)
    assert told() == (100, 35)
    world.ask_all(names[6:11], world.post("Eileen", when="tomorrow"))
    assert (told(), told(days=1)) == ((100, 35), (100, 65))  # who watches sees nothing turn before midnight
    world.execute("update occurrences set status = 'unmet' where need_id = :id", id=needs[0].need_id)
    assert told() is None
    world.later(days=40)
    assert told() is None


def test_the_grid_takes_as_many_queries_for_many_as_for_one(world):
    counts = []
    for n in range(2):
        for name in (f"Ann {n}", f"Tom {n}"):
            world.offer(name, person={"phone": f"07700 9000{len(world.people):02}"}, visits_per_week=1 + n)
        with world.work() as session, statements(session) as told:
            gaps.read(session, frozenset({world.area_id(), world.area_id("trowbridge")}), now=world.now)
        counts.append(len(told))
    assert counts[0] == counts[1]
