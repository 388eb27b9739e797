"""Learning from the answers, once a night: read in one transaction, learn outside any, keep in another."""

from __future__ import annotations

import structlog

from matcher.services import nightly
from matcher.store.session import reading, unit_of_work
from workers.celery import app
from workers.clock import now

log = structlog.get_logger("workers.learning")


@app.task
def learn() -> None:
    """Learn, if this night's lesson has not been learned yet: so it may be asked every hour."""
    at = now()
    with reading() as session:
        lesson = nightly.read_lesson(session, now=at)
    if lesson is None:
        return
    taught = nightly.learn(lesson, now=at)
    with unit_of_work() as session:
        is_kept = nightly.keep(session, lesson, taught, now=at)
    log.info("learned", asks=len(lesson.records), gate=taught.gate.is_open, kept=is_kept)
