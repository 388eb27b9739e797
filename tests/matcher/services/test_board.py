"""What a coordinator sees of today."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, event

from matcher.services import board, impact


@pytest.fixture
def today(world):
    """`today(*areas)`: the board of those areas; Bradford on Avon's if none is named."""

    def read(*slugs):
        areas = frozenset(world.area_id(slug) for slug in slugs or ("bradford-on-avon",))
        with world.work() as session:
            return board.today(session, areas, now=world.now)

    return read


def test_what_has_nobody_says_why(world, today):
    world.post(details=("steps",))
    (row,) = today().unfilled
    assert (row.job, row.why, row.asked, row.day, row.times) == (
        "Clear the steps",
        "About to be looked at.",
        0,
        "Wednesday 14 January",
        "8am to 12 noon",
    )
    assert row.hours_left == 4.5
    world.round()
    (row,) = today().unfilled
    assert row.why not in ("", "About to be looked at.")
    assert row.waterfall[0].label
    world.offer("Christopher")
    world.later(minutes=10)
    world.round()
    (row,) = today().unfilled
    assert (row.why, row.asked, row.silent) == ("Waiting for an answer from 1 neighbour.", 1, 1)
    world.no("Christopher")
    (row,) = today().unfilled
    assert (row.asked, row.said_no, row.silent) == (1, 1, 0)


def test_who_is_coming_and_who_is_late(world, today):
    world.offer("Christopher")
    world.ask("Christopher", world.post())
    world.yes("Christopher")
    seen = today()
    assert seen.unfilled == ()
    (row,) = seen.filled
    assert (row.resident, row.volunteer, row.about, row.is_late) == ("Eileen", "Christopher", "9:30am", False)
    world.now = world.visit("Christopher").ends_at + timedelta(minutes=60)
    assert today().filled[0].is_late
    world.done("Christopher")
    seen = today()
    assert (seen.filled, seen.done_today) == ((), 1)
    with world.work() as session:
        assert impact.done_this_month(session, now=world.now) == 1
        assert impact.done_this_month(session, now=world.now + timedelta(days=31)) == 0


def test_one_that_waits_for_a_word_is_on_the_board_and_one_far_off_is_not(world, today):
    world.post("Eileen", kind="other")
    world.post("Edith", person={"postcode": "BA15 1HL"}, when="day", day=(world.now + timedelta(days=30)).date())
    (row,) = today().unfilled
    assert row.is_paused
    assert row.why == "Someone from the team needs to ring first."


def test_each_area_sees_its_own(world, today):
    world.post("Eileen")
    world.post("Gwen")
    assert [row.area for row in today().unfilled] == ["Bradford on Avon"]
    assert [row.area for row in today("trowbridge").unfilled] == ["Trowbridge"]
    assert today("devizes").unfilled == ()
    assert today("trowbridge", "bradford-on-avon").unfilled_count == 2


def test_the_soonest_come_first_and_of_those_the_urgent(world, today):
    world.post("Eileen", times=frozenset({"pm"}))
    world.post("Edith", kind="garden", person={"postcode": "BA15 1HL"})
    world.post("Mary", person={"postcode": "BA15 1HL"})
    assert [(row.kind, row.times) for row in today().unfilled] == [
        ("snow", "8am to 12 noon"),
        ("garden", "8am to 12 noon"),
        ("snow", "12 noon to 5pm"),
    ]


def test_lists_are_cut_and_counts_are_whole(world, today, monkeypatch):
    monkeypatch.setattr(board, "ROWS_SHOWN", 2)
    for number in range(3):
        world.post(f"Resident {number}")
    seen = today()
    assert (len(seen.unfilled), seen.unfilled_count) == (2, 3)


def test_the_board_takes_the_same_queries_whatever_its_size(world, today):
    def count():
        statements = []

        def note(_connection, _cursor, statement, *_):
            statements.append(statement)

        event.listen(Engine, "after_cursor_execute", note)
        try:
            today()
        finally:
            event.remove(Engine, "after_cursor_execute", note)
        return len(statements)

    world.post("Eileen")
    few = count()
    for number in range(6):
        world.post(f"Resident {number}")
    world.offer("Christopher")
    world.round()
    world.yes("Christopher")
    assert count() == few
