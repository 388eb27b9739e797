"""The texts as they stand: those of the release, and those that coordinators wrote in their place.

What is owed is said in the words that held when it was owed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, Conflict, NotFound
from matcher.domain.messages import TEMPLATES, Stage, Template, names_in
from matcher.domain.messages.catalogue import GROUPS, name_of
from matcher.domain.messages.editing import Measure, allowed_in, changed, check_fits, measure
from matcher.domain.messages.longest import FIELD_WORDS, Sender, longest_values
from matcher.domain.wording import clean_line
from matcher.services import audit, yes_rates
from matcher.services.yes_rates import YesRate
from matcher.store.models import KindRow, MessageText, Notification, Staff, TextComparison

MOST_TYPED = 600
_LOCK = 7_412
_HOLDS = (MessageText.ended_at.is_(None), MessageText.is_beside.is_(False))


@dataclass(frozen=True, slots=True)
class TextRow:
    """A text as it stands, at its longest. `problem`: why it would be refused today, or empty."""

    event: str
    name: str
    stage: Stage
    template: Template
    measure: Measure
    is_own: bool
    problem: str


@dataclass(frozen=True, slots=True)
class PastText:
    """A text as it once stood: who wrote it and when, and until when it held, or was tried beside another. rate: where
    it is a question.
    """

    subject: str
    text: str
    is_beside: bool
    by: str
    written_at: datetime
    ended_by: str
    ended_at: datetime | None
    times_sent: int
    rate: YesRate | None


@dataclass(frozen=True, slots=True)
class TextPage:
    """One text, what it may name (with what each is and how it looks at its longest), and what was written before.

    `standing`: the number of the text that holds, 0 for that of the release; a change names the one it was read from.
    `is_compared`: another is tried beside it.
    """

    row: TextRow
    shipped: Template
    standing: int
    is_compared: bool
    fields: tuple[tuple[str, str, str], ...]
    past: tuple[PastText, ...]
    shipped_rate: YesRate | None


@dataclass(frozen=True, slots=True)
class Weighed:
    """A text that is being written: at its longest, None while it cannot be filled in; and why it may not hold."""

    measure: Measure | None
    refusal: str


def list_texts(session: Session, sender: Sender) -> tuple[tuple[str, tuple[TextRow, ...]], ...]:
    """Every text by whom it is for; what has no name yet comes with the last."""
    own, task = _standing(session), _longest_task(session)
    named = {heading: tuple(event for event in names if event in TEMPLATES) for heading, names in GROUPS.items()}
    rest = tuple(event for event in TEMPLATES if not any(event in events for events in named.values()))
    last = next(reversed(named))
    named[last] = (*named[last], *rest)
    return tuple(
        (heading, tuple(_row(event, own.get(event), sender, task) for event in events))
        for heading, events in named.items()
    )


def read(session: Session, event: str, sender: Sender) -> TextPage:
    """One of them. NotFound for no such event."""
    shipped = shipped_text(event)
    own = _standing(session).get(event)
    longest, rates = longest_values(event, sender), yes_rates.by_wording(session, event)
    return TextPage(
        row=_row(event, own, sender, _longest_task(session)),
        shipped=shipped,
        standing=own.id if own else 0,
        is_compared=_is_compared(session, event),
        fields=tuple((name, FIELD_WORDS[name], longest[name]) for name in allowed_in(shipped)),
        past=_past(session, event, rates),
        shipped_rate=rates.get(0),
    )


def weigh(session: Session, event: str, subject: str, words: str, sender: Sender) -> Weighed:
    """How a text that is being written would come out, and why it may not hold. NotFound for no such event."""
    shipped, task = shipped_text(event), _longest_task(session)
    try:
        template = changed(shipped, *cleaned(subject, words))
        check_fits(template, sender, task=task)
    except BadInput as error:
        return Weighed(_as_it_is(shipped, subject, words, sender, task), error.message)
    return Weighed(measure(template, sender, task=task), "")


def change(
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
    """Let this text hold from now on. BadInput, with its field, for one that may not; Conflict if another holds than
    the one it was written from, or one is tried beside it.
    """
    subject, words = cleaned(subject, words)
    template = changed(shipped_text(event), subject, words)
    check_fits(template, sender, task=_longest_task(session))
    held = lock_held(session, event, standing)
    if held is not None and (held.subject, held.text) == (subject, words):
        raise BadInput("This is the text as it stands: change it first", field="text")
    hold(session, event, subject, words, staff_id=staff_id, now=now)


def hold(session: Session, event: str, subject: str, words: str, *, staff_id: int, now: datetime) -> None:
    """Let words that were looked at hold, in place of those that do. The text is locked."""
    _end_held(session, event, staff_id, now)
    own = MessageText(event=event, subject=subject, text=words, written_by=staff_id, written_at=now)
    session.add(own)
    session.flush()
    audit.record(session, audit.staff(staff_id), "wrote_text", ("message_text", own.id), event, now=now)


def go_back(session: Session, event: str, *, standing: int, staff_id: int, now: datetime) -> None:
    """Let the text of the release hold again. Twice is once; Conflict as for a change."""
    shipped_text(event)
    lock_held(session, event, standing)
    held = _end_held(session, event, staff_id, now)
    if held is not None:
        audit.record(session, audit.staff(staff_id), "went_back_to_text", ("message_text", held.id), event, now=now)


def standing_ids(session: Session) -> Mapping[str, int]:
    """The number of the text that holds now, for each event that has one of the scheme's own."""
    return dict(session.execute(select(MessageText.event, MessageText.id).where(*_HOLDS)).all())


def standing_id(event: str) -> ScalarSelect[int]:
    """The same for one event, to stand inside another statement."""
    return select(MessageText.id).where(MessageText.event == event, *_HOLDS).scalar_subquery()


def owed_words(session: Session, event: str, text_id: int | None) -> Template:
    """The words that a message was owed with."""
    shipped = TEMPLATES[event]
    return shipped if text_id is None else _as_template(shipped, session.get_one(MessageText, text_id))


def shipped_text(event: str) -> Template:
    """The text of the release. NotFound for no such event."""
    if event not in TEMPLATES:
        raise NotFound
    return TEMPLATES[event]


def cleaned(subject: str, words: str) -> tuple[str, str]:
    """Without what nobody meant to type. BadInput, with its field, for what is far too long."""
    return (
        clean_line(subject, MOST_TYPED, noun="The subject", field="subject"),
        clean_line(words, MOST_TYPED, noun="The text", field="text"),
    )


def _as_it_is(shipped: Template, subject: str, words: str, sender: Sender, task: str) -> Measure | None:
    """Words that may not hold are measured all the same, as long as every value in them is known."""
    try:
        names = names_in(words) | names_in(subject)
    except ValueError:
        return None
    if not names <= FIELD_WORDS.keys():
        return None
    return measure(Template(shipped.event, shipped.stage, subject, words, names), sender, task=task)


def lock_text(session: Session, event: str) -> None:
    """One writer of an event's words at a time."""
    session.execute(select(func.pg_advisory_xact_lock(_LOCK, func.hashtext(event))))


def lock_held(session: Session, event: str, standing: int) -> MessageText | None:
    """The text of the scheme's own that holds, to be changed by nobody else. Conflict if it is another than they saw,
    or one is tried beside it.
    """
    lock_text(session, event)
    held = _held(session, event)
    if (held.id if held else 0) != standing:
        raise Conflict("Somebody has changed this text since you opened the page.")
    if _is_compared(session, event):
        raise Conflict("Another wording is tried beside this text. End that first.")
    return held


def _held(session: Session, event: str) -> MessageText | None:
    wanted = select(MessageText).where(MessageText.event == event, *_HOLDS).with_for_update()
    return session.scalars(wanted).one_or_none()


def _end_held(session: Session, event: str, staff_id: int, now: datetime) -> MessageText | None:
    held = _held(session, event)
    if held is not None:
        held.ended_at, held.ended_by = now, staff_id
        session.flush()
    return held


def _is_compared(session: Session, event: str) -> bool:
    running = select(TextComparison.id).where(TextComparison.event == event, TextComparison.ended_at.is_(None))
    return session.scalar(running) is not None


def _standing(session: Session) -> dict[str, MessageText]:
    return {own.event: own for own in session.scalars(select(MessageText).where(*_HOLDS))}


def _row(event: str, own: MessageText | None, sender: Sender, task: str) -> TextRow:
    shipped = TEMPLATES[event]
    template = _as_template(shipped, own) if own else shipped
    measured = measure(template, sender, task=task)
    return TextRow(
        event=event,
        name=name_of(event),
        stage=shipped.stage,
        template=template,
        measure=measured,
        is_own=own is not None,
        problem=_problem(shipped, template, sender, task),
    )


def _problem(shipped: Template, template: Template, sender: Sender, task: str) -> str:
    """A text that could be written once may not fit any more: after a new release, or under a longer address."""
    try:
        check_fits(changed(shipped, template.subject, template.text), sender, task=task)
    except BadInput as error:
        return error.message
    return ""


def _as_template(shipped: Template, own: MessageText) -> Template:
    names = names_in(own.subject) | names_in(own.text)
    return Template(shipped.event, shipped.stage, own.subject, own.text, names)


def _past(session: Session, event: str, rates: Mapping[int, YesRate]) -> tuple[PastText, ...]:
    sent = (
        select(func.count())
        .where(Notification.text_id == MessageText.id, Notification.sent_at.is_not(None))
        .scalar_subquery()
    )
    wanted = select(MessageText, sent).where(MessageText.event == event).order_by(MessageText.id.desc())
    names = dict(session.execute(select(Staff.id, Staff.name)).all())
    return tuple(
        PastText(
            subject=own.subject,
            text=own.text,
            is_beside=own.is_beside,
            by=names[own.written_by],
            written_at=own.written_at,
            ended_by=names.get(own.ended_by or 0, ""),
            ended_at=own.ended_at,
            times_sent=count,
            rate=rates.get(own.id),
        )
        for own, count in session.execute(wanted)
    )


def _longest_task(session: Session) -> str:
    by_length = func.length(KindRow.safe_label).desc()
    return session.scalar(select(KindRow.safe_label).order_by(by_length).limit(1)) or ""
