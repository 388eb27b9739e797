"""Coordinators: who is perhaps on the list twice, and two records that become one person."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, Response, g, request

from matcher.domain.audience import TRAVEL_WORDS
from matcher.domain.availability import PATTERNS
from matcher.domain.errors import Conflict
from matcher.domain.lifecycle import OfferStatus
from matcher.domain.localtime import local_day
from matcher.services import duplicates, volunteers
from matcher.services.access import Action
from matcher.services.merging import into_one, one_home
from matcher.services.merging import page as merge_page
from matcher.services.merging.into_one import Merge
from matcher.services.merging.page import MergePage, Side
from matcher.services.merging.refusals import Two
from matcher.store.session import reading, unit_of_work
from web import bell, clock
from web.auth import is_session_sealed
from web.filters import capital, date_words, listed, plural
from web.forms.merging import KEPT, LOST, OTHER, STILL_THEIRS, MergeForm
from web.guard import HIGHEST_ID, declares
from web.pages import page_number
from web.templating import page, see_other
from web.weekwords import week_words

blueprint = Blueprint("merging", __name__)

_LIST = "/team/volunteers/twice"
_PAIR = f"{_LIST}/<int(max={HIGHEST_ID}):kept_id>/<int(max={HIGHEST_ID}):gone_id>"


@blueprint.get(_LIST)
@declares(Action.MERGE_PEOPLE)
def listing() -> Response:
    """Everyone who is perhaps on the list twice."""
    with reading() as session:
        shown = duplicates.listing(session, g.actor.area_ids, page_number("page"))
    return page("merging/list.html", shown=shown, words=duplicates.SHARED_WORDS, is_done="done" in request.args)


@blueprint.get(_PAIR)
@declares(Action.MERGE_PEOPLE)
def compare(kept_id: int, gone_id: int) -> Response:
    """Both beside each other. Each look is written down."""
    return _beside(Two(kept_id, gone_id))


@blueprint.post(_PAIR)
@declares(Action.MERGE_PEOPLE, sealed_by=is_session_sealed)
def merge(kept_id: int, gone_id: int) -> Response:
    """They become one. Pressed twice, or by two at once, it is done once; what was not read is read first."""
    two, form = Two(kept_id, gone_id), MergeForm(request.form)
    shown = _read(two)
    if shown is None:
        return see_other(_where(two))
    form.ask(_differing(shown))
    is_read = request.form.get("mark") == shown.mark
    if not is_read or shown.why_not or not form.validate():
        return _page(shown, form, is_read=is_read)
    wanted = Merge(two, form.taken(), form.is_lost())
    try:
        with unit_of_work() as session:
            by = g.actor.staff_id
            into_one.merge(session, wanted, area_ids=g.actor.area_ids, staff_id=by, now=clock.now())
    except Conflict as conflict:  # it came up between the reading and the button
        return _beside(two, form, stopped=conflict.message)
    bell.ring(bell.RUN_DUE_ROUNDS, bell.DELIVER_DUE)
    return see_other(_where(two))


@blueprint.post(f"{_PAIR}/two")
@declares(Action.MERGE_PEOPLE, sealed_by=is_session_sealed)
def two_people(kept_id: int, gone_id: int) -> Response:
    """They only look alike: not shown again."""
    with unit_of_work() as session:
        by = g.actor.staff_id
        duplicates.say_two_people(session, kept_id, gone_id, area_ids=g.actor.area_ids, staff_id=by, now=clock.now())
    return see_other(_LIST)


def _beside(two: Two, form: MergeForm | None = None, *, stopped: str = "") -> Response:
    shown = _read(two)
    if shown is None:
        return see_other(_where(two))
    if form is None:
        form = MergeForm()
        form.ask(_differing(shown))
    return _page(shown, form, is_read=not stopped, stopped=stopped)


def _read(two: Two) -> MergePage | None:
    """None if they are one by now."""
    with unit_of_work() as session:
        if into_one.is_done(session, two):
            return None
        areas, by = g.actor.area_ids, g.actor.staff_id
        return merge_page.read(session, two, area_ids=areas, staff_id=by, now=clock.now())


def _where(two: Two) -> str:
    """To who is kept, where they have a page of their own."""
    with reading() as session:
        kept_id = into_one.kept_of(session, two.kept_id) or two.kept_id
        is_volunteer = volunteers.is_one(session, kept_id, g.actor.area_ids)
    return f"/team/volunteers/{kept_id}" if is_volunteer else f"{_LIST}?done=yes"


def _page(shown: MergePage, form: MergeForm, *, is_read: bool, stopped: str = "") -> Response:
    """stopped: why it was not done, unless what is read now says so itself."""
    status = 200 if is_read and not form.errors else 422
    rows = [(name, fill(shown.kept), fill(shown.gone)) for name, fill in _ROWS]
    told = {"shown": shown, "form": form, "rows": rows, "is_read": is_read, "choices_of": _choices_of(form)}
    return page("merging/pair.html", status=status, stopped="" if shown.why_not else stopped, **told)


def _choices_of(form: MergeForm) -> dict[str, list[tuple[str, str, str]]]:
    """Each choice with whose it is, or what follows: the values alone may look much alike."""
    return {field.name: [(value, words, _WHOSE[value]) for value, words in field.choices] for field in form}


def _differing(shown: MergePage) -> dict[str, tuple[str, str]]:
    return {name: (_VALUES[name](shown.kept), _VALUES[name](shown.gone)) for name in shown.choices}


def _help(side: Side) -> str:
    """What they offer, in one line."""
    if side.own is None:
        return "Does not help"
    times, travel = side.own.times, TRAVEL_WORDS[side.own.travel_mode]
    boxes = PATTERNS.get(times.pattern, times.boxes)
    free = week_words(boxes) if boxes else "when they are on duty"
    most = f", at most {plural(times.visits_per_week, 'visit')} a week" if times.visits_per_week else ""
    kinds = capital(listed(side.kinds) or "nothing chosen")
    return f"{kinds}. {capital(travel)}, up to {side.own.travel_minutes} minutes. Free {free}{most}."


def _now(side: Side) -> str:
    return _STATUS_WORDS[side.status] if side.status else "Not a volunteer"


_STATUS_WORDS = {
    OfferStatus.ACTIVE: "Asked when it is their turn",
    OfferStatus.PAUSED: "Paused",
    OfferStatus.STOPPED: "Left",
}
_WHOSE = {
    KEPT: "As in the record kept",
    OTHER: "As in the other",
    STILL_THEIRS: "Links in texts to it still work",
    LOST: "Links sent to it stop working, a calendar too. What they were asked by it, others are asked",
}
# What stands in both columns, row by row.
_ROWS: tuple[tuple[str, Callable[[Side], str]], ...] = (
    ("Phone", lambda side: side.phone),
    ("Email", lambda side: side.email or "None"),
    ("Address", lambda side: side.home),
    ("Born", lambda side: date_words(side.born_on) if side.born_on else "Not told"),
    ("On the list since", lambda side: date_words(local_day(side.since))),
    ("Now", _now),
    ("Helps with", _help),
    ("Checks", lambda side: capital(listed(side.checks)) or "None"),
    ("Badge", lambda side: str(side.badge) if side.badge else "None"),
)
_VALUES: Mapping[str, Callable[[Side], str]] = {
    one_home.NAME: lambda side: side.name,
    one_home.PHONE: lambda side: f"{side.phone}{', shown to be theirs' if side.is_confirmed else ''}",
    one_home.EMAIL: lambda side: side.email,
    one_home.HOME: lambda side: side.home,
    one_home.OFFER: _help,
}
