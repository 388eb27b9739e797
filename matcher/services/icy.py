"""Help whenever it is icy: while a cold spell is on, each of its days gets an occurrence of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import NeedStatus, OccurrenceStatus
from matcher.domain.localtime import local_day
from matcher.domain.recurrence import Recurrence, day_windows
from matcher.domain.timewindow import TimeWindow
from matcher.services import cold_spells, occurrences
from matcher.store.bulk import among, grouped
from matcher.store.models import ColdSpell, Need, Occurrence

DAYS_AHEAD = 2  # today and tomorrow: further ahead nobody knows the weather
Windows = tuple[TimeWindow, ...]


def extend(session: Session, *, now: datetime) -> int:
    """Open what the cold asks for; how many. A second call opens none."""
    spells = cold_spells.spells_on(session, now=now)
    wanted = session.scalars(_standing(spells).with_for_update(skip_locked=True, key_share=True)).all()
    opened = 0
    for area_id, spell in spells.items():
        theirs = [need for need in wanted if need.area_id == area_id]
        for need, windows in _missing(session, theirs, spell.ends_at, spell, DAYS_AHEAD, now):
            occurrences.open_occurrence(session, need, windows, now, cold_spell_id=spell.id)
            opened += 1
    return opened


def would_open(
    session: Session, area_id: int, until: datetime, *, days_ahead: int = DAYS_AHEAD, now: datetime
) -> list[tuple[Need, Windows]]:
    """What `extend` would open there if it were cold until then: each need with the times of one day."""
    spell = cold_spells.spells_on(session, now=now).get(area_id)
    wanted = session.scalars(_standing([area_id])).all()
    return list(_missing(session, wanted, until, spell, days_ahead, now))


def _standing(area_ids: Collection[int]) -> Select[Need]:
    is_standing = (Need.status == NeedStatus.OPEN) & (Need.recurrence == Recurrence.WHEN_ICY)
    return select(Need).where(is_standing, Need.area_id.in_(list(area_ids))).order_by(Need.id)


def _missing(
    session: Session, wanted: Sequence[Need], until: datetime, spell: ColdSpell | None, days_ahead: int, now: datetime
) -> Iterator[tuple[Need, Windows]]:
    """The days there are until then, but for those that have their occurrence."""
    starts = grouped(session, _starts([need.id for need in wanted], spell))
    for need in wanted:
        known = {local_day(starts_at) for starts_at in starts[need.id]}
        for ahead in range(days_ahead):
            day = local_day(now) + timedelta(days=ahead)
            windows = day_windows(day, need.bands, not_before=now)
            if windows and day not in known and windows[0].start < until:
                yield need, windows


def _starts(need_ids: Iterable[int], spell: ColdSpell | None) -> Select[int, datetime]:
    """Whatever there is of them, but for what an earlier thaw called off."""
    is_of_now = Occurrence.cold_spell_id == (spell.id if spell else None)
    counts = Occurrence.cold_spell_id.is_(None) | is_of_now | (Occurrence.status != OccurrenceStatus.CANCELLED)
    return select(Occurrence.need_id, Occurrence.starts_at).where(among(Occurrence.need_id, need_ids), counts)
