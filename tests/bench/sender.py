"""Processes that send what is due until they are killed: the real tasks of the workers, by a clock that can be moved.

Run as a program it reads its settings as JSON, then how far ahead the clock is, a line for each sender to begin, and
writes the number of its process. They are forked, so that one is there in a moment.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from matcher.config import Config
from matcher.domain.errors import GritbinError
from matcher.store import session as store
from workers import arrivals, notifications


def send_until_killed(settings: Mapping[str, str], ahead_s: float) -> None:
    """What a worker does on every sweep, one sweep after the other."""
    config = Config.from_env(settings)
    store.configure(config.database_url)
    notifications.config = arrivals.config = config
    notifications.now = arrivals.now = lambda: datetime.now(UTC) + timedelta(seconds=ahead_s)
    parent = os.getppid()
    while os.getppid() == parent:  # whoever began it may be killed too
        try:
            arrivals.see_what_arrived()
            notifications.deliver_due()
        except GritbinError:  # as a task would: the next sweep goes on
            pass
        time.sleep(0.05)


def main() -> None:
    """Begin a sender for each line, until there are no more."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever kills them waits for nothing
    settings = json.loads(sys.stdin.readline())
    while line := sys.stdin.readline():
        process = os.fork()
        if process == 0:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            send_until_killed(settings, float(line))
            os._exit(0)
        sys.stdout.write(f"{process}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
