"""The messages of the past: most of what the scheme would have sent, gone long ago, so that none is in the outbox."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import NotificationStatus, OccurrenceStatus
from matcher.domain.localtime import local_day
from matcher.services.call_up import TEMPLATE as CALLED_UP
from matcher.services.demo.past.story import Giver
from matcher.services.demo.past.writing import Written
from matcher.services.news import QUIET_FOR
from matcher.store.bulk import insert_rows
from matcher.store.models import Match, Notification, Offer

_SENT_AFTER = timedelta(seconds=8)
_DONE_AFTER = timedelta(minutes=5)
_QUIET_AGO = timedelta(days=9)


def write_messages(session: Session, written: Written, givers: Sequence[Giver], *, now: datetime) -> None:
    """What was said of each request, question and visit; and the news, so that none of it is sent again now."""
    rows = [*_of_help(written), *_thanks_for_last_month(written, now), *_quiet(session, givers, now)]
    session.execute(insert_rows(Notification, rows))


def write_call_ups(session: Session, spells: Mapping[int, int], called: Sequence[Giver], at: datetime) -> None:
    """Those who had agreed to be asked more in the cold were told when it came. spells: by area."""
    rows = [
        _sent(CALLED_UP, ("cold_spell_id", spells[one.area_id]), *_volunteer(one), at, str(one.person_id))
        for one in called
    ]
    session.execute(insert_rows(Notification, rows))


def _of_help(written: Written) -> Iterator[dict[str, Any]]:
    for need_id, request in written.needs:
        yield _sent("need_posted", ("need_id", need_id), *_resident(request.getter), request.posted_at)
    for occurrence_id, request, occasion in written.occurrences:
        if occasion.status is OccurrenceStatus.UNMET and occasion.closed_at is not None:
            thing = ("occurrence_id", occurrence_id)
            yield _sent("need_unmet", thing, *_resident(request.getter), occasion.closed_at)
    for match_id, request, asking in written.matches:
        if request.usual is None:
            yield _sent("match_asked", ("match_id", match_id), *_volunteer(asking.giver), asking.asked_at)
    for one in written.visits:
        said = "visit_usual" if one.request.usual else "visit_held"
        thing, held_at, done_at = ("visit_id", one.visit_id), one.asking.ended_at, one.made.ended_at + _DONE_AFTER
        yield _sent(f"{said}_resident", thing, *_resident(one.request.getter), held_at)
        yield _sent(f"{said}_volunteer", thing, *_volunteer(one.asking.giver), held_at)
        yield _sent("visit_done_resident", thing, *_resident(one.request.getter), done_at)
        yield _sent("visit_done_volunteer", thing, *_volunteer(one.asking.giver), done_at)


def _resident(getter: Any) -> tuple[int, str]:
    return getter.person_id, getter.contact


def _volunteer(giver: Giver) -> tuple[int, str]:
    return giver.person_id, giver.channel


def _thanks_for_last_month(written: Written, now: datetime) -> Iterator[dict[str, Any]]:
    """Whoever helped then was thanked on the first of this month."""
    first = local_day(now).replace(day=1)
    month = f"{first - timedelta(days=1):%Y-%m}"
    helped = {
        one.asking.giver.person_id: one.asking.giver
        for one in written.visits
        if f"{local_day(one.asking.visit.start):%Y-%m}" == month
    }
    for giver in helped.values():
        at = now - timedelta(days=(local_day(now) - first).days, minutes=1)
        yield _sent("month_thanks", ("person_id", giver.person_id), *_volunteer(giver), at, month)


def _quiet(session: Session, givers: Sequence[Giver], now: datetime) -> Iterator[dict[str, Any]]:
    """Whoever has been asked nothing for four weeks, or will have been by tomorrow, was told so nine days ago."""
    since = now - QUIET_FOR + timedelta(days=1)
    asked = exists().where(Match.offer_id == Offer.id, Match.asked_at > since)
    quiet = set(session.scalars(select(Offer.id).where(Offer.made_at <= since, ~asked)))
    at = now - _QUIET_AGO
    for giver in givers:
        if giver.offer_id in quiet:
            day = f"{local_day(at):%Y-%m-%d}"
            yield _sent("quiet_spell", ("person_id", giver.person_id), *_volunteer(giver), at, day)


def _sent(
    template: str, thing: tuple[str, int], person_id: int, channel: str, at: datetime, occasion: str = ""
) -> dict[str, Any]:
    noun, thing_id = thing
    return {
        "event": f"{template}:{thing_id}{occasion and ':'}{occasion}",
        "template": template,
        "channel": channel,
        "values": {},
        "status": NotificationStatus.DELIVERED,
        "owed_at": at,
        "due_at": at,
        "attempts": 1,
        "sent_at": at + _SENT_AFTER,
        "ended_at": at + _SENT_AFTER,
        noun: thing_id,
        "person_id": person_id,
    }
