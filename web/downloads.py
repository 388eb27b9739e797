"""Files that a page hands over: never shown in the browser, never kept by it."""

from __future__ import annotations

from typing import IO

from flask import Response
from werkzeug.wsgi import FileWrapper


def download(name: str, content: str | bytes, kind: str) -> Response:
    """A file of this name, in UTF-8."""
    answer = Response(content, content_type=f"{kind}; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def download_file(name: str, file: IO[bytes], kind: str) -> Response:
    """The same of a file that is too large to be held at once; it is closed when it has gone."""
    file.seek(0)
    answer = download(name, b"", kind)
    answer.response = FileWrapper(file)
    answer.call_on_close(file.close)
    return answer
