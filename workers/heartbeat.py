"""The worker's own sign of life: it goes on when the scheduler has stopped."""

from __future__ import annotations

from matcher.services import health
from matcher.store.session import unit_of_work
from workers.clock import now


def show_alive() -> None:
    """Write down that a worker lives."""
    with unit_of_work() as session:
        health.beat(session, "worker", now=now())
