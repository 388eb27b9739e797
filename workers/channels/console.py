"""What the embedded default shows on its outbox page, so that one machine shows the whole story."""

from __future__ import annotations

from matcher.services import sent_copies
from matcher.services.outbox import Envelope
from matcher.store.session import unit_of_work
from workers.channels.notify import NotifyChannel, with_calendar_link
from workers.clock import now


class ConsoleChannel:
    """Keeps one copy of each message, whatever its channel would have been."""

    is_repeatable = True
    tells_arrival = False

    def send(self, envelope: Envelope) -> None:
        """Keep a copy; the second time changes nothing."""
        with unit_of_work() as session:
            sent_copies.keep_console_copy(session, envelope, now=now())


class WithCopy:
    """Sends through the stand-in for Notify, and keeps a copy of what that took."""

    is_repeatable = tells_arrival = True

    def __init__(self, channel: NotifyChannel) -> None:
        self._channel, self._copies = channel, ConsoleChannel()

    def send(self, envelope: Envelope) -> None:
        """Raises what the channel does; then nothing is copied."""
        self._channel.send(envelope)
        self._copies.send(with_calendar_link(envelope))

    def status_of(self, notification_id: int) -> str:
        """What the channel says."""
        return self._channel.status_of(notification_id)
