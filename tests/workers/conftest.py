"""The tasks in this process, on a database of the test's own; no broker listens, and none is needed."""

import os
from types import SimpleNamespace

import pytest

from matcher.config import Config
from tests.worlds import lasting_world as lasting_world

SETTINGS = {"REDIS_URL": "redis://127.0.0.1:1/0", "GRITBIN_ORIGIN": "https://help.example.org", "GRITBIN_EMBEDDED": "1"}


@pytest.fixture
def workers(lasting_world, database, frozen_clock, monkeypatch):
    """The modules with the tasks; their clock stands at the world's `now`, and what they ring for is in `rung`."""
    from matcher.store import session as store

    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DATABASE_URL", database.serving_url)
    from workers import celery, heartbeat, notifications, rounds, upkeep, weather

    store.configure(database.serving_url)  # importing the app names the database of whoever imported it first
    config = Config.from_env(os.environ)
    monkeypatch.setattr(notifications, "config", config)
    rung = []
    monkeypatch.setattr(celery.app, "send_task", lambda name, *args, **options: rung.append(name))

    def at(moment):
        frozen_clock.move_to(moment)
        lasting_world.now = moment

    return SimpleNamespace(
        celery=celery,
        heartbeat=heartbeat,
        notifications=notifications,
        rounds=rounds,
        upkeep=upkeep,
        weather=weather,
        config=config,
        rung=rung,
        at=at,
    )


@pytest.fixture
def world(lasting_world):
    return lasting_world
