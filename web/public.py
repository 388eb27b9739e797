"""Pages anyone may read. They ask the database nothing, so that the phone number is there whatever is down."""

from __future__ import annotations

from flask import Blueprint, Response

from matcher.services.access import Action
from web.guard import declares
from web.templating import page

blueprint = Blueprint("public", __name__)

# Address -> template.
READING = {
    "/": "home",
    "/what-we-do": "what-we-do",
    "/safe": "safe",
    "/about": "about",
    "/privacy": "privacy",
    "/cookies": "cookies",
    "/accessibility": "accessibility",
    "/contact": "contact",
}


def _add(path: str, name: str) -> None:
    @declares(Action.READ_PUBLIC)
    def read() -> Response:
        return page(f"public/{name}.html")

    blueprint.add_url_rule(path, name.replace("-", "_"), read)


for _path, _name in READING.items():
    _add(_path, _name)
