"""The worker's own sign of life, and whether the sweep has fallen silent: both go on without broker and scheduler."""

from __future__ import annotations

from datetime import timedelta

from matcher.services import health
from matcher.store.session import reading, unit_of_work
from workers.clock import now

SILENT_FOR = timedelta(seconds=40)


def show_alive() -> None:
    """Write down that a worker lives."""
    with unit_of_work() as session:
        health.beat(session, "worker", now=now())


def is_sweep_silent() -> bool:
    """True if no sweep has been heard of for too long: the broker hangs, or the scheduler has stopped."""
    with reading() as session:
        heard = health.last_heard(session, "sweep")
    return heard is None or now() - heard > SILENT_FOR
