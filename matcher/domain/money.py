"""Sums of money, exact to the penny: what was typed, what is worked out, and both in words."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from math import floor

from matcher.domain.errors import BadInput

PENNY = Decimal("0.01")
_TYPED = re.compile(r"£?\s*(\d{1,3}(?:,\d{3})+|\d{1,7})(\.\d{1,4})?\s*", re.ASCII)


def to_the_penny(amount: Decimal | Fraction | int) -> Decimal:
    """The nearest penny, half a penny away from nothing."""
    exact = Fraction(amount)
    pence = floor(abs(exact) * 100 + Fraction(1, 2))
    return Decimal(pence if exact >= 0 else -pence).scaleb(-2)


def read_pounds(typed: str, field: str) -> Decimal:
    """What people type for a price: `12.71`, `£1,200`. BadInput beside `field` for what is no price above nothing."""
    found = _TYPED.fullmatch(typed.strip())
    amount = Decimal(f"{found[1].replace(',', '')}{found[2] or ''}") if found else Decimal(0)
    if amount <= 0:
        raise BadInput("Enter an amount in pounds, like 12.71", field=field)
    return amount


def pounds(amount: Decimal) -> str:
    """In whole pounds, as in a sentence, and less than one to the penny: `£1,234`, `−£38`, `£0.05`."""
    if 0 < abs(to_the_penny(amount)) < 1:
        return pounds_and_pence(to_the_penny(amount))
    whole = floor(abs(amount) + Decimal("0.5"))
    return f"{'−' if amount < 0 and whole else ''}£{whole:,}"


def pounds_and_pence(amount: Decimal) -> str:
    """To the penny, as in a sum; a price that has parts of a penny keeps them: `£1,234.50`, `£0.024`."""
    shown = abs(amount)
    words = f"{shown:,.2f}" if shown == to_the_penny(shown) else f"{shown.normalize():,f}"
    return f"{'−' if amount < 0 else ''}£{words}"
