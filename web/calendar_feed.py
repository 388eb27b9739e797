"""Visits in a volunteer's own calendar: a feed by a private address, and a file for each visit."""

from __future__ import annotations

from flask import Blueprint, Response

from matcher.domain.roles import LinkPurpose
from matcher.services import calendar_feed
from matcher.services.access import Action
from matcher.store.session import reading, unit_of_work
from web import clock
from web.guard import declares, granted
from web.scheme import scheme_now
from web.templating import page, see_other

blueprint = Blueprint("calendar_feed", __name__)


@blueprint.get("/calendar/<token:token>.ics")
@declares(Action.READ_CALENDAR, link=LinkPurpose.CALENDAR)
def feed(token: str) -> Response:
    """The feed, as it is now."""
    with reading() as session:
        body = calendar_feed.feed(session, granted("person_id"), scheme_now(), now=clock.now())
    return _as_calendar(body)


@blueprint.get("/calendar/<token:token>")
@declares(Action.READ_CALENDAR, link=LinkPurpose.CALENDAR)
def address(token: str) -> Response:
    """The address of the feed, and how to give it to a calendar."""
    return page("volunteers/calendar.html", address=f"{scheme_now().origin}/calendar/{token}.ics")


@blueprint.post("/me/<token:token>/calendar")
@declares(Action.CHANGE_OWN_OFFER, link=LinkPurpose.ME)
def new_address(token: str) -> Response:
    """Make an address for the feed; the one before stops working."""
    with unit_of_work() as session:
        made = calendar_feed.new_address(session, granted("person_id"), now=clock.now())
    return see_other(f"/calendar/{made}")


@blueprint.get("/visits/<token:token>/visit.ics")
@declares(Action.READ_VISIT, link=LinkPurpose.VISIT)
def visit_file(token: str) -> Response:
    """One visit, to open in a calendar."""
    with reading() as session:
        body = calendar_feed.visit_file(session, granted("visit_id"), scheme_now(), now=clock.now())
    answer = _as_calendar(body)
    answer.headers["Content-Disposition"] = 'attachment; filename="visit.ics"'
    return answer


def _as_calendar(body: bytes) -> Response:
    return Response(body, content_type="text/calendar; charset=utf-8")
