"""Rounds: open in one transaction, think outside any, close in another."""

from __future__ import annotations

import structlog

from matcher.engine.solve import solve_round
from matcher.services import health, regular_visits, rounds
from matcher.store.session import reading, unit_of_work
from workers.celery import app
from workers.clock import now
from workers.notifications import SCHEME

log = structlog.get_logger("workers.rounds")


@app.task
def run_due_rounds() -> None:
    """A round for every area with something due. This is what the doorbell rings for.

    First what an arrangement gives is given, so that rounds ask about the exceptions only.
    """
    if _keep_regular_visits():
        app.send_task("workers.notifications.deliver_due")
    with reading() as session:
        due = rounds.areas_due(session, now=now())
    failed = [error for area_id in due if (error := _failure_of_round(area_id)) is not None]
    if failed:
        raise failed[0]
    with unit_of_work() as session:
        health.beat(session, "round", now=now())


def _keep_regular_visits() -> int:
    """How many were held or asked about: a transaction for each batch, so that nobody waits long for a lock."""
    given, after = 0, 0
    while True:
        with unit_of_work() as session:
            kept = regular_visits.keep(session, after=after, now=now())
        given += kept.given
        if kept.upto is None:
            return given
        after = kept.upto


def _failure_of_round(area_id: int) -> Exception | None:
    """What went wrong with an area's round: one area must not keep the others waiting."""
    try:
        run_round(area_id)
    except Exception as error:
        log.exception("a round failed", area=area_id)
        return error
    return None


def run_round(area_id: int) -> bool:
    """One round of one area. False if another worker has it, or had it taken from us while we thought."""
    with unit_of_work() as session:
        opened = rounds.open_round(session, area_id, limits=SCHEME.limits, now=now())
    if opened is None:
        return False
    allocation = solve_round(opened.problem)
    with unit_of_work() as session:
        is_ours = rounds.close_round(session, opened, allocation, now=now())
    log.info("round", area=area_id, asks=len(allocation.asks), unserved=len(allocation.unserved), written=is_ours)
    if allocation.asks and is_ours:
        app.send_task("workers.notifications.deliver_due")
    return is_ours
