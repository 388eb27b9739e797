"""A scheme that takes no new requests: the pages say so and give the number, and nothing typed is lost."""

from __future__ import annotations

from flask import Flask, Response, current_app, request

from matcher.services.settings import CLOSED
from web.scheme import team_settings
from web.templating import page

# Where a request begins, and where it is sent. In between people may go on: their answers are kept a day.
_BEGINS = frozenset({"needs.question", "for_someone.question", "at_work.code", "at_work.ask"})
_SENDS = frozenset({"needs.send", "for_someone.send", "changes.again", "changes.ask_again"})
# Where one press sends it all: nothing was kept before that could be gone on with.
_TAPS = frozenset({"changes.ask_the_same", "at_work.send"})


def set_up_closing(app: Flask) -> None:
    """Take no new requests while there are words that say why. Whoever calls is still helped at the desk."""
    app.before_request(_shut)
    app.jinja_env.globals["closed_words"] = closed_words


def closed_words() -> str:
    """The operator's words, else the team's; empty while requests are taken, or nobody can say."""
    fixed: str = current_app.config["CLOSED"]
    return fixed or team_settings().get(CLOSED, "")


def _shut() -> Response | None:
    is_beginning = (
        request.endpoint in _BEGINS and request.method != "POST" and not (request.view_args or {}).get("path")
    )
    if not is_beginning and request.endpoint not in _SENDS | _TAPS:
        return None
    if not closed_words():
        return None
    is_sent = not is_beginning and request.method == "POST"
    kept_at = request.full_path if is_sent and request.endpoint in _SENDS else ""
    return page("public/closed.html", status=503 if is_sent else 200, kept_at=kept_at)
