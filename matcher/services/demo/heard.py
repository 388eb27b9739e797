"""Whom the demo's scheme has heard, and whom not: each sheet, visit and card says of itself that it is made up."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.localtime import local_day
from matcher.services import imports, invitation_batches, invitations, outreach, voices
from matcher.services.demo import data
from matcher.services.invitation_batches import BatchDraft
from matcher.services.outreach import Keeper, PlanDraft
from matcher.services.taken_in import Importer
from matcher.store.models import Area

HERE = "bradford-on-avon"
# How often, after what, where, and what was said: of those who work nights nobody, of the young fewer than live here.
_SAID = (
    (9, "offer", HERE, ("65_to_84",)),
    (7, "offer", "trowbridge", ("45_to_64",)),
    (7, "ask", HERE, ("65_to_84", "no_car")),
    (6, "ask", "devizes", ("85_or_over", "no_car")),
    (5, "story", HERE, ("45_to_64", "carers")),
    (3, "offer", "marlborough", ("under_25",)),
    (3, "ask", "trowbridge", ("25_to_44", "new_here")),
)
_PRESSED = (("offer", 7), ("ask", 5), ("read", 6))
_HEARD = (
    "An example, told by nobody: the tap at the wharf freezes first, and we carry water along a towpath that nobody "
    "grits. We did not know that this was for us too."
)


def hear(session: Session, staff_id: int, *, now: datetime) -> None:
    """How many live here, what some said of themselves, a visit to a group and one to come, and a pile of postcards."""
    every = frozenset(session.scalars(select(Area.id)))
    _load_population(session, Importer(staff_id, every), now)
    _count_voices(session, now)
    _visit(session, Keeper(staff_id, every, now))
    _invite(session, staff_id, every, now)


def _load_population(session: Session, who: Importer, now: datetime) -> None:
    key = "population".zfill(22)
    imports.try_out(session, key, "population", data.POPULATION_FILE, data.population(), who, now=now)
    imports.confirm(session, key, who, now=now)


def _count_voices(session: Session, now: datetime) -> None:
    each = ((choice, area, groups) for times, choice, area, groups in _SAID for _ in range(times))
    for nth, (choice, area, groups) in enumerate(each):
        voices.count_voice(session, choice, area, groups, f"{nth:022}", now=now)


def _visit(session: Session, by: Keeper) -> None:
    """One group that nobody is asked about was visited; those of whom nobody was heard are to be."""
    today = local_day(by.now)
    who, made_on = "The demo coordinator (made up)", today - timedelta(days=12)
    boats = PlanDraft("Boats at the wharf (made up)", HERE, who, made_on, "The wharf, after breakfast", "boat dwellers")
    follows = "Ask the parish about the towpath."
    outreach.note_heard(session, outreach.plan_visit(session, None, boats, by), _HEARD, follows, made_on, by)
    soon = today + timedelta(days=6)
    nights = PlanDraft("The night shift (made up)", "trowbridge", who, soon, "The depot, 5am", "night_workers")
    outreach.plan_visit(session, None, nights, by)


def _invite(session: Session, staff_id: int, every: frozenset[int], now: datetime) -> None:
    """Postcards, and how many pressed what on the page that their code leads to."""
    draft = BatchDraft(
        title="Post office, winter (made up)",
        channel="postcard",
        connector="Your neighbours in the demo",
        because="this is an example, and nobody was sent this card",
        area=HERE,
        copies="400",
    )
    batch_id = invitation_batches.make_batch(session, draft, area_ids=every, staff_id=staff_id, now=now)
    code = invitation_batches.batch(session, batch_id, every).code
    for choice, times in _PRESSED:
        for _ in range(times):
            invitations.choose(session, code, choice, now=now)
