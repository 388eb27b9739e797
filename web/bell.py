"""The doorbell: after a commit, tell the workers to look now. It may fail; the next sweep finds the work."""

from __future__ import annotations

from functools import lru_cache

import structlog
from celery import Celery
from flask import Flask, current_app

from matcher.config import QUEUE, broker_url

RUN_DUE_ROUNDS = "workers.rounds.run_due_rounds"
DELIVER_DUE = "workers.notifications.deliver_due"

log = structlog.get_logger(__name__)


def set_up_bell(app: Flask, redis_url: str) -> None:
    """Remember where the broker is. Nothing is connected until the first ring."""
    app.config["BELL_BROKER"] = broker_url(redis_url) if redis_url else ""


def ring(*names: str) -> None:
    """Ask the workers to look now. Never raises and never waits long: the truth is in the database."""
    broker = current_app.config["BELL_BROKER"]
    if not broker:
        return
    for name in names:
        try:
            _sender(broker).send_task(name, retry=False, ignore_result=True)
        except Exception as error:
            log.warning("bell_not_heard", task=name, error=type(error).__name__)
            return


def is_heard() -> bool:
    """True if the broker answers now."""
    broker = current_app.config["BELL_BROKER"]
    if not broker:
        return False
    try:
        with _sender(broker).connection_for_write() as connection:
            connection.ensure_connection(max_retries=0, timeout=1)
    except Exception:
        return False
    return True


@lru_cache(maxsize=2)
def _sender(broker: str) -> Celery:
    """A Celery app that only sends, with short waits and no retries."""
    sender = Celery("bell", broker=broker, set_as_current=False)
    short_s = 0.5
    sender.conf.update(
        broker_connection_retry=False,
        broker_connection_retry_on_startup=False,
        broker_connection_max_retries=0,
        broker_connection_timeout=short_s,
        broker_transport_options={
            "socket_timeout": short_s,
            "socket_connect_timeout": short_s,
            "max_retries": 0,
            "retry_on_timeout": False,
        },
        task_publish_retry=False,
        task_default_queue=QUEUE,
        task_ignore_result=True,
    )
    return sender
