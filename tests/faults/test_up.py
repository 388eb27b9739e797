"""What `gritbin up` promises about starting and ending, with real processes."""

import signal
import sys
from datetime import UTC, datetime

import psutil
import pytest

from matcher.services import outbox, staff
from matcher.services.outbox import Owed
from matcher.store.processes import wait_until
from matcher.store.session import unit_of_work

# One worker of the test run does all of these, so that they do not crowd each other.
pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("whole services")]


def test_it_starts_well_ends_at_a_ctrl_c_and_leaves_nothing_then_starts_again(new_gritbin):
    gritbin = new_gritbin
    gritbin.start()
    assert gritbin.get("/health/ready")[0] == 200
    health = gritbin.health()
    assert {"database", "broker", "worker", "beat", "sweep", "outbox"} <= set(health)
    assert all(health.values()), health
    owe_a_code(gritbin)  # it goes through the stand-in for Notify, which tells that it arrived
    assert wait_until(lambda: "It arrived" in gritbin.get("/outbox")[1], within_s=30)
    assert gritbin.tell(signal.SIGINT) < 20
    assert gritbin.returncode == 0
    assert gritbin.processes() == []

    gritbin.start()
    assert gritbin.tell(signal.SIGTERM) < 20
    assert gritbin.processes() == []


def owe_a_code(gritbin):
    """A message to a coordinator, who is new."""
    now, coordinator = datetime.now(UTC), frozenset({staff.StaffRoleName.COORDINATOR})
    with gritbin.database(), unit_of_work() as session:
        staff_id = staff.add_staff(session, "ruth@example.org", "Ruth", coordinator, areas=None, now=now)
        code = {"channel": "email", "values": {"code": "12345"}}
        outbox.owe(session, Owed("staff_code", ("staff_id", staff_id), staff_id=staff_id, **code), now=now)


def test_killed_it_starts_again_and_ends_what_was_left(gritbin):
    gritbin.start()
    left = {process.pid for process in gritbin.processes()}
    assert len(left) > 5
    gritbin.tell(signal.SIGKILL)
    gritbin.start()
    assert all(gritbin.health().values())
    assert left.isdisjoint(process.pid for process in gritbin.processes())


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the next start ends what is left")
def test_killed_it_leaves_nothing_behind_on_linux(gritbin):
    gritbin.start()
    gritbin.tell(signal.SIGKILL)
    assert wait_until(lambda: not gritbin.processes(), within_s=20), gritbin.processes()


def test_what_dies_is_started_again(gritbin):
    gritbin.start()
    for part in ("web:create_app", "workers.celery", "workers.pretend_notify", "valkey-server", "bin/postgres"):
        was = gritbin.processes(part)
        for process in was:
            process.kill()
        psutil.wait_procs(was, timeout=10)
        assert wait_until(lambda: gritbin.processes(part), within_s=15), part  # noqa: B023
        assert wait_until(gritbin.is_well, within_s=45), part
    assert gritbin.said.count("ended by itself") >= 5
