"""The number that people call instead, and when it is answered: the team's, or the operator's while there is none.

Whatever is owed names the number that held when it was owed, as it keeps the words that held then: it was weighed with
it, and whoever calls the old number is still answered while the team has been told to keep it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput
from matcher.domain.lifecycle import NeedStatus, NotificationStatus
from matcher.domain.messages import words_event
from matcher.domain.messages.longest import Sender
from matcher.domain.preferences import CHANNELS
from matcher.domain.wording import clean_line
from matcher.services import message_texts, people, settings
from matcher.services.message_texts import TextRow
from matcher.services.setting_changes import differences
from matcher.services.settings import HOURS, PHONE, Preview
from matcher.services.wording_desk import Scheme
from matcher.store.models import Need, Notification

LONGEST_PHONE, LONGEST_HOURS = 17, 60  # as the constraints have it
# Figures with single spaces, as pages keep them on one line and as the constraint has it.
_SHAPE = re.compile(r"\+?[0-9](?: ?[0-9]){7,14}")
_ON_THEIR_WAY = (NotificationStatus.PENDING, NotificationStatus.LEASED)
_NOT_OVER = (NeedStatus.OPEN, NeedStatus.PAUSED)


@dataclass(frozen=True, slots=True)
class Line:
    """A telephone that the scheme answers: its number as it is written, and when."""

    phone: str
    hours: str


def standing(session: Session, usual: Line) -> Line:
    """The number that holds now. usual: the operator's."""
    found = settings.standing(session)
    return Line(found.get(PHONE, usual.phone), found.get(HOURS, usual.hours))


def preview(session: Session, typed: Line, usual: Line, scheme: Scheme) -> Preview:
    """What would change, and whom and what it touches. BadInput, with its field, for what is no number to call."""
    before, after = standing(session, usual), _checked(typed)
    changes = differences(
        (
            (PHONE, "Number to call", before.phone, after.phone),
            (HOURS, "When it is answered", before.hours, after.hours),
        )
    )
    touches = _touched(session, before.phone, after.phone, scheme) if after.phone != before.phone else ()
    return Preview(changes, touches)


def change(
    session: Session, typed: Line, usual: Line, scheme: Scheme, looked_at: str, *, staff_id: int, now: datetime
) -> None:
    """Let this number hold. Conflict if it would change other things by now than those that were looked at."""
    checked = _checked(typed)
    values = {PHONE: checked.phone, HOURS: checked.hours}
    settings.change(
        session, values, lambda: preview(session, typed, usual, scheme), looked_at, staff_id=staff_id, now=now
    )


def check_number(typed: str) -> str:
    """A number to call as pages show it, its spaces as they were typed. BadInput, of the field `phone`, otherwise."""
    phone = clean_line(typed, LONGEST_PHONE, noun="The number", field="phone")
    people.check_phone(phone)
    if not _SHAPE.fullmatch(phone):
        raise BadInput("Write the number in figures with single spaces, like 01632 960 900", field="phone")
    return phone


def _checked(typed: Line) -> Line:
    phone = check_number(typed.phone)
    hours = clean_line(typed.hours, LONGEST_HOURS, noun="When it is answered", field="hours").rstrip(". ")
    if not hours:
        raise BadInput("Enter when it is answered, like 8am to 8pm", field="hours")
    return Line(phone, hours)


def _touched(session: Session, before: str, after: str, scheme: Scheme) -> tuple[str, ...]:
    rows = _texts(session, after, scheme)
    too_long = {row.event for row in rows if row.problem}
    if too_long:
        too_long -= {row.event for row in _texts(session, before, scheme) if row.problem}
    return (
        f"Every page, and each message that is owed from now on, names {after}.",
        *_owed(session, {row.event for row in rows if "tel" in row.template.values}, before),
        *_on_paper(session, before),
        *_too_long([row.name for row in rows if row.event in too_long]),
    )


def _too_long(names: Sequence[str]) -> tuple[str, ...]:
    listed = ", ".join(f"“{name}”" for name in names)
    return (f"No longer within one text message: {listed}. Shorten them under Messages.",) if names else ()


def _texts(session: Session, phone: str, scheme: Scheme) -> tuple[TextRow, ...]:
    groups = message_texts.list_texts(session, Sender(scheme.name, phone, scheme.origin))
    return tuple(row for _, rows in groups for row in rows)


def _owed(session: Session, naming: set[str], before: str) -> tuple[str, ...]:
    """What is on its way with the number that holds now."""
    wanted = (
        select(Notification.template, Notification.channel, func.count())
        .where(Notification.status.in_(_ON_THEIR_WAY), Notification.channel.in_(CHANNELS))
        .group_by(Notification.template, Notification.channel)
    )
    rows = session.execute(wanted).all()
    count = sum(many for template, channel, many in rows if words_event(template, channel) in naming)
    if not count:
        return ()
    what = "1 message on its way still names" if count == 1 else f"{count:,} messages on their way still name"
    return (f"{what} {before}: keep that number answered until they have gone.",)


def _on_paper(session: Session, before: str) -> tuple[str, ...]:
    wanted = select(func.count()).select_from(Need).where(Need.contact == "letter", Need.status.in_(_NOT_OVER))
    count = session.scalar(wanted) or 0
    if not count:
        return ()
    whose = "1 request under way is" if count == 1 else f"{count:,} requests under way are"
    return (f"{whose} answered by letter: what was printed still says {before}. Ring them, or print it again.",)
