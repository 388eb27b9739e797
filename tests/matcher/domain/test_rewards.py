"""A reward is never money, and how far it is tells of nobody's visit."""

from datetime import date

import pytest

from matcher.domain.rewards import names_money, promise, so_far


@pytest.mark.parametrize(
    "what", ["£5 a visit", "Cash for the street", "a gift card", "vouchers", "50 pounds", "money off council tax"]
)
def test_money_and_what_is_as_good_as_money_is_known_for_it(what):
    assert names_money(what)


@pytest.mark.parametrize("what", ["a bench by the green", "a kettle for the hall", "cashew trees", "a bag of bulbs"])
def test_a_thing_for_everyone_is_not_money(what):
    assert not names_money(what)


def test_a_promise_is_one_sentence():
    said = promise("a bench by the green", "Calne", 1200, date(2026, 12, 1))
    assert said == (
        "Once neighbours in Calne have made 1,200 visits since 1 December 2026, there will be a bench by the green."
    )


def test_how_far_it_is_moves_by_fives_and_is_never_there_too_early():
    said = [so_far(done, 20) for done in (0, 4, 5, 7, 8, 17, 18, 19, 20, 31)]
    assert said == [
        "Fewer than 5 visits so far.",
        "Fewer than 5 visits so far.",
        "About 5 visits so far.",
        "About 5 visits so far.",
        "About 10 visits so far.",
        "About 15 visits so far.",
        "Nearly there.",
        "Nearly there.",
        "That is done: it is earned. Thank you, all of you.",
        "That is done: it is earned. Thank you, all of you.",
    ]
