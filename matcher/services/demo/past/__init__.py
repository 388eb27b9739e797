"""The year and more before the demo's day: what was asked for, who came, what grew of it and what was made of it.

Drawn first, by one seed and the day it is, and then written in bulk, each table in a statement, so that a start does
not wait for it. All that can be counted is counted from its rows, as from those of a scheme that lived through it.
"""

from __future__ import annotations

import random
from datetime import datetime

from sqlalchemy.orm import Session

from matcher.domain.localtime import local_day
from matcher.services.demo.past import around, growth, heard, messages, who, winter, writing
from matcher.services.demo.past.story import Days
from matcher.services.demo.past.year import draw_year
from matcher.services.demo.world import SEED, World


def remember(session: Session, world: World, staff_id: int, *, now: datetime) -> None:
    """Write the past of the people who are known. Everything in it is over; nothing is owed to anyone."""
    rng = random.Random(SEED)  # noqa: S311 (made-up people are no secret)
    days = Days(local_day(now))
    kinds, givers = who.read_kinds(session), who.read_givers(session, days)
    requests = draw_year(rng, givers, who.draw_getters(session, rng, world.earlier, days, now=now), kinds, days)
    spells = winter.write_spells(session, requests, staff_id, days)
    written = writing.write_help(session, rng, requests, spells, staff_id)
    winter.call_up(session, givers, spells, days)
    winter.check_warm(session, rng, requests, spells, staff_id, days)
    messages.write_messages(session, written, givers, now=now)
    growth.write_growth(session, rng, written.visits, staff_id, now=now)
    growth.write_informal(session, rng, givers, kinds, days)
    around.write_around(session, rng, staff_id, days, now=now)
    heard.write_heard(session, staff_id, days)
    session.flush()
