"""When a visit begins for which the yes comes only now."""

import pytest

from matcher.engine.late import begins_at

DAY = [(480.0, 720.0)]  # free from eight to twelve


def begins(*, now, way=10.0, asked=540.0, free=DAY):
    """The start of half an hour that was asked about for nine."""
    return begins_at(asked, 30.0, now=now, way=way, free=free)


def test_as_asked_where_they_can_be_there_by_then():
    assert begins(now=530) == 540
    assert begins(now=400, free=[]) == 540  # what they have promised since is for the caller to see


@pytest.mark.parametrize(("now", "start"), [(531, 545), (540, 550), (600, 610), (601, 615)])
def test_later_where_they_cannot_on_the_next_round_five_minutes(now, start):
    assert begins(now=now) == start


def test_to_the_minute_where_the_round_time_does_not_fit_any_more():
    until_two_past = [(480, 722)]
    assert begins(now=680, free=until_two_past) == 690
    assert begins(now=681, free=until_two_past) == 691
    assert begins(now=683, free=until_two_past) is None


def test_in_the_next_stretch_that_has_room():
    assert begins(now=560, free=[(480, 595), (600, 625), (640, 700)]) == 640


def test_until_the_time_they_were_asked_for_that_time_stands_if_there_is_no_other():
    assert begins(now=539, free=[]) == 540
    assert begins(now=541, free=[]) is None
