"""Coordinators: who wears which badge."""

from __future__ import annotations

from flask import Blueprint, Response, g, request

from matcher.domain.errors import BadInput
from matcher.services import badges
from matcher.services.access import Action
from matcher.services.badges import Wearer
from matcher.store.session import reading, unit_of_work
from web import clock
from web.auth import is_session_sealed
from web.forms.badges import BadgeForm, FindBadgeForm
from web.forms.questions import show_beside
from web.guard import HIGHEST_ID, declares
from web.pages import page_number
from web.templating import page, see_other

blueprint = Blueprint("badges", __name__)
_PERSON = f"<int(max={HIGHEST_ID}):person_id>"


@blueprint.get("/team/badges")
@declares(Action.GIVE_BADGE)
def everyone() -> Response:
    """Who waits for a badge, and who has one."""
    return _everyone(FindBadgeForm())


@blueprint.post("/team/badges")
@declares(Action.GIVE_BADGE, sealed_by=is_session_sealed)
def find() -> Response:
    """One of them, by name or by number. What was looked for stands in no address."""
    form = FindBadgeForm(request.form)
    if not form.validate():
        return _everyone(form)
    try:
        with reading() as session:
            found = badges.find(session, form.wanted.data, g.actor.area_ids)
    except BadInput as error:
        show_beside(form, error)
        return _everyone(form)
    return _everyone(form, found)


@blueprint.get(f"/team/badges/{_PERSON}")
@declares(Action.GIVE_BADGE)
def one(person_id: int) -> Response:
    """The number of one volunteer."""
    return _page(person_id)


@blueprint.post(f"/team/badges/{_PERSON}")
@declares(Action.GIVE_BADGE, sealed_by=is_session_sealed)
def give(person_id: int) -> Response:
    """Write it down."""
    form = BadgeForm(request.form)
    if not form.validate():
        return _page(person_id, form)
    by, areas = g.actor.staff_id, g.actor.area_ids
    try:
        with unit_of_work() as session:
            badges.give(session, person_id, form.number.data, staff_id=by, area_ids=areas, now=clock.now())
    except BadInput as error:
        show_beside(form, error)
        return _page(person_id, form)
    return see_other("/team/badges")


def _everyone(form: FindBadgeForm, found: tuple[Wearer, ...] | None = None) -> Response:
    with reading() as session:
        pages = {"without": page_number("without"), "wearing": page_number("wearing")}
        shown = badges.read_list(session, g.actor.area_ids, **pages)
    return page("badges/badges.html", form=form, shown=shown, found=found)


def _page(person_id: int, form: BadgeForm | None = None) -> Response:
    with reading() as session:
        wearer = badges.read_one(session, person_id, g.actor.area_ids)
    return page("badges/badge.html", wearer=wearer, form=form or BadgeForm(data={"number": str(wearer.number or "")}))
