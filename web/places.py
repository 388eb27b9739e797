"""The team's pages of places: what stands where, what is left in it, where salt runs short, in and out as a file."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, g, make_response, request

from matcher.domain.errors import BadInput
from matcher.domain.stories import ABOUT_WORDS
from matcher.services import attached_stories, place_list, place_page, place_photos, place_sheets, places, salt_short
from matcher.services.access import Action
from matcher.services.attached_stories import Thing
from matcher.services.place_page import PlaceChoice
from matcher.store.session import reading, unit_of_work
from web import clock
from web.auth import is_session_sealed
from web.downloads import safe_file
from web.forms.decisions import LinkForm
from web.forms.places import KINDS, STOCKS, PlaceForm, form_of
from web.forms.questions import show_beside
from web.guard import HIGHEST_ID, declares
from web.templating import page, see_other

blueprint = Blueprint("places", __name__)
_PLACE = f"<int(max={HIGHEST_ID}):place_id>"
_REPORT = f"<int(max={HIGHEST_ID}):report_id>"


@blueprint.get("/team/places")
@declares(Action.LOOK_AFTER_PLACES)
def listed() -> Response:
    """What there is, what is left, who looks after it."""
    choice = _choice()
    with reading() as session:
        shown = place_page.read(session, g.actor.area_ids, choice)
    before = _address(choice, choice.page - 1) if shown.first > 1 else ""
    after = _address(choice, choice.page + 1) if shown.has_more else ""
    stocks = (*STOCKS, (place_page.UNKNOWN, "Not known"))
    return page(
        "places/places.html", shown=shown, choice=choice, kinds=KINDS, stocks=stocks, before=before, after=after
    )


@blueprint.get("/team/places/salt")
@declares(Action.LOOK_AFTER_PLACES)
def salt() -> Response:
    """What is to be filled up, and which villages have none."""
    with reading() as session:
        rounds = salt_short.refill_list(session, g.actor.area_ids)
        gaps = salt_short.gaps(session, g.actor.area_ids, now=clock.now())
        photos = place_photos.by_place(session, g.actor.area_ids)
    return page("places/salt.html", rounds=rounds, gaps=gaps, photos=photos)


@blueprint.get("/team/places/add")
@declares(Action.LOOK_AFTER_PLACES)
def adding() -> Response:
    """A new place."""
    return _adding(PlaceForm())


@blueprint.post("/team/places/add")
@declares(Action.LOOK_AFTER_PLACES, sealed_by=is_session_sealed)
def add() -> Response:
    """Keep it."""
    form = PlaceForm(request.form)
    if form.validate():
        try:
            with unit_of_work() as session:
                places.add_place(session, form.draft(), area_ids=_areas(), staff_id=_by(), now=clock.now())
            return see_other("/team/places")
        except BadInput as error:
            show_beside(form, error)
    return _adding(form)


@blueprint.get(f"/team/places/{_PLACE}")
@declares(Action.LOOK_AFTER_PLACES)
def one(place_id: int) -> Response:
    """One of them, to change."""
    return show_place(place_id)


@blueprint.post(f"/team/places/{_PLACE}")
@declares(Action.LOOK_AFTER_PLACES, sealed_by=is_session_sealed)
def change(place_id: int) -> Response:
    """Keep what was changed."""
    form = PlaceForm(request.form)
    if form.validate():
        try:
            with unit_of_work() as session:
                draft, now = form.draft(), clock.now()
                places.change_place(session, place_id, draft, area_ids=_areas(), staff_id=_by(), now=now)
            return see_other("/team/places")
        except BadInput as error:
            show_beside(form, error)
    return show_place(place_id, form)


@blueprint.post(f"/team/places/{_PLACE}/level")
@declares(Action.LOOK_AFTER_PLACES, sealed_by=is_session_sealed)
def level(place_id: int) -> Response:
    """One of the team looked, or was told."""
    stock = request.form.get("stock", "")
    try:
        with unit_of_work() as session:
            places.note_level(session, place_id, stock, area_ids=_areas(), staff_id=_by(), now=clock.now())
    except BadInput:  # only a form of ours that was altered can ask for it
        return see_other(f"/team/places/{place_id}")
    return see_other("/team/places")


@blueprint.post(f"/team/places/{_PLACE}/gone")
@declares(Action.LOOK_AFTER_PLACES, sealed_by=is_session_sealed)
def gone(place_id: int) -> Response:
    """It was taken away."""
    with unit_of_work() as session:
        places.take_away(session, place_id, area_ids=_areas(), staff_id=_by(), now=clock.now())
    return see_other("/team/places")


@blueprint.get(f"/team/places/{_PLACE}/photos/{_REPORT}.jpg")
@declares(Action.LOOK_AFTER_PLACES)
def photo(place_id: int, report_id: int) -> Response:
    """What a passer-by sent with what they said."""
    with reading() as session:
        return safe_file(place_photos.photo(session, place_id, report_id, _areas()))


@blueprint.post(f"/team/places/{_PLACE}/photos/{_REPORT}/remove")
@declares(Action.LOOK_AFTER_PLACES, sealed_by=is_session_sealed)
def remove_photo(place_id: int, report_id: int) -> Response:
    """It shows what it should not, or nothing."""
    with unit_of_work() as session:
        place_photos.remove(session, place_id, report_id, area_ids=_areas(), staff_id=_by(), now=clock.now())
    return see_other(f"/team/places/{place_id}")


@blueprint.get("/team/places.csv")
@declares(Action.LOOK_AFTER_PLACES)
def export() -> Response:
    """All of it, for a spreadsheet."""
    with reading() as session:
        answer = make_response(place_sheets.exported(session, _areas()))
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = "attachment; filename=places.csv"
    return answer


def show_place(place_id: int, typed: PlaceForm | None = None, *, link_form: LinkForm | None = None) -> Response:
    """One of them, with what was typed and cannot be kept: of the place itself, or of a story that belongs to it."""
    with reading() as session:
        row = place_list.row(session, place_id, _areas())
        stories = attached_stories.with_thing(session, Thing("place", place_id), _areas(), now=clock.now())
        photos = place_photos.by_place(session, _areas()).get(place_id, ())
    fields = typed or form_of(row)
    return page(
        "places/place.html",
        form=link_form or fields,
        fields=fields,
        row=row,
        stories=stories,
        photos=photos,
        link_form=link_form or LinkForm(),
        about_words=ABOUT_WORDS,
    )


def _adding(form: PlaceForm) -> Response:
    return page("places/place.html", form=form, fields=form, row=None)


def _choice() -> PlaceChoice:
    wanted = request.args
    number = wanted.get("page", "")
    return PlaceChoice(
        area=wanted.get("area", ""),
        kind=wanted.get("kind", ""),
        stock=wanted.get("stock", ""),
        page=max(1, int(number)) if number.isascii() and number.isdigit() and len(number) <= 6 else 1,
    )


def _address(choice: PlaceChoice, number: int) -> str:
    chosen = {"area": choice.area, "kind": choice.kind, "stock": choice.stock, "page": str(number)}
    return "/team/places?" + urlencode({name: value for name, value in chosen.items() if value})


def _areas() -> frozenset[int]:
    areas: frozenset[int] = g.actor.area_ids
    return areas


def _by() -> int:
    staff_id: int = g.actor.staff_id
    return staff_id
