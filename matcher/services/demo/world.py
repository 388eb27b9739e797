"""Everyone in the demo before they are known: the same people for the same seed and postcodes, whatever the day."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from matcher.domain.localtime import local_day
from matcher.services.demo import data, eileen
from matcher.services.demo.cast import Cast, postcodes_of
from matcher.services.demo.data import Settlement, Wish
from matcher.services.demo.day import need_draft
from matcher.services.demo.volunteers import Helper, draw_helper
from matcher.services.needs import NeedDraft
from matcher.services.people import PersonDraft

SEED = 1887
_VOLUNTEERS_TO_ONE = 5  # who asked before, and not today
_CONTACTS = ("text", "phone", "email", "text")


@dataclass(frozen=True, slots=True)
class World:
    """Everyone who will be made known, in order, and what they ask for. earlier: who asked before, and not today."""

    helpers: tuple[Helper, ...]
    asks: tuple[NeedDraft, ...]
    earlier: tuple[PersonDraft, ...] = ()


def draw_world(session: Session, *, now: datetime) -> World:
    """The demo's people at postcodes that are loaded. Only dates follow `now`. SetupError without BA and SN."""
    rng = random.Random(SEED)  # noqa: S311 (made-up people are no secret)
    cast = Cast(rng)
    hill = postcodes_of(session, eileen.HILL)
    helpers = eileen.neighbours(cast, hill)
    asks = [eileen.clear_the_path(cast, hill[0])]
    wishes = _by_settlement(data.wishes())
    near: dict[Settlement, list[str]] = {}
    for settlement in data.settlements():
        postcodes = [code for code in postcodes_of(session, settlement) if code not in hill]
        local = _draw_helpers(rng, cast, settlement, postcodes, now)
        asks += _draw_asks(cast, wishes[settlement.name], local, postcodes, now)
        helpers += local
        near[settlement] = [helper.offer.person.postcode for helper in local]
    return World(tuple(helpers), tuple(asks), tuple(_draw_earlier(cast, near)))


def _draw_helpers(
    rng: random.Random, cast: Cast, settlement: Settlement, postcodes: Sequence[str], now: datetime
) -> list[Helper]:
    today = local_day(now)
    people = (cast.volunteer(postcodes) for _ in range(settlement.volunteers))
    return [draw_helper(rng, person, settlement.nobody_does, today=today) for person in people]


def _draw_asks(
    cast: Cast, wishes: Sequence[Wish], local: Sequence[Helper], postcodes: Sequence[str], now: datetime
) -> list[NeedDraft]:
    known = {f"v{number}": helper.offer.person for number, helper in enumerate(local, 1)}
    for wish in wishes:
        if wish.who not in known:
            known[wish.who] = cast.resident(postcodes, wish.contact)
    return [need_draft(wish, known[wish.who], now=now) for wish in wishes]


def _draw_earlier(cast: Cast, codes: Mapping[Settlement, Sequence[str]]) -> Iterator[PersonDraft]:
    """Neighbours of volunteers. Drawn last, so that everybody else is as they would be without them."""
    for settlement, postcodes in codes.items():
        for nth in range(round(settlement.volunteers / _VOLUNTEERS_TO_ONE)):
            yield cast.resident(postcodes, _CONTACTS[nth % len(_CONTACTS)])


def _by_settlement(wishes: Sequence[Wish]) -> Mapping[str, list[Wish]]:
    found: defaultdict[str, list[Wish]] = defaultdict(list)
    for wish in wishes:
        found[wish.settlement].append(wish)
    return found
