"""What an area earns together: a thing or a day for everyone there, never money and never for one person."""

from __future__ import annotations

import re
from datetime import date

from matcher.domain.small_numbers import FEWEST_SHOWN, rounded

FEWEST_VISITS, MOST_VISITS = 20, 10_000
LONGEST = 80
# Read by Python and by PostgreSQL alike.
MONEY = (
    "[£$€]|(^|[^a-z])("
    "cash|money|pounds?|quid|gbp|vouchers?|gift cards?|prepaid|bonus(es)?|payments?|discounts?|council tax|expenses"
    ")([^a-z]|$)"
)
_MONEY = re.compile(MONEY, re.IGNORECASE)


def names_money(what: str) -> bool:
    """Whether a reward is, or speaks of, money or what is as good as money."""
    return _MONEY.search(what) is not None


def promise(what: str, area: str, visits_wanted: int, starts_on: date) -> str:
    """The reward in one sentence, for everyone in the area."""
    since = f"{starts_on.day} {starts_on:%B %Y}"
    return f"Once neighbours in {area} have made {visits_wanted:,} visits since {since}, there will be {what}."


def so_far(done: int, visits_wanted: int) -> str:
    """How far they are, so that nobody's visit can be read from it: to the nearest 5, and short of it until it is."""
    if done >= visits_wanted:
        return "That is done: it is earned. Thank you, all of you."
    about = rounded(done)
    if about is None:
        return f"Fewer than {FEWEST_SHOWN} visits so far."
    if about >= visits_wanted:
        return "Nearly there."
    return f"About {about:,} visits so far."
