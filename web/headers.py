"""Headers of every answer: what the browser may load, keep and tell others."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, Response, request
from secure import (
    CacheControl,
    ContentSecurityPolicy,
    CrossOriginOpenerPolicy,
    CrossOriginResourcePolicy,
    PermissionsPolicy,
    ReferrerPolicy,
    Secure,
    StrictTransportSecurity,
    XContentTypeOptions,
    XFrameOptions,
)

_YEAR_S = 31_536_000
_POLICY = "Content-Security-Policy"


def add_headers(app: Flask, *, is_https: bool) -> None:
    """Put the headers on every answer. Nothing is kept by a browser or a proxy unless its name holds its hash."""
    names = _headers(is_https)

    @app.after_request
    def put(response: Response) -> Response:
        for name, value in names.items():
            if name != _POLICY or name not in response.headers:  # a file that somebody sent brings a narrower one
                response.headers[name] = value
        if request.endpoint == "static" and response.status_code in (200, 304):
            response.headers.pop("Content-Disposition", None)  # nobody saves them under a name
            response.headers["Cache-Control"] = f"public, max-age={_YEAR_S}, immutable"
            if request.path.startswith("/static/offline-"):  # it stands in for pages, which are above it
                response.headers["Service-Worker-Allowed"] = "/"
        return response


def _headers(is_https: bool) -> dict[str, str]:
    policy = (
        ContentSecurityPolicy()
        .default_src("'none'")
        .style_src("'self'")
        .script_src("'self'")
        .font_src("'self'")
        .img_src("'self'", "data:")  # the tick inside the stylesheet
        .media_src("'self'")
        .connect_src("'self'")
        .form_action("'self'")
        .frame_ancestors("'none'")
        .base_uri("'none'")
    )
    names: Mapping[str, str] = Secure(
        cache=CacheControl().no_store(),
        coop=CrossOriginOpenerPolicy().same_origin(),
        corp=CrossOriginResourcePolicy().same_origin(),
        csp=policy,
        hsts=StrictTransportSecurity().max_age(_YEAR_S) if is_https else None,
        permissions=PermissionsPolicy().camera().microphone().geolocation(),
        referrer=ReferrerPolicy().no_referrer(),
        xcto=XContentTypeOptions().nosniff(),
        xfo=XFrameOptions().deny(),
    ).headers
    return dict(names)
