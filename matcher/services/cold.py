"""Cold spells: switched on for an area until a stated time, by the team; and what volunteers agreed to for them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput
from matcher.domain.lifecycle import OccurrenceStatus
from matcher.services import audit, call_up, cold_hints, cold_spells, icy, matches, thaw, warm_checks
from matcher.services.cold_hints import COLOURS, Hint
from matcher.store.models import Area, ColdSpell, Occurrence, Offer, Person

LONGEST = timedelta(days=14)
WORDING_VERSION = 2


@dataclass(frozen=True, slots=True)
class Raised:
    """How much more someone may be asked while it is cold."""

    visits_per_week: int
    asks_per_day: int


# What a volunteer can agree to, by the word that a form sends; `usual` is no more than always.
CHOICES: Mapping[str, Raised | None] = {
    "usual": None,
    "more": Raised(4, 8),
    "daily": Raised(7, 10),
    "most": Raised(14, 12),
}


@dataclass(frozen=True, slots=True)
class AreaWeather:
    """Whether it is cold in an area, and until when; the spell that is on, else the last there was. colour: of the
    bar, by what is told of the weather.
    """

    area_id: int
    slug: str
    name: str
    until: datetime | None
    agreed: int
    spell_id: int | None
    hints: tuple[Hint, ...] = ()
    colour: str = "green"


def start(session: Session, area_id: int, *, until: datetime, actor: str, now: datetime) -> None:
    """It is cold there until then; a spell that is on gets the new end. BadInput for an end that is not ahead.

    What is open there is looked at again, since people may be asked more now; help whenever it is icy gets its days;
    whoever agreed to it is called up, and whoever wishes it is asked whether they are warm. `cold_plans.plan_start`
    says beforehand what this will do.
    """
    check_end(until, now)
    _lock(session, area_id)
    row = {"area_id": area_id, "began_at": now, "ends_at": until, "started_by": actor}
    spell_id = _move_end(session, area_id, until, now)
    if spell_id is None:
        spell_id = session.execute(insert(ColdSpell).values(row).returning(ColdSpell.id)).scalar_one()
    spell = session.get_one(ColdSpell, spell_id, populate_existing=True)
    _look_again(session, area_id, now)
    icy.extend(session, now=now)
    call_up.call_up(session, spell, now=now)
    warm_checks.ask(session, spell, now=now)
    audit.record(session, actor, "started_cold", ("area", area_id), now=now)


def check_end(until: datetime, now: datetime) -> None:
    """BadInput for an end that is not ahead, or too far."""
    if not now < until <= now + LONGEST:
        raise BadInput("The end must be ahead, and within 2 weeks", field="until")


def end(session: Session, area_id: int, *, actor: str, now: datetime) -> None:
    """It is over there: what it opened and nobody took is called off. Twice is once."""
    _lock(session, area_id)
    ended = session.execute(
        update(ColdSpell)
        .where(ColdSpell.area_id == area_id, cold_spells.is_on(now))
        .values(ended_at=now)
        .returning(ColdSpell.id)
    ).scalar()
    if ended is not None:
        audit.record(session, actor, "ended_cold", ("area", area_id), now=now)
    thaw.settle(session, now=now)


def weather(session: Session, area_ids: Collection[int], *, now: datetime) -> tuple[AreaWeather, ...]:
    """Each of these areas: where a source tells of cold first, then where it is on, then by name."""
    on = cold_spells.ends_where_cold(session, now=now)
    found = session.scalars(select(Area).where(Area.id.in_(area_ids)).order_by(Area.name)).all()
    agreed, latest, hints = _agreed(session), _latest(session), cold_hints.hints(session, area_ids, now=now)
    colours = cold_hints.colours(session, area_ids, now=now)
    lines = (
        AreaWeather(
            area_id=a.id,
            slug=a.slug,
            name=a.name,
            until=on.get(a.id),
            agreed=agreed.get(a.id, 0),
            spell_id=latest.get(a.id),
            hints=hints.get(a.id, ()),
            colour=colours[a.id],
        )
        for a in found
    )
    return tuple(sorted(lines, key=lambda line: (not line.hints, not line.until, -COLOURS.index(line.colour))))


def agree(session: Session, person_id: int, choice: str, *, now: datetime) -> None:
    """What they may be asked while it is cold, from now on. BadInput for a choice there is not. Twice is once."""
    if choice not in CHOICES:
        raise BadInput("Select how much we may ask you in snow or ice", field="choice")
    offer = session.scalars(select(Offer).where(Offer.person_id == person_id).with_for_update(key_share=True)).one()
    raised = CHOICES[choice]
    offer.cold_visits_per_week = raised.visits_per_week if raised else None
    offer.cold_asks_per_day = raised.asks_per_day if raised else None
    offer.cold_agreed_at, offer.cold_wording = (now, WORDING_VERSION) if raised else (None, None)
    action = "agreed_cold" if raised else "withdrew_cold"
    fields = ("cold_visits_per_week", "cold_asks_per_day")
    audit.record(session, audit.person(person_id), action, ("offer", offer.id), *fields, now=now)


def agreed_choice(session: Session, person_id: int) -> str:
    """The word for what they agreed to."""
    offer = session.scalars(select(Offer).where(Offer.person_id == person_id)).one()
    visits, asks = offer.cold_visits_per_week, offer.cold_asks_per_day
    agreed = Raised(visits, asks) if visits and asks else None
    return next(word for word, raised in CHOICES.items() if raised == agreed)


def _agreed(session: Session) -> Mapping[int, int]:
    rows = session.execute(
        select(Person.area_id, func.count())
        .join(Offer, Offer.person_id == Person.id)
        .where(Offer.cold_agreed_at.is_not(None))
        .group_by(Person.area_id)
    )
    return {area_id: count for area_id, count in rows}  # noqa: C416 (a Row is not a pair to dict())


def _latest(session: Session) -> Mapping[int, int]:
    rows = session.execute(select(ColdSpell.area_id, func.max(ColdSpell.id)).group_by(ColdSpell.area_id))
    return {area_id: spell_id for area_id, spell_id in rows}  # noqa: C416 (a Row is not a pair to dict())


def _move_end(session: Session, area_id: int, until: datetime, now: datetime) -> int | None:
    return session.execute(
        update(ColdSpell)
        .where(ColdSpell.area_id == area_id, cold_spells.is_on(now))
        .values(ends_at=until)
        .returning(ColdSpell.id)
    ).scalar()


def _lock(session: Session, area_id: int) -> None:
    session.get_one(Area, area_id, with_for_update={"key_share": True})


def _look_again(session: Session, area_id: int, now: datetime) -> None:
    waiting = session.scalars(
        select(Occurrence)
        .where(
            Occurrence.area_id == area_id,
            Occurrence.status == OccurrenceStatus.OPEN,
            Occurrence.considered_at.is_not(None),
        )
        .order_by(Occurrence.id)
        .with_for_update(key_share=True)
    )
    for occurrence in waiting:
        matches.look_again(occurrence, now)
