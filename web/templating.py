"""Templates: the scheme's own words, hashed asset names, filters, and the govuk-frontend macros."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from flask import Flask, Response, make_response, redirect, render_template
from jinja2 import ChainableUndefined, ChoiceLoader, PackageLoader, PrefixLoader
from werkzeug.local import LocalProxy
from wtforms import Form

from matcher.config import Config
from web import filters
from web.promises import promised_now
from web.scheme import scheme_view
from web.team_nav import desk_nav, may_open, team_home, team_nav

STATIC = Path(__file__).parent / "static"
BAD_INPUT = 422
_INDENT = re.compile(r"(<textarea.*?</textarea>)|\n[ \t\n]+", re.DOTALL)


def set_up_templates(app: Flask, config: Config) -> None:
    """Teach the app's templates what every page needs."""
    names = _manifest()
    env = app.jinja_env
    # Strictly by name in tests; the macros lean on missing keys being quiet.
    env.undefined = ChainableUndefined
    env.trim_blocks = env.lstrip_blocks = True
    macros = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    app.jinja_loader = ChoiceLoader([PackageLoader("web"), macros])
    env.globals["scheme"] = scheme_view(config)
    for ours in (team_nav, desk_nav, team_home, may_open):
        env.globals[ours.__name__] = ours
    env.globals["kept"] = LocalProxy(promised_now)
    env.globals["asset"] = lambda name: f"/static/{names.get(name, name)}"
    env.filters.update(filters.ALL)


def page(template: str, *, form: Form | None = None, status: int = 200, **values: Any) -> Response:
    """An answer. With errors in `form` its title starts with `Error:` and its status says so."""
    failed = form is not None and bool(form.errors)
    body = render_template(template, form=form, failed=failed, **values)
    return make_response(without_indents(body), BAD_INPUT if failed else status)


def without_indents(body: str) -> str:
    """The same page without the blank lines and indents that macros leave, a fifth of a form's bytes. What somebody
    typed into a large field stays as it is.
    """
    return _INDENT.sub(lambda found: found[1] or "\n", body)


def see_other(url: str) -> Response:
    """Where to go after a form was taken: a page that can be read again without sending it twice."""
    return make_response(redirect(url, 303))


def _manifest() -> dict[str, str]:
    """File names by the hash of their content. RuntimeError if the assets were never built."""
    path = STATIC / "manifest.json"
    if not path.exists():
        raise RuntimeError("The stylesheet is missing. Run: npm ci && npm run build, in web/assets")
    names: dict[str, str] = json.loads(path.read_text("utf-8"))
    return names
