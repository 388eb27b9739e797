"""`gritbin invite`: invitations to take part, as codes for postcards, posters and the telephone."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from matcher.cli.settings import connected_config
from matcher.services import invitations
from matcher.store import session as store


@click.group()
def invite() -> None:
    """Invitations to take part."""


@invite.command()
@click.option("--from", "connector", required=True, help="Who asks, as people know them: “Pat from the village hall”.")
@click.option("--because", required=True, help="Why, after the word “because”: “nobody should be snowed in”.")
@click.option("--channel", required=True, type=click.Choice(invitations.CHANNELS), help="How it reaches people.")
def make(connector: str, because: str, channel: str) -> None:
    """Make an invitation and print its address."""
    config = connected_config()
    store.configure(config.database_url)
    with store.unit_of_work() as session:
        code = invitations.invite(session, connector, because, channel, now=datetime.now(UTC))
    click.echo(f"{config.origin}/i/{code}")


@invite.command()
def counts() -> None:
    """How many chose what, by month and channel. Who they were is not kept."""
    store.configure(connected_config().database_url)
    with store.reading() as session:
        rows = invitations.counts(session)
    for month, channel, choice, count in rows:
        click.echo(f"{month}  {channel:<10} {choice:<6} {count}")
