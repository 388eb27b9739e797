"""The programs of the service, each in one place: `gritbin up` starts them as children, production one by one.

They are named and never imported: this side knows neither Flask nor Celery.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from matcher.cli.settings import connected_config
from matcher.config import Config

_PYTHON = (sys.executable, "-m")
_CELERY = (*_PYTHON, "celery", "--app", "workers.celery:app")


def pages_command(config: Config, bind: str) -> tuple[str, ...]:
    """Gunicorn with the pages. It writes no log of addresses: a private link is one."""
    processes = ("--workers", str(config.workers), "--worker-class", "gthread", "--threads", "4")
    # One that hangs is replaced after 30 s; one that is told to end finishes what it answers.
    limits = ("--timeout", "30", "--graceful-timeout", "5", "--max-requests", "20000", "--max-requests-jitter", "2000")
    # Imported once and forked: half the time to start. create_app opens no connection that a fork would share.
    program = ("gunicorn", "web:create_app()", "--preload", "--no-control-socket", "--config", "python:web.serving")
    return (*_PYTHON, *program, "--bind", bind, *processes, *limits)


def worker_command(config: Config, *, timetable: Path | None = None) -> tuple[str, ...]:
    """A Celery worker; with `timetable` (the file it keeps its place in), the clock of the sweeps too."""
    beat = ("--beat", "--schedule", str(timetable)) if timetable else ()
    quiet = ("--without-gossip", "--without-mingle", "--loglevel", config.log_level)
    return (*_CELERY, "worker", "--concurrency", "2", *quiet, *beat)


def beat_command(config: Config, timetable: Path) -> tuple[str, ...]:
    """The clock of the sweeps alone. Run one; a second one only asks for the same work twice."""
    return (*_CELERY, "beat", "--schedule", str(timetable), "--pidfile=", "--loglevel", config.log_level)


def pretend_notify_command(port: int, *, callback: str) -> tuple[str, ...]:
    """A stand-in for GOV.UK Notify, for a trial. The token it shows at `callback` is in the environment."""
    return (*_PYTHON, "workers.pretend_notify", "--port", str(port), "--callback", callback)


@click.command()
@click.option("--bind", default="0.0.0.0:8000", show_default=True, help="Where to listen.")
def serve(bind: str) -> None:
    """Serve the pages (production: see docker-compose.yml)."""
    _become(pages_command(connected_config(), bind))


@click.command()
def work() -> None:
    """Run a worker (production)."""
    _become(worker_command(connected_config()))


@click.command()
@click.option("--timetable", type=click.Path(path_type=Path), default="/tmp/timetable", show_default=True)  # noqa: S108
def beat(timetable: Path) -> None:
    """Run the clock of the sweeps (production)."""
    _become(beat_command(connected_config(), timetable))


def _become(command: tuple[str, ...]) -> None:
    os.execv(command[0], command)  # noqa: S606 (a list of our own words)
