"""A scheme that takes no new requests: the pages say so and give the number, and nothing typed is lost."""

from __future__ import annotations

from flask import Flask, Response, request

from web.templating import page

# Where a request begins, and where it is sent. In between people may go on: their answers are kept a day.
_BEGINS = frozenset({"needs.question", "for_someone.question"})
_SENDS = frozenset({"needs.send", "for_someone.send", "changes.again", "changes.ask_again"})
# Where one tap sends what was asked before: nothing was typed that could be kept.
_TAPS = frozenset({"changes.ask_the_same"})


def set_up_closing(app: Flask, words: str) -> None:
    """Take no new requests while there are words that say why. Whoever calls is still helped at the desk."""
    if words:
        app.before_request(_shut)


def _shut() -> Response | None:
    is_beginning = (
        request.endpoint in _BEGINS and request.method != "POST" and not (request.view_args or {}).get("path")
    )
    if not is_beginning and request.endpoint not in _SENDS | _TAPS:
        return None
    is_sent = not is_beginning and request.method == "POST"
    kept_at = request.full_path if is_sent and request.endpoint in _SENDS else ""
    return page("public/closed.html", status=503 if is_sent else 200, kept_at=kept_at)
