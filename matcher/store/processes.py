"""One child process: how to start it on a leash, and how to end it and all that it started."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_LOOK_AGAIN_S = 0.05


@dataclass(frozen=True, slots=True)
class Program:
    """How to start one process, and which signal asks it to end."""

    name: str
    argv: tuple[str, ...]
    log: Path
    environ: Mapping[str, str] | None = None
    as_user: str | None = None
    folder: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM


def start(program: Program) -> subprocess.Popen[bytes]:
    """Start `program` in a session of its own, its output added to its log.

    Its own session keeps a Ctrl-C at the terminal for us alone, and lets `end` reach all that it starts. On
    Linux the kernel sends its stop signal when we die, however we die; elsewhere the next start finds it.
    """
    with program.log.open("ab") as log:
        return subprocess.Popen(
            program.argv,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=program.folder,
            env=program.environ,
            user=program.as_user,
            group=program.as_user,
            extra_groups=[] if program.as_user else None,
            start_new_session=True,
            preexec_fn=_leash(program.stop_signal),
        )


def end(processes: Iterable[tuple[Program, subprocess.Popen[bytes]]], *, within_s: float) -> None:
    """Ask every process to end, wait for them together, then kill what is left, children too."""
    running = [(program, process) for program, process in processes if process.poll() is None]
    for program, process in running:
        process.send_signal(program.stop_signal)
    deadline = time.monotonic() + within_s
    for _, process in running:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, deadline - time.monotonic()))
        kill_group(process.pid)
        process.wait()


def kill_group(leader: int) -> None:
    """Kill every process of the group that `leader` began; none left is no error."""
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def wait_until(is_true: Callable[[], bool], *, within_s: float, every_s: float = _LOOK_AGAIN_S) -> bool:
    """Look again and again until `is_true()`; False if it never was. A look that costs much wants a longer pause."""
    deadline = time.monotonic() + within_s
    while not is_true():
        if time.monotonic() > deadline:
            return False
        time.sleep(every_s)
    return True


def _leash(stop_signal: signal.Signals) -> Callable[[], None] | None:
    """What the child does before it becomes the program: ask the kernel for a signal when its parent dies."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl  # found here: a forked child must not load libraries
    parent = os.getpid()

    def fasten() -> None:
        prctl(_PR_SET_PDEATHSIG, int(stop_signal))
        if os.getppid() != parent:  # the parent died before the line above
            os.kill(os.getpid(), stop_signal)

    return fasten
