"""`gritbin plan`: a plan from two spreadsheets, with no database and no account."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.option("--needs", required=True, type=_FILE, help="Who needs what, where and when (CSV).")
@click.option("--volunteers", required=True, type=_FILE, help="Who could come (CSV).")
@click.option("--out", type=_FILE, help="Write the plan here (CSV), and the same name with .json beside it.")
@click.option("--report", type=_FILE, help="Write a page with a map here (HTML), to look at or to print.")
@click.option("--explain", "explain_id", metavar="ID", help="Say why this need or volunteer is where it is.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
@click.option(
    "--seconds",
    type=click.FloatRange(min=0),
    default=60.0,
    show_default=True,
    help="Look for something better for about so long.",
)
def plan(needs: Path, volunteers: Path, seconds: float, **wish: Any) -> None:
    """Lay out a whole period from two spreadsheets: the most helpers found, then the least travel.

    \b
    The columns of the needs:      id, kind, start, end, and postcode, or lat and lon;
      if you like:                 minutes, helpers, urgency, requires,
                                   requires_one, pinned, never
    The columns of the volunteers: id, reach_km, kinds, weekly, and postcode,
                                   or lat and lon;
      if you like:                 checks, away, max_visits, max_minutes,
                                   never_with

    docs/examples/README.md says what each may hold. Bad cells are listed all at once, with exit code 2.
    """
    from matcher.cli.planning import Wish, make_plan  # the engine takes a second to load: other commands do without

    make_plan(needs, volunteers, seconds, Wish(**wish))
