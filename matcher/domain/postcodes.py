"""Postcodes as words: their shape, and how they are written."""

from __future__ import annotations

import re
from itertools import takewhile

from matcher.domain.errors import BadInput, PostcodeMalformed

# Outward and inward part, as Royal Mail's programmers' guide allows them.
_SHAPE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][ABD-HJLNP-UW-Z]{2})")

_PART = re.compile(r"[A-Z]{1,2}(?:[0-9][A-Z0-9]?)?")


def parse_postcode(text: str) -> str:
    """The compact form, `BA151AA`. PostcodeMalformed unless it has the shape of a full postcode."""
    code = compact(text)
    if not code:
        raise PostcodeMalformed("Enter a postcode, like SN15 1ER")
    if not _SHAPE.fullmatch(code):
        raise PostcodeMalformed
    return code


def check_part(text: str) -> str:
    """An area (`BS`) or a district (`BA2`) of postcodes, in capitals. BadInput, of the field `part`, otherwise."""
    part = compact(text)
    if not _PART.fullmatch(part):
        raise BadInput("Enter the beginning of postcodes, like BS or BA2", field="part")
    return part


def parts_of(text: str) -> tuple[str, ...]:
    """The district and the area that a postcode is in, the nearer first: `BA2`, `BA`; as far as it was typed."""
    code = compact(text)
    district = code[:-3] if _SHAPE.fullmatch(code) else code
    letters = "".join(takewhile(str.isalpha, district))[:2]
    return tuple(part for part in (district, letters) if _PART.fullmatch(part))


def spaced(code: str) -> str:
    """`BA151AA` as it is written on a letter: `BA15 1AA`."""
    return f"{code[:-3]} {code[-3:]}"


def compact(text: str) -> str:
    """Capitals and digits only, no longer than a postcode could be."""
    return re.sub(r"[\W_]", "", text.upper(), flags=re.ASCII)[:10]
