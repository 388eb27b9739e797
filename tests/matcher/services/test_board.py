"""What a coordinator sees of today."""

from datetime import timedelta
from math import hypot

import pytest
from sqlalchemy import Engine, event

from matcher.domain.localtime import last_midnight
from matcher.services import board, impact, map_ground, unfilled
from matcher.services.unfilled import Choice


@pytest.fixture
def today(world):
    """`today(*areas)`: the board of those areas; Bradford on Avon's if none is named."""

    def read(*slugs, choice=None):
        areas = frozenset(world.area_id(slug) for slug in slugs or ("bradford-on-avon",))
        with world.work() as session:
            return board.today(session, areas, now=world.now, choice=choice)

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
    world.offer("Christopher")
    world.later(minutes=10)
    world.round()
    (row,) = today().unfilled
    assert (row.why, row.asked, row.unanswered) == ("Waiting for an answer from 1 neighbour.", 1, 1)
    world.no("Christopher")
    (row,) = today().unfilled
    assert (row.asked, row.said_no, row.unanswered) == (1, 1, 0)


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
        assert impact.done_this_month(session, now=world.now) == 0  # anyone may read it: it turns at midnight only
        assert impact.done_this_month(session, now=last_midnight(world.now) + timedelta(days=1)) == 1
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
    monkeypatch.setattr(unfilled, "ROWS_SHOWN", 2)
    for number in range(3):
        world.post(f"Resident {number}")
    seen = today()
    assert (len(seen.unfilled), seen.unfilled_count) == (2, 3)
    second = today(choice=Choice(page=2))
    assert [row.occurrence_id for row in second.unfilled] == [max(row.occurrence_id for row in second.unfilled)]
    assert (second.looked_for.first, second.looked_for.last) == (3, 3)
    assert today(choice=Choice(page=99)).unfilled == second.unfilled


CHOICES = {
    "all": Choice(),
    "an area": Choice(area="trowbridge"),
    "a kind": Choice(kind="garden"),
    "urgent": Choice(urgency="urgent"),
    "nobody asked": Choice(is_unasked=True),
    "what there is not": Choice(area="atlantis", urgency="whenever"),
}
CHOSEN = {
    "all": ["garden", "snow", "snow"],
    "an area": ["snow"],
    "a kind": ["garden"],
    "urgent": ["snow", "snow"],
    "nobody asked": ["garden", "snow"],
    "what there is not": [],
}


@pytest.mark.parametrize("name", CHOICES)
def test_some_are_chosen_and_the_map_has_the_numbers_of_the_list(world, today, name):
    world.offer("Christopher")
    asked = world.post("Eileen")
    world.post("Gwen")
    world.post("Edith", kind="garden", person={"postcode": "BA15 1HL"})
    world.ask("Christopher", asked)
    seen = today("bradford-on-avon", "trowbridge", choice=CHOICES[name])
    assert sorted(row.kind for row in seen.unfilled) == CHOSEN[name]
    assert (seen.looked_for.count, seen.unfilled_count, seen.looked_for.urgent) == (len(CHOSEN[name]), 3, 2)
    everywhere = today("bradford-on-avon", "trowbridge").unfilled
    assert [row.number for row in everywhere] == [1, 2, 3]
    assert {row.occurrence_id: row.number for row in seen.unfilled}.items() <= {
        row.occurrence_id: row.number for row in everywhere
    }.items()
    assert [mark.number for mark in seen.places.marks] == [row.number for row in seen.unfilled]
    assert [mark.urgency for mark in seen.places.marks] == [row.urgency for row in seen.unfilled]


def test_two_homes_of_a_square_are_one_place_on_the_map_with_marks_apart(world, today):
    world.post("Eileen")
    world.post("Edith", person={"postcode": "BA15 1HL"})
    one, other = today().places.marks
    assert (one.at_x, one.at_y) == (other.at_x, other.at_y)
    assert hypot(one.x - other.x, one.y - other.y) >= map_ground.CLEAR - 1
    assert "h0" in today().places.dots


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
