"""Another word at a door, where somebody who knows the one that stood is not to come there any more."""

from __future__ import annotations

import random
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import EXPECTED
from matcher.services import door_words
from matcher.services.outbox import Owed, owe
from matcher.store import queries
from matcher.store.models import Match, Need, Occurrence, Visit


def give(session: Session, occurrence: Occurrence, *, now: datetime) -> None:
    """Another word for a visit to come: whoever says the old one is not let in. Those who are to meet there by it are
    told again.
    """
    need = session.get_one(Need, occurrence.need_id)
    occurrence.door_word = door_words.next_word(session, need.resident_id, random.SystemRandom(), now=now)
    still = select(Visit).where(Visit.occurrence_id == occurrence.id, Visit.status.in_(EXPECTED)).order_by(Visit.id)
    for visit in session.scalars(still).all():
        is_usual = session.get_one(Match, visit.match_id).arrangement_id is not None
        said = "visit_usual" if is_usual else "visit_held"
        channels = {"resident": (need.resident_id, need.contact)}
        channels["volunteer"] = (visit.person_id, queries.channel_of(session, visit.person_id))
        for who, (person_id, channel) in channels.items():
            thing, anew = ("visit_id", visit.id), f"word:{now:%Y%m%d%H%M%S}"
            owe(session, Owed(f"{said}_{who}", thing, person_id=person_id, channel=channel, occasion=anew), now=now)
