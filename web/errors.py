"""Every error to its page: one table. What one may not know of looks like what is not there."""

from __future__ import annotations

from http import HTTPStatus

import structlog
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from matcher.domain.errors import BadInput, Conflict, GritbinError, NotAllowed, NotFound, Unavailable
from web.guard import FormExpired
from web.scheme import read_no_more
from web.templating import page

log = structlog.get_logger(__name__)

# The first row that fits decides.
STATUSES: tuple[tuple[type[GritbinError], HTTPStatus], ...] = (
    (NotFound, HTTPStatus.NOT_FOUND),
    (NotAllowed, HTTPStatus.FORBIDDEN),
    (Conflict, HTTPStatus.CONFLICT),
    (BadInput, HTTPStatus.UNPROCESSABLE_ENTITY),
    (Unavailable, HTTPStatus.SERVICE_UNAVAILABLE),
)
# Statuses with a page of their own words; any other gets that of its class.
PAGES = frozenset({400, 403, 404, 405, 409, 413, 429, 500, 503})


def add_error_pages(app: Flask) -> None:
    """Answer every error with a page that says what happened and what to do."""
    app.register_error_handler(FormExpired, _expired)
    app.register_error_handler(GritbinError, _ours)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _ours(error: GritbinError) -> Response:
    if isinstance(error, Unavailable):
        read_no_more()
    status = next((code for kind, code in STATUSES if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR)
    return error_page(status, error.message)  # the page of a 404 has words of its own, whatever was asked for


def _expired(_error: FormExpired) -> Response:
    return page("errors/expired.html", status=HTTPStatus.BAD_REQUEST)


def _http(error: HTTPException) -> Response:
    if error.response is not None:  # a redirect made by the router, or a library's own answer
        return error.response  # type: ignore[return-value]
    answer = error_page(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            answer.headers[name] = value
    return answer


def _unexpected(error: Exception) -> Response:
    # The kind of the error and where it was: its words may hold what someone typed.
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    where = f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else ""
    read_no_more()
    log.error("page_failed", endpoint=request.endpoint, error=type(error).__name__, where=where)
    return error_page(HTTPStatus.INTERNAL_SERVER_ERROR)


def error_page(status: int, message: str = "") -> Response:
    """The page of a status. `message` is safe to show."""
    shown = status if status in PAGES else 500 if status >= 500 else 400
    return page(f"errors/{int(shown)}.html", status=status, message=message)
