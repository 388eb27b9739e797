import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from matcher.store.processes import Program, end, start, wait_until

SLEEPS = (sys.executable, "-c", "import time; time.sleep(60)")
DEAF = (
    sys.executable,
    "-c",
    "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)",
)
HAS_A_CHILD = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
time.sleep(60)
"""
PARENT = (sys.executable, "-c", HAS_A_CHILD)


def program(tmp_path, argv, name="sleeper"):
    return Program(name, argv, tmp_path / f"{name}.log")


def is_gone(pid):
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_what_is_asked_to_end_ends(tmp_path):
    sleeper = program(tmp_path, SLEEPS)
    process = start(sleeper)
    end([(sleeper, process)], within_s=5)
    assert process.returncode == -signal.SIGTERM


def test_what_does_not_listen_is_killed_when_time_is_up(tmp_path):
    deaf = program(tmp_path, DEAF)
    process = start(deaf)
    assert wait_until(lambda: "deaf" in deaf.log.read_text(), within_s=10)
    began = time.monotonic()
    end([(deaf, process)], within_s=0.5)
    assert process.returncode == -signal.SIGKILL
    assert time.monotonic() - began < 5


def test_children_of_what_ends_are_ended_with_it(tmp_path):
    parent = program(tmp_path, PARENT)
    process = start(parent)
    assert wait_until(lambda: parent.log.read_text().strip(), within_s=10)
    child = int(parent.log.read_text())
    end([(parent, process)], within_s=5)
    assert wait_until(lambda: is_gone(child), within_s=5)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_a_child_ends_when_its_parent_is_killed(tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from matcher.store.processes import Program, start;"
        f"p = start(Program('s', {SLEEPS!r}, Path({str(tmp_path / 'log')!r})));"
        "print(p.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent:
        child = int(parent.stdout.readline())
        assert not is_gone(child)
        parent.kill()
    assert wait_until(lambda: is_gone(child), within_s=5)


def test_a_ctrl_c_at_the_terminal_is_for_the_parent_alone(tmp_path):
    sleeper = program(tmp_path, SLEEPS)
    process = start(sleeper)
    assert os.getpgid(process.pid) != os.getpgid(0)
    end([(sleeper, process)], within_s=5)
