"""Two wordings of one question: the second written and tried beside the first, how both do, and the choice."""

from __future__ import annotations

from flask import Blueprint, Response, g, request

from matcher.domain.comparing import ENOUGH, Side
from matcher.domain.errors import BadInput, Conflict
from matcher.services import text_comparisons
from matcher.services.access import Action
from matcher.store.session import reading, unit_of_work
from web import clock
from web.auth import is_session_sealed
from web.forms.questions import show_beside
from web.forms.texts import TextForm
from web.guard import HIGHEST_ID, declares
from web.scheme import sender
from web.templating import page, see_other
from web.texts import KEPT

blueprint = Blueprint("comparisons", __name__)


@blueprint.get("/team/messages/<event>/compare")
@declares(Action.WORD_MESSAGES)
def compare(event: str) -> Response:
    """The comparison that runs, or a second wording to begin one with."""
    return _page(event, None)


@blueprint.post("/team/messages/<event>/compare")
@declares(Action.WORD_MESSAGES, sealed_by=is_session_sealed)
def begin(event: str) -> Response:
    """A second wording: looked at first, or tried."""
    form = TextForm(request.form)
    if request.form.get("do") == "look":
        return _page(event, form)
    words, by = (form.subject.data, form.text.data), g.actor.staff_id
    try:
        with unit_of_work() as session:
            standing = form.standing_id
            text_comparisons.begin(session, event, *words, sender(), standing=standing, staff_id=by, now=clock.now())
    except BadInput as error:
        show_beside(form, error)
        return _page(event, form)
    except Conflict as error:
        show_beside(form, BadInput(f"{error.message} {KEPT}", field="text"))
        return _page(event, form, is_overtaken=True)
    return see_other(f"/team/messages/{event}/compare?said=begun")


@blueprint.post(f"/team/messages/<event>/compare/<int(max={HIGHEST_ID}):comparison_id>/end")
@declares(Action.WORD_MESSAGES, sealed_by=is_session_sealed)
def end(event: str, comparison_id: int) -> Response:
    """One of the two is chosen."""
    kept = request.form.get("keep", "")
    if kept not in set(Side):
        raise BadInput("Choose which of the two to keep")
    with unit_of_work() as session:
        by, now = g.actor.staff_id, clock.now()
        text_comparisons.end(session, event, comparison_id, Side(kept), staff_id=by, now=now)
    return see_other(f"/team/messages/{event}/compare?said=ended")


def _page(event: str, form: TextForm | None, *, is_overtaken: bool = False) -> Response:
    is_written = form is not None
    with reading() as session:
        shown = text_comparisons.read(session, event, sender(), now=clock.now())
        if form is None:
            words = shown.row.template
            form = TextForm(data={"text": words.text, "subject": words.subject, "standing": str(shown.standing)})
        weighed = text_comparisons.weigh(session, event, form.subject.data, form.text.data, sender())
    if is_overtaken:
        form.standing.data = str(shown.standing)
    return page(
        "texts/compare.html",
        shown=shown,
        form=form,
        weighed=weighed,
        is_written=is_written,
        enough=ENOUGH,
        said=request.args.get("said", ""),
    )
