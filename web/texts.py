"""Every text that we send, as it stands: read, measured, changed within its limits, and taken back."""

from __future__ import annotations

from flask import Blueprint, Response, g, request

from matcher.domain.comparing import ENOUGH
from matcher.domain.errors import BadInput, Conflict
from matcher.services import message_texts, opt_outs, text_comparisons, undelivered
from matcher.services.access import Action
from matcher.services.yes_rates import QUESTIONS
from matcher.store.session import reading, unit_of_work
from web import clock
from web.auth import is_session_sealed
from web.forms.questions import show_beside
from web.forms.texts import TextForm
from web.guard import declares
from web.scheme import sender
from web.templating import page, see_other

blueprint = Blueprint("texts", __name__)

KEPT = "What you wrote is kept here"


@blueprint.get("/team/messages")
@declares(Action.WORD_MESSAGES)
def texts() -> Response:
    """All of them; what did not arrive; who wants no texts."""
    now, areas = clock.now(), g.actor.area_ids
    with reading() as session:
        groups = message_texts.list_texts(session, sender())
        compared = text_comparisons.list_running(session, now=now)
        lost = undelivered.to_ring(session, areas, now=now)
        lost_count = undelivered.count_to_ring(session, areas, now=now)
        outs = opt_outs.read(session, areas)
    return page(
        "texts/all.html",
        groups=groups,
        compared=compared,
        enough=ENOUGH,
        lost=lost,
        lost_count=lost_count,
        outs=outs,
    )


@blueprint.get("/team/messages/<event>")
@declares(Action.WORD_MESSAGES)
def text(event: str) -> Response:
    """One of them."""
    return _text_page(event, None)


@blueprint.post("/team/messages/<event>")
@declares(Action.WORD_MESSAGES, sealed_by=is_session_sealed)
def change(event: str) -> Response:
    """Other words: looked at first, or kept."""
    form = TextForm(request.form)
    if request.form.get("do") == "look":
        return _text_page(event, form)
    words = form.subject.data, form.text.data
    try:
        with unit_of_work() as session:
            by, standing = g.actor.staff_id, form.standing_id
            message_texts.change(session, event, *words, sender(), standing=standing, staff_id=by, now=clock.now())
    except BadInput as error:
        show_beside(form, error)
        return _text_page(event, form)
    except Conflict as error:
        show_beside(form, BadInput(f"{error.message} {KEPT}", field="text"))
        return _text_page(event, form, is_overtaken=True)
    return see_other(f"/team/messages/{event}?said=changed")


@blueprint.post("/team/messages/<event>/back")
@declares(Action.WORD_MESSAGES, sealed_by=is_session_sealed)
def go_back(event: str) -> Response:
    """The text as it came."""
    form = TextForm(request.form)
    with unit_of_work() as session:
        by = g.actor.staff_id
        message_texts.go_back(session, event, standing=form.standing_id, staff_id=by, now=clock.now())
    return see_other(f"/team/messages/{event}?said=back")


def _text_page(event: str, form: TextForm | None, *, is_overtaken: bool = False) -> Response:
    with reading() as session:
        shown = message_texts.read(session, event, sender())
        if form is None:
            words = shown.row.template
            form = TextForm(data={"text": words.text, "subject": words.subject, "standing": str(shown.standing)})
        weighed = message_texts.weigh(session, event, form.subject.data, form.text.data, sender())
    if is_overtaken:
        form.standing.data = str(shown.standing)
    asks_something, said = event in QUESTIONS, request.args.get("said", "")
    return page("texts/text.html", shown=shown, form=form, weighed=weighed, asks_something=asks_something, said=said)
