"""The door of every route: what it may be asked to do, by whom, and whether the form was really ours.

A view declares its action with `@declares`. Before it runs, `services.access` is asked; a view that declares
nothing is never reached. A form is sealed with a token that needs no cookie: browsers inside message apps drop them.

A private link is itself the permission: its purpose, and the one thing it was made for. Its addresses name no other
thing, so on these routes `access` decides by the purpose alone. Where an address does name one more, an ask or a
visit on someone's own page, the service looks for it among what is theirs.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, ParamSpec, TypeVar

from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import BadRequest
from werkzeug.routing import BaseConverter

from matcher.domain.roles import LinkPurpose
from matcher.services import access, links
from matcher.services.access import Action, Actor, Grant, Thing
from matcher.store.session import reading
from web import clock
from web.limits import ANSWERING, limiter
from web.signed_out import page_at, turn_away

Params = ParamSpec("Params")
Answer = TypeVar("Answer")

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# The route that comes with Flask: stylesheets, scripts and pictures, which take no form.
FOREIGN = {"static": Action.READ_PUBLIC}
# Only these ask who is signed in, so that no other page waits for the staff tables.
STAFF_ACTIONS = frozenset(
    {
        Action.READ_BOARD,
        Action.CONFIRM_BY_CALL,
        Action.ARRANGE,
        Action.SWITCH_COLD,
        Action.READ_CALIBRATION,
        Action.CLOSE_REPORT,
        Action.READ_TEXT,
        Action.SHOW_THANKS,
        Action.USE_DESK,
        Action.GIVE_CODE,
        Action.READ_CONCERNS,
        Action.STOP_VOLUNTEER,
        Action.LOOK_AFTER_VOLUNTEERS,
        Action.MERGE_PEOPLE,
        Action.IMPORT_FILE,
        Action.DECIDE_FOR_THEM,
        Action.TRIAGE,
        Action.WORK_ON_NEED,
        Action.LOOK_AHEAD,
        Action.ASK_BY_HAND,
        Action.WORD_MESSAGES,
        Action.BROADCAST,
        Action.LOOK_AFTER_PLACES,
        Action.LOOK_AFTER_TIES,
        Action.GIVE_BADGE,
        Action.TYPE_STORY,
        Action.KEEP_STORIES,
        Action.KEEP_DECISIONS,
        Action.READ_AS_BOARD,
        Action.READ_AUDIT,
        Action.REACH_OUT,
        Action.MANAGE_STAFF,
        Action.SET_UP,
        Action.KEEP_DOOR_WORDS,
        Action.SET_AREAS,
        Action.READ_OWN_HEALTH,
        Action.EXPORT,
        Action.EXPORT_PERSONAL,
        Action.READ_IMPACT,
        Action.CHANGE_PRICES,
        Action.SIGN_OUT,
    }
)
# PostgreSQL's bigint ends here; a longer number in an address names nothing.
HIGHEST_ID = 2**63 - 1


class FormExpired(BadRequest):
    """The form's token is not the one we gave out for this page."""


class TokenConverter(BaseConverter):
    """A private link's token: nothing of another shape reaches a view."""

    regex = "[A-Za-z0-9_-]{22}"


@dataclass(frozen=True, slots=True)
class Declared:
    """What a view says of itself."""

    action: Action
    link: LinkPurpose | None
    is_sealed: Callable[[], bool] | None
    most_bytes: int | None = None


def declares(
    action: Action,
    *,
    link: LinkPurpose | None = None,
    sealed_by: Callable[[], bool] | None = None,
    most_bytes: int | None = None,
) -> Callable[[Callable[Params, Answer]], Callable[Params, Answer]]:
    """Declare a view's action. `link`: its address holds a private link. `sealed_by`: how its form is known as ours.
    `most_bytes`: of a request, where files are taken; else it is little.

    Every form behind a private link has a limit, on top of any that the view names itself.
    """
    is_sealed = sealed_by or (_is_link_sealed if link else None)

    def mark(view: Callable[Params, Answer]) -> Callable[Params, Answer]:
        if link:
            view = limiter.limit(ANSWERING, methods=["POST"])(view)
        view.declared = Declared(action, link, is_sealed, most_bytes)  # type: ignore[attr-defined]
        return view

    return mark


def set_up_guard(app: Flask) -> None:
    """Ask before every request."""
    app.url_map.converters["token"] = TokenConverter
    app.before_request(_guard)
    app.jinja_env.globals["link_seal"] = link_seal


def declared_of(app: Flask, endpoint: str) -> Declared | None:
    """What the view behind an endpoint declares, or None."""
    if endpoint in FOREIGN:
        return Declared(FOREIGN[endpoint], None, None)
    return getattr(app.view_functions.get(endpoint), "declared", None)


def seal(purpose: str, secret_of_holder: str) -> str:
    """The token of a form, made from something only its rightful reader has."""
    key = current_app.config["SECRET_KEY"].encode()
    return hmac.new(key, f"form:{purpose}:{secret_of_holder}".encode(), hashlib.sha256).hexdigest()


def is_sealed_with(purpose: str, secret_of_holder: str) -> bool:
    """True if the form that came in carries that token."""
    return hmac.compare_digest(request.form.get("form_token", "").encode(), seal(purpose, secret_of_holder).encode())


def seal_for_anyone(purpose: str) -> str:
    """The token of a form on a page that anyone reads: it says only that a page of ours was read first."""
    return seal(purpose, "anyone")


def is_sealed_for_anyone(purpose: str) -> bool:
    """True if the form that came in was given out on such a page."""
    return is_sealed_with(purpose, "anyone")


def link_seal() -> str:
    """The form token of the private page being shown."""
    token: str = (request.view_args or {})["token"]
    return seal("link", token)


Granted = Literal["need_id", "match_id", "visit_id", "person_id", "referral_id", "story_id", "organisation_id"]


def granted(field: Granted) -> int:
    """The id of what the private link of this request was made for."""
    found: int | None = getattr(g.actor.grant, field)
    assert found is not None, f"a link without {field}"
    return found


def _is_link_sealed() -> bool:
    return is_sealed_with("link", (request.view_args or {})["token"])


def _guard() -> Response | None:
    if request.endpoint is None:
        return None  # no such page: the answer is a 404 in any case
    declared = declared_of(current_app, request.endpoint)
    if declared is None:
        raise RuntimeError(f"{request.endpoint} declares no action")
    if declared.most_bytes is not None:
        request.max_content_length = declared.most_bytes
    _refuse_nul()
    g.actor = _actor(declared)
    if declared.action in STAFF_ACTIONS and g.actor.staff_id is None:
        return turn_away()
    access.require(g.actor, declared.action, _thing_of(g.actor.grant))
    if request.method not in SAFE_METHODS and request.endpoint not in FOREIGN:
        _refuse_foreign_form(declared)
    return None


def is_open_to(actor: Actor, path: str) -> bool:
    """Whether this address is a page that they may read, whatever it is about."""
    endpoint = page_at(path)
    declared = declared_of(current_app, endpoint) if endpoint else None
    return declared is not None and access.may(actor, declared.action)


def _actor(declared: Declared) -> Actor:
    if declared.link:
        with reading() as session:
            given = links.open_link(session, (request.view_args or {})["token"], declared.link, now=clock.now())
        return Actor(grant=given)
    if declared.action in STAFF_ACTIONS:
        signed_in: Callable[[], Actor] = current_app.extensions["gritbin_staff"]
        return signed_in()
    return Actor(is_trial=current_app.config["IS_TRIAL"])


def _thing_of(given: Grant | None) -> Thing:
    """The thing a link was made for, which is the one asked about: see the top of this module."""
    if given is None:
        return access.NOTHING
    return Thing(
        need_id=given.need_id,
        match_id=given.match_id,
        visit_id=given.visit_id,
        person_id=given.person_id,
        referral_id=given.referral_id,
        story_id=given.story_id,
        organisation_id=given.organisation_id,
    )


def _refuse_foreign_form(declared: Declared) -> None:
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise FormExpired
    if declared.is_sealed is None or not declared.is_sealed():
        raise FormExpired


def _refuse_nul() -> None:
    """PostgreSQL has no room for a NUL, and nobody types one."""
    typed: list[Any] = [*request.args.values(), *(request.view_args or {}).values()]
    if request.method not in SAFE_METHODS:
        typed += [value for values in request.form.listvalues() for value in values]
    if any("\0" in value for value in typed if isinstance(value, str)):
        raise BadRequest("That holds a character that cannot be typed.")
