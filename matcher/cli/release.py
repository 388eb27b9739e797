"""What a release does once, before the new code serves: `gritbin migrate`, `gritbin postcodes load`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
import psycopg
from sqlalchemy.exc import OperationalError

from matcher.cli.progress import bar
from matcher.cli.settings import connected_config
from matcher.cli.welcome import load_starting_rows
from matcher.config import Config
from matcher.domain.errors import SetupError
from matcher.store import migrations
from matcher.store.postcodes import Loaded, load_postcodes
from matcher.store.roles import ensure_serving_role


@click.command()
def migrate() -> None:
    """Bring the database to the newest form: once, under a lock, however many ask.

    Asks for DATABASE_OWNER_URL, the role that owns the tables. The role of DATABASE_URL is made if it is missing,
    and so are the rows the service starts with: areas and kinds of help.
    """
    config = connected_config()
    migrate_database(config)
    load_starting_rows(config)
    click.echo("The database is in its newest form.")


@click.group()
def postcodes() -> None:
    """The table of postcodes."""


@postcodes.command()
@click.option(
    "--terminated",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The ONS Postcode Directory's CSV: adds postcodes that were withdrawn before this release.",
)
def load(terminated: Path | None) -> None:
    """Load the installed release of Code-Point Open for GRITBIN_POSTCODES. A second time changes nothing."""
    loaded = load_areas(connected_config(), terminated)
    click.echo(f"{loaded.written:,} postcodes written, {loaded.withdrawn:,} marked as withdrawn today.")


def migrate_database(config: Config) -> None:
    """Make the serving role if it is missing, then migrate. Raises SetupError if the database does not answer."""
    try:
        ensure_serving_role(config.database_owner_url, config.database_url)
        migrations.migrate(config.database_owner_url)
    except (psycopg.OperationalError, OperationalError) as error:
        raise SetupError(
            f"The database does not answer ({_first_line(error)}). "
            "Is it running, and are DATABASE_URL and DATABASE_OWNER_URL right?"
        ) from error


def load_areas(config: Config, terminated: Path | None = None) -> Loaded:
    """Load the postcodes of the configured areas, with a bar."""
    with bar(f"Loading the postcodes of {' '.join(config.postcodes)}") as show:
        return load_postcodes(
            config.database_owner_url,
            config.postcodes,
            today=datetime.now(UTC).date(),
            terminated=terminated,
            progress=show,
        )


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
