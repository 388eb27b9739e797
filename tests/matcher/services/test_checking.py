"""A request is found by its reference and the last four figures of the number, and by nothing less."""

from datetime import timedelta

import pytest

from matcher.domain.errors import BadInput
from matcher.domain.roles import LinkPurpose
from matcher.services import checking, links

FIGURES = "0982"


@pytest.fixture
def need(world):
    return world.post(person={"phone": "07700 900982"})


def found(world, reference, figures=FIGURES):
    with world.work() as session:
        return checking.open_need(session, reference, figures, now=world.now)


def test_the_reference_and_the_figures_open_its_page(world, need):
    token = found(world, need.reference)
    with world.work() as session:
        assert links.open_link(session, token, LinkPurpose.STATUS, now=world.now).need_id == need.need_id


def test_nothing_less_opens_it_and_nothing_is_written(world, need):
    other = world.post("Ann", person={"phone": "07700 900111"})
    before = world.picture()
    assert found(world, need.reference, "0983") is None
    assert found(world, "AAA-AAA") is None
    assert found(world, other.reference, FIGURES) is None
    assert found(world, need.reference, "") is None
    assert world.picture() == before


def test_what_was_over_long_ago_is_not_found(world, need):
    world.cancel(need)
    assert found(world, need.reference)
    world.later(days=61)
    assert found(world, need.reference) is None


def test_what_still_comes_round_is_found_however_old(world):
    need = world.post(kind="call", is_weekly=True, person={"phone": "07700 900982"})
    world.now += timedelta(days=200)
    assert found(world, need.reference)


@pytest.mark.parametrize("typed", ["K7Q-4MX", "k7q4mx", " K7Q 4MX ", "k7q–4mx", "Ｋ７Ｑ－４ＭＸ"])
def test_a_reference_is_read_however_it_is_typed(typed):
    assert checking.parse_reference(typed) == "K7Q-4MX"


@pytest.mark.parametrize("typed", ["0982", " 09 82 ", "０９８２", "٠٩٨٢"])
def test_figures_are_read_in_any_signs(typed):
    assert checking.parse_last_figures(typed) == FIGURES


@pytest.mark.parametrize("typed", ["", "098", "09822", "o982", "½982", "07700900982"])
def test_anything_else_is_asked_for_again(typed):
    with pytest.raises(BadInput, match="Enter the last 4 digits"):
        checking.parse_last_figures(typed)


def test_nothing_typed_is_asked_for(world):
    with pytest.raises(BadInput, match="Enter your reference"):
        checking.parse_reference(" - ")
