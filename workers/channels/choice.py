"""Which channel serves which kind of message here, from the settings."""

from __future__ import annotations

from matcher.config import Config
from matcher.services.outbox import Envelope
from workers.channels.console import ConsoleChannel, WithCopy
from workers.channels.notify import NotifyChannel
from workers.channels.protocol import Channel, SendNever
from workers.channels.smtp import SmtpChannel

KINDS_OF_MESSAGE = ("text", "email", "phone", "letter")
_BY_HAND = {
    "text": "no way to send texts is set up: ring them",
    "phone": "they asked to be told by phone: ring them",
    "letter": "they asked for a letter: write or ring",
}


class ByHand:
    """No machine can send this here: it goes to the coordinator's list, to be told by a person."""

    is_repeatable = True
    tells_arrival = False

    def send(self, envelope: Envelope) -> None:
        """Raise SendNever with what to do."""
        raise SendNever(_BY_HAND.get(envelope.channel, "no way to send this is set up: ring them"))


def channel_for(kind: str, config: Config) -> Channel:
    """The channel for text, email, phone or letter. Without either, the embedded default shows all on one page."""
    if kind == "email" and config.smtp_url:
        return SmtpChannel(config.smtp_url, config.mail_from)
    if kind in ("text", "email") and config.notify.key:
        channel = NotifyChannel(config.notify)
        return WithCopy(channel) if config.embedded and config.notify.is_on_this_machine else channel
    if config.embedded:
        return ConsoleChannel()
    return ByHand()


def repeatable_channels(config: Config) -> frozenset[str]:
    """Kinds of message that may be handed over again after a crash."""
    return frozenset(kind for kind in KINDS_OF_MESSAGE if channel_for(kind, config).is_repeatable)
