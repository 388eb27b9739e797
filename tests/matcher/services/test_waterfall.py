"""The steps from everyone to nobody: what they show, said of many, of one and of none."""

import pytest

from matcher.services import waterfall
from matcher.services.waterfall import FallStep


@pytest.mark.parametrize(
    ("left", "says"),
    [
        ((12_345, 12, 0), "From 12,345 volunteers to nobody: the last 12 fall out at “2”"),
        ((9, 1, 0), "From 9 volunteers to nobody: the last one falls out at “2”"),
        ((9, 9, 0), "From 9 volunteers to nobody: all fall out at “2”"),
        ((1, 0), "From 1 volunteer to nobody: they fall out at “1”"),
        ((0,), "Nobody who offers help just now is left to ask"),
        ((9, 2), "From 9 volunteers to 2"),
    ],
)
def test_the_finding_is_worked_out_for_any_number(left, says):
    steps = [FallStep(str(n), count, left[n - 1] - count if n else 0) for n, count in enumerate(left)]
    assert waterfall.finding(steps, is_stuck=True) == says
