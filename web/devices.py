"""Phones and computers that showed whose they are: a signed cookie that holds numbers of people, and no name.

It is given at a press, never for reading a page: at a yes, at signing up, and for a code that was sent to them. A
browser that keeps no cookies is shown the page it pressed for, and is asked again when it comes back.
"""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

COOKIE = "gritbin_known"
LASTS_S = 365 * 24 * 60 * 60
JUST_PRESSED = "pressed"  # the name in an address that says so, for a quarter of an hour
JUST_PRESSED_S = 15 * 60
MOST_PEOPLE = 4  # who share a phone


def is_known(person_id: int) -> bool:
    """This device has shown that it is theirs; or such devices are not asked at all."""
    return not current_app.config["ASKS_DEVICE"] or person_id in _people() or _has_just_pressed(person_id)


def remember(response: Response, person_id: int) -> Response:
    """From now on it is known as theirs."""
    if current_app.config["ASKS_DEVICE"]:
        people = [person_id, *(one for one in _people() if one != person_id)][:MOST_PEOPLE]
        response.set_cookie(
            COOKIE,
            _signer("known device").dumps(people),
            max_age=LASTS_S,
            httponly=True,
            samesite="Lax",
            secure=current_app.config["SESSION_COOKIE_SECURE"],
        )
    return response


def way_on(path: str, person_id: int) -> str:
    """The path that whoever has just pressed goes on to: for a quarter of an hour it is known as theirs by itself."""
    if not current_app.config["ASKS_DEVICE"]:
        return path
    return f"{path}?{JUST_PRESSED}={_signer('has just pressed').dumps([person_id])}"


def _has_just_pressed(person_id: int) -> bool:
    return person_id in _signed(request.args.get(JUST_PRESSED, ""), "has just pressed", JUST_PRESSED_S)


def _people() -> list[int]:
    return _signed(request.cookies.get(COOKIE, ""), "known device", LASTS_S)


def _signed(words: str, salt: str, lasts_s: int) -> list[int]:
    try:
        found: Any = _signer(salt).loads(words, max_age=lasts_s)
    except BadSignature:
        return []
    return [one for one in found if isinstance(one, int)] if isinstance(found, list) else []


def _signer(salt: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=salt)
