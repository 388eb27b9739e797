"""Asks a running service how it is."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from typing import Any

import click

from matcher.cli.settings import connected_config
from matcher.domain.errors import SetupError
from matcher.services.health import SILENT_FOR, checks
from matcher.store.session import configure, reading

_PATIENCE_S = 3.0


@click.command()
@click.argument("part", type=click.Choice(["pages", *SILENT_FOR]))
def alive(part: str) -> None:
    """Exit 0 if PART is well, for the health checks of containers: the pages here, or a heartbeat anywhere."""
    config = connected_config()
    if not (is_ready(config.port) if part == "pages" else _has_heartbeat(config.database_url, part)):
        raise SetupError(f"{part} is not well.")


def is_ready(port: int) -> bool:
    """Whether the pages and their database answer."""
    return _get(port, "/health/ready")[0] == 200


def unwell(port: int) -> list[str]:
    """The names of the parts that are not well; `pages` if there is no answer."""
    status, body = _get(port, "/health")
    if status is None or body is None:
        return ["pages"]
    return [name for name, part in body["checks"].items() if not part["ok"]]


def _has_heartbeat(database_url: str, part: str) -> bool:
    configure(database_url)
    with reading() as session:
        return checks(session, now=datetime.now(UTC))[part].ok


def _get(port: int, path: str) -> tuple[int | None, dict[str, Any] | None]:
    connection = HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_S)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, _parsed(answer.read())
    except (OSError, HTTPException):
        return None, None
    finally:
        connection.close()


def _parsed(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) and "checks" in found else None
