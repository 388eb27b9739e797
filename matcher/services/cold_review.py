"""A cold spell on one page, while it is on and after: what was asked, what was met and on time, who was warm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matcher.domain.errors import NotFound
from matcher.domain.lifecycle import OccurrenceStatus, VisitStatus
from matcher.domain.replies import WarmAnswer
from matcher.services import call_up, warm_checks
from matcher.services.warm_checks import WarmRow
from matcher.store.models import Area, ColdSpell, KindRow, Match, Need, Notification, Occurrence, Visit

ON_ITS_OWN = "Whenever it is icy"
EARLIER_SHOWN = 20


@dataclass(frozen=True, slots=True)
class HelpRow:
    """One sort of help. met = on_time + late; asked = met + unmet + called_off + open."""

    what: str
    asked: int
    met: int
    on_time: int
    unmet: int
    called_off: int
    open: int

    @property
    def late(self) -> int:
        """Done, but marked after the times that suited the resident."""
        return self.met - self.on_time


@dataclass(frozen=True, slots=True)
class ColdReview:
    """The page. ended_at is None while it is on. to_first_yes: the median, of what anybody said yes to."""

    spell_id: int
    area_id: int
    area: str
    began_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    rows: tuple[HelpRow, ...]
    total: HelpRow
    called_up: int
    people_asked: int
    people_said_yes: int
    to_first_yes: timedelta | None
    warm: tuple[WarmRow, ...]
    warm_well: int
    warm_needs: int
    earlier: tuple[tuple[int, datetime], ...]


def read(session: Session, spell_id: int, *, area_ids: Collection[int], now: datetime) -> ColdReview:
    """The spell as things stand. NotFound if it is of no area of theirs."""
    spell = session.get(ColdSpell, spell_id)
    if spell is None or spell.area_id not in area_ids:
        raise NotFound
    rows = _rows(_asked_for(session, spell), session)
    warm = warm_checks.rows(session, spell_id)
    answers = Counter(row.answer for row in warm)
    asked, yes, waits = _answers(session, spell)
    over = spell.ended_at or (spell.ends_at if spell.ends_at <= now else None)
    return ColdReview(
        spell_id=spell.id,
        area_id=spell.area_id,
        area=session.get_one(Area, spell.area_id).name,
        began_at=spell.began_at,
        ends_at=spell.ends_at,
        ended_at=over,
        rows=rows,
        total=_sum(rows),
        called_up=_count_called_up(session, spell),
        people_asked=asked,
        people_said_yes=yes,
        to_first_yes=timedelta(seconds=median(wait.total_seconds() for wait in waits)) if waits else None,
        warm=tuple(warm),
        warm_well=answers[WarmAnswer.WELL],
        warm_needs=answers[WarmAnswer.NEEDS],
        earlier=_earlier(session, spell),
    )


def _asked_for(session: Session, spell: ColdSpell) -> Sequence[tuple[Occurrence, str]]:
    """What it opened itself, and what else was asked for there while it was on, with the name of its sort."""
    over = spell.ended_at or spell.ends_at
    of_it = Occurrence.cold_spell_id == spell.id
    meanwhile = Occurrence.cold_spell_id.is_(None) & Occurrence.open_since.between(spell.began_at, over)
    found = session.execute(
        select(Occurrence, KindRow.name)
        .join(Need, Need.id == Occurrence.need_id)
        .join(KindRow, KindRow.slug == Need.kind_slug)
        .where(Occurrence.area_id == spell.area_id, of_it | meanwhile)
        .order_by(KindRow.position, Occurrence.id)
    )
    return [(one, ON_ITS_OWN if one.cold_spell_id else name) for one, name in found]


def _rows(asked_for: Sequence[tuple[Occurrence, str]], session: Session) -> tuple[HelpRow, ...]:
    on_time = _on_time(session, [one.id for one, _ in asked_for])
    names = sorted(dict.fromkeys(what for _, what in asked_for), key=lambda what: what != ON_ITS_OWN)
    return tuple(_row(what, [one for one, other in asked_for if other == what], on_time) for what in names)


def _row(what: str, mine: Sequence[Occurrence], on_time: Collection[int]) -> HelpRow:
    counts = Counter(one.status for one in mine)
    return HelpRow(
        what=what,
        asked=len(mine),
        met=counts[OccurrenceStatus.DONE],
        on_time=sum(one.status is OccurrenceStatus.DONE and one.id in on_time for one in mine),
        unmet=counts[OccurrenceStatus.UNMET],
        called_off=counts[OccurrenceStatus.CANCELLED],
        open=counts[OccurrenceStatus.OPEN] + counts[OccurrenceStatus.FILLED],
    )


def _sum(rows: Sequence[HelpRow]) -> HelpRow:
    fields = ("asked", "met", "on_time", "unmet", "called_off", "open")
    return HelpRow("Together", **{field: sum(getattr(row, field) for row in rows) for field in fields})


def _on_time(session: Session, occurrence_ids: Collection[int]) -> Collection[int]:
    """Those of which somebody had marked a visit as done before the times that suited the resident were over."""
    return set(
        session.scalars(
            select(Occurrence.id)
            .join(Visit, Visit.occurrence_id == Occurrence.id)
            .where(
                Occurrence.id.in_(occurrence_ids),
                Visit.status == VisitStatus.DONE,
                Visit.ended_at <= Occurrence.ends_at,
            )
        )
    )


def _answers(session: Session, spell: ColdSpell) -> tuple[int, int, list[timedelta]]:
    """For what it opened: how many people were asked, how many said yes, and how long each first yes took."""
    of_it = Occurrence.cold_spell_id == spell.id
    asked = session.scalars(
        select(func.count(Match.person_id.distinct()))
        .join(Occurrence, Occurrence.id == Match.occurrence_id)
        .where(of_it)
    ).one()
    held: Any = (
        select(Visit.person_id, Visit.occurrence_id, Visit.held_at - Occurrence.open_since)
        .join(Occurrence, Occurrence.id == Visit.occurrence_id)
        .where(of_it)
        .order_by(Visit.held_at)
    )
    first: dict[int, timedelta] = {}
    people = set()
    for person_id, occurrence_id, wait in session.execute(held):
        people.add(person_id)
        first.setdefault(occurrence_id, wait)
    return asked, len(people), list(first.values())


def _count_called_up(session: Session, spell: ColdSpell) -> int:
    told = (Notification.template == call_up.TEMPLATE) & (Notification.cold_spell_id == spell.id)
    return session.scalars(select(func.count(Notification.person_id.distinct())).where(told)).one()


def _earlier(session: Session, spell: ColdSpell) -> tuple[tuple[int, datetime], ...]:
    before = (
        select(ColdSpell.id, ColdSpell.began_at)
        .where(ColdSpell.area_id == spell.area_id, ColdSpell.began_at < spell.began_at)
        .order_by(ColdSpell.began_at.desc())
        .limit(EARLIER_SHOWN)
    )
    return tuple((spell_id, began_at) for spell_id, began_at in session.execute(before))
