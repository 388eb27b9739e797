"""The stylesheet and the script, sent as the build has packed them to whoever can unpack them."""

from __future__ import annotations

import mimetypes

from flask import Flask, Response, request, send_from_directory

from web.templating import STATIC


def set_up_packed(app: Flask) -> None:
    """Let the static files that have a packed twin, `NAME.gz`, go out as that twin."""
    packed = frozenset(path.stem for path in STATIC.glob("*.gz"))

    def static(filename: str) -> Response:
        if filename not in packed:
            return app.send_static_file(filename)
        is_packed = request.accept_encodings["gzip"] > 0
        sent = f"{filename}.gz" if is_packed else filename
        answer = send_from_directory(STATIC, sent, mimetype=mimetypes.guess_type(filename)[0])
        if is_packed:
            answer.headers["Content-Encoding"] = "gzip"
        answer.vary.add("Accept-Encoding")
        return answer

    app.view_functions["static"] = static
