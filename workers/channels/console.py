"""The channel of the embedded default: a copy on the outbox page, so that one machine shows the whole story."""

from __future__ import annotations

from matcher.services import sent_copies
from matcher.services.outbox import Envelope
from matcher.store.session import unit_of_work
from workers.clock import now


class ConsoleChannel:
    """Keeps one copy of each message, whatever its channel would have been."""

    is_repeatable = True
    tells_arrival = False

    def send(self, envelope: Envelope) -> None:
        """Keep a copy; the second time changes nothing."""
        with unit_of_work() as session:
            sent_copies.keep_console_copy(session, envelope, now=now())
