"""The `gritbin` command. Each noun has a module; what goes wrong on purpose is one sentence and exit code 1."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from matcher.domain.errors import GritbinError

FAILED = 1

# Where each command lives, in the order in which they are listed. A module is imported only for its own command:
# a plan on two spreadsheets need not wait for the database's and the workers' libraries.
COMMANDS = {
    "up": "up",
    "plan": "plan",
    "simulate": "simulate",
    "recruit": "recruit",
    "impact": "impact",
    "verify": "checks",
    "staff": "team",
    "invite": "inviting",
    "weather": "weather",
    "migrate": "release",
    "postcodes": "release",
    "serve": "serve",
    "work": "serve",
    "beat": "serve",
    "alive": "health",
    "backed-up": "backed_up",
}


class _OnDemand(click.Group):
    """The commands, each imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = getattr(import_module(f"matcher.cli.{COMMANDS[cmd_name]}"), cmd_name.replace("-", "_"))
        return found


@click.group(cls=_OnDemand, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="gritbin")
def gritbin() -> None:
    """Neighbours' help, matched."""


def main() -> None:
    """Run the command that was typed."""
    try:
        gritbin()
    except GritbinError as error:
        click.echo(error.message, err=True)
        sys.exit(FAILED)
