"""The scheme's door words: those of the release, without those that the team took out, with those that it put in.

A visit keeps the word that it was given. The next word of a resident is none of those of their last quarter of a year.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from matcher.domain import doorwords
from matcher.domain.errors import BadInput
from matcher.domain.lifecycle import OccurrenceStatus
from matcher.services import settings
from matcher.services.setting_changes import differences
from matcher.services.settings import DOOR_WORDS, Preview
from matcher.store.models import DoorWord, Need, Occurrence

MOST_AT_ONCE = 20
NOT_AGAIN_FOR = timedelta(days=90)
_TO_COME = (OccurrenceStatus.OPEN, OccurrenceStatus.FILLED)


@dataclass(frozen=True, slots=True)
class WordsTyped:
    """What somebody of the team would take out and put in, as it was typed: words with anything between them."""

    out: str
    into: str


def standing(session: Session) -> frozenset[str]:
    """The words that visits are given from now on."""
    set_here = dict(session.execute(select(DoorWord.word, DoorWord.is_in)).all())
    put_in = {word for word, is_in in set_here.items() if is_in}
    return frozenset((set(doorwords.WORDS) - set_here.keys()) | put_in)


def next_word(session: Session, resident_id: int, random: Random, *, now: datetime) -> str:
    """A word for a visit to this resident, in capitals: one that they have not had lately, nor have ahead."""
    had = (
        select(Occurrence.door_word)
        .join(Need, Need.id == Occurrence.need_id)
        .where(Need.resident_id == resident_id, Occurrence.starts_at > now - NOT_AGAIN_FOR)
    )
    words = standing(session)
    fresh = words - {word.lower() for word in session.scalars(had)}
    return doorwords.pick(random, fresh or words)


def preview(session: Session, typed: WordsTyped) -> Preview:
    """What would change, and whom it touches. BadInput, with its field, for a word that may not stand on the list or is
    not there, for too many at once, and for too few that stay.
    """
    words = standing(session)
    out, into = _out(typed, words), _into(typed, words)
    left = len(words) - len(out) + len(into)
    if left < doorwords.FEWEST:
        raise BadInput(f"At least {doorwords.FEWEST} words must stay: put some in first", field="out")
    parts = (f"{', '.join(words_)} {how}" for words_, how in ((out, "taken out"), (into, "put in")) if words_)
    after = "; ".join((f"{left} words", *parts))
    return Preview(differences([(DOOR_WORDS, "Door words", f"{len(words)} words", after)]), _touched(session, out))


def change(session: Session, typed: WordsTyped, looked_at: str, *, staff_id: int, now: datetime) -> None:
    """Take them out and put them in. Conflict if that would change other things by now than those looked at."""
    changes = settings.looked_at(session, lambda: preview(session, typed), looked_at)
    if changes:
        _set(session, _read(typed.out, "out"), _read(typed.into, "into"), staff_id=staff_id, now=now)
        settings.keep(session, changes, staff_id=staff_id, now=now)


def _set(session: Session, out: list[str], into: list[str], *, staff_id: int, now: datetime) -> None:
    for is_in, words in ((False, out), (True, into)):
        for word in words:
            row = {"word": word, "is_in": is_in, "set_by": staff_id, "set_at": now}
            session.execute(insert(DoorWord).values(row).on_conflict_do_update(index_elements=["word"], set_=row))


def _out(typed: WordsTyped, words: frozenset[str]) -> list[str]:
    out = _read(typed.out, "out")
    missing = [word for word in out if word not in words]
    if missing:
        raise BadInput(f"“{missing[0]}” is not on the list", field="out")
    return out


def _into(typed: WordsTyped, words: frozenset[str]) -> list[str]:
    """A word taken out by the same press is in nobody's way."""
    into, others = _read(typed.into, "into"), set(words - set(_read(typed.out, "out")))
    for word in into:
        if why := doorwords.refusal(word, others):
            raise BadInput(why, field="into")
        others.add(word)
    return into


def _read(typed: str, field: str) -> list[str]:
    found = list(dict.fromkeys(word.lower() for word in re.split(r"[\s,;.]+", typed) if word))
    if len(found) > MOST_AT_ONCE:
        raise BadInput(f"Change at most {MOST_AT_ONCE} words at once", field=field)
    return found


def _touched(session: Session, out: list[str]) -> tuple[str, ...]:
    given = select(func.count()).where(
        Occurrence.status.in_(_TO_COME), Occurrence.door_word.in_([word.upper() for word in out])
    )
    count = session.scalar(given) if out else 0
    if not count:
        return ("Visits keep the word that they have; those that are asked for from now on are given one of these.",)
    has = "1 visit to come has" if count == 1 else f"{count:,} visits to come have"
    keeps = "keeps" if count == 1 else "keep"
    return (f"{has} a word that is taken out, and {keeps} it: it is on paper and in messages.",)
