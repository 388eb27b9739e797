"""What stood around the help of the past: salt and its refills, what the scheme paid, what an area earned, who was
invited and who was heard.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from matcher.domain.groups import Group
from matcher.domain.localtime import at_local
from matcher.domain.places import WITH_SALT, Stock, UseRule
from matcher.domain.worth import CostOf
from matcher.services import invitation_batches, outreach, places, rates
from matcher.services.demo import data
from matcher.services.demo.past.story import Days
from matcher.services.invitation_batches import BatchDraft
from matcher.services.outreach import Keeper, PlanDraft
from matcher.services.places import PlaceDraft
from matcher.store.bulk import insert_rows
from matcher.store.models import (
    Area,
    BatchCount,
    InvitationCount,
    Place,
    Reward,
    SchemeCost,
    StockReport,
    VoiceCount,
)
from matcher.store.models.population import ANSWERED

SOURCE = "Made up for the demo"
HERE = "bradford-on-avon"
_NOON = time(12)
_RUNS_LOW = ((0, Stock.FULL), (30, Stock.HALF), (52, Stock.EMPTY), (56, Stock.FULL))  # days into each round of refills
_ROUND_DAYS = 64
_QUIET_BEFORE = timedelta(days=25)  # of a place: what was said today is left to today
# What, of the year's months or all of them, how much for each area, at what price, out by what share.
_STAFF_HOURS = (12, 12, 10, 6)
_COSTS = (
    (CostOf.STAFF, range(1, 13), Decimal("24.38"), Decimal("0.2")),
    (CostOf.CHECKS, (2, 5, 8, 11), Decimal("21.50"), Decimal(0)),
    (CostOf.SALT, (10, 11, 12, 1), Decimal("95"), Decimal("0.1")),
)
_WOULD_HAVE_BEEN = ("0", "0.1", "0.3")
_SAID = (
    (Group.FROM_65, Group.NO_CAR),
    (Group.FROM_65,),
    (Group.FROM_45,),
    (Group.FROM_45, Group.CARERS),
    (Group.FROM_25, Group.NEW_HERE),
    (Group.FROM_25,),
    (Group.OVER_85,),
)
_MONTHS = 9


def write_around(session: Session, rng: random.Random, staff_id: int, days: Days, *, now: datetime) -> None:
    """All of it."""
    areas = session.execute(select(Area.slug, Area.id).order_by(Area.id)).all()
    ids = {area.slug: area.id for area in areas if area.slug in _towns(session)}
    _write_places(session, staff_id, frozenset(ids.values()), days)
    session.execute(insert_rows(SchemeCost, list(_costs(list(ids.values()), staff_id, days))))
    session.execute(insert_rows(Reward, [_reward(ids[HERE], staff_id, days)]))
    _choose_share(session, staff_id, now)
    _invite(session, rng, staff_id, frozenset(ids.values()), days)
    session.execute(insert_rows(VoiceCount, list(_voices(rng, list(ids.values()), days))))
    _go_round(session, Keeper(staff_id, frozenset(ids.values()), at_local(days.today - timedelta(days=150), _NOON)))


def _towns(session: Session) -> set[str]:
    """Areas in which the demo has people."""
    return {"bradford-on-avon", "trowbridge", "devizes", "marlborough"}


def _write_places(session: Session, staff_id: int, area_ids: frozenset[int], days: Days) -> None:
    """The demo's places have stood there all the time, those of the other towns too; each ran low and was refilled."""
    begins = at_local(days.first, _NOON)
    middles = {one.name: one for one in data.settlements()}
    session.execute(update(Place).values(added_at=begins))
    last = []
    for row in data.places():
        middle = middles[row["settlement"]]
        draft = PlaceDraft(
            kind=row["kind"],
            name=row["name"],
            where=f"{middle.easting + int(row['east'])}, {middle.northing + int(row['north'])}",
            use_rule=UseRule.ANY_PATH if row["agreed"] else "",
            agreed_by=row["agreed"],
        )
        place_id = places.add_place(session, draft, area_ids=area_ids, staff_id=staff_id, now=begins)
        last.append((place_id, row["stock"], at_local(days.today - timedelta(days=int(row["last_ago"])), _NOON)))
    session.flush()
    kinds = {place.id: place.kind for place in session.scalars(select(Place).order_by(Place.id))}
    reports = [_report(id_, kinds[id_], stock, at, staff_id) for id_, stock, at in last]
    salt = [id_ for id_, kind in kinds.items() if kind in WITH_SALT]
    rounds = [
        _report(id_, kinds[id_], stock, at, staff_id)
        for nth, id_ in enumerate(salt)
        for stock, at in _levels(nth * 5, days)
    ]
    session.execute(insert_rows(StockReport, [*rounds, *reports]))


def _levels(offset: int, days: Days) -> Iterator[tuple[Stock, datetime]]:
    for begins in range(offset, (days.today - days.first).days, _ROUND_DAYS):
        for into, stock in _RUNS_LOW:
            if (day := days.first + timedelta(days=begins + into)) <= days.today - _QUIET_BEFORE:
                yield stock, at_local(day, _NOON)


def _report(place_id: int, kind: str, stock: str, at: datetime, staff_id: int) -> dict[str, Any]:
    return {"place_id": place_id, "place_kind": kind, "stock": stock, "said_at": at, "staff_id": staff_id}


def _costs(area_ids: Sequence[int], staff_id: int, days: Days) -> Iterator[dict[str, Any]]:
    for month in _months(days, (days.today - days.first).days // 30):
        spent_on = month.replace(day=3)
        for what, months, pounds, unsure in _COSTS:
            for area_id, hours in zip(area_ids, _STAFF_HOURS, strict=False):
                if spent_on.month in months and spent_on <= days.today:
                    yield {
                        "area_id": area_id,
                        "what": what,
                        "quantity": str(hours if what is CostOf.STAFF else 3 if what is CostOf.CHECKS else 1),
                        "unit_pounds": str(pounds),
                        "unsure": str(unsure),
                        "source": SOURCE,
                        "spent_on": spent_on,
                        "entered_at": at_local(spent_on, _NOON),
                        "entered_by": staff_id,
                    }


def _months(days: Days, count: int) -> list[date]:
    """The first days of so many months, this one last."""
    found = [days.today.replace(day=1)]
    while len(found) < count:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found[::-1]


def _reward(area_id: int, staff_id: int, days: Days) -> dict[str, Any]:
    starts_on, ends_on = days.today - timedelta(days=210), days.today - timedelta(days=120)
    return {
        "area_id": area_id,
        "what": "a bench at the foot of the hill (made up)",
        "visits_wanted": 60,
        "starts_on": starts_on,
        "set_at": at_local(starts_on, _NOON),
        "set_by": staff_id,
        "ends_on": ends_on,
        "ended_at": at_local(ends_on, _NOON),
        "ended_by": staff_id,
        "is_given": True,
    }


def _choose_share(session: Session, staff_id: int, now: datetime) -> None:
    """What would have been given without the scheme, as somebody guessed it."""
    before = rates.chosen(session)
    if before is not None:
        least, central, most = (Decimal(share) for share in _WOULD_HAVE_BEEN)
        shares = {"anyway_least": least, "anyway_central": central, "anyway_most": most, "anyway_source": SOURCE}
        rates.choose(session, replace(before, **shares), staff_id=staff_id, now=now)  # type: ignore[arg-type]


def _invite(session: Session, rng: random.Random, staff_id: int, area_ids: frozenset[int], days: Days) -> None:
    """Posters at a library, and cards that neighbours passed on: how many pressed what, month by month."""
    draft = BatchDraft(
        title="Library, spring (made up)",
        channel="poster",
        connector="Your neighbours in the demo",
        because="this is an example, and nobody has seen this poster",
        area=HERE,
        copies="40",
    )
    made_at = at_local(days.today - timedelta(days=200), _NOON)
    pile = invitation_batches.make_batch(session, draft, area_ids=area_ids, staff_id=staff_id, now=made_at)
    counts = [
        (month, channel, choice, rng.randint(1, 6))
        for month in _months(days, 7)[:-1]
        for channel in ("poster", "neighbour")
        for choice in ("ask", "offer", "read")
    ]
    by_channel = [{"month": m, "channel": way, "choice": choice, "count": n} for m, way, choice, n in counts]
    of_pile = [
        {"invitation_id": pile, "month": m, "choice": choice, "count": n}
        for m, way, choice, n in counts
        if way == "poster"
    ]
    session.execute(insert_rows(InvitationCount, by_channel))
    session.execute(insert_rows(BatchCount, of_pile))


def _voices(rng: random.Random, area_ids: Sequence[int], days: Days) -> Iterator[dict[str, Any]]:
    """What people said of themselves in the months before this one. Nobody of those who work nights."""
    counts: Counter[tuple[date, int, str, str]] = Counter()
    for month in _months(days, _MONTHS + 1)[:-1]:
        for area_id in area_ids:
            for choice in ("ask", "offer"):
                for _ in range(rng.randint(1, 4)):
                    for group in (ANSWERED, *rng.choice(_SAID)):
                        counts[month, area_id, choice, group] += 1
    for (month, area_id, choice, group), count in counts.items():
        yield {"month": month, "area_id": area_id, "choice": choice, "group_key": group, "count": count}


def _go_round(session: Session, by: Keeper) -> None:
    """A lunch club was visited, and what it said became a record to be answered."""
    day = by.now.date()
    who = "The demo coordinator (made up)"
    club = PlanDraft("The lunch club (made up)", "trowbridge", who, day, "The hall, at noon", Group.OVER_85)
    heard = (
        "An example, told by nobody: we would help too, sitting down. Nobody has asked us to ring anyone, and we have "
        "all afternoon."
    )
    outreach.note_heard(session, outreach.plan_visit(session, None, club, by), heard, "Ask them to ring.", day, by)
