"""A resident changes a request where it stands: another time, one more time, another note, somebody else to come."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.dialects.postgresql.ranges import MultiRange
from sqlalchemy.orm import Session

from matcher.domain.availability import BANDS
from matcher.domain.errors import Conflict
from matcher.domain.lifecycle import NeedStatus, OccurrenceStatus, check_move
from matcher.domain.localtime import day_words, local_day, window_words
from matcher.domain.recurrence import Recurrence, day_windows
from matcher.domain.timewindow import TimeWindow, merge
from matcher.domain.wording import clean_text, refuse_secrets
from matcher.services import audit, batching, matches, needs, visits, wishes
from matcher.services.needs import NeedDraft
from matcher.store import queries
from matcher.store.models import Need, NeedNote, Occurrence

# Reasons of a round that another time may do away with.
_TIME_IS_WHY = ("nobody_free", "window_passed", "all_busy_elsewhere")
_LIVE = (OccurrenceStatus.OPEN, OccurrenceStatus.FILLED)


@dataclass(frozen=True, slots=True)
class OtherTime:
    """A time that was not asked for and would do, perhaps: offered when nobody can come at those that were."""

    window: TimeWindow

    @property
    def words(self) -> str:
        """`Tuesday 24 December, 12pm to 5pm`."""
        return f"{day_words(self.window.start)}, {window_words(self.window)}"

    @property
    def key(self) -> str:
        """What the button sends, so that a second press takes nothing further."""
        return self.window.start.isoformat()


def other_time(need: Need, occurrence: Occurrence, *, now: datetime) -> OtherTime | None:
    """The next stretch of the same day that was not chosen, else the first that was chosen, a day later.

    None unless time is what stands in the way: where nobody does such things, no other time helps.
    """
    if occurrence.reason_code not in _TIME_IS_WHY:
        return None
    chosen = queries.windows_of(occurrence)
    last_day = local_day(chosen[-1].start)
    unchosen = [band for band in needs.DAY_BANDS if band not in need.bands]
    same_day = [window for band in unchosen for window in day_windows(last_day, [band], not_before=now)]
    next_day = day_windows(last_day + timedelta(days=1), need.bands, not_before=now)
    fresh = [window for window in (*same_day, *next_day) if not any(window.overlaps(one) for one in chosen)]
    return OtherTime(fresh[0]) if fresh else None


def accept_other_time(session: Session, need_id: int, key: str, *, now: datetime) -> None:
    """Add the time that was offered. A key that is not offered any more changes nothing."""
    occurrences = _locked(session, need_id)
    need = session.get_one(Need, need_id, with_for_update={"key_share": True})
    open_ones = [one for one in occurrences if one.status is OccurrenceStatus.OPEN]
    if need.status is not NeedStatus.OPEN or not open_ones:
        return
    offered = other_time(need, open_ones[0], now=now)
    if offered is None or offered.key != key:
        return
    _set_windows(open_ones[0], merge([*queries.windows_of(open_ones[0]), offered.window]))
    _look_afresh(open_ones[0], now)
    audit.record(session, audit.person(need.resident_id), "widened", ("need", need_id), now=now)


def change_time(session: Session, need_id: int, timing: NeedDraft, *, now: datetime, actor: str = "") -> None:
    """Other times in place of the ones asked for. Whoever was asked or was coming is told; others are asked anew.

    actor: who changed it, for the audit; the resident, unless named. BadInput names the field. Conflict for what is
    over, and for help that comes every week.
    """
    occurrences = _locked(session, need_id)
    need = session.get_one(Need, need_id, with_for_update={"key_share": True})
    if need.recurrence is not Recurrence.ONCE:
        raise Conflict("This comes round regularly. Call us to change the day.")
    if not occurrences or need.status not in (NeedStatus.OPEN, NeedStatus.PAUSED):
        raise Conflict("This request is over. You can ask again.")
    windows = needs.check_windows(timing, now, minutes=need.minutes)
    occurrence = occurrences[0]
    if windows == queries.windows_of(occurrence):
        return
    matches.withdraw_live(session, occurrence.id, "match_withdrawn", now=now)
    visits.cancel_expected(session, occurrence.id, now=now)
    if occurrence.status is OccurrenceStatus.FILLED:
        check_move(occurrence.status, OccurrenceStatus.OPEN)
        occurrence.status = OccurrenceStatus.OPEN
    _set_windows(occurrence, windows)
    _look_afresh(occurrence, now)
    need.first_day = local_day(windows[0].start)
    need.bands = sorted(timing.times, key=list(BANDS).index)
    audit.record(session, actor or audit.person(need.resident_id), "changed", ("need", need_id), "time", now=now)


def note_of(session: Session, need_id: int) -> str:
    """What they wrote for the neighbour."""
    return session.scalar(select(NeedNote.note).where(NeedNote.need_id == need_id)) or ""


def change_note(session: Session, need_id: int, typed: str, *, now: datetime, actor: str = "") -> None:
    """Another note for the neighbour, or none. BadInput for a code in it."""
    note = clean_text(typed, needs.NOTE_LENGTH)
    refuse_secrets(note)
    need = session.get_one(Need, need_id, with_for_update={"key_share": True})
    if need.status not in (NeedStatus.OPEN, NeedStatus.PAUSED):
        raise Conflict("This request is over. You can ask again.")
    kept = session.get(NeedNote, need_id)
    if kept is not None and not note:
        session.delete(kept)
    elif kept is not None:
        kept.note = note
    elif note:
        session.add(NeedNote(need_id=need_id, note=note))
    audit.record(session, actor or audit.person(need.resident_id), "changed", ("need", need_id), "note", now=now)


def change_wishes(
    session: Session, need_id: int, *, musts: Collection[str], wished: Collection[str], now: datetime
) -> None:
    """Something else matters about who comes. Who was asked and is not so is told that it is off; others are asked.

    Whoever said yes already stays: that is for a call. BadInput for what may not be asked for with this help.
    """
    occurrences = _locked(session, need_id)
    need = session.get_one(Need, need_id, with_for_update={"key_share": True})
    if need.status not in (NeedStatus.OPEN, NeedStatus.PAUSED):
        raise Conflict("This request is over. You can ask again.")
    if not wishes.replace(session, need, musts, wished):
        return
    for occurrence in occurrences:
        if occurrence.status is OccurrenceStatus.OPEN:
            matches.withdraw_unfit(
                session, occurrence.id, lambda offer_id: wishes.meets(session, offer_id, musts), now=now
            )
            if need.status is NeedStatus.OPEN and occurrence.reason_code != batching.NOT_YET:
                _look_afresh(occurrence, now)
    audit.record(session, audit.person(need.resident_id), "changed", ("need", need_id), "who_comes", now=now)


def _locked(session: Session, need_id: int) -> Sequence[Occurrence]:
    """What is left of a need, the next first, locked in the order in which every verb locks."""
    found = session.scalars(
        select(Occurrence)
        .where(Occurrence.need_id == need_id, Occurrence.status.in_(_LIVE))
        .order_by(Occurrence.id)
        .with_for_update(key_share=True)
    ).all()
    return sorted(found, key=lambda occurrence: occurrence.starts_at)


def _set_windows(occurrence: Occurrence, windows: Sequence[TimeWindow]) -> None:
    occurrence.windows = MultiRange(Range(window.start, window.end) for window in windows)
    occurrence.starts_at, occurrence.ends_at = windows[0].start, windows[-1].end


def _look_afresh(occurrence: Occurrence, now: datetime) -> None:
    occurrence.considered_at = occurrence.reason_code = occurrence.reason = occurrence.waterfall = None
    occurrence.open_since = now
    matches.look_again(occurrence, now)
