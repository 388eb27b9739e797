"""The four views that every journey has: a question, an answer to it, every answer to check, and sending them."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response

from matcher.services.access import Action
from web.guard import declares
from web.journeys import Journey


def add_views(blueprint: Blueprint, journey: Journey, action: Action, send: Callable[[], Response]) -> None:
    """Serve a journey at its address. `send` brings its own limit and says where to go once all is sent."""

    @declares(action)
    def question(path: str = "") -> Response:
        return journey.show(journey.question(path))

    @declares(action, sealed_by=journey.is_sealed, most_bytes=journey.most_bytes)
    def answer(path: str = "") -> Response:
        return journey.take(journey.question(path))

    @declares(action)
    def check() -> Response:
        return journey.show_check()

    later = ", ".join(f"'{one.path}'" for one in journey.questions if one.path)
    for rule in (journey.address, f"{journey.address}/<any({later}):path>"):
        blueprint.add_url_rule(rule, "question", question)
        blueprint.add_url_rule(rule, "answer", answer, methods=["POST"])
    last = f"{journey.address}/check"
    blueprint.add_url_rule(last, "check", check)
    blueprint.add_url_rule(last, "send", declares(action, sealed_by=journey.is_sealed)(send), methods=["POST"])
