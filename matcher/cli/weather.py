"""`gritbin weather`: what a file of weather warnings says about a point. It only reads, and decides nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from matcher.cli.columns import columns, plain
from matcher.domain.errors import BadInput
from matcher.domain.geo import Point
from matcher.domain.localtime import to_local

if TYPE_CHECKING:
    from matcher.domain.weather.nswws import Feed
    from matcher.domain.weather.warnings import WeatherWarning

LARGEST_MB = 64
_HEADINGS = ("Level", "Impact", "Likelihood", "From", "To", "Status", "Types", "Id", "Headline")
_NOT_SAID = "-"


class _PointType(click.ParamType[Point]):
    """`51.347,-2.252`: latitude, longitude."""

    name = "LAT,LON"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Point:
        """The point. Fails with what to type instead."""
        if isinstance(value, Point):
            return value
        try:
            lat, lon = (float(part) for part in str(value).split(","))
        except ValueError:
            self.fail(f"“{value}” is no point. Type latitude, a comma and longitude: --at 51.347,-2.252", param, ctx)
        try:
            return Point(lat, lon)
        except ValueError:
            turned = f" Is longitude first? Try --at {lon:g},{lat:g}" if abs(lon) <= 90 and abs(lat) <= 180 else ""
            self.fail(f"latitude goes from -90 to 90, longitude from -180 to 180.{turned}", param, ctx)


@click.group()
def weather() -> None:
    """Weather warnings."""


@weather.command()
@click.argument("file", type=click.File("rb"))
@click.option(
    "--at", "point", required=True, type=_PointType(), help="The point: latitude, then longitude, in degrees."
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list for a script.")
def read(file: BinaryIO, point: Point, *, as_json: bool) -> None:
    """Print every warning in FILE whose area covers a point, the worst first.

    FILE is GeoJSON as the Met Office's severe weather warnings come (NSWWS); - reads standard input. Whatever a
    warning is of, and whether it is old, over or cancelled, it is listed: nothing is decided here. A point exactly on
    the edge of an area is covered. The worst is the highest level, then impact, then likelihood; of equals the one
    that begins first. Times are UK time in the table, UTC in JSON.

    \b
    gritbin weather read warnings.json --at 51.347,-2.252
    curl -s ADDRESS | gritbin weather read - --at 51.347,-2.252 --json

    What could not be read is told on standard error, and the rest is still printed. Exit code 0 if FILE could be read,
    none of its warnings covering the point included; 1 if it is no feed of warnings, or not one of them could be read;
    2 if something was typed wrongly.
    """
    from matcher.domain.weather.warnings import worst_first

    feed = _feed_of(file)
    for sentence in feed.unread:
        _warn(sentence)
    covering = worst_first(one for one in feed.warnings if one.shape.covers(point))
    listed = {one.feature for one in covering}
    for one in feed.warnings:
        for doubt in one.doubts if one.feature in listed else one.shape.doubts:  # of others: what is wrong with where
            _warn(f"{one.name}: {doubt}.")
    if feed.unread and not feed.warnings:
        raise BadInput(f"None of the {len(feed.unread)} features in {file.name} could be read as a warning.")
    if not covering:
        _check_not_turned(point)
    if as_json:
        click.echo(json.dumps([_as_json(one) for one in covering], indent=2))
    elif covering:
        click.echo("\n".join(columns([_HEADINGS, *(_row(one) for one in covering)])))
    else:
        click.echo(_none_of(len(feed.warnings), point))


def _feed_of(file: BinaryIO) -> Feed:
    from matcher.domain.weather.nswws import read_feed  # shapely takes a moment to load: --help does without

    try:
        return read_feed(_bytes_of(file))
    except BadInput as bad:
        raise BadInput(f"{file.name}: {bad.message}") from None


def _bytes_of(file: BinaryIO) -> bytes:
    try:
        raw: bytes = file.read(LARGEST_MB * 1_000_000 + 1)
    except OSError as error:
        raise BadInput(f"It could not be read: {error.strerror}.") from error
    if len(raw) > LARGEST_MB * 1_000_000:
        raise BadInput(f"It holds more than {LARGEST_MB} MB: that is no feed of warnings.")
    return raw


def _check_not_turned(point: Point) -> None:
    """Somewhere off Africa, where no warning is, but in Britain the other way round: then that was meant."""
    from matcher.domain.weather.shapes import is_in_britain

    if abs(point.lon) <= 90 and not is_in_britain(point) and is_in_britain(Point(point.lon, point.lat)):
        raise click.BadParameter(
            f"no warning covers {point.lat:g},{point.lon:g}, which is far from Britain. Latitude comes first: try"
            f" --at {point.lon:g},{point.lat:g}",
            param_hint="--at",
        )


def _warn(sentence: str) -> None:
    click.echo(plain(sentence), err=True)


def _none_of(number: int, point: Point) -> str:
    if not number:
        return "There is no warning in it."
    return f"None of {number} warning{'' if number == 1 else 's'} covers {point.lat:g},{point.lon:g}."


def _as_json(one: WeatherWarning) -> dict[str, Any]:
    return {
        "id": one.id,
        "level": one.level,
        "impact": one.impact,
        "likelihood": one.likelihood,
        "headline": one.headline,
        "valid_from": _utc(one.valid_from),
        "valid_to": _utc(one.valid_to),
        "types": list(one.types),
    }


def _utc(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None


def _row(one: WeatherWarning) -> tuple[str, ...]:
    from matcher.domain.weather.warnings import IMPACTS, LIKELIHOODS

    return (
        one.level or _NOT_SAID,
        IMPACTS.get(one.impact or 0, _NOT_SAID),
        LIKELIHOODS.get(one.likelihood or 0, _NOT_SAID),
        _local(one.valid_from),
        _local(one.valid_to),
        one.status or _NOT_SAID,
        ", ".join(one.types) or _NOT_SAID,
        one.id or _NOT_SAID,
        one.headline or _NOT_SAID,
    )


def _local(moment: datetime | None) -> str:
    try:
        return f"{to_local(moment):%Y-%m-%d %H:%M}" if moment else _NOT_SAID
    except OverflowError:  # the last hour of the last year there is
        return _NOT_SAID
