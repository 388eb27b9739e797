import json
import os
import subprocess
import sys
import time

import psutil
import pytest

from matcher.cli.leftovers import Ledger
from matcher.domain.errors import SetupError


@pytest.fixture
def sleeper():
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True) as process:
        yield process
        process.kill()


def test_what_was_written_down_is_ended_by_the_next_start(tmp_path, sleeper):
    Ledger(tmp_path).write([sleeper.pid])
    assert Ledger(tmp_path).end_leftovers() == 1
    assert not psutil.pid_exists(sleeper.pid)


def test_a_process_that_only_has_the_same_number_is_left_alone(tmp_path, sleeper):
    began = psutil.Process(sleeper.pid).create_time()
    (tmp_path / "running.json").write_text(json.dumps([[sleeper.pid, began - 60]]))
    assert Ledger(tmp_path).end_leftovers() == 0
    time.sleep(0.2)
    assert sleeper.poll() is None


@pytest.mark.parametrize("torn", ["", "[[1", '{"a": 1}', "[[1]]"])
def test_a_torn_ledger_ends_nothing(tmp_path, torn):
    (tmp_path / "running.json").write_text(torn)
    assert Ledger(tmp_path).end_leftovers() == 0


def test_one_folder_serves_one_gritbin_at_a_time(tmp_path):
    first = Ledger(tmp_path)
    first.claim()
    with pytest.raises(SetupError, match=rf"already running from .* \(process {os.getpid()}\)\. Stop that one"):
        Ledger(tmp_path).claim()
