"""What every channel is: something that sends, or says which of three things went wrong."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from matcher.services.outbox import Envelope


class SendLater(Exception):
    """It was not taken and may go later: a timeout before anything was handed over, a refusal for now."""


class SendNever(Exception):
    """It can never go this way: no such address, no such channel here. A person must see to it."""


class SendUnsure(Exception):
    """The line was cut after it was handed over: it may have gone, and must not go again."""


class Channel(Protocol):
    """A way out. `is_repeatable`: sending the same envelope twice delivers it once. `tells_arrival`: it comes to know
    whether a message arrived, and can be asked.
    """

    is_repeatable: bool
    tells_arrival: bool

    def send(self, envelope: Envelope) -> None:
        """Hand it over. Raises SendLater, SendNever or SendUnsure."""


@runtime_checkable
class TellsArrival(Protocol):
    """A channel that can be asked what became of a message."""

    def status_of(self, notification_id: int) -> str:
        """In the provider's words. Raises SendLater if it cannot say now."""
