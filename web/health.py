"""Is this process alive, is it ready, and how is every part: for machines, and in words for the team."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, g, jsonify, make_response

from matcher.domain.errors import Unavailable
from matcher.services import health, health_words
from matcher.services.access import Action
from matcher.services.health import HealthCheck
from matcher.store.session import reading
from web import bell, clock
from web.guard import declares
from web.templating import page

blueprint = Blueprint("health", __name__)


@blueprint.get("/health/live")
@declares(Action.READ_HEALTH)
def live() -> Response:
    """This process answers."""
    return make_response(jsonify(status="ok"))


@blueprint.get("/health/ready")
@declares(Action.READ_HEALTH)
def ready() -> Response:
    """Pages can be served: the database answers. Without a broker the service still works, only slower."""
    found = _database_checks()
    is_ready = found["database"].ok
    return make_response(jsonify(status="ok" if is_ready else "down"), 200 if is_ready else 503)


@blueprint.get("/health")
@declares(Action.READ_HEALTH)
def parts() -> Response:
    """Every part, in figures and words."""
    found = _database_checks()
    found["broker"] = _broker()
    status = health.status_of(found)
    body = {"status": status, "checks": {name: check.as_json() for name, check in found.items()}}
    return make_response(jsonify(body), 503 if status == "down" else 200)


@blueprint.get("/team/health")
@declares(Action.READ_OWN_HEALTH)
def in_words() -> Response:
    """The same for people: what it means, and what to do."""
    texts, now = current_app.config["TEXTS_A_DAY"], clock.now()
    with reading() as session:
        lines = health_words.lines(
            session, g.actor.area_ids, broker_answers=bell.is_heard(), texts_a_day=texts, now=now
        )
    return page("team/health.html", lines=lines, now=now, is_trial=current_app.config["IS_TRIAL"])


def _database_checks() -> dict[str, HealthCheck]:
    try:
        with reading() as session:
            return health.checks(session, now=clock.now(), texts_a_day=current_app.config["TEXTS_A_DAY"])
    except Unavailable as error:
        return health.database_down(error.message)


def _broker() -> HealthCheck:
    is_heard = bell.is_heard()
    return HealthCheck(ok=is_heard, age_s=None, detail="it answers" if is_heard else "it does not answer")
