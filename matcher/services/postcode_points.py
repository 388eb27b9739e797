"""Where postcodes are, with no database: straight from the installed release of OS Code-Point Open."""

from __future__ import annotations

import re

from matcher.domain.errors import SetupError
from matcher.domain.geo import Point
from matcher.domain.postcodes import parse_postcode
from matcher.store.code_point import Row, code_point_open, to_degrees

_AREA = re.compile(r"[A-Z]+")


class PostcodePoints:
    """Looks postcodes up; each area's file is read when its first postcode is asked for."""

    def __init__(self) -> None:
        self._areas: dict[str, dict[str, Row]] = {}
        self._to_degrees = to_degrees()

    def find(self, postcode: str) -> Point | None:
        """The middle of a postcode in any case and spacing, None if it is not in the release.

        PostcodeMalformed unless it has the shape of a full postcode.
        """
        code = parse_postcode(postcode)
        found = _AREA.match(code)
        row = self._rows(found[0]).get(code) if found else None
        if row is None:
            return None
        lat, lon = self._to_degrees.transform(row.easting, row.northing)
        return Point(lat, lon)

    def _rows(self, area: str) -> dict[str, Row]:
        if area not in self._areas:
            try:
                self._areas[area] = {row.code: row for row in code_point_open(area)}
            except SetupError as error:
                if error.__cause__ is not None:  # the release is not installed
                    raise
                self._areas[area] = {}  # no such area in Great Britain
        return self._areas[area]
