"""Where something stands, as people write it down: a postcode, a grid reference, or figures from a map."""

from __future__ import annotations

import re

from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput
from matcher.services import addresses
from matcher.store.code_point import to_degrees

_PAIR = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*(?:[,;]\s*|\s+)([+-]?\d+(?:\.\d+)?)", re.ASCII)
_GRID = re.compile(
    r"([A-HJ-Z])([A-HJ-Z])\s*(\d{3,5})\s*(\d{3,5})|([A-HJ-Z])([A-HJ-Z])\s*(\d{6}|\d{8}|\d{10})", re.ASCII
)
_LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"  # of the national grid: no I
_SQUARE_M = 100_000
EXAMPLES = "a postcode, ST 827 612, 382740, 161230 or 51.3499, -2.2493"
MESSAGE = "Enter a postcode, a grid reference like ST 827 612, or figures from a map like 51.3499, -2.2493"

Grid = tuple[int, int]  # easting and northing, in metres


def find_point(session: Session, typed: str) -> Grid:
    """Easting and northing. BadInput for what is none of these, or a postcode that we do not know."""
    if (given := _in_figures(typed)) is not None:
        return given
    try:
        located = addresses.locate(session, typed)
    except BadInput as error:
        raise _not_a_postcode(typed, error) from None
    return located.easting, located.northing


def find_point_anywhere(session: Session, typed: str) -> Grid:
    """The same, outside the scheme as well: any postcode in the table will do."""
    if (given := _in_figures(typed)) is not None:
        return given
    try:
        return addresses.point_of(session, typed)
    except BadInput as error:
        raise _not_a_postcode(typed, error) from None


def reference(easting: int, northing: int) -> str:
    """The grid reference of a point, as exact as it is: `ST 827 609` for a whole hundred of metres."""
    figures = 3 if easting % 100 == northing % 100 == 0 else 5
    (east, across), (north, up) = divmod(easting, _SQUARE_M), divmod(northing, _SQUARE_M)
    large = _LETTERS[5 * (3 - north // 5) + east // 5 + 2]
    small = _LETTERS[5 * (4 - north % 5) + east % 5]
    return f"{large}{small} {across // 10 ** (5 - figures):0{figures}} {up // 10 ** (5 - figures):0{figures}}"


def _in_figures(typed: str) -> Grid | None:
    """A grid reference or figures from a map; None for what may be a postcode. BadInput for nothing at all."""
    typed = typed.strip()
    if not typed:
        raise BadInput(MESSAGE, field="where")
    if pair := _PAIR.fullmatch(typed):
        return _of_pair(float(pair[1]), float(pair[2]))
    if grid := _GRID.fullmatch(typed.upper()):
        return _of_reference(*(part for part in grid.groups() if part))
    return None


def _not_a_postcode(typed: str, error: BadInput) -> BadInput:
    return BadInput(error.message if any(map(str.isdigit, typed)) else MESSAGE, field="where")


def _of_pair(first: float, second: float) -> Grid:
    """Metres of the national grid, or degrees."""
    if 49 <= first <= 61 and -9 <= second <= 2:
        easting, northing = to_degrees().transform(first, second, direction="INVERSE")
        return round(easting), round(northing)
    if 0 <= first <= 7 * _SQUARE_M and 0 <= second <= 13 * _SQUARE_M and min(first, second) >= 1000:
        return round(first), round(second)
    raise BadInput(MESSAGE, field="where")


def _of_reference(large: str, small: str, *digits: str) -> Grid:
    """Two letters name a square of 100 km, the figures a point in it (Ordnance Survey: the National Grid)."""
    both = "".join(digits)
    if len(both) % 2 or len({len(part) for part in digits}) > 1:
        raise BadInput(MESSAGE, field="where")
    half = len(both) // 2
    down, across = divmod(_LETTERS.index(large), 5)
    down_in, across_in = divmod(_LETTERS.index(small), 5)
    # The letters run from the north-west; the grid begins two squares of 500 km east and one north of their south-west.
    east, north = (across - 2) * 5 + across_in, (3 - down) * 5 + 4 - down_in
    metres = (int(part) * 10 ** (5 - half) for part in (both[:half], both[half:]))
    easting, northing = (square * _SQUARE_M + metre for square, metre in zip((east, north), metres, strict=True))
    return easting, northing
