"""The report where there is next to nothing to tell: no nonsense for none and for one, and nothing told of a few."""

from decimal import Decimal
from itertools import pairwise

import pytest

from matcher.domain.small_numbers import PUBLIC
from matcher.services.drawing import NARROW, WIDE
from matcher.services.impact_report import findings, strips
from matcher.services.impact_report.asked_for import Met, Waits
from matcher.services.impact_report.askings import Askings
from matcher.services.impact_report.informal import Informal
from matcher.services.impact_report.put_in import PutIn
from matcher.services.ties import Ties

NOT_DUE = Met(met=0, unmet=0, called_off=0, reasons=())


@pytest.mark.parametrize(
    ("met", "times", "words"),
    [
        (NOT_DUE, {1: 1}, "No visit was due in this time; the only willing person was asked in 28 days"),
        (
            Met(1, 0, 0, ()),
            {0: 1},
            "The only visit asked for was met, and the only willing person was not asked in 28 days. Both are true.",
        ),
        (NOT_DUE, {0: 1, 2: 1}, "No visit was due in this time; 50% of the 2 willing people were not asked in 28 days"),
    ],
)
def test_of_one_visit_and_of_one_person_nothing_is_said_in_hundredths(met, times, words):
    assert findings.both_sides(met, Askings(1, times)) == words


def test_a_few_stay_a_few_in_public():
    said = findings.both_sides(Met(1, 0, 0, ()), Askings(1, {1: 1}), PUBLIC)
    assert "only" not in said


@pytest.mark.parametrize(
    ("pairs", "new", "words"),
    [
        (1, 1, "One pair of neighbours met for the first time"),
        (1, 0, "One pair of neighbours met again"),
        (2, 2, "Both pairs of neighbours met for the first time"),
        (2, 0, "2 pairs of neighbours met, none for the first time"),
    ],
)
def test_one_pair_is_one_pair(pairs, new, words):
    assert findings.met_neighbours(Ties(pairs, new, pairs - new, 0, 0)) == words


def test_a_yes_at_once_came_within_a_minute():
    assert "within 1 min" in findings.time_to_yes(Waits((0, 0), 0))


@pytest.mark.parametrize(("count", "marks"), [(1, 4), (4, 4), (9, 9)])
def test_a_strip_is_as_high_as_its_highest_stack(count, marks):
    picture, one_for = strips.time_to_yes(Waits((20,) * count, 0), 288)
    asked, _ = strips.times_asked(Askings(count, {1: count}), 288)
    assert one_for == 1
    assert picture.height == 44 + 7 * marks + 2 + 28
    assert asked.height <= 24 + 7 * marks + 2 + 46
    assert min(words.y for words in asked.words) > 10


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_no_count_over_the_marks_lies_on_another(width):
    many = {times: 1500 - 40 * times for times in range(12)}
    picture, _ = strips.times_asked(Askings(9999, many), width)
    counts = [words for words in picture.words if words.kind == "sum"]
    assert counts[0].text == "1,500"
    for one, other in pairwise(counts):
        is_beside = other.x - one.x >= 8.5 * (len(one.text) + len(other.text)) / 2
        assert is_beside or abs(one.y - other.y) >= 15
    assert len(strips.times_asked(Askings(9, {0: 3, 1: 5}), width)[0].words) >= 3


@pytest.mark.parametrize(("minutes", "parts"), [((5, 110, 110, 5000, 5700), 2), ((5, 6, 7, 5000, 5700), 1)])
def test_the_line_of_the_half_strikes_out_no_words(minutes, parts):
    picture, _ = strips.time_to_yes(Waits(minutes, 0), 288)
    (line,) = (stroke.d for stroke in picture.strokes if stroke.kind == "median")
    assert line.count("M") == parts


def test_the_hours_of_help_told_a_few_times_are_not_told_in_public():
    assert "about 3 hours" in findings.told(Informal(4, 180, 0), None)
    said = findings.told(Informal(4, 180, 0), None, PUBLIC)
    assert said.startswith("Neighbours told of help outside the service fewer than 5 more times. Nobody has checked it")


def test_the_hours_of_a_few_visits_are_not_told_in_public():
    found = PutIn(Decimal(0), Decimal(0), 1, snow_visits=1, snow_minutes=40)
    assert findings.put_in(found, 1, 40) == (
        "The council put in 1 grit bin or salt store."
        " Neighbours gave 0.7 hours at 1 visit to clear snow and ice, 0.7 hours at 1 visit with all help."
    )
    said = findings.put_in(found, 9, 400, PUBLIC)
    assert said.endswith(
        "Neighbours gave help at fewer than 5 visits to clear snow and ice, 6.7 hours at 9 visits with all help."
    )


def test_the_hours_against_the_snow_tell_by_subtraction_of_no_few_visits_of_another_kind():
    found = PutIn(Decimal(0), Decimal(0), 1, snow_visits=9, snow_minutes=360)
    said = findings.put_in(found, 10, 400, PUBLIC)
    assert said.endswith(
        "Neighbours gave 6.7 hours at 10 visits with all help, all but fewer than 5 of 10 visits to clear snow and ice."
    )
    assert "6 hours at 9 visits to clear snow and ice, 6.7 hours at 10 visits" in findings.put_in(found, 10, 400)
    assert "6 hours at 9 visits to clear snow and ice, 10 hours at 14 visits" in findings.put_in(found, 14, 600, PUBLIC)
