"""Pages anyone may read. They need no database, so that the phone number is there whatever is down."""

from __future__ import annotations

from flask import Blueprint, Response

from matcher.domain.errors import Unavailable
from matcher.domain.small_numbers import rounded
from matcher.services import cold_spells, impact
from matcher.services.access import Action
from matcher.store.session import reading
from web import clock
from web.guard import declares
from web.templating import page

blueprint = Blueprint("public", __name__)

# Address -> template.
READING = {
    "/what-we-do": "what-we-do",
    "/safe": "safe",
    "/about": "about",
    "/terms": "terms",
    "/privacy": "privacy",
    "/cookies": "cookies",
    "/accessibility": "accessibility",
    "/contact": "contact",
    "/offline": "offline",
}


@blueprint.get("/")
@declares(Action.READ_PUBLIC)
def home() -> Response:
    """Choose a way in."""
    done, is_cold = _near_here()
    return page("public/home.html", done=done, is_cold=is_cold)


def _near_here() -> tuple[int | None, bool]:
    """About how many jobs were done, if enough to say so, and whether it is cold; nothing while the database is away.

    To the nearest 5: from exact counts of two days anyone could tell that one neighbour was helped between them.
    """
    try:
        with reading() as session:
            done = impact.done_this_month(session, now=clock.now())
            is_cold = bool(cold_spells.ends_where_cold(session, now=clock.now()))
    except Unavailable:
        return None, False
    return rounded(done), is_cold


def _add(path: str, name: str) -> None:
    @declares(Action.READ_PUBLIC)
    def read() -> Response:
        return page(f"public/{name}.html")

    blueprint.add_url_rule(path, name.replace("-", "_"), read)


for _path, _name in READING.items():
    _add(_path, _name)
