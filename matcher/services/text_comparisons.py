"""Two wordings of one question, compared: chance gives each ask one of them until a coordinator chooses.

The second is held to the limits of any text, and may not be harder to read. What is counted are the asks of the
comparison alone, each once a day has passed since it went. Of the people asked nothing is kept that was not there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matcher.domain.comparing import COUNTS_AFTER, Finding, Side, Tally, difference, finding, is_harmful, side_of
from matcher.domain.errors import BadInput, Conflict, NotFound
from matcher.domain.lifecycle import MatchStatus
from matcher.domain.messages.catalogue import name_of
from matcher.domain.messages.longest import Sender
from matcher.services import audit, message_texts
from matcher.services.message_texts import TextRow, Weighed
from matcher.services.yes_rates import QUESTIONS
from matcher.store.models import Match, MessageText, Notification, Staff, TextComparison

# Up to here a text is easy, and the second may be a little harder than the first.
EASY_GRADE = 5.0


@dataclass(frozen=True, slots=True)
class Running:
    """A comparison that gives asks their words."""

    comparison_id: int
    first_text_id: int | None
    second_text_id: int

    def text_of(self, ask_id: int) -> int | None:
        """The number of the words that this ask has, None for those of the release."""
        is_second = side_of(self.comparison_id, ask_id) is Side.SECOND
        return self.second_text_id if is_second else self.first_text_id


@dataclass(frozen=True, slots=True)
class Wording:
    """One of the two, and how it did."""

    text: str
    subject: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison as it stands. waiting: asks that went less than a day ago, counted in neither. least, most: how many
    more in a hundred may say yes to the second. kept: what was chosen, None while it runs.
    """

    comparison_id: int
    event: str
    name: str
    first: Wording
    second: Wording
    waiting: int
    least: int
    most: int
    finding: Finding
    began_by: str
    began_at: datetime
    stopped_at: datetime | None
    ended_by: str
    ended_at: datetime | None
    kept: Side | None


@dataclass(frozen=True, slots=True)
class ComparisonPage:
    """One question: the words that hold, the comparison that runs, and those that are over, the newest first."""

    row: TextRow
    standing: int
    running: Compared | None
    past: tuple[Compared, ...]


@dataclass(frozen=True, slots=True)
class _Counts:
    first: Tally
    second: Tally
    waiting: int


def running(session: Session) -> Mapping[str, Running]:
    """By the event: what gives asks their words now."""
    wanted = select(TextComparison).where(TextComparison.ended_at.is_(None), TextComparison.stopped_at.is_(None))
    return {one.event: Running(one.id, one.first_text_id, one.second_text_id) for one in session.scalars(wanted)}


def list_running(session: Session, *, now: datetime) -> tuple[Compared, ...]:
    """Every comparison that nobody has ended."""
    wanted = select(TextComparison).where(TextComparison.ended_at.is_(None)).order_by(TextComparison.id)
    return _as_compared(session, session.scalars(wanted).all(), now)


def read(session: Session, event: str, sender: Sender, *, now: datetime) -> ComparisonPage:
    """The comparisons of one question. NotFound for what asks nothing."""
    _check_asks(event)
    page = message_texts.read(session, event, sender)
    wanted = select(TextComparison).where(TextComparison.event == event).order_by(TextComparison.id.desc())
    every = _as_compared(session, session.scalars(wanted).all(), now)
    return ComparisonPage(
        row=page.row,
        standing=page.standing,
        running=next((one for one in every if one.kept is None), None),
        past=tuple(one for one in every if one.kept is not None),
    )


def weigh(session: Session, event: str, subject: str, words: str, sender: Sender) -> Weighed:
    """How a second wording would come out, and why it may not be tried. NotFound for what asks nothing."""
    _check_asks(event)
    weighed = message_texts.weigh(session, event, subject, words, sender)
    if weighed.refusal or weighed.measure is None:
        return weighed
    held = message_texts.read(session, event, sender).row
    if (held.template.subject, held.template.text) == (subject, words):
        return Weighed(weighed.measure, "This is the text that holds: write another beside it")
    hardest = max(EASY_GRADE, held.measure.grade)
    if weighed.measure.grade > hardest:
        hard = f"It takes grade {weighed.measure.grade:.1f} to read it, and may take {hardest:.1f}: use shorter words"
        return Weighed(weighed.measure, hard)
    return weighed


def begin(
    session: Session,
    event: str,
    subject: str,
    words: str,
    sender: Sender,
    *,
    standing: int,
    staff_id: int,
    now: datetime,
) -> None:
    """Try these words beside those that hold. BadInput, with its field, for words that may not be tried; Conflict if
    other words hold than those they were read beside, or a comparison runs already.
    """
    message_texts.lock_held(session, event, standing)
    subject, words = message_texts.cleaned(subject, words)
    if refusal := weigh(session, event, subject, words, sender).refusal:
        raise BadInput(refusal, field="text")
    second = MessageText(event=event, subject=subject, text=words, is_beside=True, written_by=staff_id, written_at=now)
    session.add(second)
    session.flush()
    begun = TextComparison(
        event=event, first_text_id=standing or None, second_text_id=second.id, began_by=staff_id, began_at=now
    )
    session.add(begun)
    session.flush()
    audit.record(session, audit.staff(staff_id), "began_comparison", ("text_comparison", begun.id), event, now=now)


def end(session: Session, event: str, comparison_id: int, keep: Side, *, staff_id: int, now: datetime) -> None:
    """Let this one of the two hold from now on. Conflict if another comparison runs, or none."""
    message_texts.lock_text(session, event)
    still = TextComparison.event == event, TextComparison.ended_at.is_(None)
    ended = session.scalars(select(TextComparison).where(*still).with_for_update()).one_or_none()
    if ended is None or ended.id != comparison_id:
        raise Conflict("Somebody has ended this comparison since you opened the page.")
    ended.ended_at, ended.ended_by, ended.kept = now, staff_id, keep
    session.flush()  # while it runs, no text of it may change
    second = session.get_one(MessageText, ended.second_text_id)
    second.ended_at, second.ended_by = now, staff_id
    if keep is Side.SECOND:
        message_texts.hold(session, event, second.subject, second.text, staff_id=staff_id, now=now)
    audit.record(session, audit.staff(staff_id), "ended_comparison", ("text_comparison", ended.id), keep, now=now)


def stop_harmful(session: Session, *, now: datetime) -> int:
    """Send no more in a second wording to which clearly fewer say yes, without waiting for anybody to look."""
    wanted = select(TextComparison).where(TextComparison.ended_at.is_(None), TextComparison.stopped_at.is_(None))
    found = session.scalars(wanted.order_by(TextComparison.id).with_for_update()).all()
    counts = _counts(session, [one.id for one in found], now)
    harmful = [one for one in found if is_harmful(counts[one.id].first, counts[one.id].second)]
    for one in harmful:
        one.stopped_at = now
        audit.record(session, audit.SYSTEM, "stopped_comparison", ("text_comparison", one.id), one.event, now=now)
    return len(harmful)


def _check_asks(event: str) -> None:
    if event not in QUESTIONS:
        raise NotFound


def _as_compared(session: Session, found: Sequence[TextComparison], now: datetime) -> tuple[Compared, ...]:
    counts = _counts(session, [one.id for one in found], now)
    names = dict(session.execute(select(Staff.id, Staff.name)).all())
    return tuple(_one(session, one, counts[one.id], names) for one in found)


def _one(session: Session, one: TextComparison, counts: _Counts, names: Mapping[int, str]) -> Compared:
    first = message_texts.owed_words(session, one.event, one.first_text_id)
    second = message_texts.owed_words(session, one.event, one.second_text_id)
    least, most = difference(counts.first, counts.second)
    return Compared(
        comparison_id=one.id,
        event=one.event,
        name=name_of(one.event),
        first=Wording(first.text, first.subject, counts.first),
        second=Wording(second.text, second.subject, counts.second),
        waiting=counts.waiting,
        least=round(100 * least),
        most=round(100 * most),
        finding=finding(counts.first, counts.second),
        began_by=names[one.began_by],
        began_at=one.began_at,
        stopped_at=one.stopped_at,
        ended_by=names.get(one.ended_by or 0, ""),
        ended_at=one.ended_at,
        kept=one.kept,
    )


def _counts(session: Session, comparison_ids: list[int], now: datetime) -> dict[int, _Counts]:
    """Of what went: asks by the side they had, those with a yes, and those too young to count."""
    counts = dict.fromkeys(comparison_ids, _Counts(Tally(0, 0), Tally(0, 0), 0))
    is_second = Notification.text_id.is_not_distinct_from(TextComparison.second_text_id)
    is_old = Notification.sent_at <= now - COUNTS_AFTER
    said_yes = Match.status == MatchStatus.ACCEPTED
    rows = session.execute(
        select(
            TextComparison.id,
            func.count().filter(is_old, ~is_second),
            func.count().filter(is_old, ~is_second, said_yes),
            func.count().filter(is_old, is_second),
            func.count().filter(is_old, is_second, said_yes),
            func.count().filter(~is_old),
        )
        .join(TextComparison, TextComparison.id == Notification.comparison_id)
        .join(Match, Match.id == Notification.match_id)
        .where(TextComparison.id.in_(comparison_ids), Notification.sent_at.is_not(None))
        .group_by(TextComparison.id)
    )
    for number, first, first_yes, second, second_yes, waiting in rows:
        counts[number] = _Counts(Tally(first, first_yes), Tally(second, second_yes), waiting)
    return counts
