"""What stops `gritbin up` at the door: one sentence that says what to do, exit code 1, no traceback."""

import os
import socket
import subprocess
import sys

import pytest

from matcher.config import SETTINGS


def gritbin(tmp_path, *words, **settings):
    environ = {name: value for name, value in os.environ.items() if name not in {s.name for s in SETTINGS}}
    environ |= {"GRITBIN_HOME": str(tmp_path / "home")} | settings
    command = [sys.executable, "-m", "matcher", *words]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)


def assert_one_sentence(outcome, *words):
    assert outcome.returncode == 1
    assert outcome.stdout == ""
    assert "Traceback" not in outcome.stderr
    assert len(outcome.stderr.strip().splitlines()) == 1
    for word in words:
        assert word in outcome.stderr


@pytest.fixture
def taken_port():
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        yield door.getsockname()[1]


def test_a_port_in_use(tmp_path, taken_port):
    outcome = gritbin(tmp_path, "up", PORT=str(taken_port))
    assert_one_sentence(outcome, f"Port {taken_port} is in use", f"PORT={taken_port + 1} ./run")


def test_a_home_that_cannot_be_written(tmp_path):
    (tmp_path / "home").touch()
    assert_one_sentence(gritbin(tmp_path, "up"), "cannot be written", "GRITBIN_HOME")


def test_a_setting_that_makes_no_sense(tmp_path):
    assert_one_sentence(gritbin(tmp_path, "up", PORT="eighty"), "PORT must be a whole number from 1 to 65535")


def test_a_database_that_does_not_answer(tmp_path):
    nowhere = "postgresql://gritbin:hunter2@127.0.0.1:1/gritbin"
    outcome = gritbin(tmp_path, "up", PORT="8799", DATABASE_URL=nowhere, REDIS_URL="redis://127.0.0.1:1/0")
    assert_one_sentence(outcome, "The database does not answer", "DATABASE_URL")
    assert "hunter2" not in outcome.stderr


def test_a_command_beside_a_service_that_is_not_running(tmp_path):
    assert_one_sentence(gritbin(tmp_path, "migrate"), "No database is running here. Start ./run first")


def test_the_help_lists_every_setting(tmp_path):
    words = gritbin(tmp_path, "up", "--help").stdout
    for setting in SETTINGS:
        assert setting.name in words


def test_the_release_step_makes_the_serving_role_migrates_and_loads_twice_alike(tmp_path, fresh_database, worker_name):
    database = fresh_database(f"release_{worker_name}")
    settings = {
        "DATABASE_OWNER_URL": database.owner_url,
        "DATABASE_URL": database.serving_url,
        "GRITBIN_POSTCODES": "ZE",
    }
    for _ in range(2):
        assert gritbin(tmp_path, "migrate", **settings).returncode == 0
        loaded = gritbin(tmp_path, "postcodes", "load", **settings)
        assert loaded.returncode == 0, loaded.stderr
        assert "postcodes written" in loaded.stdout
    assert loaded.stdout.startswith("0 postcodes written")
