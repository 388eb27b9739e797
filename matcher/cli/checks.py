"""`gritbin verify`: are the promises kept? A table, or JSON for scripts; exit code 1 on a breach."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.table import Table

from matcher.cli.settings import connected_config
from matcher.services.verify import Finding
from matcher.services.verify import verify as find_breaches
from matcher.store import session as store

BREACH = 1


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def verify(*, as_json: bool) -> None:
    """Check the invariants in the database's own rows. Exit code 1 if one is broken."""
    store.configure(connected_config().database_url)
    with store.reading() as session:
        findings = find_breaches(session, now=datetime.now(UTC))
    if as_json:
        click.echo(json.dumps(_as_json(findings), indent=2))
    else:
        _print_table(findings)
    if not all(finding.is_kept for finding in findings):
        sys.exit(BREACH)


def _as_json(findings: tuple[Finding, ...]) -> dict[str, object]:
    return {
        "kept": all(finding.is_kept for finding in findings),
        "invariants": [
            {
                "name": finding.name,
                "promise": finding.promise,
                "kept": finding.is_kept,
                "count": finding.count,
                "breaches": list(finding.breaches),
            }
            for finding in findings
        ],
    }


def _print_table(findings: tuple[Finding, ...]) -> None:
    table = Table("Invariant", "Kept", "What it promises")
    for finding in findings:
        table.add_row(finding.name, "yes" if finding.is_kept else f"NO ({finding.count})", finding.promise)
    console = Console()
    console.print(table)
    for finding in findings:
        for breach in finding.breaches:
            console.print(f"{finding.name}: {breach}", markup=False, highlight=False)
