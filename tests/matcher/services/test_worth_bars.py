"""What asking each is worth, as bars on one scale."""

import pytest

from matcher.engine.allocation import TermLine
from matcher.services.worth_bars import Scale, finding

NEAR = (TermLine("value", "worth of the visit", 60.0), TermLine("travel", "the way", -10.0))
FAR = (TermLine("value", "worth of the visit", 50.0), TermLine("idle", "not asked", 5.0), TermLine("travel", "", -30.0))


def test_all_bars_are_on_one_scale_and_each_begins_at_nought():
    scale = Scale.of([NEAR, FAR])
    assert scale.nought == pytest.approx(100 * 30 / 90)
    near, far = scale.bars(NEAR), scale.bars(FAR)
    assert [bar.kind for bar in far] == ["worth", "more", "less"]
    assert near[0].x == far[0].x == scale.nought
    assert near[0].width / far[0].width == pytest.approx(60 / 50)
    assert far[1].x == pytest.approx(far[0].x + far[0].width)
    assert far[2].x == pytest.approx(0)
    assert far[2].x + far[2].width == pytest.approx(scale.nought)
    assert all(bar.x >= 0 and bar.x + bar.width <= 100.001 for bar in (*near, *far))


def test_what_is_less_than_half_a_minute_is_left_out_and_nothing_at_all_is_no_bar():
    assert Scale.of([]).bars([]) == ()
    small = (*NEAR, TermLine("idle", "not asked", 0.4))
    assert [bar.minutes for bar in Scale.of([small]).bars(small)] == [60, -10]


@pytest.mark.parametrize(
    ("worths", "says"),
    [
        ([], "Nobody could be asked as it is"),
        ([("Joan", 25)], "Joan is the only one who could be asked"),
        ([("Joan", 35), ("Priya", 25)], "Joan fits best, by 10 minutes"),
        ([("Joan", 27), ("Priya", 25), ("Alan", 1)], "Joan and Priya are level"),
        ([("Joan", 28), ("Priya", 25)], "Joan fits best, by 3 minutes"),
    ],
)
def test_the_finding_is_counted(worths, says):
    assert finding(worths) == says
