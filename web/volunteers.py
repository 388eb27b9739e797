"""A volunteer's own page: what they are asked, where they go, and a pause for everything."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime, timedelta
from typing import Any, Protocol

from flask import Blueprint, Response, render_template, request

from matcher.domain.roles import LinkPurpose
from matcher.services import (
    growing,
    informal_help,
    learned,
    local_demand,
    my_year,
    on_duty,
    own_page,
    reference_letter,
    regular_page,
    rewards,
    weekly_help,
)
from matcher.services.access import Action
from matcher.services.own_page import OwnPage
from matcher.store.session import reading, unit_of_work
from web import bell, clock, devices
from web.guard import HIGHEST_ID, declares, granted
from web.templating import page, see_other
from web.weekwords import week_words

blueprint = Blueprint("volunteers", __name__)


@blueprint.get("/me/<token:token>")
@declares(Action.READ_OWN_PAGE, link=LinkPurpose.ME)
def me(token: str) -> Response:
    """My visits."""
    return _own_page("volunteers/me.html", token)


@blueprint.get("/me/<token:token>/welcome")
@declares(Action.READ_OWN_PAGE, link=LinkPurpose.ME)
def welcome(token: str) -> Response:
    """You are on the list."""
    return _own_page("volunteers/welcome.html", token)


@blueprint.get("/me/<token:token>/year")
@declares(Action.READ_OWN_PAGE, link=LinkPurpose.ME)
def year(token: str) -> Response:
    """My year."""
    with reading() as session:
        own = my_year.read(session, granted("person_id"), now=clock.now())
    return page("volunteers/year.html", own=own, given=_given_words(own.given), token=token)


@blueprint.get("/me/<token:token>/year/letter")
@declares(Action.READ_OWN_PAGE, link=LinkPurpose.ME)
def letter(token: str) -> Response:
    """A letter of reference, to print or to save as a PDF. It holds their whole name: for a phone that is known."""
    person_id = granted("person_id")
    if not devices.is_known(person_id):
        return see_other(f"/me/{token}/code")
    with reading() as session:
        written = reference_letter.read(session, person_id, now=clock.now())
    return page("volunteers/letter.html", letter=written, given=_given_words(written.given), token=token)


@blueprint.get("/me/<token:token>/year/card")
@declares(Action.READ_OWN_PAGE, link=LinkPurpose.ME)
def card(token: str) -> Response:
    """A card to share, if they like: made only here, shown to nobody by us."""
    with reading() as session:
        own = my_year.read(session, granted("person_id"), now=clock.now())
    drawn = render_template("volunteers/card.svg", own=own, with_name="name" in request.args)
    picture = b64encode(drawn.encode()).decode()
    return page("volunteers/card.html", own=own, picture=picture, with_name="name" in request.args, token=token)


@blueprint.post("/me/<token:token>/pause")
@declares(Action.CHANGE_OWN_OFFER, link=LinkPurpose.ME)
def pause(token: str) -> Response:
    """Pause everything."""
    return _change(token, on_duty.pause)


@blueprint.post("/me/<token:token>/resume")
@declares(Action.CHANGE_OWN_OFFER, link=LinkPurpose.ME)
def resume(token: str) -> Response:
    """Be asked again."""
    return _change(token, on_duty.resume)


@blueprint.post("/me/<token:token>/forget")
@declares(Action.CHANGE_OWN_OFFER, link=LinkPurpose.ME)
def forget(token: str) -> Response:
    """Forget what you think of me."""
    return _change(token, learned.reset, to="/settings")


@blueprint.post("/me/<token:token>/on")
@declares(Action.CHANGE_OWN_OFFER, link=LinkPurpose.ME)
def turn_on(token: str) -> Response:
    """On duty until the end of the day, whatever the week says."""
    return _change(token, on_duty.turn_on)


@blueprint.post("/me/<token:token>/off")
@declares(Action.CHANGE_OWN_OFFER, link=LinkPurpose.ME)
def turn_off(token: str) -> Response:
    """Off duty; the week holds again."""
    return _change(token, on_duty.turn_off)


@blueprint.post(f"/me/<token:token>/asks/<int(max={HIGHEST_ID}):match_id>")
@declares(Action.READ_OWN_PAGE, link=LinkPurpose.ME)
def open_ask(token: str, match_id: int) -> Response:
    """A press, not a link: a new private address is made, and reading a page makes nothing."""
    with unit_of_work() as session:
        ask_token = own_page.open_ask(session, granted("person_id"), match_id, now=clock.now())
    return see_other(f"/m/{ask_token}")


@blueprint.post(f"/me/<token:token>/visits/<int(max={HIGHEST_ID}):visit_id>")
@declares(Action.READ_OWN_PAGE, link=LinkPurpose.ME)
def open_visit(token: str, visit_id: int) -> Response:
    """The same for a visit."""
    with unit_of_work() as session:
        visit_token = own_page.open_visit(session, granted("person_id"), visit_id, now=clock.now())
    return see_other(f"/visits/{visit_token}")


class _Change(Protocol):
    def __call__(self, session: Any, person_id: int, *, now: datetime) -> None: ...


def _change(token: str, change: _Change, *, to: str = "") -> Response:
    with unit_of_work() as session:
        change(session, granted("person_id"), now=clock.now())
    bell.ring(bell.RUN_DUE_ROUNDS)
    return see_other(f"/me/{token}{to}")


def _own_page(template: str, token: str) -> Response:
    now, person_id = clock.now(), granted("person_id")
    with reading() as session:
        own = own_page.read(session, person_id, now=now)
        regulars = regular_page.of_volunteer(session, person_id)
        demand = local_demand.near_home(session, person_id, now=now)
        more = growing.question(session, person_id, growing.OF_VOLUNTEERS, now=now)
        also_told = informal_help.told_today(session, person_id, now=now)
        every_kind = informal_help.every_kind(session)
        weekly = weekly_help.lines(session, person_id, now=now)
        earned = rewards.for_volunteer(session, person_id, now=now)
    return page(
        template,
        own=own,
        more=more,
        also_told=also_told,
        every_kind=every_kind,
        rewards=earned,
        is_weekly_asked=any(line.is_asked for line in weekly),
        own_times=_times_words(own),
        regulars=regulars,
        demand=demand,
        token=token,
        on_until=on_duty.ends_at(now),
    )


def _given_words(given: timedelta) -> str:
    """`45 minutes`, `1 hour`, `12 hours`: to the nearest hour once it is one."""
    minutes = round(given.total_seconds() / 60)
    if minutes < 60:
        return f"{minutes} minutes"
    hours = round(minutes / 60)
    return f"{hours} hour{'s' if hours > 1 else ''}"


def _times_words(own: OwnPage) -> str:
    if not own.times:
        return "We ask you only when you turn yourself on."
    return f"We ask you only at your usual times: {week_words(own.times)}."
