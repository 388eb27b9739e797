"""Word of what is being done while nobody can say how long it takes: on a terminal only, and only after two seconds."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

_WORTH_A_BAR_S = 2.0


@contextmanager
def working(words: str) -> Iterator[Callable[[str], None]]:
    """`with working("Planning") as say: say("Choosing who goes where")` as often as there is news."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    task = progress.add_task(words, total=None)
    later = threading.Timer(_WORTH_A_BAR_S, progress.start)
    later.daemon = True
    later.start()
    try:
        with _own_words_only():
            yield lambda news: progress.update(task, description=news)
    finally:
        later.cancel()
        progress.stop()


@contextmanager
def _own_words_only() -> Iterator[None]:
    """HiGHS now and then prints a line of its own, past Python: it must not end up in what a script reads."""
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)
