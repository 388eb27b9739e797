"""What the made-up volunteers offer, and which of their checks have been seen."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlalchemy.orm import Session

from matcher.domain.availability import PATTERNS
from matcher.domain.geo import TravelMode
from matcher.domain.localtime import local_day
from matcher.domain.motives import Motive
from matcher.domain.traits import Trait
from matcher.services import motives, offer_changes, offers
from matcher.services.offers import OfferDraft
from matcher.services.outbox import drop_pending
from matcher.services.people import PersonDraft

_T = TypeVar("_T")

ID_CHECKS = frozenset({"id_seen", "reference"})
DBS = "dbs_adults"
LICENCE = "licence_seen"
_LASTS = {DBS: timedelta(days=3 * 365), LICENCE: timedelta(days=365)}

# Of a hundred volunteers, how many would do each.
_WOULD_DO = {"snow": 60, "errand": 50, "prescription": 45, "garden": 35, "call": 30, "indoor": 22}
_DRIVERS_WHO_LIFT = 0.6
_TIMES = {"weekday_daytimes": 28, "evenings": 17, "weekends": 17, "choose": 23, "any": 15}
_TRAVEL = {TravelMode.CAR: 50, TravelMode.FOOT: 36, TravelMode.BIKE: 14}
_MINUTES = {10: 30, 20: 40, 30: 22, 45: 8}
_PER_WEEK: dict[int | None, int] = {None: 30, 1: 25, 2: 27, 4: 18}

# Of those who say why they help, how many give each reason.
_SAY_WHY = 0.45
_WHY = {
    Motive.LIVES_HERE: 0.6,
    Motive.WAS_HELPED: 0.25,
    Motive.MEET_PEOPLE: 0.35,
    Motive.GET_OUT: 0.2,
    Motive.BELIEFS: 0.15,
    Motive.SKILL: 0.1,
    Motive.WAS_ASKED: 0.3,
}


@dataclass(frozen=True, slots=True)
class Helper:
    """A volunteer before they are known: the offer, the day they joined, checks with the day each was seen, and what
    they told of themselves.
    """

    offer: OfferDraft
    joined_days_ago: int
    seen_days_ago: tuple[tuple[str, int], ...] = ()
    traits: frozenset[Trait] = frozenset()


def draw_helper(rng: random.Random, person: PersonDraft, nobody_does: str, *, today: date) -> Helper:
    """Someone with kinds, times, reach, limit and checks of their own; the rng is used alike whatever the day."""
    mode = _one_of(rng, _TRAVEL)
    checks = _draw_checks(rng, mode)
    pattern = _one_of(rng, _TIMES)
    boxes = frozenset(rng.sample(sorted(PATTERNS["any"]), rng.randint(4, 10)))
    offer = OfferDraft(
        kinds=_draw_kinds(rng, mode) - {nobody_does} or frozenset({"snow"}),
        pattern=pattern,
        times=boxes if pattern == "choose" else frozenset(),
        travel_mode=mode,
        travel_minutes=_one_of(rng, _MINUTES),
        person=person,
        has_promised=True,
        away=_draw_away(rng, today),
        visits_per_week=_one_of(rng, _PER_WEEK),
    )
    drawn = rng.randint(3, 330)
    seen = [(name, rng.randint(0, drawn)) for name in checks]
    return Helper(offer, _joined_ago(drawn), tuple((name, _seen_ago(name, drawn, days)) for name, days in seen))


def enlist(session: Session, helper: Helper, *, now: datetime) -> int:
    """Make the offer as on the day they joined, and record what was seen of them since; the person's id."""
    made = offers.make_offer(session, helper.offer, now=now - timedelta(days=helper.joined_days_ago))
    drop_pending(session, person_id=made.person_id, now=now)  # they were welcomed when they joined
    if helper.traits:
        offer_changes.change_traits(session, made.person_id, helper.traits, now=now)
    if why := _draw_why(helper.offer.person.phone):
        motives.tell(session, made.person_id, why, now=now)
    for name, days_ago in helper.seen_days_ago:
        seen_on = local_day(now) - timedelta(days=days_ago)
        lasts = _LASTS.get(name)
        expires_on = seen_on + lasts if lasts else None
        offers.record_check(session, made.person_id, name, seen_on, expires_on=expires_on, now=now)
    return made.person_id


def _joined_ago(days: int) -> int:
    """Stretched over the sixteen months to which the demo's past goes back."""
    return days * 3 // 2


def _seen_ago(name: str, joined: int, days: int) -> int:
    """In the first weeks of theirs; a licence is looked at each year, so that what holds today was seen within it."""
    return days if name == LICENCE else _joined_ago(joined) - (joined - days) // 6


def _draw_kinds(rng: random.Random, mode: TravelMode) -> frozenset[str]:
    kinds = {kind for kind, share in _WOULD_DO.items() if rng.random() * 100 < share}
    if rng.random() < _DRIVERS_WHO_LIFT and mode is TravelMode.CAR:
        kinds.add("lift")
    return frozenset(kinds or {"snow"})


def _draw_checks(rng: random.Random, mode: TravelMode) -> Sequence[str]:
    """Six in ten have shown who they are; of them two in three have a DBS check, and most drivers a licence."""
    known, dbs, licence = rng.random() < 0.62, rng.random() < 0.65, rng.random() < 0.85
    if not known:
        return ()
    further = ((DBS, dbs), (LICENCE, licence and mode is TravelMode.CAR))
    return (*sorted(ID_CHECKS), *(name for name, is_seen in further if is_seen))


def _draw_away(rng: random.Random, today: date) -> tuple[tuple[date, date], ...]:
    chance, starts, days = rng.random(), rng.randint(0, 20), rng.randint(2, 13)
    first = today + timedelta(days=starts)
    return ((first, first + timedelta(days=days)),) if chance < 0.06 else ()


def _draw_why(phone: str) -> frozenset[Motive]:
    """Their reasons, or none, drawn by their number: the rng that all else is drawn by is used as before."""
    rng = random.Random(phone)  # noqa: S311 (made-up people are no secret)
    if rng.random() >= _SAY_WHY:
        return frozenset()
    return frozenset(motive for motive, share in _WHY.items() if rng.random() < share)


def _one_of(rng: random.Random, shares: dict[_T, int]) -> _T:
    return rng.choices(list(shares), list(shares.values()))[0]
