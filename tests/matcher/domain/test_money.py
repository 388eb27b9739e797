"""Sums of money, to the penny."""

from decimal import Decimal
from fractions import Fraction

import pytest

from matcher.domain.errors import BadInput
from matcher.domain.money import pounds, pounds_and_pence, read_pounds, to_the_penny


@pytest.mark.parametrize(
    ("exact", "penny"),
    [
        ("0.005", "0.01"),
        ("0.0049999", "0.00"),
        ("-0.005", "-0.01"),
        ("1.015", "1.02"),
        ("2.675", "2.68"),
        ("7", "7.00"),
    ],
)
def test_half_a_penny_goes_away_from_nothing(exact, penny):
    assert to_the_penny(Decimal(exact)) == Decimal(penny)
    assert str(to_the_penny(Fraction(exact))) == penny


@pytest.mark.parametrize(("typed", "amount"), [("12.71", "12.71"), (" £1,200 ", "1200"), ("0.024", "0.024")])
def test_a_price_is_read_as_people_type_it(typed, amount):
    assert read_pounds(typed, "pounds") == Decimal(amount)


@pytest.mark.parametrize("typed", ["", "0", "-3", "twelve", "1e9", "1,2", "12.71.3", "nan", "１２", "9" * 400])
def test_what_is_no_price_is_refused_beside_its_field(typed):
    with pytest.raises(BadInput) as refused:
        read_pounds(typed, "pounds")
    assert refused.value.field == "pounds"


def test_amounts_in_words():
    assert [pounds(Decimal(one)) for one in ("1234.5", "-38.2", "0", "0.996")] == ["£1,235", "−£38", "£0", "£1"]
    assert [pounds(Decimal(one)) for one in ("0.024", "-0.3", "0.004")] == ["£0.02", "−£0.30", "£0"]
    assert [pounds_and_pence(Decimal(one)) for one in ("1234.5", "-38.20", "0.0240")] == [
        "£1,234.50",
        "−£38.20",
        "£0.024",
    ]
