"""The street of today: one house for each visit, lit or dark, and what its title says."""

import pytest

from matcher.services import street, street_picture, unfilled
from matcher.services.street import Hour, House, Street
from matcher.services.unfilled import Choice


@pytest.fixture
def today(world):
    def read(choice=None):
        areas = frozenset({world.area_id()})
        with world.work() as session:
            return street.read(session, areas, choice or Choice(), now=world.now)

    return read


def numbers_of_the_list(world, choice=None):
    areas = frozenset({world.area_id()})
    with world.work() as session:
        page = unfilled.read(session, areas, choice or Choice(), now=world.now)
    return [row.number for row in page.rows], page


def test_a_house_is_dark_until_somebody_says_yes_and_lit_until_the_day_is_over(world, today):
    world.offer("Christopher")
    world.ask("Christopher", world.post())
    assert today().houses == (House(8, is_lit=False, has_lamp=True, number=1),)
    assert today().title == "The one visit of today has nobody yet. The dark house starts before 11:30am."
    world.yes("Christopher")
    assert today().houses == (House(9, is_lit=True),)
    assert today().title == "The one visit of today has someone coming"
    world.set_off("Christopher")
    assert today().on_way == 1
    world.later(hours=3)
    world.done("Christopher")
    assert (today().lit, today().dark, today().on_way) == (1, 0, 0)
    world.later(days=1)
    assert today().title == "No visits today"


def test_a_visit_with_a_place_to_fill_is_dark(world, today):
    world.offer("Christopher")
    world.ask("Christopher", world.post(helpers=2))
    world.yes("Christopher")
    assert [house.is_lit for house in today().houses] == [False]


def test_tomorrow_s_visits_are_no_houses_and_evenings_have_no_lamp(world, today):
    world.post("Olive", when="tomorrow", person={"phone": "07700 900222"})
    world.post("Edith", times=frozenset({"eve"}), person={"phone": "07700 900223"})
    (house,) = today().houses
    assert (house.hour, house.has_lamp) == (17, False)
    assert today().title.endswith("No dark house starts before 11:30am.")


def test_the_numbers_of_the_dark_are_those_of_the_list_whatever_was_chosen(world, today):
    for number, kind in enumerate(["snow", "errand", "snow", "errand"]):
        world.post(f"Resident {number}", kind=kind, person={"phone": f"07700 90030{number}"})
    for choice in (Choice(), Choice(kind="errand"), Choice(urgency="urgent"), Choice(is_unasked=True)):
        numbers, page = numbers_of_the_list(world, choice)
        shown = today(choice).houses
        assert [house.number for house in shown if house.number] == numbers
        assert len(shown) == page.whole == 4
    assert numbers_of_the_list(world, Choice(kind="errand"))[0] == [3, 4]  # as they are in the whole list


def test_more_than_sixty_are_bars_and_the_counts_are_whole(world, today):
    for number in range(3):
        world.post(f"Resident {number}", person={"phone": f"07700 90030{number}"})
    world.execute(
        "insert into occurrences (need_id, area_id, windows, starts_at, ends_at, helpers, door_word, status,"
        " open_since) select need_id, area_id, windows, starts_at + n * interval '1 second', ends_at,"
        " helpers, door_word, status, open_since from occurrences, generate_series(1, 20) as n"
    )
    shown = today()
    assert (shown.count, shown.is_drawn_one_by_one, len(shown.houses)) == (63, False, 60)
    drawn = street_picture.draw(shown, is_wide=True)
    assert [label.text for label in drawn.words] == ["8am", "63 dark, 0 lit"]


@pytest.mark.parametrize("is_wide", [True, False])
def test_every_house_is_within_the_picture_and_no_row_is_too_long(is_wide):
    houses = tuple(House(8 + n // 12, is_lit=n % 3 > 0, has_lamp=n < 12, number=n) for n in range(60))
    hours = tuple(Hour(8 + n, 8, 4, 4 if n < 1 else 0) for n in range(5))
    drawn = street_picture.draw(Street(hours, houses, 0, "12 noon", None), is_wide=is_wide)
    assert drawn.walls.count("M") == 40
    assert drawn.dark.count("M") == 20
    assert drawn.lamps.count("M") == 4
    assert all(0 <= label.x <= drawn.width - 10 and label.y <= drawn.height for label in drawn.words)
    rights = [float(part.split(" ")[0]) for part in drawn.walls.split("M")[1:]]
    assert max(rights) <= drawn.width - street_picture.HOUSE_NARROW


@pytest.mark.parametrize(
    ("lit", "dark", "lamps", "title"),
    [
        (33, 12, 5, "33 of 45 visits today have someone coming. 5 of the 12 dark houses start before 12 noon."),
        (33, 12, 12, "33 of 45 visits today have someone coming. All 12 dark houses start before 12 noon."),
        (1, 2, 1, "1 of 3 visits today has someone coming. 1 of the 2 dark houses starts before 12 noon."),
        (2, 1, 1, "2 of 3 visits today have someone coming. The dark house starts before 12 noon."),
        (0, 2, 2, "0 of 2 visits today have someone coming. Both dark houses start before 12 noon."),
        (2, 0, 0, "Every visit today has someone coming"),
        (
            1200,
            3400,
            1100,
            "1,200 of 4,600 visits today have someone coming. 1,100 of the 3,400 dark houses start before 12 noon.",
        ),
        (2, 1, 0, "2 of 3 visits today have someone coming. No dark house starts before 12 noon."),
    ],
)
def test_the_title_is_what_there_is_to_see(lit, dark, lamps, title):
    assert Street((Hour(9, lit, dark, lamps),), (), 0, "12 noon", None).title == title


@pytest.mark.parametrize("is_wide", [True, False])
def test_rows_of_bars_show_one_beside_thousands_and_their_counts_have_room(is_wide):
    hours = (Hour(8, 1200, 1100, 1100), Hour(12, 0, 1, 0), Hour(23, 1, 0, 0))
    drawn = street_picture.draw(Street(hours, (), 0, "12 noon", None), is_wide=is_wide)
    counts = [label for label in drawn.words if label.kind == "count"]
    assert [label.text for label in counts] == ["1,100 dark, 1,200 lit", "1 dark, 0 lit", "0 dark, 1 lit"]
    assert all(label.x + 7.7 * len(label.text) <= drawn.width for label in counts)
    assert "h1.5v22" in drawn.dark
    assert "h1.5v22" in drawn.windows


def test_a_lamp_goes_out_as_time_goes_by_only_when_somebody_says_yes(world, today):
    world.post()
    world.later(hours=2)
    (house,) = today().houses
    assert house.has_lamp
    assert today().first_dark is None
    assert today().lamps_until == "1:30pm"
