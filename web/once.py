"""Forms that are taken once: each carries a key of its own, and a second press of the same form finds it taken."""

from __future__ import annotations

import re
import secrets

from flask import request

_KEY = re.compile(r"[A-Za-z0-9_-]{22}")


def new_key() -> str:
    """The key of a form that is being shown."""
    return secrets.token_urlsafe(16)


def is_key(typed: str) -> bool:
    """Whether this could be a key that we gave out."""
    return _KEY.fullmatch(typed) is not None


def shown_key() -> str:
    """The key in the address of a page that tells what became of a form; empty if it is none of ours."""
    key = request.args.get("d", "")
    return key if is_key(key) else ""


def sent_key() -> str:
    """The key of the form that was sent; a new one if it carries none that we could have given out."""
    key = request.form.get("key", "")
    return key if is_key(key) else new_key()
