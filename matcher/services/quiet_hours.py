"""The scheme's quiet hours: when nothing goes that can wait, but to those volunteers who chose hours of their own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput
from matcher.domain.lifecycle import NotificationStatus, OfferStatus
from matcher.domain.localtime import clock_words
from matcher.domain.preferences import (
    QUIET_BEGINS,
    QUIET_ENDS,
    USUAL_QUIET,
    Hours,
    hours_words,
    quiet_until,
    read_hours,
)
from matcher.services import settings
from matcher.services.setting_changes import differences
from matcher.services.settings import QUIET, Preview
from matcher.store.models import Notification, Offer


def standing(session: Session) -> Hours:
    """Those that hold now."""
    return hours_in(settings.standing(session))


def hours_in(found: Mapping[str, str]) -> Hours:
    """Those among the settings that the team has set, or as they came."""
    return read_hours(found.get(QUIET, USUAL_QUIET))


def preview(session: Session, begins: str, ends: str, *, holds_back: bool, now: datetime) -> Preview:
    """What would change, and for whom. holds_back: what can wait does so here. BadInput, with its field, for an hour at
    which no quiet hours begin or end.
    """
    before, after = standing(session), read_hours(_key(begins, ends))
    changes = differences([(QUIET, "Quiet hours", hours_words(before), hours_words(after))])
    return Preview(changes, _touched(session, before, now) if holds_back else (_NOTHING_WAITS,))


def change(
    session: Session, begins: str, ends: str, looked_at: str, *, holds_back: bool, staff_id: int, now: datetime
) -> None:
    """Let these hours hold. Conflict if that would be another change by now than the one that was looked at."""
    settings.change(
        session,
        {QUIET: _key(begins, ends)},
        lambda: preview(session, begins, ends, holds_back=holds_back, now=now),
        looked_at,
        staff_id=staff_id,
        now=now,
    )


_NOTHING_WAITS = "Nothing is held back here at any hour, as the operator has it: GRITBIN_HOLD_BACK is off."


def _key(begins: str, ends: str) -> str:
    if begins not in map(str, QUIET_BEGINS):
        raise BadInput("Select when the quiet hours begin", field="begins")
    if ends not in map(str, QUIET_ENDS):
        raise BadInput("Select when the quiet hours end", field="ends")
    return f"{begins}-{ends}"


def _touched(session: Session, before: Hours, now: datetime) -> tuple[str, ...]:
    has_own = Offer.quiet_from.is_not(None)
    asked = select(has_own, func.count()).where(Offer.status != OfferStatus.STOPPED).group_by(has_own)
    count = {is_own: many for is_own, many in session.execute(asked)}  # noqa: C416 (a Row is not a pair to dict())
    usual, own = count.get(False, 0), count.get(True, 0)
    who = "1 volunteer who has" if usual == 1 else f"{usual:,} volunteers who have"
    keep = "1 volunteer has hours of their own and keeps" if own == 1 else f"{own:,} volunteers have their own and keep"
    return (
        f"It is so for everyone who asks for help, and for {who} chosen no hours of their own.",
        *((f"{keep} them.",) if own else ()),
        "What changes a visit that is near comes at once, at any hour.",
        *_waiting(session, quiet_until(before, now)),
    )


def _waiting(session: Session, until: datetime | None) -> tuple[str, ...]:
    """What waits for these hours to end, if they hold just now."""
    wanted = select(func.count()).where(Notification.status == NotificationStatus.PENDING, Notification.due_at == until)
    count = until and session.scalar(wanted)
    if not until or not count:
        return ()
    what = "1 message waits" if count == 1 else f"{count:,} messages wait"
    return (f"{what} until {clock_words(until)}. They are looked at then, and wait on if the new hours are longer.",)
