"""The areas of the scheme: seen, renamed, redrawn, added and closed, each after a look at whom it touches."""

from __future__ import annotations

from flask import Blueprint, Response, g, request

from matcher.domain.errors import BadInput, Conflict
from matcher.services import area_changes, borders, setting_changes
from matcher.services.access import Action, Thing, may, require
from matcher.services.area_changes import AreaPreview, AreaView
from matcher.store.session import reading, unit_of_work
from web import clock
from web.auth import is_session_sealed
from web.forms.areas import AreaForm, area_form_of
from web.forms.questions import show_beside
from web.guard import HIGHEST_ID, declares
from web.setting_screens import OVERTAKEN
from web.templating import page, see_other

blueprint = Blueprint("area_settings", __name__)

_AREAS = "/team/areas"
_AREA = f"{_AREAS}/<int(max={HIGHEST_ID}):area_id>"


@blueprint.get(_AREAS)
@declares(Action.SET_AREAS)
def all_areas() -> Response:
    """Every area, and what is in it; those that the reader looks after lead on."""
    with reading() as session:
        rows = area_changes.areas(session)
        people, needs = borders.people_by_area(session), borders.needs_by_area(session)
    theirs = {row.area_id for row in rows if may(g.actor, Action.SET_AREAS, _thing(row))}
    return page("set_up/areas.html", rows=rows, people=people, needs=needs, theirs=theirs)


@blueprint.get(f"{_AREAS}/new")
@declares(Action.SET_AREAS)
def new_area() -> Response:
    """Another one."""
    return _page(None, AreaForm())


@blueprint.post(f"{_AREAS}/new")
@declares(Action.SET_AREAS, sealed_by=is_session_sealed)
def add_area() -> Response:
    """What it would be and take, or it is added."""
    form, seen, notice = AreaForm(request.form), request.form.get("read", ""), ""
    who = {"by": g.actor.staff_id, "area_ids": g.actor.area_ids}
    form.is_open.data = "yes"
    try:
        draft = form.draft()
        if seen:
            try:
                with unit_of_work() as session:
                    area_id = area_changes.add(session, draft, seen, **who, now=clock.now())
                return see_other(f"{_AREAS}/{area_id}?said=added")
            except Conflict:
                notice = OVERTAKEN
        with reading() as session:
            return _page(None, form, area_changes.preview_new(session, draft, **who), notice=notice)
    except BadInput as error:
        show_beside(form, error)
        return _page(None, form)


@blueprint.get(_AREA)
@declares(Action.SET_AREAS)
def area(area_id: int) -> Response:
    """One of them."""
    view = _theirs(area_id)
    return _page(view, area_form_of(view))


@blueprint.post(_AREA)
@declares(Action.SET_AREAS, sealed_by=is_session_sealed)
def change_area(area_id: int) -> Response:
    """What would change and whom it touches, or it is changed."""
    view, form, seen, notice = _theirs(area_id), AreaForm(request.form), request.form.get("read", ""), ""
    who = {"by": g.actor.staff_id, "area_ids": g.actor.area_ids, "now": clock.now()}
    try:
        draft = form.draft()
        if seen:
            try:
                with unit_of_work() as session:
                    area_changes.change(session, area_id, draft, seen, **who)
                return see_other(f"{_AREAS}/{area_id}?said=changed")
            except Conflict:
                notice = OVERTAKEN
        with reading() as session:
            return _page(view, form, area_changes.preview(session, area_id, draft, **who), notice=notice)
    except BadInput as error:
        show_beside(form, error)
        return _page(view, form)


def _thing(view: AreaView) -> Thing:
    """A closed area is nobody's: whoever may set up areas may open it again."""
    return Thing(area_id=view.area_id if view.is_open else None)


def _theirs(area_id: int) -> AreaView:
    with reading() as session:
        view = area_changes.read(session, area_id)
    require(g.actor, Action.SET_AREAS, _thing(view))
    return view


def _page(view: AreaView | None, form: AreaForm, previewed: AreaPreview | None = None, *, notice: str = "") -> Response:
    with reading() as session:
        past = setting_changes.history(session, "area", str(view.area_id)) if view else ()
    return page(
        "set_up/area.html",
        one=view,
        form=form,
        previewed=previewed,
        past=past,
        notice=notice,
        said=request.args.get("said", ""),
    )
