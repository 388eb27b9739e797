"""What the hours are worth: a sum that adds up at every end, and the assumption that moves it most."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from matcher.domain.worth import Amount, End, Range, Worth, add_up, costs, hours_words, tornado


def pounds(low, central, high):
    return Range(Decimal(low), Decimal(central), Decimal(high))


AUTUMN = Worth(
    timed_min=90,
    untimed_min=pounds(20, 30, 30),
    rate=pounds("12.71", "13.45", "20"),
    anyway=pounds("0.3", "0.1", "0"),
    savings=(),
    costs=(
        Amount("Staff hours", "1 hour", pounds("12", "10", "8")),
        Amount("Text messages", "5", pounds("0.12", "0.12", 0)),
    ),
)


def test_the_sum_line_by_line():
    lines = [(line.name, str(line.pounds)) for line in add_up(AUTUMN).lines]
    assert lines == [
        ("Hours given", "26.90"),  # 2 hours at 13.45
        ("Would have happened anyway", "-2.69"),
        ("Staff hours", "-10.00"),
        ("Text messages", "-0.12"),
    ]
    assert add_up(AUTUMN).left == Decimal("14.09")
    assert costs(AUTUMN) == Decimal("10.12")


def test_each_end_takes_every_figure_at_that_end():
    assert add_up(AUTUMN, End.LOW).left == Decimal("23.30") - Decimal("6.99") - Decimal("12.12")  # 110 min at 12.71
    assert add_up(AUTUMN, End.HIGH).left == Decimal("40.00") - Decimal("8.00")


def test_the_tornado_moves_one_at_a_time_and_puts_the_widest_first():
    swings = tornado(AUTUMN)
    assert [one.name for one in swings] == [
        "Rate for an hour",
        "Would have happened anyway",
        "Staff hours",
        "Hours that nobody timed",
        "Text messages",
    ]
    rate = swings[0]
    assert (rate.low_at, rate.high_at) == ("£12.71", "£20.00")
    assert rate.low == Decimal("25.42") - Decimal("2.54") - Decimal("10.12")
    assert rate.width == rate.high - rate.low == Decimal("13.12")


def test_what_moves_nothing_is_not_in_the_tornado():
    sure = Worth(60, Range.sure(0), Range.sure(Decimal("13.45")), Range.sure(0), (), ())
    assert tornado(sure) == ()
    assert [line.name for line in add_up(sure).lines] == ["Hours given"]


def test_at_the_low_end_nothing_was_saved():
    claimed = Amount("Avoided: a fall", "2 visits", pounds(0, 500, 500))
    worth = Worth(0, Range.sure(0), Range.sure(10), Range.sure(0), (claimed,), ())
    assert (add_up(worth, End.LOW).left, add_up(worth).left) == (0, 500)
    assert tornado(worth)[0].name == "Avoided: a fall"


amounts = st.decimals(min_value=0, max_value=10**6, places=4)
ordered = st.lists(amounts, min_size=3, max_size=3).map(sorted)
shares = st.lists(st.decimals(min_value=0, max_value=1, places=3), min_size=3, max_size=3).map(sorted)


@given(st.integers(0, 10**6), ordered, ordered, shares, ordered)
def test_low_is_never_above_central_nor_central_above_high(timed, untimed, rate, anyway, cost):
    worth = Worth(
        timed, Range(*untimed), Range(*rate), Range(*reversed(anyway)), (), (Amount("C", "", Range(*cost[::-1])),)
    )
    low, central, high = (add_up(worth, end).left for end in End)
    assert low <= central <= high
    assert all(one.width > 0 for one in tornado(worth))


def test_hours_in_words():
    assert [hours_words(minutes) for minutes in (0, 60, 95, 599, 600, 110_520)] == [
        "0 hours",
        "1 hour",
        "1.6 hours",
        "10 hours",
        "10 hours",
        "1,842 hours",
    ]
