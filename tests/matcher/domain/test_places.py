"""What salt may be used for, and the way to it in words."""

import math

import pytest

from matcher.domain.directions import bearing_words, way_words
from matcher.domain.places import PlaceKind, UseRule, default_rule, rule_words, rules_that_allow

ANY, PUBLIC = UseRule.ANY_PATH, UseRule.PUBLIC_ONLY


@pytest.mark.parametrize(
    ("details", "allowed"),
    [
        (("pavement",), {ANY, PUBLIC}),
        (("path",), {ANY}),
        (("path", "pavement"), {ANY}),
        (("drive",), {ANY}),
        ((), {ANY}),
        (("nonsense",), {ANY}),
    ],
)
def test_a_bin_for_public_ground_is_for_the_pavement_alone_and_private_stock_for_nobody(details, allowed):
    assert rules_that_allow(details) == allowed


def test_a_grit_bin_is_for_public_paths_until_someone_agrees_and_a_store_for_nobody():
    assert default_rule(PlaceKind.GRIT_BIN) is PUBLIC
    assert default_rule(PlaceKind.SALT_STORE) is UseRule.PRIVATE
    assert default_rule(PlaceKind.WARM_SPACE) is None


def test_who_agreed_is_said():
    assert rule_words(ANY, "the parish council") == "any path, agreed by the parish council"
    assert rule_words(PUBLIC, "") == "public paths and roads only"


@pytest.mark.parametrize(
    ("east", "north", "words"),
    [
        (0, 0, "right beside"),
        (0, 9, "right beside"),
        (0, 12, "about 10 yards north of"),
        (-162, -162, "about 250 yards south-west of"),
        (400, 0, "about 440 yards east of"),
        (0, -420, "about 0.3 miles south of"),
        (1609.344, 0, "about 1 mile east of"),
        (0, 1900, "about 1.2 miles north of"),
    ],
)
def test_the_way_in_words(east, north, words):
    assert way_words(east, north) == words


def test_each_wind_has_an_eighth_of_the_round():
    winds = [bearing_words(math.sin(math.radians(d)), math.cos(math.radians(d))) for d in range(360)]
    assert {wind: winds.count(wind) for wind in winds} == dict.fromkeys(winds, 45)
    assert winds[22:24] == ["north", "north-east"]
    assert winds[180] == "south"
