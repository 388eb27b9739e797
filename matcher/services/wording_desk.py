"""What a function that words a message works with: the row, the scheme, and the moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from matcher.domain.lifecycle import NotificationStatus
from matcher.domain.preferences import SendingLimits
from matcher.store.models import Notification

# Sent, or on its way: whoever is told of something must hear that it is over, even if both leave at once.
TOLD = (
    NotificationStatus.LEASED,
    NotificationStatus.SENT,
    NotificationStatus.DELIVERED,
    NotificationStatus.UNCERTAIN,
)
Values = Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class Scheme:
    """The scheme as messages name it. `origin` comes from the settings, never from a request.

    limits: when, and how many, messages go to one person; None for at any hour and in any number. earlier_phones: each
    number that was ours before, with the moment until which it was, the oldest first.
    """

    name: str
    phone: str
    origin: str
    limits: SendingLimits | None = None
    earlier_phones: tuple[tuple[datetime, str], ...] = ()

    def as_owed(self, owed_at: datetime) -> Scheme:
        """As what was owed then names it: with the number that was ours."""
        phones = (phone for until, phone in self.earlier_phones if owed_at < until)
        return replace(self, phone=next(phones, self.phone))


@dataclass(frozen=True, slots=True)
class Desk:
    """What a wording function works with."""

    session: Session
    row: Notification
    scheme: Scheme
    now: datetime


Wording = Callable[[Desk], Values]
