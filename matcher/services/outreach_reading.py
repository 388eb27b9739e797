"""The plan of visits to community groups as pages read it, and which groups somebody has gone to hear."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from matcher.domain.errors import NotFound
from matcher.domain.groups import EVERYONE, GROUP_WORDS, Group, name_of
from matcher.domain.localtime import local_day
from matcher.store.models import Area, OutreachStory, OutreachVisit, Population, Story


@dataclass(frozen=True, slots=True)
class Outing:
    """A visit to a group. is_late: its day is past and nobody has said what was heard. stories: told there."""

    visit_id: int
    who: str
    group: str
    group_name: str
    area: str
    area_slug: str
    place: str
    planned_on: date
    by_whom: str
    made_on: date | None
    heard: str
    follows: str
    is_off: bool
    is_late: bool
    decision_id: int | None
    stories: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """When a group was last visited, and is next to be."""

    made_on: date | None = None
    planned_on: date | None = None


def outings(session: Session, area_ids: Collection[int], *, now: datetime) -> tuple[Outing, ...]:
    """All of these areas that are not called off: the planned ones by day, then those that were made, newest first."""
    stands = OutreachVisit.area_id.in_(area_ids), OutreachVisit.called_off_at.is_(None)
    found = _read(session, _query().where(*stands), now)
    planned = sorted((one for one in found if not one.made_on), key=lambda one: (one.planned_on, one.visit_id))
    made = sorted((one for one in found if one.made_on), key=lambda one: (one.made_on or now.date(), one.visit_id))
    return (*planned, *reversed(made))


def outing(session: Session, visit_id: int, area_ids: Collection[int], *, now: datetime) -> Outing:
    """One of them, called off or not. NotFound if it is of no area of theirs."""
    wanted = OutreachVisit.id == visit_id, OutreachVisit.area_id.in_(area_ids)
    found = _read(session, _query().where(*wanted), now)
    if not found:
        raise NotFound
    return found[0]


def seen(session: Session, area_ids: Collection[int]) -> dict[tuple[str, str], Seen]:
    """(area's slug or nothing, group's key or nothing) -> when somebody went or will go: by each alone and by both."""
    stands = OutreachVisit.area_id.in_(area_ids), OutreachVisit.called_off_at.is_(None)
    rows = session.execute(
        select(
            Area.slug,
            OutreachVisit.group_key,
            func.max(OutreachVisit.made_on),
            func.min(OutreachVisit.planned_on).filter(OutreachVisit.made_on.is_(None)),
        )
        .join(Area, Area.id == OutreachVisit.area_id)
        .where(*stands)
        .group_by(Area.slug, OutreachVisit.group_key)
    )
    found: dict[tuple[str, str], Seen] = {}
    for slug, key, made_on, planned_on in rows:
        for which in {(slug, key), (slug, ""), ("", key)}:
            before = found.get(which, Seen())
            found[which] = Seen(
                max(filter(None, (before.made_on, made_on)), default=None),
                min(filter(None, (before.planned_on, planned_on)), default=None),
            )
    return found


def group_choices(session: Session) -> list[tuple[str, str]]:
    """(key, name) of our groups, and of those that a council counts."""
    others = select(Population.group_key, func.min(Population.group_name)).where(
        Population.group_key != EVERYONE, Population.group_key.not_in([one.value for one in Group])
    )
    theirs = session.execute(others.group_by(Population.group_key).order_by(Population.group_key)).all()
    return [(group.value, GROUP_WORDS[group][0]) for group in Group] + [(key, name) for key, name in theirs]


def finding(found: Collection[Outing]) -> str:
    """How the plan stands, in a sentence."""
    planned, made = [one for one in found if not one.made_on], [one for one in found if one.made_on]
    late = sum(one.is_late for one in planned)
    if not found:
        return "No visit to a group is planned"
    if late:
        return (
            f"{late} visit{'s are' if late > 1 else ' is'} past {'their' if late > 1 else 'its'} day: what was heard?"
        )
    if planned:
        return f"{len(planned)} visit{'s' if len(planned) > 1 else ''} planned, {len(made)} made"
    return f"{len(made)} visit{'s' if len(made) > 1 else ''} made, none planned"


def _query() -> Select[OutreachVisit, Area]:
    return select(OutreachVisit, Area).join(Area, Area.id == OutreachVisit.area_id)


def _read(session: Session, query: Select[OutreachVisit, Area], now: datetime) -> list[Outing]:
    rows = session.execute(query).all()
    names = dict(group_choices(session))
    told = _stories(session, [visit.id for visit, _ in rows])
    today = local_day(now)
    return [
        Outing(
            visit_id=visit.id,
            who=visit.who,
            group=visit.group_key,
            group_name=names.get(visit.group_key, name_of(visit.group_key, visit.group_key) if visit.group_key else ""),
            area=area.name,
            area_slug=area.slug,
            place=visit.place,
            planned_on=visit.planned_on,
            by_whom=visit.by_whom,
            made_on=visit.made_on,
            heard=visit.heard,
            follows=visit.follows,
            is_off=visit.called_off_at is not None,
            is_late=visit.made_on is None and visit.called_off_at is None and visit.planned_on < today,
            decision_id=visit.decision_id,
            stories=tuple(told.get(visit.id, ())),
        )
        for visit, area in rows
    ]


def _stories(session: Session, visit_ids: Collection[int]) -> dict[int, list[tuple[int, str]]]:
    rows = session.execute(
        select(OutreachStory.visit_id, Story.id, Story.reference)
        .join(Story, Story.id == OutreachStory.story_id)
        .where(OutreachStory.visit_id.in_(visit_ids), Story.withdrawn_at.is_(None))
        .order_by(Story.id)
    )
    found: dict[int, list[tuple[int, str]]] = {}
    for visit_id, story_id, reference in rows:
        found.setdefault(visit_id, []).append((story_id, reference))
    return found
