"""`gritbin impact`: the report of what neighbours gave and what it is worth, as on the team's page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from matcher.cli.columns import columns, plain
from matcher.cli.settings import connected_config
from matcher.domain.errors import BadInput, SetupError, Unavailable
from matcher.domain.localtime import read_day
from matcher.store import session as store

if TYPE_CHECKING:
    from matcher.services.impact_report.report import Report
    from matcher.services.impact_report.scope import Scope, Wanted

_OPTIONS = {"first": "--from", "last": "--to"}


class _DayType(click.ParamType[date]):
    """`2026-12-24`."""

    name = "DAY"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day. Fails with what to type instead."""
        try:
            return value if isinstance(value, date) else read_day(str(value))
        except BadInput as error:
            self.fail(f"“{value}” cannot be used. {error.message}", param, ctx)


@click.command()
@click.option("--from", "first", type=_DayType(), help="The first day, like 2026-10-01.")
@click.option("--to", "last", type=_DayType(), help="The last day, which is counted too; today if not given.")
@click.option("--area", "slug", default="", metavar="AREA", help="One area only, such as devizes; all if not given.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
@click.option("--csv", "as_csv", is_flag=True, help="Print the same spreadsheet as the page does, with every source.")
def impact(*, first: date | None, last: date | None, slug: str, as_json: bool, as_csv: bool) -> None:
    """Say what was given, asked for and met in some time, and what it is worth, with the sum.

    The figures are those of the page /team/impact and are exact: before they leave the office, print the two sheets
    of that page, which show no count of fewer than five. Without --from it begins on the first of the month two
    months before the last day. It only reads.

    \b
    gritbin impact --from 2026-10-01 --to 2026-12-31
    gritbin impact --area devizes --csv > impact.csv

    Exit code 0 if there is a report, one of nothing included; 1 without a database; 2 if something was typed wrongly.
    """
    from matcher.services.impact_report.scope import Wanted

    if as_json and as_csv:
        raise click.UsageError("Choose one of --json and --csv.")
    found = _read(Wanted(first, last, slug))
    if found.money is None:
        click.echo("Nothing is said in pounds: no prices are known. Start Gritbin, or gritbin migrate, once.", err=True)
    if as_csv:
        from matcher.services.impact_report.sheet import write

        click.echo(write(found).encode(), nl=False)
    elif as_json:
        click.echo(json.dumps(_as_json(found), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(_lines(found)))


def _read(wanted: Wanted) -> Report:
    from matcher.services.impact_report import report

    store.configure(connected_config().database_url)
    now = datetime.now(UTC)
    try:
        with store.reading() as session:
            return report.read(session, _scope(session, wanted, now), now=now)
    except Unavailable:
        raise SetupError("The database does not answer. Is it running, and is DATABASE_URL right?") from None


def _scope(session: Any, wanted: Wanted, now: datetime) -> Scope:
    from matcher.services.impact_report import scope

    try:
        found = scope.read(session, scope.everywhere(session), wanted, now=now)
    except BadInput as error:
        raise click.BadParameter(error.message, param_hint=_OPTIONS.get(error.field or "")) from None
    if wanted.slug != found.slug:
        known = ", ".join(slug for slug, _ in found.areas)
        raise click.BadParameter(f"“{wanted.slug}” is no area here. Choose one of: {known}.", param_hint="--area")
    return found


def _as_json(found: Report) -> dict[str, Any]:
    from matcher.services.impact_report.sheet import COLUMNS, rows

    return {
        "from": found.scope.first.isoformat(),
        "to": found.scope.last.isoformat(),
        "where": found.scope.where,
        "findings": list(_findings(found)),
        "rows": [
            {name: _json_value(name, value) for name, value in zip(COLUMNS, row, strict=True)} for row in rows(found)
        ],
    }


def _json_value(name: str, value: int | Decimal | str) -> int | float | str | None:
    if isinstance(value, Decimal):
        return float(value)
    return None if name == "figure" and value == "" else value


def _findings(found: Report) -> Iterator[str]:
    """The sentences that the page has as titles, worked out from the figures."""
    from matcher.services.impact_report import findings

    if found.money is not None:
        yield findings.worth(found.money)
        yield findings.matters_most(found.money)
    yield findings.both_sides(found.met, found.askings)
    yield findings.time_to_yes(found.waits)
    yield findings.unmet(found.met)
    yield findings.met_neighbours(found.ties)


def _lines(found: Report) -> Iterator[str]:
    """The sentences, then every figure under the part it belongs to."""
    from matcher.services.impact_report.sheet import rows

    scope = found.scope
    yield f"Impact from {scope.first} to {scope.last}, {plain(scope.where)}"
    for sentence in _findings(found):
        yield f"- {plain(sentence).rstrip('.')}."
    parts: dict[str, list[tuple[str, ...]]] = {}
    for part, what, detail, figure, unit, _ in rows(found):
        if part != "report":
            said = f"{figure:f}" if isinstance(figure, Decimal) else str(figure)
            parts.setdefault(part, []).append((said, unit, what, detail))
    for part, lines in parts.items():
        widest = max(len(said) for said, *_ in lines)
        yield f"\n{part.capitalize()}"
        yield from columns((f"  {said:>{widest}}", *words) for said, *words in lines)
    yield "\nWhere each figure comes from: gritbin impact --csv"
