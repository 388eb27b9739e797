"""Ties between neighbours, counted from done visits and never stored: met, met again, grown to more, both ways."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import VisitStatus
from matcher.domain.timewindow import TimeWindow
from matcher.store.models import Need, Occurrence, Visit


@dataclass(frozen=True, slots=True)
class Ties:
    """Of pairs, one who helped and one who was helped, that met in a window.

    pairs = new + those that had met before. again: met there not for the first time. second_kind: went on to a
    second kind of help there. both_ways: people who by then had both given and got, and did one of the two there.
    """

    pairs: int
    new: int
    again: int
    second_kind: int
    both_ways: int


@dataclass(frozen=True, slots=True)
class Sides:
    """People, each counted once: gave only, got only, and both.

    each_other: of both, who helped somebody who helped them; passed_on: who helped only others than those.
    """

    gave: int
    got: int
    each_other: int
    passed_on: int

    @property
    def both(self) -> int:
        """Who had given and got."""
        return self.each_other + self.passed_on

    @property
    def people(self) -> int:
        """Everyone."""
        return self.gave + self.got + self.both


@dataclass(frozen=True, slots=True)
class _Met:
    """Visits of one kind in a pair: the first and the last of them before the end of the window."""

    first: datetime
    last: datetime


def met_at() -> ColumnElement[datetime]:
    """When the two of a visit that was done met: whenever Done was pressed; some come before their time."""
    return func.least(Visit.starts_at, Visit.ended_at)


def count(session: Session, area_ids: Collection[int], window: TimeWindow) -> Ties:
    """What came to be in that window, with what was there before it."""
    pairs = _read(session, area_ids, window.end)
    lately = {pair: kinds for pair, kinds in pairs.items() if any(one.last >= window.start for one in kinds)}
    return Ties(
        pairs=len(lately),
        new=sum(_first(kinds) >= window.start for kinds in lately.values()),
        again=sum(max(one.last for one in kinds) > _first(kinds) for kinds in lately.values()),
        second_kind=sum(_is_grown(kinds, window.start) for kinds in lately.values()),
        both_ways=_sides(pairs, lately).both,
    )


def sides(session: Session, area_ids: Collection[int], window: TimeWindow) -> Sides:
    """Which side of help each stood on who met someone in that window, with what was there before it."""
    pairs = _read(session, area_ids, window.end)
    return _sides(pairs, [pair for pair, kinds in pairs.items() if any(one.last >= window.start for one in kinds)])


def _read(session: Session, area_ids: Collection[int], end: datetime) -> dict[tuple[int, int], list[_Met]]:
    """Each pair that met before then, resident first, with the kinds of help it met for."""
    pairs: defaultdict[tuple[int, int], list[_Met]] = defaultdict(list)
    at = met_at()
    met: Any = session.execute(
        select(
            Need.resident_id,
            Visit.person_id,
            func.min(at),
            func.max(at),
        )
        .join(Occurrence, Occurrence.id == Visit.occurrence_id)
        .join(Need, Need.id == Occurrence.need_id)
        .where(Visit.status == VisitStatus.DONE, at < end, Need.area_id.in_(area_ids))
        .group_by(Need.resident_id, Visit.person_id, Need.kind_slug)
    )
    for resident_id, helper_id, first, last in met:
        pairs[resident_id, helper_id].append(_Met(first, last))
    return pairs


def _first(kinds: Collection[_Met]) -> datetime:
    return min(one.first for one in kinds)


def _is_grown(kinds: Collection[_Met], since: datetime) -> bool:
    firsts = sorted(one.first for one in kinds)
    return len(firsts) > 1 and firsts[1] >= since


def _sides(pairs: Collection[tuple[int, int]], lately: Collection[tuple[int, int]]) -> Sides:
    got, gave = {resident for resident, _ in pairs}, {helper for _, helper in pairs}
    each_other = {resident for resident, helper in pairs if (helper, resident) in pairs}
    people = {person for pair in lately for person in pair}
    both = people & got & gave
    return Sides(
        gave=len(people - got),
        got=len(people - gave),
        each_other=len(both & each_other),
        passed_on=len(both - each_other),
    )
