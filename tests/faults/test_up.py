"""What `gritbin up` promises about starting and ending, with real processes."""

import signal
import sys

import psutil
import pytest

from matcher.store.processes import wait_until
from tests.faults.conftest import EVERY_S

# One worker of the test run does all of these, so that they do not crowd each other.
pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("whole services")]


def test_it_starts_well_ends_at_a_ctrl_c_and_leaves_nothing(first_run):
    assert first_run.status == 200
    assert {"database", "broker", "worker", "beat", "sweep", "outbox"} <= set(first_run.health)
    assert all(first_run.health.values()), first_run.health
    assert first_run.arrived
    assert first_run.ended_after_s < 20
    assert first_run.returncode == 0
    assert first_run.left == []


def test_started_again_it_ends_when_it_is_told_to_and_leaves_nothing(gritbin):
    gritbin.start()
    assert gritbin.tell(signal.SIGTERM) < 20
    assert gritbin.processes() == []


def test_killed_it_starts_again_and_ends_what_was_left_and_killed_again_it_leaves_nothing_on_linux(gritbin):
    gritbin.start()
    left = {process.pid for process in gritbin.processes()}
    assert len(left) > 5
    gritbin.tell(signal.SIGKILL)
    gritbin.start()
    assert all(gritbin.health().values())
    assert left.isdisjoint(process.pid for process in gritbin.processes())

    gritbin.tell(signal.SIGKILL)
    if sys.platform == "linux":  # elsewhere the next start ends what is left
        assert wait_until(lambda: not gritbin.processes(), within_s=20, every_s=EVERY_S), gritbin.processes()


def test_what_dies_is_started_again(running_gritbin):
    gritbin = running_gritbin
    for part in ("web:create_app", "workers.celery", "workers.pretend_notify", "valkey-server", "bin/postgres"):
        was = gritbin.processes(part)
        for process in was:
            process.kill()
        psutil.wait_procs(was, timeout=10)
        assert wait_until(lambda: gritbin.processes(part), within_s=15, every_s=EVERY_S), part  # noqa: B023
        assert wait_until(gritbin.is_well, within_s=45, every_s=EVERY_S), part
    assert gritbin.said.count("ended by itself") >= 5
