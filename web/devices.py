"""Phones and computers that showed whose they are: a signed cookie that holds numbers of people, and no name.

It is given at a press, never for reading a page: at a yes, at signing up, and for a code that was sent to them.
"""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

COOKIE = "gritbin_known"
LASTS_S = 365 * 24 * 60 * 60
MOST_PEOPLE = 4  # who share a phone


def is_known(person_id: int) -> bool:
    """This device has shown that it is theirs; or such devices are not asked at all."""
    return not current_app.config["ASKS_DEVICE"] or person_id in _people()


def remember(response: Response, person_id: int) -> Response:
    """From now on it is known as theirs."""
    if current_app.config["ASKS_DEVICE"]:
        people = [person_id, *(one for one in _people() if one != person_id)][:MOST_PEOPLE]
        response.set_cookie(
            COOKIE,
            _signer().dumps(people),
            max_age=LASTS_S,
            httponly=True,
            samesite="Lax",
            secure=current_app.config["SESSION_COOKIE_SECURE"],
        )
    return response


def _people() -> list[int]:
    try:
        found: Any = _signer().loads(request.cookies.get(COOKIE, ""), max_age=LASTS_S)
    except BadSignature:
        return []
    return [one for one in found if isinstance(one, int)] if isinstance(found, list) else []


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="known device")
