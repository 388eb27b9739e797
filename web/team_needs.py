"""Coordinators: one need with everything that has happened, changed where it stands; how choices by hand did."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, g, request

from matcher.domain.errors import BadInput
from matcher.domain.kinds import CLEARING
from matcher.domain.stories import ABOUT_WORDS
from matcher.services import attached_stories, duplicates, need_history, overrides, team_changes
from matcher.services.access import Action
from matcher.services.attached_stories import Thing
from matcher.store.session import reading, unit_of_work
from web import bell, clock
from web.auth import is_session_sealed
from web.forms.decisions import LinkForm
from web.forms.needs import NoteForm, WhenForm
from web.forms.questions import Asking, QuestionForm, show_beside
from web.guard import HIGHEST_ID, declares
from web.templating import page, see_other

blueprint = Blueprint("team_needs", __name__)
_NEED = f"/team/needs/<int(max={HIGHEST_ID}):need_id>"
SORTS = (
    ("", "Everything"),
    ("ask", "Who was asked"),
    ("hand", "By hand"),
    ("message", "Messages"),
    ("change", "Changes"),
)


@blueprint.get(_NEED)
@declares(Action.WORK_ON_NEED)
def need(need_id: int) -> Response:
    """The need, and what has happened; with `show`, one sort of it alone."""
    return show_need(need_id)


@blueprint.get(f"{_NEED}/change")
@declares(Action.WORK_ON_NEED)
def change(need_id: int) -> Response:
    """What can be changed where it stands."""
    return _change_page(need_id)


@blueprint.post(f"{_NEED}/time")
@declares(Action.WORK_ON_NEED, sealed_by=is_session_sealed)
def change_time(need_id: int) -> Response:
    """Other times in place of the ones asked for."""
    form, asking = WhenForm(request.form), _asking()
    form.prepare(asking)
    if not form.is_answered(asking):
        return _change_page(need_id, when=form)
    return _changed(need_id, team_changes.change_time, form.timing())


@blueprint.post(f"{_NEED}/note")
@declares(Action.WORK_ON_NEED, sealed_by=is_session_sealed)
def change_note(need_id: int) -> Response:
    """Another note for the neighbour; what there was is not shown."""
    form = NoteForm(request.form)
    if not form.validate():
        return _change_page(need_id, note=form)
    try:
        return _changed(need_id, team_changes.change_note, form.note.data)
    except BadInput as wrong:
        show_beside(form, wrong)
        return _change_page(need_id, note=form)


@blueprint.post(f"{_NEED}/job")
@declares(Action.WORK_ON_NEED, sealed_by=is_session_sealed)
def change_job(need_id: int) -> Response:
    """What is to be done, and how many are to come."""
    typed = request.form.get("helpers", "")
    helpers = int(typed) if typed.isascii() and typed.isdigit() and len(typed) == 1 else 0
    try:
        return _changed(need_id, team_changes.change_job, frozenset(request.form.getlist("details")), helpers)
    except BadInput as wrong:
        return _change_page(need_id, wrong=str(wrong))


@blueprint.get("/team/by-hand")
@declares(Action.WORK_ON_NEED)
def by_hand() -> Response:
    """How choices by hand did, beside those of the matching."""
    with reading() as session:
        shown = overrides.read(session, g.actor.area_ids, now=clock.now())
    return page("team/by-hand.html", shown=shown)


def _changed(need_id: int, verb: Callable[..., None], *words: Any) -> Response:
    with unit_of_work() as session:
        by, areas = g.actor.staff_id, g.actor.area_ids
        verb(session, need_id, *words, area_ids=areas, staff_id=by, now=clock.now())
    bell.ring(bell.RUN_DUE_ROUNDS, bell.DELIVER_DUE)
    return see_other(f"/team/needs/{need_id}")


def _asking() -> Asking:
    """These questions look at no table."""
    return Asking(None, clock.now(), {})


def _read(need_id: int) -> need_history.NeedHistory:
    with reading() as session:
        return need_history.read(session, need_id, area_ids=g.actor.area_ids)


def show_need(need_id: int, *, link_form: LinkForm | None = None) -> Response:
    """The need and what has happened, with the reference of a story that was typed and cannot be taken."""
    sort = request.args.get("show", "")
    shown = _read(need_id)
    with reading() as session:
        stories = attached_stories.with_thing(session, Thing("need", need_id), g.actor.area_ids, now=clock.now())
        alike = duplicates.of_person(session, shown.resident_id, g.actor.area_ids)
    lines = [line for line in shown.lines if line.sort == sort or sort not in dict(SORTS) or not sort]
    return page(
        "team/need.html",
        form=link_form,
        need=shown,
        lines=lines,
        sort=sort if sort in dict(SORTS) else "",
        sorts=SORTS,
        stories=stories,
        alike=alike,
        alike_words=duplicates.SHARED_WORDS,
        link_form=link_form or LinkForm(),
        about_words=ABOUT_WORDS,
    )


def _change_page(
    need_id: int, *, when: WhenForm | None = None, note: NoteForm | None = None, wrong: str = ""
) -> Response:
    shown = when or WhenForm()
    shown.prepare(_asking())
    failed: QuestionForm | None = note if note is not None else when
    return page(
        "team/need-change.html",
        status=422 if wrong else 200,
        need=_read(need_id),
        when=shown,
        note=note or NoteForm(),
        form=failed,
        clearing=[(code, words) for code, words, _ in CLEARING],
        wrong=wrong,
        typed=request.form,
    )
