"""Something else waits until a coordinator says which kind of help it comes to."""

import pytest

from matcher.domain.errors import BadInput, NotFound
from matcher.domain.lifecycle import NeedStatus
from matcher.services import board, triage
from matcher.store.models import AuditRow, Need


def comes_to(world, need, slug, *areas):
    with world.work() as session:
        area_ids = frozenset(world.area_id(area) for area in areas or ("bradford-on-avon",))
        triage.ask_as(session, need.need_id, slug, area_ids=area_ids, actor="staff:1", now=world.now)


def is_to_triage(world):
    with world.work() as session:
        (row,) = board.today(session, frozenset({world.area_id()}), now=world.now).unfilled
    return row.is_to_triage


def test_neighbours_who_do_that_kind_are_asked_once_it_is_said(world):
    world.offer("Christopher")
    need = world.post(kind="other")
    world.round()
    assert is_to_triage(world)
    assert world.who_was_asked(need) == []
    for _ in range(2):
        comes_to(world, need, "snow")
    kept = world.one(Need)
    assert (kept.kind_slug, kept.status, kept.minutes) == ("snow", NeedStatus.OPEN, 30)
    assert [row.action for row in world.all(AuditRow)].count("triaged") == 1
    assert not is_to_triage(world)
    world.round()
    assert world.who_was_asked(need) == ["Christopher"]


@pytest.mark.parametrize("slug", ["", "other", "cartwheels"])
def test_it_comes_to_a_kind_that_neighbours_offer(world, slug):
    need = world.post(kind="other")
    with pytest.raises(BadInput, match="Select the kind"):
        comes_to(world, need, slug)
    assert world.one(Need).status is NeedStatus.PAUSED


def test_a_number_is_confirmed_first(world):
    need = world.post(kind="other", must_confirm=True)
    assert not is_to_triage(world)
    with pytest.raises(BadInput, match="Ring them first"):
        comes_to(world, need, "snow")


def test_it_is_for_its_own_area(world):
    need = world.post(kind="other")
    with pytest.raises(NotFound):
        comes_to(world, need, "snow", "salisbury")


def test_what_was_never_in_question_stays_as_it_is(world):
    need = world.post()
    comes_to(world, need, "garden")
    assert world.one(Need).kind_slug == "snow"
