"""Organisations that ask for those they work with: their codes given, given anew, ended; and what is said of them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, current_app, g, request

from matcher.domain.errors import BadInput
from matcher.services import drafts, organisations
from matcher.services.access import Action
from matcher.store.session import reading, unit_of_work
from web import clock
from web.auth import is_session_sealed
from web.forms.at_work import OrganisationForm
from web.forms.questions import show_beside
from web.guard import HIGHEST_ID, declares
from web.once import new_key, sent_key, shown_key
from web.templating import page, see_other

blueprint = Blueprint("organisations", __name__)

_GIVEN = "code_given"
_ONE = f"/team/organisations/<int(max={HIGHEST_ID}):organisation_id>"


@blueprint.get("/team/organisations")
@declares(Action.GIVE_CODE)
def listed() -> Response:
    """Who may ask with a code, and how often they have."""
    with reading() as session:
        rows = organisations.organisations(session, g.actor.area_ids)
    return page("organisations/organisations.html", rows=rows)


@blueprint.get("/team/organisations/new")
@declares(Action.GIVE_CODE)
def new() -> Response:
    """Another one."""
    return _new_page(OrganisationForm(), key=new_key())


@blueprint.post("/team/organisations/new")
@declares(Action.GIVE_CODE, sealed_by=is_session_sealed)
def give() -> Response:
    """Its first code. The form is taken once."""
    form, key = OrganisationForm(request.form), sent_key()
    try:
        with unit_of_work() as session:
            form.choose_from(organisations.area_choices(session, g.actor.area_ids))
            if not form.validate():
                return _new_page(form, key=key)
            if drafts.claim(session, key, _GIVEN, now=clock.now()):
                _keep(session, key, *organisations.give_code(session, form.draft(), **_who()))
    except BadInput as error:
        show_beside(form, error)
        return _new_page(form, key=key)
    return see_other(f"/team/organisations/given?d={key}")


@blueprint.get(f"{_ONE}/correct")
@declares(Action.GIVE_CODE)
def as_it_stands(organisation_id: int) -> Response:
    """One of them, to be corrected."""
    with reading() as session:
        draft = organisations.draft_of(session, organisation_id, g.actor.area_ids)
    return _one_page(organisation_id, OrganisationForm(data=asdict(draft)))


@blueprint.post(f"{_ONE}/correct")
@declares(Action.GIVE_CODE, sealed_by=is_session_sealed)
def correct(organisation_id: int) -> Response:
    """Its name, how it is reached, who looks after it; its code stays."""
    form = OrganisationForm(request.form)
    try:
        with unit_of_work() as session:
            form.choose_from(organisations.area_choices(session, g.actor.area_ids))
            if not form.validate():
                return _one_page(organisation_id, form)
            organisations.correct(session, organisation_id, form.draft(), **_who())
    except BadInput as error:
        show_beside(form, error)
        return _one_page(organisation_id, form)
    return see_other("/team/organisations")


@blueprint.post(f"{_ONE}/code")
@declares(Action.GIVE_CODE, sealed_by=is_session_sealed)
def change(organisation_id: int) -> Response:
    """A new code; the old one ends."""
    with unit_of_work() as session:
        code = organisations.change_code(session, organisation_id, **_who())
        _keep(session, key := new_key(), organisation_id, code)
    return see_other(f"/team/organisations/given?d={key}")


@blueprint.post(f"{_ONE}/end")
@declares(Action.GIVE_CODE, sealed_by=is_session_sealed)
def end(organisation_id: int) -> Response:
    """No code any more."""
    with unit_of_work() as session:
        organisations.end_code(session, organisation_id, **_who())
    return see_other("/team/organisations")


@blueprint.get("/team/organisations/given")
@declares(Action.GIVE_CODE)
def given() -> Response:
    """The code, to hand over. The page is gone in a day: what is kept then is a hash."""
    with reading() as session:
        kept = drafts.load(session, shown_key(), _GIVEN, now=clock.now())
        if not kept:
            return see_other("/team/organisations")
        name = organisations.name_of(session, kept["organisation_id"], g.actor.area_ids)
    address = f"{current_app.config['SCHEME'].origin}/at-work"
    return page("organisations/given.html", name=name, code=kept["code"], address=address)


def _who() -> dict[str, Any]:
    return {"area_ids": g.actor.area_ids, "staff_id": g.actor.staff_id, "now": clock.now()}


def _keep(session: Any, key: str, organisation_id: int, code: str) -> None:
    drafts.save(session, key, _GIVEN, {"organisation_id": organisation_id, "code": code}, now=clock.now())


def _new_page(form: OrganisationForm, *, key: str) -> Response:
    with reading() as session:
        form.choose_from(organisations.area_choices(session, g.actor.area_ids))
    return page("organisations/new.html", form=form, key=key)


def _one_page(organisation_id: int, form: OrganisationForm) -> Response:
    with reading() as session:
        name = organisations.name_of(session, organisation_id, g.actor.area_ids)
        form.choose_from(organisations.area_choices(session, g.actor.area_ids))
    return page("organisations/correct.html", form=form, name=name, organisation_id=organisation_id)
