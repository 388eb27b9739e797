"""The card of a volunteer's year: whatever their name and the scheme's, the words stay on it."""

import re
from types import SimpleNamespace

import pytest


@pytest.mark.parametrize("name", ["Al", "Bartholomew-Maximilian-Alexander-Featherstonehaugh"])
@pytest.mark.parametrize("scheme", ["Us", "Good Neighbours of the Villages on the Kennet and Avon Canal"])
def test_no_words_are_wider_than_the_card(app, name, scheme):
    own = SimpleNamespace(year=2026, first_name=name, visits=1234)
    drawn = app.jinja_env.get_template("volunteers/card.svg").render(
        own=own, with_name=True, scheme=SimpleNamespace(name=scheme, area="Bath and North East Somerset")
    )
    sized = re.findall(r'font-size="(\d+)"[^>]*>([^<]+)</text>', drawn)
    assert [words for _, words in sized][1] == name
    assert all(0.62 * int(size) * len(words) <= 600 for size, words in sized)
    assert max(int(size) for size, _ in sized) == 44
