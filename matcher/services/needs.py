"""Posting a need, and calling it off."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.availability import BANDS
from matcher.domain.errors import BadInput, Unavailable
from matcher.domain.kinds import CLEARING, SNOW
from matcher.domain.lifecycle import NeedStatus, OccurrenceStatus, check_move
from matcher.domain.localtime import local_day
from matcher.domain.recurrence import WEEKLY_RULE, Recurrence, day_windows, soon_windows
from matcher.domain.timewindow import TimeWindow
from matcher.domain.wording import clean_text, refuse_secrets
from matcher.services import (
    arrangement_changes,
    audit,
    confirming,
    kinds,
    matches,
    occurrences,
    page_links,
    people,
    referral_news,
    visits,
    wishes,
)
from matcher.services.outbox import Owed, drop_pending, owe
from matcher.services.people import PersonDraft
from matcher.store.models import Home, Need, NeedNote, Occurrence, Person

NOTE_LENGTH = 200
HELPERS_MOST = 4
FURTHEST_DAY = timedelta(days=180)
CONTACTS = ("text", "phone", "email", "letter")
DAY_BANDS = ("am", "pm", "eve")
# No letter or figure that is taken for another when it is read out.
REFERENCE_LETTERS = "ABCDEFGHJKMNPQRTUVWXY3479"


@dataclass(frozen=True, slots=True)
class NeedDraft:
    """What a resident answered. `when`: asap, today, tomorrow or day (then `day`); `times`: am, pm, eve.

    `contact`: one of CONTACTS; empty for what suits their number: a text to a mobile, a call to any other.
    `must_confirm`: nobody of the team has spoken with them, so their number is confirmed before anyone is asked.
    `must_ring`: nor have they asked themselves, so that no code goes to them: they are rung. `must_decide`: they cannot
    agree for themselves, and a coordinator decides. `musts`, `wishes`: traits of whoever comes (`domain.traits`).
    """

    kind: str
    when: str
    times: frozenset[str]
    person: PersonDraft
    contact: str
    details: tuple[str, ...] = ()
    day: date | None = None
    is_weekly: bool = False
    is_icy: bool = False
    helpers: int = 1
    note: str = ""
    must_confirm: bool = False
    must_ring: bool = False
    must_decide: bool = False
    musts: frozenset[str] = frozenset()
    wishes: frozenset[str] = frozenset()

    @property
    def must_wait(self) -> bool:
        """True if nobody is asked before something else has happened."""
        return self.must_confirm or self.must_ring or self.must_decide

    def keyed(self, key: str) -> str:
        """The key of a form with these answers: one gone back to and filled in for somebody else is another form."""
        return f"{key} {self.person} {self.kind} {self.when} {self.day}"


@dataclass(frozen=True, slots=True)
class PostedNeed:
    """What the resident is told at once. `token` opens the need's own page."""

    need_id: int
    reference: str
    token: str
    is_triaged: bool


def post_need(session: Session, draft: NeedDraft, *, now: datetime) -> PostedNeed:
    """Write the need, its occurrences, and the message owed. BadInput names the field that is wrong."""
    _check_all(session, draft, now)
    if draft.contact == "email" and not draft.person.email:
        raise BadInput("Enter an email address in the correct format, like name@example.com", field="email")
    return write_need(session, draft, people.settle(session, draft.person, now=now), now=now)


def write_need(session: Session, draft: NeedDraft, resident: Person, *, now: datetime) -> PostedNeed:
    """Write the need of someone we know. BadInput names the field that is wrong."""
    note = _check_all(session, draft, now)
    first_day = _first_day(draft, now)
    contact = draft.contact or people.usual_way(session.get_one(Home, resident.id).phone)
    kind = kinds.get_kind(session, draft.kind)
    need = Need(
        reference=_new_reference(session),
        resident_id=resident.id,
        area_id=resident.area_id,
        kind_slug=kind.slug,
        details=[code for code, _, _ in CLEARING if code in draft.details and kind.slug == SNOW],
        urgency=kind.urgency,
        minutes=kind.minutes,
        helpers=draft.helpers,
        recurrence=_recurrence(draft),
        rrule=WEEKLY_RULE if draft.is_weekly else None,
        first_day=first_day,
        bands=sorted(draft.times, key=list(BANDS).index),
        contact=contact,
        status=NeedStatus.PAUSED if kind.is_triaged or draft.must_wait else NeedStatus.OPEN,
        posted_at=now,
    )
    session.add(need)
    session.flush()
    if note:
        session.add(NeedNote(need_id=need.id, note=note))
    wishes.keep(session, need.id, draft.musts, draft.wishes)
    occurrences.open_first(session, need, check_windows(draft, now, minutes=need.minutes), now)
    audit.record(session, audit.person(resident.id), "posted", ("need", need.id), now=now)
    if draft.must_confirm or draft.must_ring:
        confirming.begin(session, need, is_rung=draft.must_ring, now=now)
    elif not draft.must_decide:
        owed = Owed("need_posted", ("need_id", need.id), person_id=resident.id, channel=contact)
        owe(session, owed, now=now)
    token = page_links.status_link(session, need, now=now)
    return PostedNeed(need.id, need.reference, token, kind.is_triaged)


def status_link(session: Session, need_id: int, *, now: datetime) -> str:
    """A new token for a need's own page."""
    return page_links.status_link(session, session.get_one(Need, need_id), now=now)


def check_windows(draft: NeedDraft, now: datetime, *, minutes: int = 1) -> tuple[TimeWindow, ...]:
    """The windows that the answers about time stand for, for a job of `minutes`. BadInput if none is left."""
    if draft.when not in ("asap", "today", "tomorrow", "day"):
        raise BadInput("Select when you need help", field="when")
    if not draft.times or not draft.times <= set(DAY_BANDS):
        raise BadInput("Select at least one time of day", field="times")
    if draft.when == "asap":
        return soon_windows(now, draft.times, minutes=minutes)
    windows = day_windows(_first_day(draft, now), draft.times, not_before=now)
    if not windows:
        raise BadInput("Those times have passed today. Choose a later time or another day", field="times")
    return windows


def bands_left_today(now: datetime) -> tuple[str, ...]:
    """Which bands of today are not over: none means too late for today."""
    return tuple(band for band in DAY_BANDS if day_windows(local_day(now), [band], not_before=now))


def cancel_need(session: Session, need_id: int, *, actor: str, now: datetime) -> None:
    """Call it off: nobody is asked any more, and whoever holds a visit or was asked is told. Twice is once."""
    _lock_unfinished(session, need_id)
    need = session.get_one(Need, need_id, with_for_update={"key_share": True})
    if need.status is NeedStatus.CANCELLED:
        return
    check_move(need.status, NeedStatus.CANCELLED)
    # Again, now that the calendar can open no more of them: it may have, while we waited.
    for occurrence in _lock_unfinished(session, need_id):
        _cancel_occurrence(session, occurrence, now)
    need.status, need.closed_at = NeedStatus.CANCELLED, now
    arrangement_changes.end_with_need(session, need_id, now=now)
    drop_pending(session, need_id=need_id, now=now)
    audit.record(session, actor, "cancelled", ("need", need_id), now=now)
    owed = Owed("need_cancelled_resident", ("need_id", need_id), person_id=need.resident_id, channel=need.contact)
    owe(session, owed, now=now)
    referral_news.tell(session, need_id, "referral_unmet", now=now)


def _recurrence(draft: NeedDraft) -> Recurrence:
    if draft.is_weekly:
        return Recurrence.WEEKLY
    return Recurrence.WHEN_ICY if draft.is_icy else Recurrence.ONCE


def _check_all(session: Session, draft: NeedDraft, now: datetime) -> str:
    """Every answer but those about the person; the note as it is kept."""
    kinds.get_open_kind(session, draft.kind)
    check_windows(draft, now)
    _check_answers(draft)
    wishes.check(session, draft.kind, draft.musts | draft.wishes)
    note = clean_text(draft.note, NOTE_LENGTH)
    refuse_secrets(note)
    return note


def _check_answers(draft: NeedDraft) -> None:
    if draft.contact not in ("", *CONTACTS):
        raise BadInput("Select how we should contact you", field="contact")
    if not 1 <= draft.helpers <= HELPERS_MOST:
        raise BadInput("Select how many people are needed", field="helpers")
    if draft.is_weekly and draft.is_icy:
        raise BadInput("Choose every week or whenever it is icy, not both", field="is_icy")
    if draft.is_icy and draft.kind != SNOW:
        raise BadInput("Only clearing snow or ice can be done whenever it is icy", field="is_icy")
    if not set(draft.details) <= {code for code, _, _ in CLEARING}:
        raise BadInput("Select what needs clearing", field="details")


def _first_day(draft: NeedDraft, now: datetime) -> date:
    today = local_day(now)
    if draft.when == "tomorrow":
        return today + timedelta(days=1)
    if draft.when != "day":
        return today
    if draft.day is None:
        raise BadInput("Enter the day you need help", field="day")
    if draft.day < today:
        raise BadInput("The day must be today or later", field="day")
    if draft.day > today + FURTHEST_DAY:
        raise BadInput("The day must be within the next 6 months", field="day")
    return draft.day


def _lock_unfinished(session: Session, need_id: int) -> Sequence[Occurrence]:
    """What is left of a need, in the order in which every verb locks."""
    unfinished = (OccurrenceStatus.OPEN, OccurrenceStatus.FILLED)
    return session.scalars(
        select(Occurrence)
        .where(Occurrence.need_id == need_id, Occurrence.status.in_(unfinished))
        .order_by(Occurrence.id)
        .with_for_update(key_share=True)
    ).all()


def _cancel_occurrence(session: Session, occurrence: Occurrence, now: datetime) -> None:
    check_move(occurrence.status, OccurrenceStatus.CANCELLED)
    occurrence.status, occurrence.closed_at = OccurrenceStatus.CANCELLED, now
    matches.withdraw_live(session, occurrence.id, "match_withdrawn", now=now)
    visits.cancel_expected(session, occurrence.id, now=now)


def _new_reference(session: Session) -> str:
    for _ in range(20):
        letters = [secrets.choice(REFERENCE_LETTERS) for _ in range(6)]
        reference = f"{''.join(letters[:3])}-{''.join(letters[3:])}"
        if session.scalar(select(Need.id).where(Need.reference == reference)) is None:
            return reference
    raise Unavailable  # 244 million references: something else is wrong
