"""The `gritbin` command. Each noun has a module; what goes wrong on purpose is one sentence and exit code 1."""

from __future__ import annotations

import sys

import click

from matcher.cli.checks import verify
from matcher.cli.health import alive
from matcher.cli.inviting import invite
from matcher.cli.plan import plan
from matcher.cli.recruit import recruit
from matcher.cli.release import migrate, postcodes
from matcher.cli.serve import beat, serve, work
from matcher.cli.simulate import simulate
from matcher.cli.team import staff
from matcher.cli.up import up
from matcher.domain.errors import GritbinError

FAILED = 1


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="gritbin")
def gritbin() -> None:
    """Neighbours' help, matched."""


for command in (up, plan, simulate, recruit, verify, staff, invite, migrate, postcodes, serve, work, beat, alive):
    gritbin.add_command(command)


def main() -> None:
    """Run the command that was typed."""
    try:
        gritbin()
    except GritbinError as error:
        click.echo(error.message, err=True)
        sys.exit(FAILED)
