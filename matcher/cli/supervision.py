"""Keeps a few programs running: starts again what dies, ends everything in order.

Why not a kept library: tried, supervisor 4.3 and circus 0.19 restart what dies, but leave orphans when they
are themselves killed with -9; honcho 2.0 ends everything as soon as one program dies.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass

from matcher.cli.leftovers import Ledger
from matcher.store.processes import Program, end, kill_group, start

_FIRST_WAIT_S = 0.5
_LONGEST_WAIT_S = 30.0
_SETTLED_AFTER_S = 60.0  # one that ran this long starts again at once
_STOP_WITHIN_S = 8.0  # for each of the two stages, so that all is over within 20 s
_CALM_S = 0.25


@dataclass(slots=True)
class _Kept:
    program: Program
    stage: int
    process: subprocess.Popen[bytes]
    started_at: float
    wait_s: float = _FIRST_WAIT_S
    due_at: float | None = None  # when it is started again; None while it runs


class Supervisor:
    """The programs of one `gritbin up`. `tell` is given each event in words."""

    def __init__(self, ledger: Ledger, tell: Callable[[str], None]) -> None:
        self._ledger = ledger
        self._tell = tell
        self._kept: list[_Kept] = []

    def add(self, program: Program, *, stage: int) -> None:
        """Start `program` and keep it running. A higher stage rests on the lower ones and is ended first."""
        self._kept.append(_Kept(program, stage, start(program), time.monotonic()))
        self._write_ledger()

    def has_died(self, name: str) -> bool:
        """Whether the program `name` is not running at this moment."""
        return any(kept.process.poll() is not None for kept in self._kept if kept.program.name == name)

    def look(self) -> None:
        """Start again what has died: after a pause that doubles each time it dies young."""
        for kept in self._kept:
            if kept.due_at is None and kept.process.poll() is not None:
                self._plan_restart(kept)
            if kept.due_at is not None and time.monotonic() >= kept.due_at:
                self._restart(kept)

    def watch(self) -> None:
        """Look for ever; an exception, as from a signal's handler, ends it."""
        while True:
            self.look()
            time.sleep(_CALM_S)

    def end_all(self) -> None:
        """End every program: pages and worker first, then the servers they rest on."""
        for stage in sorted({kept.stage for kept in self._kept}, reverse=True):
            running = [(kept.program, kept.process) for kept in self._kept if kept.stage == stage]
            end(running, within_s=_STOP_WITHIN_S)
        self._kept.clear()
        self._write_ledger()

    def _plan_restart(self, kept: _Kept) -> None:
        kill_group(kept.process.pid)  # what a dead leader left would hold its port or its place in the queue
        if time.monotonic() - kept.started_at > _SETTLED_AFTER_S:
            kept.wait_s = _FIRST_WAIT_S
        kept.due_at = time.monotonic() + kept.wait_s
        self._tell(
            f"{kept.program.name} ended by itself ({_how(kept.process.returncode)}); starting it again in "
            f"{kept.wait_s:g} s. Its log: {kept.program.log}"
        )
        kept.wait_s = min(2 * kept.wait_s, _LONGEST_WAIT_S)

    def _restart(self, kept: _Kept) -> None:
        kept.process, kept.started_at, kept.due_at = start(kept.program), time.monotonic(), None
        self._write_ledger()

    def _write_ledger(self) -> None:
        self._ledger.write(kept.process.pid for kept in self._kept)


def _how(returncode: int) -> str:
    return f"signal {-returncode}" if returncode < 0 else f"exit code {returncode}"
