"""Files that a page hands over, never kept by the browser: to be saved, or pictures and voice notes to be shown."""

from __future__ import annotations

import io
from typing import IO

from flask import Response, send_file
from werkzeug.wsgi import FileWrapper

from matcher.services.made_safe import Safe

_ENDINGS = {"image/jpeg": "jpg", "audio/mpeg": "mp3", "audio/mp4": "m4a", "audio/ogg": "ogg", "audio/wav": "wav"}


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


def safe_file(safe: Safe) -> Response:
    """A picture to be shown, or a voice note to be played from any point: a browser asks for it in parts."""
    name = f"{safe.kind}.{_ENDINGS[safe.content_type]}"
    content = io.BytesIO(safe.content)
    answer = send_file(content, mimetype=safe.content_type, download_name=name, etag=False)
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
