from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from web import filters
from web.forms.offers import read_stretch
from web.outbox import with_links
from web.weekwords import week_words

NOW = datetime(2026, 1, 14, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("boxes", "words"),
    [
        ({"MO-am", "WE-am"}, "Monday and Wednesday mornings"),
        ({"MO-am", "SA-am", "SA-pm"}, "Monday mornings, and Saturday mornings and afternoons"),
        ({f"{day}-am" for day in ("MO", "TU", "WE", "TH", "FR")}, "weekday mornings"),
        ({"SA-eve", "SU-eve"}, "weekend evenings"),
        ({"MO-am", "TU-pm", "FR-eve"}, "Monday mornings, Tuesday afternoons, and Friday evenings"),
        ({"MO-am", "MO-pm", "MO-eve"}, "Monday, all day"),
        ({"MO-early"}, "Monday early mornings"),
    ],
)
def test_a_week_is_read_back(boxes: set[str], words: str) -> None:
    assert week_words(boxes) == words


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (timedelta(minutes=-5), "now"),
        (timedelta(minutes=43), "in 43 min"),
        (timedelta(hours=2, minutes=5), "in 2\u00a0h\u00a005\u00a0min"),
        (timedelta(hours=30), "in 1 day"),
        (timedelta(days=3), "in 3 days"),
    ],
)
def test_how_soon_it_starts(after: timedelta, words: str) -> None:
    with time_machine.travel(NOW, tick=False):
        assert filters.in_time(NOW + after) == words


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(1, "an hour"), (60, "an hour"), (61, "2 hours"), (20 * 60, "20 hours"), (21 * 60, "a day"), (25 * 60, "2 days")],
)
def test_how_long_most_wait(minutes: int, words: str) -> None:
    assert filters.within(timedelta(minutes=minutes)) == words


def test_days_near_now_have_names() -> None:
    with time_machine.travel(NOW, tick=False):
        assert filters.moment(NOW) == "Today, 9am"
        assert filters.moment(NOW + timedelta(days=1)) == "Tomorrow, 9am"
        assert filters.day_named(NOW) == "Today, Wednesday 14 January"
        assert filters.day_named(NOW + timedelta(days=1)) == "Tomorrow, Thursday 15 January"
        assert filters.day_named(NOW + timedelta(days=2)) == "Friday 16 January"
        assert filters.by_moment(NOW + timedelta(days=2)) == "9am on Friday 16 January"


def test_distance_is_told_by_each_way_of_going() -> None:
    assert filters.reach(10) == "About a third of a mile on foot, 1 mile by bike or 3 miles by car"


@pytest.mark.parametrize("text", ["", "2027-01-10/2027-01-02", "2027-13-01/2027-13-02", "x/y", "2027-01-01"])
def test_a_stretch_that_is_none(text: str) -> None:
    assert read_stretch(text) is None


def test_a_message_is_shown_as_it_was_sent_with_its_address_as_a_link() -> None:
    shown = with_links('Say <b>"yes"</b>: http://127.0.0.1:8000/m/abc. <i>Bye')
    assert (
        '<a class="gn-keep" href="http://127.0.0.1:8000/m/abc">http://127.0.0.1:8000/m/abc</a>. &lt;i&gt;Bye' in shown
    )
    assert "<b>" not in shown
    assert "<i>" not in shown
