"""A broker that hangs must not stop the matching: the worker notices that no sweep is heard of."""

from datetime import timedelta

import pytest

from matcher.services import health
from matcher.store.session import unit_of_work
from workers import heartbeat
from workers.clock import now


@pytest.mark.parametrize(("silent_for", "is_silent"), [(timedelta(seconds=10), False), (timedelta(seconds=50), True)])
def test_a_sweep_is_silent_after_forty_seconds(database, silent_for, is_silent):
    with unit_of_work() as session:
        health.beat(session, "sweep", now=now() - silent_for)
    assert heartbeat.is_sweep_silent() is is_silent


def test_a_sweep_that_was_never_heard_of_is_silent(database):
    assert heartbeat.is_sweep_silent()
