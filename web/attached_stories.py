"""Stories with a place or a request: put there and taken away again, on the page of either."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import Blueprint, Response, g, request

from matcher.domain.errors import BadInput
from matcher.services import attached_stories
from matcher.services.access import Action
from matcher.services.attached_stories import Keeper, Thing
from matcher.store.session import unit_of_work
from web import clock, places, team_needs
from web.auth import is_session_sealed
from web.forms.decisions import LinkForm
from web.forms.questions import show_beside
from web.guard import HIGHEST_ID, declares
from web.templating import see_other

blueprint = Blueprint("attached_stories", __name__)


@blueprint.post(f"/team/places/<int(max={HIGHEST_ID}):place_id>/stories")
@declares(Action.LOOK_AFTER_PLACES, sealed_by=is_session_sealed)
def with_place(place_id: int) -> Response:
    """It tells of this place, or not after all."""
    return _put(Thing("place", place_id), f"/team/places/{place_id}", partial(places.show_place, place_id))


@blueprint.post(f"/team/needs/<int(max={HIGHEST_ID}):need_id>/stories")
@declares(Action.WORK_ON_NEED, sealed_by=is_session_sealed)
def with_need(need_id: int) -> Response:
    """It tells of this request, or not after all."""
    return _put(Thing("need", need_id), f"/team/needs/{need_id}", partial(team_needs.show_need, need_id))


def _put(thing: Thing, at: str, again: Callable[..., Response]) -> Response:
    form, gone = LinkForm(request.form), request.form.get("gone", "")
    by = Keeper(g.actor.staff_id, g.actor.area_ids, clock.now())
    try:
        with unit_of_work() as session:
            if gone.isascii() and gone.isdigit() and len(gone) < 19:
                attached_stories.detach(session, thing, int(gone), by)
            else:
                attached_stories.attach(session, thing, form.reference.data, by)
    except BadInput as error:
        show_beside(form, error)
        return again(link_form=form)
    return see_other(at)
