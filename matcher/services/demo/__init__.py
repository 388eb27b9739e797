"""A made-up Wiltshire for a first look: people, offers and a day of needs; who helps whom is left to the worker.

Nobody in it is real: postcodes are, houses are not, and every person's row is marked. The day is written by the verbs
that pages use, so that a trial shows what a scheme would see; the year before it in bulk (`past`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from matcher.domain.roles import StaffRoleName
from matcher.services import arrangement_changes, audit, needs, regular_page, staff
from matcher.services.demo.commons import share
from matcher.services.demo.heard import hear
from matcher.services.demo.past import remember
from matcher.services.demo.snow import let_it_snow
from matcher.services.demo.volunteers import enlist
from matcher.services.demo.world import World, draw_world
from matcher.store.models import Area, Need, Person

COORDINATOR_EMAIL = "coordinator@example.org"
_LOCK = 6_174_216

Progress = Callable[[int, int], None]  # how many are done, of how many


def fill_once(
    session: Session, *, now: datetime, progress: Progress, is_snow_day: bool = False, has_past: bool = False
) -> bool:
    """Fill the demo if nobody is known yet; True if it was filled now. Two at once fill it once. has_past: with the
    year before this day, too.

    Kinds, areas and postcodes must be there: SetupError if the postcodes of BA and SN are not.
    """
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    if session.scalar(select(Person.id).limit(1)) is not None:
        return False
    world = draw_world(session, now=now)
    total = len(world.helpers) + len(world.asks)
    made_up: set[int] = set()
    with session.no_autoflush:  # each verb flushes what it goes on to read; the rest may be written together
        for done, person_id in enumerate(_make_known(session, world, now), 1):
            made_up.add(person_id)
            progress(done, total)
    session.execute(update(Person).where(Person.id.in_(made_up)).values(is_made_up=True))
    session.flush()
    _arrange_one(session, now)
    roles = frozenset({StaffRoleName.COORDINATOR})
    staff_id = staff.add_staff(session, COORDINATOR_EMAIL, "Demo coordinator", roles, areas=None, now=now)
    share(session, staff_id, now=now)
    hear(session, staff_id, now=now)
    if is_snow_day:
        let_it_snow(session, world, staff_id, now=now)
    if has_past:
        remember(session, world, staff_id, now=now)
    return True


def _arrange_one(session: Session, now: datetime) -> None:
    """The first weekly need that two people could go to has a usual person and one who stands in."""
    everywhere = session.scalars(select(Area.id)).all()
    for need in regular_page.weekly_needs(session, everywhere):
        able = regular_page.read_setting_up(session, need.need_id, everywhere, now=now).choices
        if len(able) > 1:
            usual, stand_in = (choice.person_id for choice in able[:2])
            arrangement_changes.set_up(session, need.need_id, usual, stand_in, actor=audit.SYSTEM, now=now)
            return


def _make_known(session: Session, world: World, now: datetime) -> Iterator[int]:
    """Everyone's id as they come: first who helps, then who asks."""
    for helper in world.helpers:
        yield enlist(session, helper, now=now)
    for ask in world.asks:
        posted = needs.post_need(session, ask, now=now)
        yield session.get_one(Need, posted.need_id).resident_id
