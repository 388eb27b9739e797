"""The house rules, checked by their own tools on every run."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
LOCKS = ("requirements.lock", "tests/requirements.lock")


@pytest.mark.parametrize(
    "command",
    [
        ("lint-imports",),
        ("ruff", "check"),
        ("ruff", "format", "--check"),
        ("mypy",),
        ("check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"),
    ],
    ids=" ".join,
)
def test_it_has_nothing_to_say(command):
    tool = (str(BIN / command[0]), *command[1:])
    outcome = subprocess.run(tool, cwd=ROOT, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


@pytest.mark.parametrize("script", ["run", "test"])
def test_a_shell_script_is_understood(script):
    assert subprocess.run(("sh", "-n", script), cwd=ROOT, check=False).returncode == 0


def locked(lock):
    """name -> (version, the lines of its block)."""
    blocks = re.split(r"\n(?=[a-z0-9])", (ROOT / lock).read_text())
    return {block.split("==")[0]: (re.match(r"[^=]+==(\S+)", block)[1], block) for block in blocks}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_its_hashes_and_no_address(lock):
    assert all("--hash=sha256:" in block for _, block in locked(lock).values())
    assert "://" not in (ROOT / lock).read_text()


def test_the_locks_hold_what_the_project_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = {
        "requirements.lock": project["project"]["dependencies"],
        "tests/requirements.lock": project["dependency-groups"]["test"],
    }
    for lock, requirements in asked.items():
        packages = locked(lock)
        for requirement in map(Requirement, requirements):
            version, _ = packages[requirement.name]
            assert requirement.specifier.contains(version, prereleases=True), f"{lock}: {requirement}"


def test_the_tests_run_on_what_is_served():
    served, tested = (locked(lock) for lock in LOCKS)
    assert {name: tested[name][0] for name in served} == {name: version for name, (version, _) in served.items()}
