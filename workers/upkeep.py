"""The sweep that makes the broker unnecessary, and what the clock does."""

from __future__ import annotations

import structlog

from matcher.services import audit_chain, health, spending, upkeep
from matcher.store.session import unit_of_work
from workers.arrivals import see_what_arrived
from workers.celery import app
from workers.clock import now
from workers.notifications import SCHEME, deliver_due
from workers.rounds import run_due_rounds

log = structlog.get_logger("workers")


@app.task
def sweep(*, by_beat: bool = False) -> None:
    """Everything that is due, whatever became of the doorbell. A worker sweeps as it starts, too: not `by_beat`."""
    with unit_of_work() as session:
        for part in ("sweep", "worker", *(("beat",) if by_beat else ())):
            health.beat(session, part, now=now())
    try:
        run_due_rounds()
    finally:  # what is owed goes out, whatever became of the rounds
        deliver_due()


@app.task
def keep_up() -> None:
    """Lapse what has passed, open what comes round, ask how it went; see what has arrived; seal the audit."""
    with unit_of_work() as session:
        upkeep.keep_up(session, now=now())
        spending.tell_if_spent(session, SCHEME.limits, now=now())
    try:
        see_what_arrived()
    finally:
        deliver_due()
        seal_audit()


def seal_audit() -> None:
    """Seal what was written down since the last time. The seal goes to the log as well, out of the database's reach."""
    sealed = audit_chain.BATCH
    while sealed == audit_chain.BATCH:
        with unit_of_work() as session:
            sealed = audit_chain.seal(session, now=now())
            last = audit_chain.newest(session)
        if sealed and last:
            log.info("audit sealed", rows=sealed, links=last.position, seal=last.hash.hex())
