"""The scheme's quiet hours: when nothing goes that can wait, but to those volunteers who chose hours of their own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Date, Time, case, cast, func, select
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput
from matcher.domain.lifecycle import NotificationStatus, OfferStatus
from matcher.domain.localtime import LONDON, clock_words
from matcher.domain.preferences import (
    BEFORE_A_VISIT,
    NIGHT,
    QUIET_BEGINS,
    QUIET_ENDS,
    USUAL_QUIET,
    Hours,
    SendingLimits,
    hour_words,
    hours_words,
    quiet_until,
    read_hours,
)
from matcher.services import settings
from matcher.services.setting_changes import differences
from matcher.services.settings import QUIET, Preview
from matcher.store.models import Match, Notification, Offer

WEEKS, WEEK = 4, timedelta(days=7)


def standing(session: Session) -> Hours:
    """Those that hold now."""
    return hours_in(settings.standing(session))


def hours_in(found: Mapping[str, str]) -> Hours:
    """Those among the settings that the team has set, or as they came."""
    return read_hours(found.get(QUIET, USUAL_QUIET))


def of_limits(limits: SendingLimits | None, found: Mapping[str, str]) -> Hours | None:
    """Those by which messages are held back: as the team has set them, or the operator; None if they are not."""
    if limits is None:
        return None
    return hours_in(found) if QUIET in found else limits.quiet


def preview(session: Session, begins: str, ends: str, *, holds_back: bool, now: datetime) -> Preview:
    """What would change, and for whom. holds_back: what can wait does so here. BadInput, with its field, for an hour at
    which no quiet hours begin or end.
    """
    before, after = standing(session), read_hours(_key(begins, ends))
    changes = differences([(QUIET, "Quiet hours", hours_words(before), hours_words(after))])
    return Preview(changes, _touched(session, before, after, now) if holds_back else (_NOTHING_WAITS,))


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


def _touched(session: Session, before: Hours, after: Hours, now: datetime) -> tuple[str, ...]:
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
        _asked_lately(session, before, after, now),
        *_waiting(session, quiet_until(before, now)),
    )


def _asked_lately(session: Session, before: Hours, after: Hours, now: datetime) -> str:
    """Of the questions of the last weeks: how many fell into such hours, and how many could not have waited so long."""
    (was, _), (would, soon) = (_held_back(session, hours, now) for hours in (before, after))
    return (
        f"Of the questions of the last {WEEKS} weeks {would:,} were asked in the new hours, {was:,} in those of now."
        f" Of the {would:,}, {soon:,} could not have waited for {hour_words(after[1])}: such a question goes by day"
        f" all the same, in the night from {hour_words(NIGHT[1])}, and"
        " whoever could not hear of it in time is not asked."
    )


def _held_back(session: Session, hours: Hours, now: datetime) -> tuple[int, int]:
    """How many questions to who has no hours of their own, and of how many the visit was too near to wait."""
    begins, ends = hours
    owed = func.timezone(LONDON.key, Notification.owed_at)
    clock, day = cast(owed, Time), cast(owed, Date)
    late = clock >= begins
    until = func.timezone(LONDON.key, case((late, day + 1), else_=day) + ends)
    asked = (
        select(func.count(), func.count().filter(Match.starts_at < until + BEFORE_A_VISIT))
        .select_from(Notification)
        .join(Match, Match.id == Notification.match_id)
        .join(Offer, Offer.id == Match.offer_id)
        .where(Notification.template == "match_asked", Notification.owed_at > now - WEEKS * WEEK, late | (clock < ends))
        .where(Notification.instead_of_id.is_(None), Offer.quiet_from.is_(None))
    )
    many, soon = session.execute(asked).one()
    return many, soon


def _waiting(session: Session, until: datetime | None) -> tuple[str, ...]:
    """What waits for these hours to end, if they hold just now."""
    wanted = select(func.count()).where(Notification.status == NotificationStatus.PENDING, Notification.due_at == until)
    count = until and session.scalar(wanted)
    if not until or not count:
        return ()
    what = "1 message waits" if count == 1 else f"{count:,} messages wait"
    return (f"{what} until {clock_words(until)}. They are looked at then, and wait on if the new hours are longer.",)
