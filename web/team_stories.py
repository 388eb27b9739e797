"""Stories for the team: the queue, one story and what may be done with it, typing one, and taking one back by phone."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, g, request

from matcher.domain.errors import BadInput, Conflict, NotFound
from matcher.domain.stories import ABOUT_WORDS, Piece
from matcher.services import access, attached_stories, drafts, quilt, stories, story_queue, story_withdrawal
from matcher.services.access import Action
from matcher.services.stories import Typed
from matcher.services.story_desk import Keeper
from matcher.store.session import reading, unit_of_work
from web import bell, clock
from web.auth import is_session_sealed
from web.downloads import safe_file
from web.forms.pieces import MOST_SENT
from web.forms.questions import Asking, QuestionForm, show_beside
from web.forms.stories import (
    LEVEL_WORDS,
    HeardYesForm,
    PrintedForm,
    PublishForm,
    RewordForm,
    TakenBackForm,
    TypedForm,
    draft_of,
)
from web.guard import HIGHEST_ID, declares
from web.once import new_key, sent_key, shown_key
from web.templating import page, see_other

blueprint = Blueprint("team_stories", __name__)

_STORY = f"<int(max={HIGHEST_ID}):story_id>"
_TYPED = "story_typed"
# The pages beside each other, and what whoever reads the row must be allowed.
NAV = (
    ("/team/stories", "Stories", Action.KEEP_STORIES),
    ("/team/stories/new", "Type a story", Action.TYPE_STORY),
    ("/team/stories/taken-back", "Take one back", Action.TYPE_STORY),
    ("/team/said-did", "You said, we did", Action.KEEP_DECISIONS),
    ("/board", "For the area board", Action.READ_AS_BOARD),
)
STAGE_WORDS = {
    "new": "New",
    "talk": "Talk to the teller",
    "approved": "Agreed words",
    "published": "Out",
    "kept": "For the team only",
    "withdrawn": "Taken back",
}


@blueprint.app_template_global("story_nav")
def story_nav() -> list[tuple[str, str]]:
    """The pages about stories that whoever is signed in may open."""
    return [(href, words) for href, words, action in NAV if access.may(g.actor, action)]


@blueprint.get("/team/stories")
@declares(Action.KEEP_STORIES)
def queue() -> Response:
    """Every story of our areas by its stage, and whom to ring."""
    now, areas = clock.now(), g.actor.area_ids
    with reading() as session:
        rows = story_queue.queue(session, areas, now=now)
        counts = story_queue.counts(session, areas, now=now)
        to_ring = story_queue.to_ring(session, areas)
        sewn = quilt.read(session, areas, now=now)
    return page(
        "stories/queue.html",
        rows=rows,
        counts=counts,
        to_ring=to_ring,
        quilt=sewn,
        stage_words=STAGE_WORDS,
        about_words=ABOUT_WORDS,
        level_words=LEVEL_WORDS,
    )


@blueprint.post(f"/team/stories/told/<int(max={HIGHEST_ID}):notification_id>")
@declares(Action.KEEP_STORIES, sealed_by=is_session_sealed)
def told(notification_id: int) -> Response:
    """A teller was rung or written to."""
    with unit_of_work() as session:
        by, areas = g.actor.staff_id, g.actor.area_ids
        story_queue.mark_told(session, notification_id, area_ids=areas, staff_id=by, now=clock.now())
    return see_other("/team/stories")


# One story ------------------------------------------------------------------------------------------------------


@blueprint.get(f"/team/stories/{_STORY}")
@declares(Action.KEEP_STORIES)
def story(story_id: int) -> Response:
    """One story. Each look is written down."""
    return _story_page(story_id)


@blueprint.get(f"/team/stories/{_STORY}/<any({', '.join(Piece)}):kind>")
@declares(Action.KEEP_STORIES)
def piece(story_id: int, kind: str) -> Response:
    """A picture or a voice note of it. Each look is written down."""
    with unit_of_work() as session:
        who = {"staff_id": g.actor.staff_id, "area_ids": g.actor.area_ids, "now": clock.now()}
        return safe_file(story_queue.piece(session, story_id, Piece(kind), **who))


@blueprint.post(f"/team/stories/{_STORY}/look")
@declares(Action.KEEP_STORIES, sealed_by=is_session_sealed)
def look(story_id: int) -> Response:
    """Read, and fine as it is."""
    return _keep(story_id, lambda keeper: keeper.look())


@blueprint.post(f"/team/stories/{_STORY}/talk")
@declares(Action.KEEP_STORIES, sealed_by=is_session_sealed)
def talk(story_id: int) -> Response:
    """Talk to the teller first, or: they were talked to."""
    is_over = request.form.get("do") == "over"
    return _keep(story_id, lambda keeper: keeper.have_talked() if is_over else keeper.want_talk())


@blueprint.post(f"/team/stories/{_STORY}/words")
@declares(Action.KEEP_STORIES, sealed_by=is_session_sealed)
def reword(story_id: int) -> Response:
    """Other words, for the teller to read."""
    form = RewordForm(request.form)
    answer = _keep(story_id, lambda keeper: keeper.reword(form.words.data), form)
    bell.ring(bell.DELIVER_DUE)
    return answer


@blueprint.post(f"/team/stories/{_STORY}/yes")
@declares(Action.KEEP_STORIES, sealed_by=is_session_sealed)
def heard_yes(story_id: int) -> Response:
    """They heard the words read back, and said yes."""
    form = HeardYesForm(request.form)
    typed = form.wording.data or ""
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else 0
    return _keep(story_id, lambda keeper: keeper.hear_yes(number, form.how.data), form)


@blueprint.post(f"/team/stories/{_STORY}/publish")
@declares(Action.KEEP_STORIES, sealed_by=is_session_sealed)
def publish(story_id: int) -> Response:
    """Put it out."""
    form = PublishForm(request.form)
    return _keep(story_id, lambda keeper: keeper.publish(form.checked.data), form)


@blueprint.post(f"/team/stories/{_STORY}/take-in")
@declares(Action.KEEP_STORIES, sealed_by=is_session_sealed)
def take_in(story_id: int) -> Response:
    """Take it in again."""
    return _keep(story_id, lambda keeper: keeper.take_in())


@blueprint.post(f"/team/stories/{_STORY}/tags")
@declares(Action.KEEP_STORIES, sealed_by=is_session_sealed)
def tag(story_id: int) -> Response:
    """A hidden issue, a minority view."""
    hidden, minority = "hidden" in request.form.getlist("tags"), "minority" in request.form.getlist("tags")
    return _keep(story_id, lambda keeper: keeper.tag(is_hidden_issue=hidden, is_minority_view=minority))


@blueprint.post(f"/team/stories/{_STORY}/printed")
@declares(Action.KEEP_STORIES, sealed_by=is_session_sealed)
def printed(story_id: int) -> Response:
    """It stands in print."""
    form = PrintedForm(request.form)
    return _keep(story_id, lambda keeper: keeper.printed(form.where.data), form)


# Typed for its teller, and taken back for them --------------------------------------------------------------------


@blueprint.get("/team/stories/new")
@declares(Action.TYPE_STORY)
def new() -> Response:
    """Type what somebody told you, in their words."""
    form = TypedForm()
    with reading() as session:
        form.story.prepare(Asking(session, clock.now(), {}))
    return _typed_page(form, new_key())


@blueprint.post("/team/stories/new")
@declares(Action.TYPE_STORY, sealed_by=is_session_sealed, most_bytes=MOST_SENT)
def take() -> Response:
    """Keep it, once."""
    form, key = TypedForm(request.form), sent_key()
    with unit_of_work() as session:
        asking = Asking(session, clock.now(), {})
        form.story.prepare(asking)
        form.story.take_files(request.files, asking)
        if not form.is_answered(asking):
            return _typed_page(form, key)
        if drafts.claim(session, key, _TYPED, now=asking.now):
            typed = Typed(g.actor.staff_id, form.heard.how.data, bool(form.heard.is_read_back.data))
            kept = stories.tell_story(session, draft_of(form.forms), typed=typed, now=asking.now)
            drafts.save(session, key, _TYPED, {"reference": kept.reference}, now=asking.now)
    return see_other(f"/team/stories/typed?d={key}")


@blueprint.get("/team/stories/typed")
@declares(Action.TYPE_STORY)
def typed() -> Response:
    """The reference to read out."""
    key = shown_key()
    with reading() as session:
        kept = drafts.load(session, key, _TYPED, now=clock.now()) if key else None
    return page("stories/typed.html", reference=kept["reference"]) if kept else see_other("/team/stories/new")


@blueprint.get("/team/stories/taken-back")
@declares(Action.TYPE_STORY)
def before_taken_back() -> Response:
    """Somebody rings or writes: they take their story back."""
    return page("stories/take-back.html", form=TakenBackForm(), story=None, done=request.args.get("done") == "1")


@blueprint.post("/team/stories/taken-back")
@declares(Action.TYPE_STORY, sealed_by=is_session_sealed)
def taken_back() -> Response:
    """Read out to them first, since a reference is easily misheard; then erased, at once."""
    form, story = TakenBackForm(request.form), None
    if form.validate():
        try:
            with unit_of_work() as session:
                typed, how, by = form.reference.data, form.how.data, g.actor.staff_id
                if request.form.get("sure"):
                    story_withdrawal.withdraw_by_reference(session, typed, how, staff_id=by, now=clock.now())
                else:
                    story = story_withdrawal.before_by_reference(session, typed)
        except NotFound:
            form.reference.errors = ["We have no story with that reference. Ask them to read it again"]
        except Conflict as gone:
            form.reference.errors = [gone.message]
    if story is None and not (form.errors or form.reference.errors):
        return see_other("/team/stories/taken-back?done=1")
    return page("stories/take-back.html", form=form, story=story, about_words=ABOUT_WORDS, done=False)


def _keep(story_id: int, do: Callable[[Keeper], None], form: QuestionForm | None = None) -> Response:
    """Do one thing with a story; what is wrong with it stands beside its field."""
    try:
        if form is not None and not form.validate():
            return _story_page(story_id, form)
        with unit_of_work() as session:
            who = {"staff_id": g.actor.staff_id, "area_ids": g.actor.area_ids, "now": clock.now()}
            do(Keeper(session, story_id, **who))
    except Conflict as error:
        return _story_page(story_id, problem=error.message)
    except BadInput as error:
        if form is None:
            raise
        show_beside(form, error)
        return _story_page(story_id, form)
    return see_other(f"/team/stories/{story_id}")


def _story_page(story_id: int, form: QuestionForm | None = None, *, problem: str = "") -> Response:
    with unit_of_work() as session:
        who = {"staff_id": g.actor.staff_id, "area_ids": g.actor.area_ids, "now": clock.now()}
        found = story_queue.read(session, story_id, **who)
        # A connector reads stories, and looks after neither places nor requests.
        may_see = access.may(g.actor, Action.WORK_ON_NEED) and access.may(g.actor, Action.LOOK_AFTER_PLACES)
        hooks = attached_stories.hooks_of(session, story_id, g.actor.area_ids) if may_see else ()
    newest = found.versions[-1]
    forms: dict[str, QuestionForm] = {
        "words": RewordForm(data={"words": newest.words}),
        "yes": HeardYesForm(data={"wording": str(newest.wording_id)}),
        "publish": PublishForm(),
        "printed": PrintedForm(),
    }
    if form is not None:
        forms |= {name: form for name, usual in forms.items() if type(usual) is type(form)}
    return page(
        "stories/story-desk.html",
        form=form,
        forms=forms,
        story=found,
        hooks=hooks,
        newest=newest,
        problem=problem,
        scales=[(question, [step]) for question, step in found.scales],
        stage_words=STAGE_WORDS,
        about_words=ABOUT_WORDS,
        level_words=LEVEL_WORDS,
    )


def _typed_page(form: TypedForm, key: str) -> Response:
    return page("stories/type.html", form=form, key=key, status=422 if form.errors else 200)
