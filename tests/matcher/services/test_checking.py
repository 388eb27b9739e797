"""A request is found by its reference and the last four figures of the number, and by nothing less; what is told of it
lets nobody change it.
"""

from dataclasses import asdict
from datetime import timedelta

import pytest

from matcher.domain.errors import BadInput
from matcher.services import checking
from matcher.services.need_page import NeedState
from matcher.store.models import Notification, PrivateLink

FIGURES = "0982"


@pytest.fixture
def need(world):
    return world.post(person={"phone": "07700 900982"})


def found(world, reference, figures=FIGURES):
    with world.work() as session:
        return checking.look(session, reference, figures, now=world.now)


def asks_for_link(world, reference, figures=FIGURES):
    with world.work() as session:
        checking.send_link(session, reference, figures, now=world.now)


def links_owed(world):
    return [status for template, status in world.owed("Eileen") if template == "need_link"]


def test_the_reference_and_the_figures_tell_how_it_stands(world, need):
    glance = found(world, need.reference)
    assert (glance.reference, glance.state, glance.coming) == (need.reference, NeedState.LOOKING, 0)
    assert len(glance.days) == 1


def test_they_tell_that_somebody_comes_and_the_day_but_not_who_or_when_or_the_word(world, need):
    world.offer("Christopher")
    world.ask("Christopher", need)
    world.yes("Christopher")
    (word,) = world.execute("select door_word from occurrences")[0]
    glance = found(world, need.reference)
    assert (glance.state, glance.coming) == (NeedState.COMING, 1)
    said = str(asdict(glance))
    assert all(private not in said for private in ("Christopher", "Eileen", word, "am", "pm", "path"))


def test_looking_makes_no_link(world, need):
    before = len(world.all(PrivateLink))
    assert found(world, need.reference)
    assert len(world.all(PrivateLink)) == before


def test_a_link_goes_to_the_number_we_hold_and_to_no_other(world, need):
    world.deliver()
    asks_for_link(world, need.reference)
    (sent,) = world.deliver()
    assert (sent.channel, sent.recipient) == ("text", world.home("Eileen").phone)
    assert "/r/" in sent.message.text


def test_whoever_asked_to_be_told_by_letter_has_the_link_by_text_all_the_same(world):
    need = world.post(contact="letter", person={"phone": "07700 900982"})
    asks_for_link(world, need.reference)
    assert [row.channel for row in world.all(Notification, template="need_link")] == ["text"]


def test_no_link_goes_for_less_to_a_landline_or_to_a_number_that_nobody_confirmed(world, need):
    landline = world.post("Ann", person={"phone": "01632 960982"})
    unsure = world.post("Una", person={"phone": "07700 900982"}, must_confirm=True)
    before = world.picture()
    asks_for_link(world, need.reference, "0983")
    asks_for_link(world, "AAA-AAA")
    asks_for_link(world, landline.reference)
    asks_for_link(world, unsure.reference)
    assert world.picture() == before


def test_links_are_ten_minutes_apart_and_three_a_day(world, need):
    for owed in (1, 2, 3):
        asks_for_link(world, need.reference)
        asks_for_link(world, need.reference)
        assert len(links_owed(world)) == owed
        world.later(minutes=10)
    asks_for_link(world, need.reference)
    assert len(links_owed(world)) == 3
    world.later(hours=24)
    asks_for_link(world, need.reference)
    assert len(links_owed(world)) == 4


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
