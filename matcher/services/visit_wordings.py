"""What is said of asks, of visits and of who usually goes: looked at again at the moment of sending."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from matcher.domain.lifecycle import EXPECTED, ArrangementStatus, MatchStatus, OccurrenceStatus, VisitStatus
from matcher.domain.localtime import clock_words, short_day_words
from matcher.domain.reminding import REMINDERS, time_stamp
from matcher.services import page_links, under_way
from matcher.services.wording_desk import TOLD, Desk, Values, Wording
from matcher.store.models import Arrangement, KindRow, Match, Need, Notification, Occurrence, Person, Visit


def _match_asked(desk: Desk) -> Values:
    """Over as soon as the visit should have begun: a question that first comes then asks about a time that is past."""
    match = _match(desk)
    if match.status is not MatchStatus.PROPOSED or match.starts_at <= desk.now:
        return None
    return {
        **_what_was_asked(desk, match),
        "dist": match.distance_band,
        "code": match.code or "",
        "link": f"{desk.scheme.origin}/m/{page_links.match_link(desk.session, match, now=desk.now)}",
    }


def _match_over(desk: Desk) -> Values:
    """Told only to those whose question was sent: the others never heard of it."""
    match = _match(desk)
    asked = desk.session.scalar(
        select(Notification.id).where(
            Notification.match_id == match.id,
            Notification.template == "match_asked",
            Notification.status.in_(TOLD),
        )
    )
    return _what_was_asked(desk, match) if asked is not None else None


def _what_was_asked(desk: Desk, match: Match) -> dict[str, str]:
    label = desk.session.execute(
        select(KindRow.safe_label)
        .join(Need, Need.kind_slug == KindRow.slug)
        .join(Occurrence, Occurrence.need_id == Need.id)
        .where(Occurrence.id == match.occurrence_id)
    ).scalar_one()
    return {"task": label, "when": when_words(match.starts_at)}


def _visit_expected(desk: Desk) -> Values:
    visit = _visit(desk)
    if visit.status not in EXPECTED:
        return None
    return {
        **_names(desk, visit),
        "when": when_words(visit.starts_at),
        "word": desk.session.get_one(Occurrence, visit.occurrence_id).door_word,
        "link": f"{desk.scheme.origin}/visits/{page_links.visit_link(desk.session, visit, now=desk.now)}",
    }


def _visit_ahead(desk: Desk) -> Values:
    """A reminder, while the visit is still held for the time that it was owed for, and still ahead."""
    visit = _visit(desk)
    is_ahead = desk.now < visit.starts_at - REMINDERS[desk.row.template].until
    is_its_time = desk.row.event.endswith(time_stamp(visit.starts_at))
    return _visit_expected(desk) if visit.status is VisitStatus.HELD and is_ahead and is_its_time else None


def _visit_on_way(desk: Desk) -> Values:
    return _visit_expected(desk) if _visit(desk).status is VisitStatus.ON_WAY else None


def _visit_handed_back(desk: Desk) -> Values:
    """Told only to a resident who had heard of the visit and to whom nobody else is coming yet."""
    visit = _visit(desk)
    told = desk.session.scalar(
        select(Notification.id).where(
            Notification.visit_id == visit.id,
            Notification.template.in_(("visit_held_resident", "visit_usual_resident")),
            Notification.status.in_(TOLD),
        )
    )
    occurrence = desk.session.get_one(Occurrence, visit.occurrence_id)
    if told is None or occurrence.status is not OccurrenceStatus.OPEN:
        return None
    return {**_names(desk, visit), "when": when_words(visit.starts_at)}


def _visit_cancelled(desk: Desk) -> Values:
    visit = _visit(desk)
    return {**_names(desk, visit), "when": when_words(visit.starts_at)}


def _visit_done(desk: Desk) -> Values:
    visit = _visit(desk)
    if visit.status is not VisitStatus.DONE:
        return None
    need = _need_of(desk, visit)
    token = page_links.status_link(desk.session, need, now=desk.now)
    return {**_names(desk, visit), "link": f"{desk.scheme.origin}/r/{token}"}


def _visit_done_volunteer(desk: Desk) -> Values:
    visit = _visit(desk)
    return _names(desk, visit) if visit.status is VisitStatus.DONE else None


def _visit_unsure(desk: Desk) -> Values:
    """Nobody has said how it went: ask the resident."""
    visit = _visit(desk)
    if visit.status not in EXPECTED:
        return None
    token = page_links.status_link(desk.session, _need_of(desk, visit), now=desk.now)
    return {**_names(desk, visit), "link": f"{desk.scheme.origin}/r/{token}"}


def _arrangement_made(desk: Desk) -> Values:
    arrangement = _arrangement(desk)
    if not _is_usual_now(desk, arrangement) or desk.row.person_id is None:
        return None
    own_page = page_links.own_page_link(desk.session, desk.row.person_id, now=desk.now)
    need = desk.session.get_one(Need, arrangement.need_id)
    return {
        **_pair(desk, arrangement),
        "task": desk.session.get_one(KindRow, need.kind_slug).safe_label,
        "link": f"{desk.scheme.origin}/me/{own_page}",
    }


def _arrangement_made_resident(desk: Desk) -> Values:
    arrangement = _arrangement(desk)
    return _pair(desk, arrangement) if _is_usual_now(desk, arrangement) else None


def _is_usual_now(desk: Desk, arrangement: Arrangement) -> bool:
    """It holds, and the team has not stopped who usually goes since it was agreed."""
    is_live = arrangement.status is ArrangementStatus.LIVE
    return is_live and not under_way.is_stopped(desk.session, arrangement.usual_id)


def _arrangement_ended(desk: Desk) -> Values:
    return _pair(desk, _arrangement(desk))


def _pair(desk: Desk, arrangement: Arrangement) -> dict[str, str]:
    usual, resident = (
        desk.session.get_one(Person, person_id).first_name
        for person_id in (arrangement.usual_id, arrangement.resident_id)
    )
    return {"v": usual, "r": resident}


WORDINGS: Mapping[str, Wording] = {
    "match_asked": _match_asked,
    "match_taken": _match_over,
    "match_withdrawn": _match_over,
    "visit_held_resident": _visit_expected,
    "visit_held_volunteer": _visit_expected,
    "visit_usual_resident": _visit_expected,
    "visit_usual_volunteer": _visit_expected,
    "visit_tomorrow": _visit_ahead,
    "visit_soon": _visit_ahead,
    "visit_on_way": _visit_on_way,
    "visit_handed_back": _visit_handed_back,
    "visit_cancelled": _visit_cancelled,
    "visit_done_resident": _visit_done,
    "visit_done_volunteer": _visit_done_volunteer,
    "visit_not_marked": _visit_expected,
    "visit_unsure_resident": _visit_unsure,
    "arrangement_made_resident": _arrangement_made_resident,
    "arrangement_made_volunteer": _arrangement_made,
    "arrangement_stand_in": _arrangement_made,
    "arrangement_ended_resident": _arrangement_ended,
    "arrangement_ended_volunteer": _arrangement_ended,
}


def when_words(starts_at: datetime) -> str:
    """`Thu 24 Dec 9:30am`: the time of a visit, short enough for a text."""
    return f"{short_day_words(starts_at)} {clock_words(starts_at)}"


def _names(desk: Desk, visit: Visit) -> dict[str, str]:
    resident = desk.session.get_one(Person, _need_of(desk, visit).resident_id)
    return {"v": desk.session.get_one(Person, visit.person_id).first_name, "r": resident.first_name}


def _need_of(desk: Desk, visit: Visit) -> Need:
    occurrence = desk.session.get_one(Occurrence, visit.occurrence_id)
    return desk.session.get_one(Need, occurrence.need_id)


def _match(desk: Desk) -> Match:
    return desk.session.get_one(Match, desk.row.match_id)


def _arrangement(desk: Desk) -> Arrangement:
    return desk.session.get_one(Arrangement, desk.row.arrangement_id)


def _visit(desk: Desk) -> Visit:
    return desk.session.get_one(Visit, desk.row.visit_id)
