"""What every channel is: something that sends, or says which of three things went wrong."""

from __future__ import annotations

from typing import Protocol

from matcher.services.outbox import Envelope


class SendLater(Exception):
    """It was not taken and may go later: a timeout before anything was handed over, a refusal for now."""


class SendNever(Exception):
    """It can never go this way: no such address, no such channel here. A person must see to it."""


class SendUnsure(Exception):
    """The line was cut after it was handed over: it may have gone, and must not go again."""


class Channel(Protocol):
    """A way out. `is_repeatable`: sending the same envelope twice delivers it once."""

    is_repeatable: bool

    def send(self, envelope: Envelope) -> None:
        """Hand it over. Raises SendLater, SendNever or SendUnsure."""
