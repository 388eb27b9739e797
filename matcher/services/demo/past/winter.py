"""The cold of last winter: where it was on, who was called up for it and who was asked whether they were warm."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from matcher.domain.kinds import SNOW
from matcher.domain.recurrence import Recurrence
from matcher.domain.replies import WarmAnswer
from matcher.services import audit, cold, warm_checks
from matcher.services.demo.past.messages import write_call_ups
from matcher.services.demo.past.story import Days, Giver, Request
from matcher.services.demo.past.year import spell
from matcher.store.bulk import among, insert_all
from matcher.store.models import ColdSpell, Home, Offer, Person, WarmCheck

_MEANT_TO_LAST = timedelta(hours=2)  # longer than it did
_AGREED_BEFORE = timedelta(days=21)
_ONE_IN_SO_MANY = 2  # of those whose path is cleared wishes to be asked, area by area
_WELL, _NEEDS = 0.7, 0.85


def write_spells(session: Session, requests: Sequence[Request], staff_id: int, days: Days) -> Mapping[int, int]:
    """A spell wherever somebody's path was to be cleared: its id by area."""
    was = spell(days)
    areas = sorted({one.getter.area_id for one in requests if one.recurrence is Recurrence.WHEN_ICY})
    rows = [
        {
            "area_id": area_id,
            "began_at": was.start,
            "ends_at": was.end + _MEANT_TO_LAST,
            "ended_at": was.end,
            "started_by": audit.staff(staff_id),
            "settled_at": was.end,
        }
        for area_id in areas
    ]
    return dict(zip(areas, insert_all(session, ColdSpell, rows), strict=True))


def call_up(session: Session, givers: Sequence[Giver], spells: Mapping[int, int], days: Days) -> None:
    """Every second one of those who cleared snow by then had agreed to be asked more, and was told."""
    was = spell(days)
    agreed_at = was.start - _AGREED_BEFORE
    able = [one for one in givers if SNOW in one.kinds and one.area_id in spells and one.since < agreed_at.date()]
    called = able[::2]
    raised = cold.CHOICES["more"]
    assert raised is not None
    session.execute(
        update(Offer)
        .where(among(Offer.id, (one.offer_id for one in called)), Offer.cold_agreed_at.is_(None))
        .values(
            cold_visits_per_week=raised.visits_per_week,
            cold_asks_per_day=raised.asks_per_day,
            cold_agreed_at=agreed_at,
            cold_wording=cold.WORDING_VERSION,
        ),
        execution_options={"synchronize_session": False},
    )
    write_call_ups(session, spells, called, was.start)


def check_warm(
    session: Session,
    rng: random.Random,
    requests: Sequence[Request],
    spells: Mapping[int, int],
    staff_id: int,
    days: Days,
) -> None:
    """Some of those whose paths were cleared were asked; who needed something was rung."""
    at_home = set(session.scalars(select(Home.person_id)))
    icy = [one.getter for one in requests if one.recurrence is Recurrence.WHEN_ICY and one.getter.person_id in at_home]
    asked = sorted(icy, key=lambda one: (one.area_id, one.person_id))[::_ONE_IN_SO_MANY]
    _agree(session, [one.person_id for one in asked], days)
    rows = [_check(rng, spells[one.area_id], one.person_id, staff_id, days) for one in asked]
    insert_all(session, WarmCheck, rows)


def _agree(session: Session, person_ids: Collection[int], days: Days) -> None:
    session.execute(
        update(Person)
        .where(among(Person.id, person_ids), Person.warm_agreed_at.is_(None))
        .values(warm_agreed_at=spell(days).start - _AGREED_BEFORE, warm_wording=warm_checks.WORDING_VERSION),
        execution_options={"synchronize_session": False},
    )


def _check(rng: random.Random, spell_id: int, person_id: int, staff_id: int, days: Days) -> dict[str, object]:
    asked_at, drawn = spell(days).start, rng.random()
    answer = WarmAnswer.WELL if drawn < _WELL else WarmAnswer.NEEDS if drawn < _NEEDS else None
    answered_at = asked_at + timedelta(minutes=rng.randint(5, 90)) if answer else None
    is_dealt = answer is WarmAnswer.NEEDS and answered_at is not None
    return {
        "cold_spell_id": spell_id,
        "person_id": person_id,
        "asked_at": asked_at,
        "is_to_ring": False,
        "answer": answer,
        "answered_at": answered_at,
        "dealt_at": answered_at + timedelta(minutes=40) if is_dealt and answered_at else None,
        "dealt_by": staff_id if is_dealt else None,
    }
