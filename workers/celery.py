"""The app, its settings and the whole timetable on one screen.

The broker is a doorbell: a message says "look now", and may be lost, doubled or late. What is due is a column, and
the sweep asks for it every fifteen seconds.
"""

from __future__ import annotations

import os
import time
from threading import Thread
from typing import Any

import structlog
from celery import Celery
from celery.signals import beat_init, setup_logging, worker_process_init, worker_ready

from matcher.config import QUEUE, Config, broker_url
from matcher.logs import configure_logging
from matcher.store import session as store
from workers.heartbeat import is_sweep_silent, show_alive

SWEEP_S = 15.0
UPKEEP_S = 60.0
WEATHER_S = 900.0
LEARN_S = 3600.0  # once a night is enough: whoever asks again finds it done
HEARTBEAT_S = 10.0

log = structlog.get_logger("workers")

config = Config.from_env(os.environ)
store.configure(config.database_url)

app = Celery(
    "gritbin",
    broker=broker_url(config.redis_url),
    include=["workers.rounds", "workers.notifications", "workers.upkeep", "workers.learning", "workers.weather"],
)
app.conf.update(
    task_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_soft_time_limit=120,
    task_time_limit=180,
    timezone="UTC",
    enable_utc=True,
    worker_soft_shutdown_timeout=30.0 if not config.embedded else 5.0,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={
        "visibility_timeout": 300,
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
        "socket_timeout": 10,
        "socket_connect_timeout": 5,
    },
    task_default_queue=QUEUE,
    # Intervals, never times of day: no clock change can stop them.
    beat_schedule={
        "sweep": {
            "task": "workers.upkeep.sweep",
            "schedule": SWEEP_S,
            "kwargs": {"by_beat": True},
            "options": {"expires": SWEEP_S},
        },
        "upkeep": {"task": "workers.upkeep.keep_up", "schedule": UPKEEP_S, "options": {"expires": UPKEEP_S}},
        "weather": {"task": "workers.weather.look", "schedule": WEATHER_S, "options": {"expires": WEATHER_S}},
        "learn": {"task": "workers.learning.learn", "schedule": LEARN_S, "options": {"expires": LEARN_S}},
    },
    beat_max_loop_interval=5,
)


@setup_logging.connect
def _configure_logging(**_: Any) -> None:
    configure_logging(config.log_level)


@worker_process_init.connect
def _own_connections(**_: Any) -> None:
    """A forked child must not use its parent's database connections."""
    store.dispose(close=False)


@beat_init.connect
def _show_the_scheduler_at_once(**_: Any) -> None:
    """A timetable that was never begun would tick for the first time after a whole interval."""
    app.send_task("workers.upkeep.sweep", kwargs={"by_beat": True}, expires=SWEEP_S)


@worker_ready.connect
def _sweep_at_start(sender: Any, **_: Any) -> None:
    """Whatever came to pass while no worker was alive is found at once; and the worker shows that it lives."""
    app.send_task("workers.upkeep.sweep")
    sender.timer.call_repeatedly(HEARTBEAT_S, show_alive)
    Thread(target=_sweep_when_silent, daemon=True, name="sweep without the broker").start()


def _sweep_when_silent() -> None:
    """A broker that hangs must not stop the matching: when no sweep is heard of, this process sweeps by itself."""
    while True:
        time.sleep(SWEEP_S)
        try:
            if is_sweep_silent():
                app.tasks["workers.upkeep.sweep"]()
                app.tasks["workers.upkeep.keep_up"]()
        except Exception:
            log.exception("a sweep without the broker failed")
