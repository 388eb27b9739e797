"""Rule 7: a need that was answered is considered within 60 seconds, whatever became of the worker and the broker."""

import time
from datetime import UTC, datetime

import pytest
import redis

from matcher.config import client_url
from matcher.store.embedded import Valkey
from matcher.store.home import Home
from matcher.store.processes import wait_until
from matcher.store.session import unit_of_work
from tests.faults.conftest import EVERY_S
from tests.worlds import World

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("whole services")]


def test_a_need_is_matched_within_a_minute_though_the_worker_is_killed_and_valkey_flushed(running_gritbin):
    gritbin = running_gritbin
    with gritbin.database():
        world = World(unit_of_work, datetime.now(UTC))
        world.offer("Christopher")
        need = world.post("Eileen", when="tomorrow")
        for process in gritbin.processes("workers.celery"):
            process.kill()
        redis.Redis.from_url(client_url(Valkey(Home(gritbin.home)).url)).flushall()
        began = time.monotonic()
        assert wait_until(lambda: world.who_was_asked(need) == ["Christopher"], within_s=60, every_s=EVERY_S)
        assert time.monotonic() - began < 60
        world.now = datetime.now(UTC)
        assert world.breaches() == {}
