"""What Gunicorn does around the pages; it reads this module as its settings (`--config python:web.serving`)."""

from __future__ import annotations

import gc
from typing import Any


def when_ready(_server: Any) -> None:
    """Once everything is imported, before the processes that answer are forked."""
    keep_for_good()


def keep_for_good() -> None:
    """What is there by now stays as long as the process: no search for garbage looks at it again.

    Python stops whatever it does to walk through every object: with all that the pages import that took 100 to 200 ms,
    in the middle of one answer in twenty.
    """
    gc.collect()
    gc.freeze()
