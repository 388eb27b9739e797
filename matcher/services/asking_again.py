"""The same help once more, with nothing typed again: at a time of the resident's choice, or as before in one tap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.errors import Conflict
from matcher.domain.lifecycle import NeedStatus, OccurrenceStatus
from matcher.domain.localtime import at_local, day_words, local_day, window_words
from matcher.domain.recurrence import Recurrence, day_windows
from matcher.services import changing, confirming, drafts, needs, wishes
from matcher.services.needs import NeedDraft, PostedNeed
from matcher.services.people import PersonDraft
from matcher.store.models import Need, Occurrence, Person

# A day is suitable if this is left before the first of its times: to ask somebody, and for them to get there.
LEAD = timedelta(hours=1)
_ASKED = "asked_again"
_WEEK = timedelta(days=7)
_UNDER_WAY = (OccurrenceStatus.OPEN, OccurrenceStatus.FILLED)


def ask_again(session: Session, need_id: int, timing: NeedDraft, key: str, *, now: datetime) -> PostedNeed:
    """The same help for the same person at another time. The form with this key is taken once. BadInput names the
    field.
    """
    before, resident = _asker(session, need_id)
    purpose = f"{_ASKED}:{need_id}"  # a key of this need opens no other
    if not drafts.claim(session, key, purpose, now=now):
        kept = drafts.load(session, key, purpose, now=now) or {}
        return _posted(session, session.get_one(Need, kept.get("need_id", need_id)), now)
    posted = _write(session, before, resident, replace(timing, helpers=before.helpers), now)
    drafts.save(session, key, purpose, {"need_id": posted.need_id}, now=now)
    return posted


def ask_the_same(session: Session, need_id: int, key: str, *, now: datetime) -> PostedNeed:
    """The same as last time, on the next day that suits. Where the same is asked for already, that is what they get.

    Conflict while this request is under way.
    """
    before, resident = _asker(session, need_id)
    if is_under_way(session, before):
        raise Conflict("This request is still under way. You can change it.")
    twin = _asked_since(session, before)
    if twin is not None:
        return _posted(session, twin, now)
    return ask_again(session, need_id, _as_before(before, resident, now), key, now=now)


def when_again(need: Need, *, now: datetime) -> str:
    """When one tap would ask for it: `Tuesday 24 December, 8am to 12 noon`."""
    windows = day_windows(_next_day(need, now), need.bands, not_before=now)
    times = " and ".join(map(window_words, windows))
    return f"{day_words(windows[0].start)}, {times}"


def is_under_way(session: Session, need: Need) -> bool:
    """True while somebody may still come for it, or we wait for a word with them."""
    open_ones = select(Occurrence.id).where(Occurrence.need_id == need.id, Occurrence.status.in_(_UNDER_WAY)).limit(1)
    return need.status is NeedStatus.PAUSED or session.scalar(open_ones) is not None


def _asker(session: Session, need_id: int) -> tuple[Need, Person]:
    """The need, and who asked for it: locked, so that two presses come one after the other."""
    need = session.get_one(Need, need_id)
    return need, session.get_one(Person, need.resident_id, with_for_update={"key_share": True})


def _as_before(need: Need, resident: Person, now: datetime) -> NeedDraft:
    return NeedDraft(
        kind=need.kind_slug,
        when="day",
        day=_next_day(need, now),
        times=frozenset(need.bands),
        is_weekly=need.recurrence is Recurrence.WEEKLY,
        is_icy=need.recurrence is Recurrence.WHEN_ICY,
        person=PersonDraft(first_name=resident.first_name, phone="", house="", postcode=""),
        contact=need.contact,
    )


def _next_day(need: Need, now: datetime) -> date:
    """The first day on which every time of day they chose is still to come; of weekly help, on the same weekday."""
    return next(day for day in _days(need, now) if _is_ahead(day, need.bands, now + LEAD))


def _days(need: Need, now: datetime) -> Iterator[date]:
    day, step = local_day(now), timedelta(days=1)
    if need.recurrence is Recurrence.WEEKLY:
        day += timedelta(days=(need.first_day.weekday() - day.weekday()) % 7)
        step = _WEEK
    while True:
        yield day
        day += step


def _is_ahead(day: date, bands: Sequence[str], soonest: datetime) -> bool:
    whole_day = day_windows(day, bands, not_before=at_local(day, time()))
    return whole_day[0].start >= soonest


def _write(session: Session, before: Need, resident: Person, timing: NeedDraft, now: datetime) -> PostedNeed:
    wanted = wishes.wanted_with(session, before)
    draft = replace(
        timing,
        musts=wanted.musts,
        wishes=wanted.wishes,
        kind=before.kind_slug,
        details=tuple(before.details),
        contact=before.contact,
        note=changing.note_of(session, before.id),
        person=PersonDraft(first_name=resident.first_name, phone="", house="", postcode=""),
        must_confirm=confirming.is_waiting(session, before.id),
    )
    return needs.write_need(session, draft, resident, now=now)


def _asked_since(session: Session, before: Need) -> Need | None:
    """The same help that they have asked for since, and that is not over."""
    later = (
        select(Need)
        .where(
            Need.resident_id == before.resident_id,
            Need.kind_slug == before.kind_slug,
            Need.id > before.id,
            Need.status.in_((NeedStatus.OPEN, NeedStatus.PAUSED)),
        )
        .order_by(Need.id.desc())
    )
    return next((need for need in session.scalars(later) if is_under_way(session, need)), None)


def _posted(session: Session, need: Need, now: datetime) -> PostedNeed:
    return PostedNeed(need.id, need.reference, needs.status_link(session, need.id, now=now), is_triaged=False)
