"""Files that a page hands over: never shown in the browser, never kept by it."""

from __future__ import annotations

from flask import Response


def download(name: str, content: str | bytes, kind: str) -> Response:
    """A file of this name, in UTF-8."""
    answer = Response(content, content_type=f"{kind}; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
