"""Coordinators: who wears which badge."""

from __future__ import annotations

from flask import Blueprint, Response, g, request

from matcher.domain.errors import BadInput
from matcher.services import badges
from matcher.services.access import Action
from matcher.store.session import reading, unit_of_work
from web import clock
from web.auth import is_session_sealed
from web.forms.badges import BadgeForm
from web.forms.questions import show_beside
from web.guard import HIGHEST_ID, declares
from web.templating import page, see_other

blueprint = Blueprint("badges", __name__)
_PERSON = f"<int(max={HIGHEST_ID}):person_id>"


@blueprint.get("/team/badges")
@declares(Action.GIVE_BADGE)
def everyone() -> Response:
    """Who waits for a badge, and who has one."""
    with reading() as session:
        shown = badges.read_list(session, g.actor.area_ids)
    return page("badges/badges.html", shown=shown)


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


def _page(person_id: int, form: BadgeForm | None = None) -> Response:
    with reading() as session:
        wearer = badges.read_one(session, person_id, g.actor.area_ids)
    return page("badges/badge.html", wearer=wearer, form=form or BadgeForm(data={"number": str(wearer.number or "")}))
