"""A volunteer's visits for their own calendar: when, and what kind of help. No name, no address, no private link.

Calendars are copied to phones, shared screens and other people's servers, so what stands in one is what may be read
by anyone. The address and the door word stay on the visit's own page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import Calendar, Event, Timezone
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from matcher.domain.errors import NotFound
from matcher.domain.lifecycle import HOLDING, VisitStatus
from matcher.domain.localtime import to_local
from matcher.domain.roles import LinkPurpose
from matcher.services import links
from matcher.services.access import Grant
from matcher.services.wording_desk import Scheme
from matcher.store.models import KindRow, Need, Occurrence, Visit

PAST_SHOWN = timedelta(days=90)
LINK_LASTS = timedelta(days=2 * 365)
LOOK_AGAIN = timedelta(hours=1)
# The rule of the clocks, written out: vobject reads winter an hour off from the list of changes that icalendar makes.
_LONDON = """BEGIN:VTIMEZONE
TZID:Europe/London
BEGIN:DAYLIGHT
DTSTART:19960331T010000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:BST
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T020000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:GMT
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
END:STANDARD
END:VTIMEZONE
"""


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """One visit, for a calendar: the file itself, and where it can be fetched by who has only the message; or ""."""

    body: bytes
    link: str = ""


def new_address(session: Session, person_id: int, *, now: datetime) -> str:
    """The token of a new private address for the feed. The one before stops working in the same transaction."""
    links.revoke(session, now=now, person_id=person_id, purpose=LinkPurpose.CALENDAR)
    grant = Grant(LinkPurpose.CALENDAR, person_id=person_id)
    return links.issue(session, grant, expires_at=now + LINK_LASTS, now=now)


def feed(session: Session, person_id: int, scheme: Scheme, *, now: datetime) -> bytes:
    """Every visit of theirs from the last 90 days on, as a calendar to subscribe to. What is off says so."""
    mine = (Visit.person_id == person_id, Visit.starts_at > now - PAST_SHOWN)
    calendar = _calendar(scheme)
    calendar.add("X-WR-CALNAME", f"{scheme.name} visits")
    calendar.add("REFRESH-INTERVAL", LOOK_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", LOOK_AGAIN)
    return _written(calendar, _events(session, scheme, *mine))


def visit_file(session: Session, visit_id: int, scheme: Scheme, *, now: datetime) -> bytes:
    """One visit, as a file to open once."""
    events = _events(session, scheme, Visit.id == visit_id, Visit.starts_at > now - PAST_SHOWN)
    if not events:
        raise NotFound
    calendar = _calendar(scheme)
    calendar.add("METHOD", "CANCEL" if events[0]["STATUS"] == "CANCELLED" else "PUBLISH")
    return _written(calendar, events)


def _calendar(scheme: Scheme) -> Calendar:
    calendar = Calendar()
    calendar.add("PRODID", f"-//Gritbin//{scheme.name}//EN")
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add_component(Timezone.from_ical(_LONDON))
    return calendar


def _written(calendar: Calendar, events: list[Event]) -> bytes:
    for event in events:
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _events(session: Session, scheme: Scheme, *wanted: ColumnElement[bool]) -> list[Event]:
    rows = session.execute(
        select(Visit, KindRow.offer_name)
        .join(Occurrence, Occurrence.id == Visit.occurrence_id)
        .join(Need, Need.id == Occurrence.need_id)
        .join(KindRow, KindRow.slug == Need.kind_slug)
        .where(*wanted)
        .order_by(Visit.starts_at, Visit.id)
    )
    return [_event(visit, help_offered, scheme) for visit, help_offered in rows]


def _event(visit: Visit, help_offered: str, scheme: Scheme) -> Event:
    is_on = visit.status in HOLDING
    changed_at = visit.ended_at or visit.on_way_at or visit.held_at
    event = Event()
    event.add("UID", f"visit-{visit.id}@{scheme.origin.partition('://')[2]}")
    # A visit never moves: another time is another visit. So its entry changes once, when the visit is called off.
    event.add("SEQUENCE", 0 if is_on else 1)
    event.add("DTSTAMP", changed_at)
    event.add("LAST-MODIFIED", changed_at)
    event.add("DTSTART", to_local(visit.starts_at))
    event.add("DTEND", to_local(visit.ends_at))
    event.add("STATUS", "CONFIRMED" if is_on else "CANCELLED")
    event.add("TRANSP", "OPAQUE" if is_on else "TRANSPARENT")
    event.add("CLASS", "PRIVATE")
    event.add("SUMMARY", f"{scheme.name}: {help_offered}" if is_on else f"Off: {help_offered}")
    event.add("DESCRIPTION", _words(visit.status, scheme))
    return event


def _words(status: VisitStatus, scheme: Scheme) -> str:
    if status not in HOLDING:
        return "This visit is off. Please do not go."
    return f"The address and the door word are on your own page. Cannot go? Say so there, or call {scheme.phone}."
