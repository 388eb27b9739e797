"""The two-way ring: a mark for each person, by whether they gave, got or both; its words are worked out."""

import pytest

from matcher.services import two_way_ring
from matcher.services.drawing import NARROW, WIDE
from matcher.services.ties import Sides


@pytest.mark.parametrize(
    ("shown", "title", "way"),
    [
        (Sides(0, 0, 0, 0), "Nobody has met lately", ""),
        (Sides(3, 9, 0, 0), "None of 12 people has both given and got help yet", ""),
        (
            Sides(3, 9, 0, 1),
            "1 of 13 people has both given and got help",
            "1 has passed it on to somebody else.",
        ),
        (
            Sides(3, 9, 2, 3),
            "5 of 17 people have both given and got help",
            "2 have helped somebody who helped them, and 3 have passed it on to somebody else.",
        ),
        (
            Sides(0, 0, 2, 0),
            "Both people have both given and got help",
            "2 have helped somebody who helped them.",
        ),
    ],
)
def test_the_words_are_worked_out(shown, title, way):
    assert two_way_ring.finding(shown) == title
    assert two_way_ring.way(shown) == way


def marks(picture):
    """Dots, and squares: those in the ring and the two of each kind that say what they mean."""
    return picture.marks["dot"].count("z") - 2, picture.marks["open"].count("z") - 2


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_there_is_a_mark_for_each_person_and_both_marks_for_who_gave_and_got(width):
    picture = two_way_ring.draw(Sides(gave=3, got=9, each_other=2, passed_on=1), width)
    assert marks(picture) == (3 + 3, 9 + 3)
    assert list(picture.marks) == ["open", "dot"]  # the dot lies on its square
    said = [words.text for words in picture.words]
    assert said == ["3 of 15", "gave and got", "Gave and got: 3", "Only gave: 3", "Only got: 9"]
    assert all(0 <= words.y < picture.height for words in picture.words)


def test_where_there_are_many_a_mark_stands_for_some_and_says_so():
    picture = two_way_ring.draw(Sides(gave=100, got=200, each_other=1, passed_on=0), WIDE)
    assert marks(picture) == (20 + 1, 40 + 1)
    assert picture.words[-1].text == "A mark stands for up to 5 people"


def test_nobody_is_no_picture():
    assert two_way_ring.draw(Sides(0, 0, 0, 0), WIDE) is None


def test_its_numbers_are_those_of_the_table():
    rows = dict(two_way_ring.rows(Sides(1000, 2, 3, 4)))
    assert list(rows.values()) == ["1,000", "2", "3", "4"]
