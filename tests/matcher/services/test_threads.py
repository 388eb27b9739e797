"""Threads between villages: counted by pairs of villages, told from five visits on, drawn the wider the more."""

from datetime import timedelta

import pytest

from matcher.domain.timewindow import TimeWindow
from matcher.services import threads, threads_picture
from matcher.services.threads import Thread, Threads, Village

TROWBRIDGE = {"postcode": "BA14 8TW", "house": "8 Mill Lane"}


def visits(world, helper, resident, times):
    """So many visits that were done, a day apart."""
    for _ in range(times):
        need = world.post(resident, person=TROWBRIDGE if resident == "Gwen" else None, when="tomorrow")
        world.ask(helper, need, at=world.now + timedelta(hours=2))
        world.yes(helper)
        world.later(hours=3)
        world.done(helper)
        world.later(hours=21)


def read(world, *, days=90):
    with world.work() as session:
        season = TimeWindow(world.now - timedelta(days=days), world.now)
        areas = {area_id for (area_id,) in world.execute("select id from areas")}
        return threads.read(session, areas, season, new_since=world.now - timedelta(days=28))


def named(shown):
    return [(one.one.name, one.other.name, one.visits, one.new_pairs) for one in shown.told]


@pytest.fixture
def neighbours(world):
    """Christopher lives by Eileen; Gwen lives in Trowbridge."""
    world.offer("Christopher")
    return world


def test_from_five_visits_on_it_is_a_thread_whichever_of_the_two_helped(neighbours):
    visits(neighbours, "Christopher", "Gwen", 4)
    shown = read(neighbours)
    assert (named(shown), shown.thin, shown.within) == ([], 1, 0)
    assert threads_picture.finding(shown) == "No two villages have helped each other five times lately"
    neighbours.offer("Hugh", person=TROWBRIDGE)
    visits(neighbours, "Hugh", "Eileen", 1)
    shown = read(neighbours)
    assert (named(shown), shown.thin) == ([("Bradford on Avon", "Trowbridge", 5, 2)], 0)


def test_what_stays_in_a_village_is_no_thread_and_what_is_older_counts_no_more(neighbours):
    visits(neighbours, "Christopher", "Eileen", 2)
    visits(neighbours, "Christopher", "Gwen", 5)
    assert read(neighbours).within == 2
    neighbours.later(days=88)
    shown = read(neighbours)
    assert (named(shown), shown.thin, shown.within) == ([], 1, 0)
    # They met long ago: a visit now is of no new pair.
    assert read(neighbours, days=120).told[0].new_pairs == 0


def thread(one, other, count, new=0, spread=1000):
    return Thread(Village(one, 380_000, 160_000), Village(other, 380_000 + spread * count, 165_000), count, new)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ([thread("Box", "Calne", 9, 2), thread("Box", "Mere", 6)], "Box and Calne are the strongest thread: 9 visits."),
        ([thread("Box", "Calne", 9)], "Box and Calne are the only thread: 9 visits"),
        ([thread("Box", "Calne", 9), thread("Box", "Mere", 9)], "2 threads are the strongest: 9 visits each"),
    ],
)
def test_the_title_is_worked_out(told, words):
    assert threads_picture.finding(Threads(tuple(told), 0, 0, 0)).startswith(words)


def test_new_pairs_are_in_the_title_and_marked(neighbours):
    shown = Threads((thread("Box", "Calne", 9, 1), thread("Box", "Mere", 6)), 0, 0, 0)
    assert threads_picture.finding(shown).endswith(". 1 pair of neighbours met for the first time lately")
    with neighbours.work() as session:
        drawn = threads_picture.draw(session, shown)
        assert threads_picture.draw(session, Threads((), 0, 3, 0)) is None
    assert [curve.is_new for curve in drawn.curves] == [True, False]
    assert drawn.curves[0].width > drawn.curves[1].width
    assert [town.name for town in drawn.towns] == ["Box", "Calne", "Mere"]
    assert threads_picture.rows(shown) == [("Box and Calne", "9", "1"), ("Box and Mere", "6", "0")]


def test_five_carry_their_number_and_of_too_many_the_strongest_are_drawn(neighbours, monkeypatch):
    monkeypatch.setattr(threads, "MOST", 0)
    visits(neighbours, "Christopher", "Gwen", 5)
    shown = read(neighbours)
    assert (shown.told, shown.more) == ((), 1)
    many = Threads(tuple(thread("Box", f"V{n}", 90 - 5 * n, spread=200) for n in range(7)), 0, 0, 0)
    with neighbours.work() as session:
        numbers = [curve.number for curve in threads_picture.draw(session, many).curves]
    assert (set(numbers[:5]) - {""} <= {"90", "85", "80", "75", "70"}, numbers[5:]) == (True, ["", ""])
    assert any(numbers)


def test_no_name_lies_on_the_dot_of_another_village_or_on_another_name(neighbours):
    around = [Village(f"Village {n}", 380_000 + 900 * (n % 4), 160_000 + 380 * (n // 4)) for n in range(12)]
    crowded = Threads(tuple(Thread(around[0], one, 30, 0) for one in around[1:]), 0, 0, 0)
    with neighbours.work() as session:
        towns = threads_picture.draw(session, crowded).towns
    boxes = [
        (t, t.middle - 5 * len(t.name), t.base - 16, t.middle + 5 * len(t.name), t.base + 6) for t in towns if t.name
    ]
    assert len(boxes) >= 2
    for town, left, top, right, bottom in boxes:
        assert [o.name for o in towns if o is not town and left < o.x < right and top < o.y < bottom] == []
        others = [box for box in boxes if box[0] is not town]
        assert not [b for b in others if left < b[3] and b[1] < right and top < b[4] and b[2] < bottom]
