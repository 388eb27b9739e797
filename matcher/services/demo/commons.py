"""What the demo's village shares: where salt is, and what was said and done. Each says of itself that it is made up."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.decisions import State
from matcher.domain.localtime import local_day
from matcher.domain.places import PlaceKind, Stock, UseRule
from matcher.domain.stories import CHECKS, Level
from matcher.services import decisions, places, stories
from matcher.services.decisions import DecisionDraft
from matcher.services.demo.eileen import HILL
from matcher.services.places import PlaceDraft
from matcher.services.stories import StoryDraft
from matcher.services.story_desk import Keeper
from matcher.store.models import Area, Place

_MADE_UP = "(made up)"
# Name, kind, use rule, what is left, metres east and north of the hill.
_PLACES = (
    ("Top of the hill", PlaceKind.GRIT_BIN, "", Stock.HALF, 60, 90),
    ("By the bridge", PlaceKind.GRIT_BIN, "", Stock.EMPTY, -250, -420),
    ("Village salt store", PlaceKind.SALT_STORE, UseRule.ANY_PATH, Stock.FULL, 150, -120),
    ("Shovels at the hall", PlaceKind.SHOVELS, "", Stock.FULL, 180, -140),
    ("The hall", PlaceKind.WARM_SPACE, "", "", 190, -150),
)
_TOLD_AGO, _OUT_AFTER = timedelta(days=13), timedelta(days=2)  # before anybody looked at it
_AGREED_BY = "the parish council (made up)"
_THANKS = (
    "An example, told by nobody: when it froze, a neighbour had cleared the steps before I was up. I had not known "
    "that anyone could be asked."
)
_WORRY = (
    "An example, told by nobody: the bin by the bridge was empty before the second frost, and the salt in it is not "
    "for our path anyway."
)


def share(session: Session, staff_id: int, *, now: datetime) -> None:
    """Places with and without salt on the hill where Eileen lives, two stories, and the answer to one of them."""
    areas = {area.slug: area.id for area in session.scalars(select(Area))}
    every = frozenset(areas.values())
    for name, kind, rule, stock, east, north in _PLACES:
        draft = PlaceDraft(
            kind=kind,
            name=f"{name} {_MADE_UP}",
            where=f"{HILL.easting + east}, {HILL.northing + north}",
            use_rule=rule,
            agreed_by=_AGREED_BY if rule else "",
            stock=stock,
        )
        place_id = places.add_place(session, draft, area_ids=every, staff_id=staff_id, now=now)
    area_id = session.get_one(Place, place_id).area_id
    here = next(slug for slug, found in areas.items() if found == area_id)
    for about, words, level, name in (
        ("thanks", _THANKS, Level.NAMED, "Nobody"),
        ("worry", _WORRY, Level.PUBLIC, ""),
    ):
        told_at = now - _TOLD_AGO
        told = stories.tell_story(session, StoryDraft(words, about, level, here, shown_name=name), now=told_at)
        keeper = Keeper(session, told.story_id, staff_id=staff_id, area_ids=every, now=told_at + _OUT_AFTER)
        keeper.publish([code for code, _ in CHECKS])
    _answer(session, told.reference, here, every, staff_id, now)


def _answer(session: Session, reference: str, here: str, every: frozenset[int], staff_id: int, now: datetime) -> None:
    """What came of the worry that was told."""
    today = local_day(now)
    draft = DecisionDraft(
        title=f"Salt for our own paths {_MADE_UP}",
        said="The salt in the bins runs out, and is for the road only.",
        state=State.DOING,
        area=here,
        looked_by="The parish council (made up)",
        looked_on=today - timedelta(days=9),
        decision="A salt store at the hall that neighbours may use on any path.",
        because="Those who clear paths had nothing to clear them with.",
        decided_on=today - timedelta(days=6),
        disagreed="One member would rather have had a second bin.",
        next_step="Fill it before the next frost.",
        due_on=today + timedelta(days=8),
        is_public=True,
    )
    decision_id = decisions.keep_decision(session, None, draft, staff_id=staff_id, area_ids=every, now=now)
    decisions.link_story(session, decision_id, reference, staff_id=staff_id, area_ids=every, now=now)
