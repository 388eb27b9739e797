"""What happened in one area, for everyone."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect

from matcher.domain.decisions import STATE_WORDS, VIEWS
from matcher.domain.small_numbers import count_words
from matcher.domain.stories import ABOUT_WORDS
from matcher.services import area_page
from matcher.services.access import Action
from matcher.store.session import reading
from web import clock
from web.guard import declares
from web.templating import page

blueprint = Blueprint("areas", __name__)


@blueprint.get("/area/<string(maxlength=60):slug>")
@declares(Action.READ_PUBLIC)
def area(slug: str) -> Response:
    """Neighbours in one area. An address it had before leads to the one it has."""
    with reading() as session:
        found = area_page.read(session, slug, now=clock.now())
    if found.slug != slug:
        # Not for good: an area may take an old address again.
        return make_response(redirect(f"/area/{found.slug}", 302))
    return page(
        "public/area.html",
        area=found,
        about_words=ABOUT_WORDS,
        state_words=STATE_WORDS,
        view_words=dict(VIEWS),
        count_words=count_words,
    )
