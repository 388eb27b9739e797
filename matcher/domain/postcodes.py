"""Postcodes as words: their shape, and how they are written."""

from __future__ import annotations

import re

from matcher.domain.errors import PostcodeMalformed

# Outward and inward part, as Royal Mail's programmers' guide allows them.
_SHAPE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][ABD-HJLNP-UW-Z]{2})")


def parse_postcode(text: str) -> str:
    """The compact form, `BA151AA`. PostcodeMalformed unless it has the shape of a full postcode."""
    code = compact(text)
    if not code:
        raise PostcodeMalformed("Enter a postcode, like SN15 1ER")
    if not _SHAPE.fullmatch(code):
        raise PostcodeMalformed
    return code


def spaced(code: str) -> str:
    """`BA151AA` as it is written on a letter: `BA15 1AA`."""
    return f"{code[:-3]} {code[-3:]}"


def compact(text: str) -> str:
    """Capitals and digits only, no longer than a postcode could be."""
    return re.sub(r"[\W_]", "", text.upper(), flags=re.ASCII)[:10]
