"""`gritbin staff`: who works here, and a way in when no message can be sent."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from matcher.cli.settings import connected_config
from matcher.domain.roles import StaffRoleName
from matcher.services import staff as team
from matcher.store import session as store

_ROLES = [role.value for role in StaffRoleName]


@click.group()
def staff() -> None:
    """The people who work for the scheme."""


@staff.command()
@click.argument("email")
@click.option("--name", required=True, help="How they are called.")
@click.option("--role", "roles", multiple=True, type=click.Choice(_ROLES), default=["coordinator"], show_default=True)
@click.option(
    "--area", "slugs", multiple=True, help="An area they look after, such as devizes; all of them if not given."
)
def add(email: str, name: str, roles: tuple[str, ...], slugs: tuple[str, ...]) -> None:
    """Add someone, or give someone who is there more roles and areas. They sign in by a code sent to EMAIL."""
    store.configure(connected_config().database_url)
    wanted = frozenset(StaffRoleName(role) for role in roles)
    with store.unit_of_work() as session:
        team.add_staff(session, email, name, wanted, areas=frozenset(slugs) or None, now=datetime.now(UTC))
    click.echo(f"{name} can sign in as {', '.join(sorted(wanted))}.")


@staff.command()
@click.argument("email")
def link(email: str) -> None:
    """Print a link that signs EMAIL in, once, within 12 hours: for the first day, and for when no mail goes out."""
    config = connected_config()
    store.configure(config.database_url)
    with store.unit_of_work() as session:
        token = team.sign_in_link(session, email, now=datetime.now(UTC))
    click.echo(f"{config.origin}/sign-in/{token}")
