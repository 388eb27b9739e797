"""Telling a story, a question a page; the teller's own page; and the stories that everyone may read."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from matcher.domain.decisions import STATE_WORDS, VIEWS
from matcher.domain.errors import BadInput, Conflict
from matcher.domain.roles import LinkPurpose
from matcher.domain.small_numbers import count_words
from matcher.domain.stories import ABOUT_WORDS, Piece, Reader
from matcher.services import own_story, stories, story_pieces, story_reading, story_withdrawal
from matcher.services.access import Action
from matcher.store.session import reading, unit_of_work
from web import clock
from web.downloads import safe_file
from web.forms.pieces import MOST_SENT
from web.forms.questions import show_beside
from web.forms.stories import LEVEL_WORDS, LevelForm, ReadersForm, ScalesForm, StoryForm, draft_of
from web.guard import HIGHEST_ID, declares, granted
from web.journey_views import add_views
from web.journeys import Answers, Forms, Journey, Question
from web.limits import POSTING, limiter
from web.templating import page, see_other

blueprint = Blueprint("stories", __name__)

_WORDS: dict[str, Any] = {
    "level_words": LEVEL_WORDS,
    "state_words": STATE_WORDS,
    "view_words": dict(VIEWS),
    "count_words": count_words,
}
TELLING = Journey(
    name="story",
    address="/tell",
    title="Tell a story",
    questions=(
        Question("story", "", StoryForm, "stories/story.html"),
        Question("scales", "means", ScalesForm, "stories/scales.html"),
        Question("readers", "readers", ReadersForm, "stories/readers.html"),
    ),
    check_template="stories/check.html",
    most_bytes=MOST_SENT,
)
_KIND = f"<any({', '.join(Piece)}):kind>"


@limiter.limit(POSTING)
def send() -> Response:
    """Keep it, once."""
    return TELLING.finish(_tell, _find_again)


add_views(blueprint, TELLING, Action.TELL_STORY, send)


def _tell(session: Any, forms: Forms) -> tuple[str, Answers]:
    told = stories.tell_story(session, draft_of(forms), now=clock.now())
    return f"/story/{told.token}/told", {"story_id": told.story_id}


def _find_again(session: Any, kept: Answers) -> str:
    return f"/story/{stories.own_link(session, kept['story_id'], now=clock.now())}/told"


@blueprint.get("/tell/kept/<token:key>")
@declares(Action.TELL_STORY)
def kept(key: str) -> Response:
    """What was chosen for a story that is not sent yet, for whoever chose it."""
    with reading() as session:
        return safe_file(story_pieces.unsent(session, key, now=clock.now()))


# The teller's own page ------------------------------------------------------------------------------------------


@blueprint.get("/story/<token:token>/told")
@declares(Action.READ_OWN_STORY, link=LinkPurpose.STORY)
def told(token: str) -> Response:
    """We have your story."""
    with reading() as session:
        story = own_story.read(session, granted("story_id"), now=clock.now())
    return page("stories/told.html", story=story, token=token)


@blueprint.get("/story/<token:token>")
@declares(Action.READ_OWN_STORY, link=LinkPurpose.STORY)
def own(token: str) -> Response:
    """Your story: exactly what is read, and by whom."""
    return _own_page(token)


@blueprint.post("/story/<token:token>/yes")
@declares(Action.CHANGE_OWN_STORY, link=LinkPurpose.STORY)
def approve(token: str) -> Response:
    """Yes to these words."""
    wording = request.form.get("wording", "")
    try:
        with unit_of_work() as session:
            number = int(wording) if wording.isascii() and wording.isdigit() and len(wording) < 19 else 0
            own_story.approve(session, granted("story_id"), number, now=clock.now())
    except Conflict:
        return _own_page(token, is_newer=True)
    return see_other(f"/story/{token}")


@blueprint.get(f"/story/<token:token>/{_KIND}")
@declares(Action.READ_OWN_STORY, link=LinkPurpose.STORY)
def own_piece(token: str, kind: str) -> Response:
    """Their own picture or voice note."""
    del token
    with reading() as session:
        return safe_file(own_story.piece(session, granted("story_id"), Piece(kind), now=clock.now()))


@blueprint.post(f"/story/<token:token>/{_KIND}/take-out")
@declares(Action.CHANGE_OWN_STORY, link=LinkPurpose.STORY)
def take_out(token: str, kind: str) -> Response:
    """The picture or the voice note goes, the words stay."""
    with unit_of_work() as session:
        story_pieces.take_out(session, granted("story_id"), Piece(kind), now=clock.now())
    return see_other(f"/story/{token}")


@blueprint.get("/story/<token:token>/readers")
@declares(Action.READ_OWN_STORY, link=LinkPurpose.STORY)
def readers(token: str) -> Response:
    """Who may read it?"""
    with reading() as session:
        story = own_story.read(session, granted("story_id"), now=clock.now())
    form = LevelForm(data={"level": story.level.value, "shown_name": story.shown_name})
    return page("stories/own-readers.html", story=story, token=token, form=form)


@blueprint.post("/story/<token:token>/readers")
@declares(Action.CHANGE_OWN_STORY, link=LinkPurpose.STORY)
def choose_readers(token: str) -> Response:
    """From now on, for another year."""
    form = LevelForm(request.form)
    try:
        with unit_of_work() as session:
            story = own_story.read(session, granted("story_id"), now=clock.now())
            if form.validate():
                level, name = form.level.data, form.shown_name.data
                own_story.choose_level(session, story.story_id, level, name, now=clock.now())
    except BadInput as error:
        show_beside(form, error)
    if form.errors:
        return page("stories/own-readers.html", story=story, token=token, form=form)
    return see_other(f"/story/{token}")


@blueprint.get("/story/<token:token>/withdraw")
@declares(Action.READ_OWN_STORY, link=LinkPurpose.STORY)
def before_withdrawal(token: str) -> Response:
    """Take it back?"""
    with reading() as session:
        story = own_story.read(session, granted("story_id"), now=clock.now())
    return page("stories/withdraw.html", story=story, token=token)


@blueprint.post("/story/<token:token>/withdraw")
@declares(Action.CHANGE_OWN_STORY, link=LinkPurpose.STORY)
def withdraw(token: str) -> Response:
    """Gone, at once."""
    del token
    with unit_of_work() as session:
        story_withdrawal.withdraw(session, granted("story_id"), "link", now=clock.now())
    return see_other("/taken-back")


@blueprint.get("/taken-back")
@declares(Action.READ_PUBLIC)
def taken_back() -> Response:
    """Your story is gone."""
    return page("stories/taken-back.html")


# What everyone may read -----------------------------------------------------------------------------------------


@blueprint.get("/stories")
@declares(Action.READ_PUBLIC)
def shelf() -> Response:
    """Stories in the words of those who told them."""
    wanted = request.args.get("page", "")
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) <= 6 else 1
    with reading() as session:
        shown = story_reading.shelf(session, Reader.PUBLIC, page=number, now=clock.now())
        views = story_reading.views(story_reading.out_for(session, Reader.PUBLIC, now=clock.now()))
        areas = stories.area_choices(session)
    return page("stories/stories.html", shelf=shown, views=views, about_words=ABOUT_WORDS, areas=areas)


@blueprint.get(f"/stories/<int(max={HIGHEST_ID}):story_id>/{_KIND}")
@declares(Action.READ_PUBLIC)
def piece(story_id: int, kind: str) -> Response:
    """A picture or a voice note that everyone may see or hear, while they may."""
    with reading() as session:
        return safe_file(story_reading.piece_for(session, Reader.PUBLIC, story_id, Piece(kind), now=clock.now()))


def _own_page(token: str, *, is_newer: bool = False) -> Response:
    with reading() as session:
        story = own_story.read(session, granted("story_id"), now=clock.now())
    return page("stories/own.html", story=story, token=token, is_newer=is_newer, **_WORDS)
