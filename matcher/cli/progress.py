"""A bar for work that takes a while: on a terminal only, and only once it has taken two seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress

_WORTH_A_BAR_S = 2.0


@contextmanager
def bar(words: str) -> Iterator[Callable[[int, int], None]]:
    """`with bar("Loading") as show: show(done, total)` as often as there is news."""
    console = Console(stderr=True)
    progress = Progress(console=console, transient=True, disable=not console.is_terminal)
    task = progress.add_task(words, total=None)
    began = time.monotonic()

    def show(done: int, total: int) -> None:
        if time.monotonic() - began > _WORTH_A_BAR_S:
            progress.start()
        progress.update(task, completed=done, total=total)

    try:
        yield show
    finally:
        progress.stop()
