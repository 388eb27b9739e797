import sys
import time

import pytest

from matcher.cli import supervision
from matcher.cli.leftovers import Ledger
from matcher.cli.supervision import Supervisor
from matcher.store.processes import Program, wait_until


@pytest.fixture
def told():
    return []


@pytest.fixture
def supervisor(tmp_path, told):
    supervisor = Supervisor(Ledger(tmp_path), told.append)
    yield supervisor
    supervisor.end_all()


def python(tmp_path, name, code):
    return Program(name, (sys.executable, "-c", code), tmp_path / f"{name}.log")


def starts_of(tmp_path, name):
    log = tmp_path / f"{name}.log"
    return log.read_text().count("started") if log.exists() else 0


def watch_until(supervisor, is_true, within_s=10):
    def look():
        supervisor.look()
        return is_true()

    return wait_until(look, within_s=within_s)


def test_what_dies_is_started_again_and_told(tmp_path, supervisor, told):
    supervisor.add(python(tmp_path, "frail", "print('started'); raise SystemExit(3)"), stage=1)
    assert watch_until(supervisor, lambda: starts_of(tmp_path, "frail") >= 2)
    assert "frail ended by itself (exit code 3); starting it again in 0.5 s" in told[0]


def test_what_dies_again_and_again_is_started_ever_more_rarely(tmp_path, supervisor, told, monkeypatch):
    monkeypatch.setattr(supervision, "_FIRST_WAIT_S", 0.01)
    monkeypatch.setattr(supervision, "_LONGEST_WAIT_S", 0.04)
    frail = python(tmp_path, "frail", "raise SystemExit(3)")
    supervisor.add(frail, stage=1)
    supervisor._kept[0].wait_s = 0.01
    assert watch_until(supervisor, lambda: len(told) >= 5)
    assert [words.split(" in ")[1].split(" s.")[0] for words in told[:5]] == ["0.01", "0.02", "0.04", "0.04", "0.04"]


def test_what_runs_is_not_started_twice(tmp_path, supervisor):
    supervisor.add(python(tmp_path, "sound", "import time; print('started', flush=True); time.sleep(60)"), stage=1)
    assert watch_until(supervisor, lambda: starts_of(tmp_path, "sound"))
    for _ in range(5):
        supervisor.look()
    time.sleep(0.3)
    assert starts_of(tmp_path, "sound") == 1


def test_the_service_ends_before_the_servers_it_rests_on(tmp_path, supervisor):
    ending = (
        "import signal, sys, time\n"
        "def bye(*_): print(f'ended at {{time.time()}}', flush=True); time.sleep({}); sys.exit()\n"
        "signal.signal(15, bye); print('started', flush=True); time.sleep(60)"
    )
    supervisor.add(python(tmp_path, "database", ending.format(0)), stage=1)
    supervisor.add(python(tmp_path, "pages", ending.format(0.3)), stage=2)
    assert wait_until(lambda: starts_of(tmp_path, "database") and starts_of(tmp_path, "pages"), within_s=10)
    supervisor.end_all()
    moments = [float((tmp_path / f"{name}.log").read_text().split()[-1]) for name in ("pages", "database")]
    assert moments[1] - moments[0] >= 0.3
