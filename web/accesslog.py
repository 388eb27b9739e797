"""One line for each request. A private link's token is a key: it never reaches a log."""

from __future__ import annotations

import re
import time

import structlog
from flask import Flask, Response, g, request

_KEY = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{22,}(?![A-Za-z0-9_-])")

log = structlog.get_logger(__name__)


def masked(path: str) -> str:
    """The path with every key in it hidden: `/m/***/yes`. The query is never logged."""
    return _KEY.sub("***", path)


def set_up_access_log(app: Flask) -> None:
    """Log method, masked path, status and time. No address, no agent, no query."""

    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def write(response: Response) -> Response:
        if request.endpoint not in ("static", "health.live", "health.ready"):
            spent_ms = round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000)
            log.info(
                "request",
                method=request.method,
                # What leads to no page is not logged: a link cut short, or whatever someone put into the address.
                path=masked(request.path) if request.url_rule else "no such page",
                status=response.status_code,
                ms=spent_ms,
            )
        return response
