"""What a killed `gritbin up` left running: written down while it runs, ended by the next start.

On Linux the kernel has ended nearly all of it by then (see `store.processes`). A process is ours only if it
began at the moment that was written down: its number may have gone to someone else since.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable
from pathlib import Path

import psutil

from matcher.domain.errors import SetupError
from matcher.store.processes import kill_group

_GRACE_S = 8.0
_SAME_MOMENT_S = 1.0  # how far the clock's ticks may move the start time of one process between two readings


class Ledger:
    """The file in `home` that names every process started, and the lock that only one `gritbin up` holds."""

    def __init__(self, home: Path) -> None:
        self._file = home / "running.json"
        self._lock = (home / "lock").open("a+")

    def claim(self) -> None:
        """Take the folder for this process, until it ends. Raises SetupError if it is taken."""
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._lock.seek(0)
            raise SetupError(
                f"Gritbin is already running from {self._file.parent} (process {self._lock.read().strip()}). "
                "Stop that one, or set GRITBIN_HOME to another folder and PORT to another number."
            ) from error
        self._lock.truncate(0)
        self._lock.write(str(os.getpid()))
        self._lock.flush()

    def write(self, pids: Iterable[int]) -> None:
        """Write down which processes run now, in one step: a reader finds the old list or the new one."""
        began = {pid: _began(pid) for pid in pids}
        new = self._file.with_suffix(".new")
        new.write_text(json.dumps([[pid, moment] for pid, moment in began.items() if moment is not None]))
        new.replace(self._file)

    def end_leftovers(self) -> int:
        """End what an earlier `gritbin up` left; how many there were."""
        left = [psutil.Process(pid) for pid, moment in self._read() if _is_same(pid, moment)]
        for process in left:
            process.terminate()
        _, stubborn = psutil.wait_procs(left, timeout=_GRACE_S)
        for process in stubborn:
            kill_group(process.pid)
        psutil.wait_procs(stubborn, timeout=_GRACE_S)
        self.write([])
        return len(left)

    def _read(self) -> list[tuple[int, float]]:
        try:
            return [(int(pid), float(moment)) for pid, moment in json.loads(self._file.read_text())]
        except (OSError, ValueError):  # none yet, or a disk that was full: nothing is known to be ours
            return []


def _began(pid: int) -> float | None:
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return None


def _is_same(pid: int, moment: float) -> bool:
    began = _began(pid)
    return began is not None and abs(began - moment) < _SAME_MOMENT_S
