"""How many people live where, by group: loaded from the council's file, each figure with its source and its day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from matcher.domain import groups
from matcher.domain.errors import BadInput
from matcher.domain.groups import EVERYONE
from matcher.domain.localtime import local_day
from matcher.domain.wording import clean_line
from matcher.services.plan.cells import whole_number
from matcher.services.plan.times import a_day
from matcher.services.spreadsheets import Row
from matcher.services.taken_in import Importer, Kind, Taken
from matcher.store.models import Area, Population

NAME_LENGTH, SOURCE_LENGTH = 60, 160
MOST_PEOPLE = 10_000_000


def _add(session: Session, row: Row, who: Importer, now: datetime) -> Taken:
    """Keep the figure, in place of an earlier one of the same area and group."""
    area = _area(session, row, who)
    people = row.read("people", whole_number(0, MOST_PEOPLE, "people"))
    counted_on = row.read("counted_on", _past_day(local_day(now)))
    with row.noting():
        name = clean_line(row.text("group"), NAME_LENGTH, noun="The group", field="group")
        source = clean_line(row.text("source"), SOURCE_LENGTH, noun="The source", field="source")
    if not source:
        row.read("source", _something)
    if not row.is_good or area is None or people is None or counted_on is None:
        raise BadInput
    key = groups.key_of(name)
    row.refuse_twin("group", (area.id, key))
    figures = {
        "group_name": groups.name_of(key, name),
        "people": people,
        "source": source,
        "counted_on": counted_on,
        "loaded_at": now,
        "staff_id": who.staff_id,
    }
    is_new = session.get(Population, (area.id, key)) is None
    session.execute(
        insert(Population)
        .values(area_id=area.id, group_key=key, **figures)
        .on_conflict_do_update(index_elements=["area_id", "group_key"], set_=figures)
    )
    _refuse_more_than_everyone(session, row, area)
    told = f"{people:,} people, {source}, {counted_on:%-d %B %Y}"
    return Taken(f"{groups.name_of(key, name)}, {area.name}", told, is_new=is_new)


def _area(session: Session, row: Row, who: Importer) -> Area | None:
    """One of theirs, by its name or its short name."""
    typed = row.text("area").casefold()
    theirs = session.scalars(select(Area).where(Area.id.in_(who.area_ids)).order_by(Area.name)).all()
    found = next((area for area in theirs if typed in (area.slug, area.name.casefold())), None)
    if found is None:
        row.refuse("area", f"one of your areas: {', '.join(area.name for area in theirs)}")
    return found


def _past_day(today: date) -> Callable[[str], date]:
    def read(text: str) -> date:
        day = a_day(text)
        if day > today:
            raise ValueError("a day that is not in the future")
        return day

    return read


def _something(_text: str) -> str:
    raise ValueError("where the figure is from, such as Census 2021, table TS007")


def _refuse_more_than_everyone(session: Session, row: Row, area: Area) -> None:
    """No group is larger than everyone together."""
    here = select(Population.people).where(Population.area_id == area.id)
    everyone = session.scalar(here.where(Population.group_key == EVERYONE))
    largest = session.scalar(select(func.max(here.where(Population.group_key != EVERYONE).subquery().c.people)))
    if everyone is not None and largest is not None and largest > everyone:
        row.refuse("people", f"no group larger than everyone in {area.name}: {largest:,} of {everyone:,}")
        raise BadInput


POPULATION = Kind(required=("area", "group", "people", "source", "counted_on"), optional=(), add=_add, most_rows=2_000)
