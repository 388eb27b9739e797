"""Files that a page hands over: never shown in the browser, never kept by it."""

from __future__ import annotations

from flask import Response


def download(name: str, text: str, kind: str, *, is_for_spreadsheets: bool = False) -> Response:
    """A file of this name. is_for_spreadsheets: it begins with the mark by which they know it as UTF-8."""
    coding = "utf-8-sig" if is_for_spreadsheets else "utf-8"
    answer = Response(text.encode(coding), content_type=f"{kind}; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
