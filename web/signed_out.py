"""Who comes to a page of the team and is not signed in, or not any more: what they typed is shown again, to be copied,
and once they are in they are back where they were.

Only for what a person does in a browser, on a page of ours: a script is led to the sign-in, and another site cannot
have its own words shown here. What was typed is written nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response, current_app, request, session
from werkzeug.exceptions import HTTPException

from web.templating import page, see_other

SIGN_IN = "/sign-in"
_WANTED = "wanted"
# Fields that nobody typed: seals, keys and marks of the forms.
_NOT_TYPED = frozenset({"form_token", "key", "read", "offer", "do"})


def turn_away() -> Response:
    """To the sign-in; a form that was sent from a page of ours is answered by what was typed."""
    if request.headers.get("Sec-Fetch-Mode") != "navigate":
        return see_other(SIGN_IN)
    session[_WANTED] = next(_pages_at_or_above(request.path), "")
    if request.method != "POST" or request.headers.get("Sec-Fetch-Site") != "same-origin":
        return see_other(SIGN_IN)
    return page("signing_in/signed-out.html", typed=_typed())


def wanted() -> str:
    """The page that was asked for before they signed in; empty if none was."""
    return str(session.get(_WANTED, ""))


def _typed() -> list[tuple[str, str]]:
    return [
        (name.replace("_", " "), value)
        for name, values in request.form.lists()
        if name not in _NOT_TYPED
        for value in values
        if value.strip()
    ]


def page_at(path: str) -> str | None:
    """The name of the page at this address; None if there is none to read."""
    try:
        endpoint, _ = current_app.url_map.bind("").match(path, "GET")
    except HTTPException:
        return None
    return str(endpoint)


def _pages_at_or_above(path: str) -> Iterator[str]:
    """The pages of this address, the nearest first: a form is often sent to an address that cannot be read."""
    while path.strip("/"):
        if page_at(path) is not None:
            yield path
        path = path.rpartition("/")[0]
