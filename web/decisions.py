"""You said, we did: for everyone, for the team that keeps it, and for the area board."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, g, request

from matcher.domain.decisions import STATE_WORDS, VIEWS
from matcher.domain.errors import BadInput, NotFound
from matcher.domain.hearing import HEARD_WORDS
from matcher.domain.small_numbers import count_or_none_words, count_words
from matcher.domain.stories import ABOUT_WORDS, Piece, Reader
from matcher.services import decision_reading, decisions, not_heard, not_heard_picture, story_reading
from matcher.services.access import Action
from matcher.services.decision_reading import Answer, LinkedStory
from matcher.services.drawing import NARROW, WIDE
from matcher.services.impact_report import findings, report, scope
from matcher.services.impact_report.scope import Wanted
from matcher.store.session import reading, unit_of_work
from web import bell, clock
from web.auth import is_session_sealed
from web.downloads import safe_file
from web.forms.decisions import DecisionForm, LinkForm, data_of
from web.forms.questions import Asking, show_beside
from web.guard import HIGHEST_ID, declares, is_sealed_for_anyone, seal_for_anyone
from web.limits import ANSWERING, limiter
from web.templating import page, see_other

blueprint = Blueprint("decisions", __name__)

_DECISION = f"<int(max={HIGHEST_ID}):decision_id>"
_THINK = "think"
_WORDS: dict[str, Any] = {
    "state_words": STATE_WORDS,
    "view_words": dict(VIEWS),
    "about_words": ABOUT_WORDS,
    "count_words": count_words,
}


@blueprint.get("/said-did")
@declares(Action.READ_PUBLIC)
def said_did() -> Response:
    """What people said, and what came of it."""
    with reading() as session:
        answers = decision_reading.for_everyone(session, now=clock.now())
    is_thanked = request.args.get("thanks") == "1"
    token = seal_for_anyone(_THINK)
    return page("decisions/said-did.html", answers=answers, form_token=token, is_thanked=is_thanked, **_WORDS)


@blueprint.post(f"/said-did/{_DECISION}/think")
@declares(Action.READ_PUBLIC, sealed_by=lambda: is_sealed_for_anyone(_THINK))
@limiter.limit(ANSWERING)
def think(decision_id: int) -> Response:
    """What somebody thinks of it now. Who, is not kept."""
    with unit_of_work() as session:
        decisions.think(session, decision_id, request.form.get("view", ""))
    return see_other("/said-did?thanks=1")


@blueprint.get("/board")
@declares(Action.READ_AS_BOARD)
def board() -> Response:
    """The area board's own page: decisions that wait, the report in short, the stories that it may read, and who has
    not been heard.
    """
    now = clock.now()
    with reading() as session:
        found = report.read(session, scope.read(session, g.actor.area_ids, Wanted(), now=now), now=now)
        heard = not_heard.read(session, g.actor.area_ids, now=now)
        answers = decision_reading.for_board(session, now=now)
        shown = story_reading.out_for(session, Reader.BOARD, now=now)
        views = story_reading.views(shown)
    return page(
        "decisions/board.html",
        answers=answers,
        stories=shown,
        views=views,
        scope=found.scope,
        in_short=findings.in_short(found),
        heard=heard,
        heard_finding=not_heard_picture.finding(heard),
        heard_drawn=[not_heard_picture.draw(heard, width) for width in (WIDE, NARROW)],
        heard_words=HEARD_WORDS,
        count_or_none=count_or_none_words,
        **_WORDS,
    )


@blueprint.get(f"/board/stories/<int(max={HIGHEST_ID}):story_id>/<any({', '.join(Piece)}):kind>")
@declares(Action.READ_AS_BOARD)
def board_piece(story_id: int, kind: str) -> Response:
    """A picture or a voice note that the board may see or hear, while it may."""
    with reading() as session:
        return safe_file(story_reading.piece_for(session, Reader.BOARD, story_id, Piece(kind), now=clock.now()))


@blueprint.get("/team/said-did")
@declares(Action.KEEP_DECISIONS)
def kept() -> Response:
    """Every record of our areas, the late ones first."""
    with reading() as session:
        answers = decision_reading.for_team(session, g.actor.area_ids, now=clock.now())
    return page("decisions/kept.html", answers=answers, **_WORDS)


@blueprint.get("/team/said-did/new")
@declares(Action.KEEP_DECISIONS)
def new() -> Response:
    """A new record."""
    return _form_page(DecisionForm(), None)


@blueprint.post("/team/said-did/new")
@declares(Action.KEEP_DECISIONS, sealed_by=is_session_sealed)
def make() -> Response:
    """Write it down."""
    return _keep(None)


@blueprint.get(f"/team/said-did/{_DECISION}")
@declares(Action.KEEP_DECISIONS)
def one(decision_id: int) -> Response:
    """One record and the stories it answers."""
    return _form_page(None, decision_id)


@blueprint.post(f"/team/said-did/{_DECISION}")
@declares(Action.KEEP_DECISIONS, sealed_by=is_session_sealed)
def change(decision_id: int) -> Response:
    """Change it where it stands."""
    return _keep(decision_id)


@blueprint.post(f"/team/said-did/{_DECISION}/stories")
@declares(Action.KEEP_DECISIONS, sealed_by=is_session_sealed)
def link(decision_id: int) -> Response:
    """It answers this story too, or not after all."""
    form, gone = LinkForm(request.form), request.form.get("gone", "")

    def do(session: Any, who: dict[str, Any]) -> None:
        if gone.isascii() and gone.isdigit() and len(gone) < 19:
            decisions.unlink_story(session, decision_id, int(gone), **who)
        else:
            decisions.link_story(session, decision_id, form.reference.data, **who)

    try:
        _do(do)
    except BadInput as error:
        show_beside(form, error)
        return _form_page(None, decision_id, link_form=form)
    bell.ring(bell.DELIVER_DUE)
    return see_other(f"/team/said-did/{decision_id}")


def _keep(decision_id: int | None) -> Response:
    form = DecisionForm(request.form)
    with reading() as session:
        form.prepare(Asking(session, clock.now(), {}))
    if not form.validate():
        return _form_page(form, decision_id)
    kept_id = decision_id

    def do(session: Any, who: dict[str, Any]) -> None:
        nonlocal kept_id
        kept_id = decisions.keep_decision(session, decision_id, form.draft(), **who)

    try:
        _do(do)
    except BadInput as error:
        show_beside(form, error)
        return _form_page(form, decision_id)
    bell.ring(bell.DELIVER_DUE)
    return see_other(f"/team/said-did/{kept_id}")


def _do(what: Callable[[Any, dict[str, Any]], None]) -> None:
    with unit_of_work() as session:
        what(session, {"staff_id": g.actor.staff_id, "area_ids": g.actor.area_ids, "now": clock.now()})


def _form_page(form: DecisionForm | None, decision_id: int | None, *, link_form: LinkForm | None = None) -> Response:
    answer: Answer | None = None
    stories: tuple[LinkedStory, ...] = ()
    with reading() as session:
        if decision_id is not None:
            answer = decision_reading.one(session, decision_id, g.actor.area_ids, now=clock.now())
            if answer is None:
                raise NotFound
            stories = decision_reading.linked(session, decision_id)
        shown = form or DecisionForm(data=data_of(answer) if answer else None)
        shown.prepare(Asking(session, clock.now(), {}))
    failed = link_form if link_form is not None else shown
    return page(
        "decisions/decision.html",
        form=failed,
        fields=shown,
        answer=answer,
        stories=stories,
        link_form=link_form or LinkForm(),
        **_WORDS,
    )
