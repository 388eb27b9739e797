"""Ways a message leaves: one module each, one small protocol, three ways to fail."""

from workers.channels.choice import channel_for, repeatable_channels
from workers.channels.protocol import Channel, SendLater, SendNever, SendUnsure, TellsArrival

__all__ = ["Channel", "SendLater", "SendNever", "SendUnsure", "TellsArrival", "channel_for", "repeatable_channels"]
