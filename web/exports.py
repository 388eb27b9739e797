"""Sheets to save: without names at a press, with names for a reason that is kept."""

from __future__ import annotations

import io
from collections.abc import Callable
from tempfile import SpooledTemporaryFile
from typing import TextIO, cast

from flask import Blueprint, Response, g, request

from matcher.domain.errors import BadInput
from matcher.domain.localtime import local_day
from matcher.services import exports
from matcher.services.access import Action, may
from matcher.services.export_sheets import SHEETS
from matcher.store.session import reading, unit_of_work
from web import clock
from web.auth import is_session_sealed
from web.downloads import download_file
from web.forms.exports import DaysForm, NamesForm
from web.forms.questions import show_beside
from web.guard import declares
from web.templating import page

blueprint = Blueprint("exports", __name__)

_HOME = "/team/export"
_IN_MEMORY = 16 * 1024 * 1024  # a larger file waits on the disk, under no name


@blueprint.get(_HOME)
@declares(Action.EXPORT)
def choose() -> Response:
    """What there is to save."""
    return _choose(DaysForm(request.args), NamesForm())


@blueprint.get(f"{_HOME}/<what>.csv")
@declares(Action.EXPORT)
def save(what: str) -> Response:
    """A sheet without names."""
    form = DaysForm(request.args)
    try:
        days = form.days(local_day(clock.now()))
        with reading() as session:
            return _sent(what, days, lambda out: exports.write(session, what, days, out, area_ids=g.actor.area_ids))
    except BadInput as error:
        show_beside(form, error)
        return _choose(form, NamesForm())


@blueprint.post(f"{_HOME}/names")
@declares(Action.EXPORT_PERSONAL, sealed_by=is_session_sealed)
def save_with_names() -> Response:
    """A sheet with names, and why it was needed."""
    form, now = NamesForm(request.form), clock.now()
    form.what.choices = _with_names()
    if not form.validate():
        return _choose(DaysForm(), form)
    what = form.what.data
    try:
        days = form.days(local_day(now))
        with unit_of_work() as session:
            why, areas, by = form.why.data, g.actor.area_ids, g.actor.staff_id

            def write(out: TextIO) -> int:
                return exports.write_with_names(session, what, days, out, why=why, area_ids=areas, staff_id=by, now=now)

            return _sent(what, days, write)
    except BadInput as error:
        show_beside(form, error)
        return _choose(DaysForm(), form)


def _choose(days: DaysForm, names: NamesForm) -> Response:
    names.what.choices = _with_names()
    may_names = may(g.actor, Action.EXPORT_PERSONAL)
    with reading() as session:
        saved = exports.saved_with_names(session) if may_names else ()
    return page(
        "exports/exports.html",
        status=422 if days.errors or names.errors else 200,
        days=days,
        names=names,
        may_names=may_names,
        sheets=[sheet for sheet in SHEETS if not sheet.has_names],
        with_names=[sheet for sheet in SHEETS if sheet.has_names],
        saved=saved,
        today=local_day(clock.now()),
    )


def _with_names() -> list[tuple[str, str]]:
    return [(sheet.key, sheet.name) for sheet in SHEETS if sheet.has_names]


def _sent(what: str, days: exports.Days, write: Callable[[TextIO], int]) -> Response:
    """All of it is written before the first byte goes: a slow line holds no transaction, and no half file is sent."""
    file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 (it is closed when it has been sent)
    text = io.TextIOWrapper(cast("io.BufferedRandom", file), encoding="utf-8", newline="")
    try:
        write(text)
        text.flush()
    except BaseException:
        file.close()
        raise
    text.detach()
    return download_file(f"{what}-{days.first}-to-{days.last}.csv", file, "text/csv")
