"""`gritbin backed-up`: told by whoever takes the backups, so that the team's health page knows of the last one."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from matcher.cli.settings import connected_config
from matcher.services import health
from matcher.services.health_words import BACKUP
from matcher.store import session as store


@click.command(name="backed-up")
def backed_up() -> None:
    """Write down that a backup has just been taken: the last step of whatever takes it."""
    store.configure(connected_config().database_url)
    with store.unit_of_work() as session:
        health.beat(session, BACKUP, now=datetime.now(UTC))
    click.echo("Written down.")
