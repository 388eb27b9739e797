"""`gritbin recruit`: where one more volunteer would have met most of what was missed."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import click

from matcher.cli.settings import connected_config
from matcher.cli.working import working
from matcher.domain.kinds import CHECK_WORDS
from matcher.store import session as store


@click.command()
@click.option("--days", type=click.IntRange(1, 366), default=90, show_default=True, help="How far to look back.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def recruit(*, days: int, as_json: bool) -> None:
    """Say where new volunteers would have met most of the needs that nobody met.

    The past is solved again with volunteers who are not there, each kind by itself, so the lines must not be added up.
    A newcomer is taken to do two visits a week and to say yes: read the figures as the most there is to win.
    """
    from matcher.engine.recruiting import recruit_words  # the engine takes a second to load
    from matcher.services.recruiting import where_to_recruit

    store.configure(connected_config().database_url)
    with working("Solving the past again"), store.reading() as session:
        found = where_to_recruit(session, now=datetime.now(UTC), days=days)
    if as_json:
        told = [
            {
                "area": one.newcomer.area,
                "when": one.newcomer.block.words,
                "travel_mode": one.newcomer.way.mode,
                "count": one.count,
                "more_met": one.more_met,
                "checks": list(one.checks),
                "sentence": recruit_words(one, days),
            }
            for one in found
        ]
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    for one in found:
        checks = ", ".join(CHECK_WORDS.get(check, check) for check in one.checks)
        click.echo(recruit_words(one, days) + (f" They would need: {checks}." if checks else ""))
    if not found:
        click.echo(f"Nothing stands out: no new volunteer would have met two or more of the last {days} days' needs.")
