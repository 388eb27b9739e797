"""An area is closed once nobody and nothing hangs on it: what cannot go to a neighbouring area is named first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput
from matcher.services import borders, cold_spells
from matcher.services.borders import Redrawn
from matcher.store.models import Area, Staff, StaffArea


def check(session: Session, area_id: int, redrawn: Redrawn, *, by: int, now: datetime) -> None:
    """BadInput, with what to do first, while somebody or something would be left in it."""
    name = session.get_one(Area, area_id).name
    left = " ".join(
        (
            *_left_behind(session, area_id, redrawn),
            *_looked_after(session, area_id, by),
            *(
                ["It is cold there: end the cold spell first."]
                if cold_spells.is_cold(session, area_id, now=now)
                else []
            ),
            *(["It is the only one."] if len(borders.standing(session)) == 1 else []),
        )
    )
    if left:
        raise BadInput(f"{name} cannot be closed yet. {left}", field="is_open")


def leave(session: Session, area_id: int) -> None:
    """Whoever still looks after it no longer does."""
    session.execute(delete(StaffArea).where(StaffArea.area_id == area_id))
    session.expire_all()


def _left_behind(session: Session, area_id: int, redrawn: Redrawn) -> Iterator[str]:
    going = [one for one in redrawn.going if one.from_id == area_id]
    people = borders.people_by_area(session)[area_id] - sum(len(one.people) for one in going)
    needs = borders.needs_by_area(session)[area_id] - sum(len(one.needs) for one in going)
    places = borders.places_by_area(session)[area_id] - sum(len(one.places) for one in going)
    if people:
        yield f"No other area reaches {_count(people, 'person', 'people')} there: let a neighbouring one reach further."
    if needs:
        yield f"{_count(needs, 'open request', 'open requests')} would be in no area: let them end, or cancel them."
    if places:
        yield f"No other area reaches {_count(places, 'place', 'places')} there: let one, or take them away at Places."


def _looked_after(session: Session, area_id: int, by: int) -> Iterator[str]:
    others = (
        select(func.count())
        .select_from(StaffArea)
        .join(Staff, Staff.id == StaffArea.staff_id)
        .where(StaffArea.area_id == area_id, Staff.active, Staff.id != by)
    )
    if count := session.execute(others).scalar_one():
        who = "1 other member of the team looks" if count == 1 else f"{count} others of the team look"
        yield f"{who} after it: take it from them at Who works here."


def _count(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
