"""Staff sign in with a code sent to their e-mail, or once with a link printed at start. By Flask-Security."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Flask, Response, current_app, request, session
from flask_principal import Principal  # type: ignore[import-untyped]
from flask_security import (
    RoleMixin,
    Security,
    SQLAlchemySessionUserDatastore,
    UserMixin,
    current_user,
    login_user,
    logout_user,
)
from flask_security.totp import Totp
from flask_wtf.csrf import generate_csrf, validate_csrf
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import relationship, scoped_session, sessionmaker
from wtforms import ValidationError

from matcher.config import Config
from matcher.domain.roles import LinkPurpose
from matcher.services import links, staff
from matcher.services.access import Action, Actor
from matcher.store.models.staff import Role, Staff
from matcher.store.session import reading, unit_of_work
from web import bell, clock, signed_out
from web.errors import error_page
from web.forms.answers import CodeForm, SignInForm
from web.guard import declares, is_open_to
from web.limits import SIGN_IN_AN_ACCOUNT, SIGN_IN_AN_ADDRESS, hidden, limiter
from web.team_nav import home_of
from web.templating import page, see_other

blueprint = Blueprint("auth", __name__)

CODE_LASTS = timedelta(minutes=15)
CODE_TRIES = 3
SIGNED_IN_FOR = timedelta(hours=12)
_WAITING = "waiting_email"


class RoleRow(RoleMixin, Role):  # type: ignore[misc]  # both declare the same columns
    """A role as Flask-Security sees it."""


class StaffUser(UserMixin, Staff):  # type: ignore[misc]  # both declare the same columns
    """A member of staff as Flask-Security sees them."""

    roles = relationship(RoleRow, secondary="staff_roles", lazy="selectin", viewonly=True)

    def us_send_security_token(self, method: str, **kwargs: Any) -> None:
        """Owe them the code; it goes out like every other message."""
        code = _security().totp_factory.generate_totp_password(kwargs["totp_secret"])
        with unit_of_work() as work:
            staff.owe_code(work, self.id, code, now=clock.now())
        bell.ring(bell.DELIVER_DUE)


class SentCode(Totp):
    """A code that is good only as it was sent: the one of its own half minute, not of every half minute since."""

    def is_sent(self, code: str, secret: str, sent_at: datetime) -> bool:
        """True if this is the code made from `secret` at `sent_at`."""
        made: str = self._totp.from_source(secret).generate(time=sent_at).token
        return made == code


def set_up_sign_in(app: Flask, config: Config) -> None:
    """Flask-Security over the staff tables, without its own pages: ours say the same in the scheme's words."""
    app.config.update(
        SECURITY_UNIFIED_SIGNIN=True,
        SECURITY_US_ENABLED_METHODS=["email"],
        SECURITY_PASSWORD_REQUIRED=False,
        SECURITY_PASSWORD_SALT=config.secret_key,
        SECURITY_TOTP_SECRETS={"1": config.secret_key},
        SECURITY_TOTP_ISSUER=config.scheme,
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False},
        SESSION_COOKIE_NAME=("__Host-" if app.config["SESSION_COOKIE_SECURE"] else "") + "gritbin_team",
        PERMANENT_SESSION_LIFETIME=SIGNED_IN_FOR,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=int(SIGNED_IN_FOR.total_seconds()),
    )
    engine = create_engine(config.database_url, pool_pre_ping=True, pool_size=2, max_overflow=2, hide_parameters=True)
    sessions = scoped_session(sessionmaker(engine, expire_on_commit=False))
    app.teardown_appcontext(lambda _error: sessions.remove())
    Security(
        app, SQLAlchemySessionUserDatastore(sessions, StaffUser, RoleRow), register_blueprint=False, totp_cls=SentCode
    )
    # Flask-Principal would load whoever is signed in before every request, a stylesheet's too; our pages ask
    # only where it matters, so that the others need no database.
    hooks = app.before_request_funcs[None]
    hooks[:] = [hook for hook in hooks if not isinstance(getattr(hook, "__self__", None), Principal)]
    # Nor may a template that names nobody ask for them: the page that says "no database" could not be shown.
    givers = app.template_context_processors[None]
    givers[:] = [giver for giver in givers if giver.__module__ != "flask_login.utils"]
    app.extensions["gritbin_staff"] = _actor
    # Flask-Security reads with a session of its own: without a database it too answers "in a moment", not "our fault".
    for error in (OperationalError, PoolTimeout):
        app.register_error_handler(error, lambda _error: error_page(HTTPStatus.SERVICE_UNAVAILABLE))
    app.jinja_env.globals["session_seal"] = generate_csrf
    app.register_blueprint(blueprint)


def _security() -> Any:
    return current_app.extensions["security"]


def _actor() -> Actor:
    if not current_user.is_authenticated:
        return Actor()
    with reading() as work:
        return staff.actor_for(work, current_user.id)


def is_session_sealed() -> bool:
    """True if the form that came in was given out to this browser session."""
    try:
        validate_csrf(request.form.get("form_token"))
    except ValidationError:
        return False
    return True


@blueprint.get("/sign-in")
@declares(Action.SIGN_IN)
def sign_in() -> Response:
    """Your email address."""
    return page("signing_in/sign-in.html", form=SignInForm())


@blueprint.post("/sign-in")
@declares(Action.SIGN_IN, sealed_by=is_session_sealed)
@limiter.limit(SIGN_IN_AN_ADDRESS)
@limiter.limit(SIGN_IN_AN_ACCOUNT, key_func=lambda: hidden("account", _typed_email()))
def send_code() -> Response:
    """Send a code if they are staff; the answer is the same if they are not."""
    form = SignInForm(request.form)
    if not form.validate():
        return page("signing_in/sign-in.html", form=form)
    if (user := _find(_typed_email())) is not None:
        secret = _security().totp_factory.generate_totp_secret()
        _keep(user, {"email": secret, "sent_at": clock.now().isoformat(), "tries": "0"})
        user.us_send_security_token("email", totp_secret=secret)
    session[_WAITING] = _typed_email()
    return see_other("/sign-in/code")


@blueprint.get("/sign-in/code")
@declares(Action.SIGN_IN)
def code() -> Response:
    """Enter the code."""
    if _WAITING not in session:
        return see_other("/sign-in")
    return page("signing_in/code.html", form=CodeForm())


@blueprint.post("/sign-in/code")
@declares(Action.SIGN_IN, sealed_by=is_session_sealed)
@limiter.limit(SIGN_IN_AN_ADDRESS)
@limiter.limit(SIGN_IN_AN_ACCOUNT, key_func=lambda: hidden("code", str(session.get(_WAITING))))
def take_code() -> Response:
    """Sign in if it is the code."""
    form = CodeForm(request.form)
    if not form.validate():
        return page("signing_in/code.html", form=form)
    user = _find(str(session.get(_WAITING)))
    if user is None or not _is_right(user, form.code.data):
        form.code.errors = ["That is not the code we sent, or it has run out. Try again, or ask for a new one"]
        return page("signing_in/code.html", form=form)
    return _let_in(user)


@blueprint.get("/sign-in/<token:token>")
@declares(Action.SIGN_IN, link=LinkPurpose.SIGN_IN)
def link(token: str) -> Response:
    """A button. Reading this page signs nobody in: message scanners open every link."""
    return page("signing_in/link.html", token=token)


@blueprint.post("/sign-in/<token:token>")
@declares(Action.SIGN_IN, link=LinkPurpose.SIGN_IN)
@limiter.limit(SIGN_IN_AN_ADDRESS)
def take_link(token: str) -> Response:
    """Sign in, once."""
    with unit_of_work() as work:
        staff_id = links.take_sign_in(work, token, now=clock.now())
    return _let_in(_security().datastore.find_user(id=staff_id))


@blueprint.post("/team/sign-out")
@declares(Action.SIGN_OUT, sealed_by=is_session_sealed)
def sign_out() -> Response:
    """Sign out."""
    logout_user()
    session.clear()
    return see_other("/")


def _typed_email() -> str:
    return str(request.form.get("email", "")).strip().casefold()


def _find(email: str) -> StaffUser | None:
    user: StaffUser | None = _security().datastore.find_user(case_insensitive=True, email=email)
    return user if user is not None and user.active else None


def _keep(user: StaffUser, sent: dict[str, str] | None) -> None:
    datastore = _security().datastore
    datastore.us_put_totp_secrets(user, sent)
    datastore.commit()


def _is_right(user: StaffUser, typed: str) -> bool:
    """The code we sent, within its time, in one of three tries; and then never again.

    Their row is locked before it is read, so that guesses sent at once are counted one after another.
    """
    datastore = _security().datastore
    datastore.db.session.refresh(user, ["us_totp_secrets"], with_for_update=True)
    sent = datastore.us_get_totp_secrets(user)
    if not sent:
        return False
    sent_at, tries = datetime.fromisoformat(sent["sent_at"]), int(sent["tries"])
    if clock.now() > sent_at + CODE_LASTS or tries >= CODE_TRIES:
        _keep(user, None)
        return False
    is_right: bool = _security().totp_factory.is_sent(typed, sent["email"], sent_at)
    _keep(user, None if is_right else {**sent, "tries": str(tries + 1)})
    return is_right


def _let_in(user: StaffUser) -> Response:
    wanted = signed_out.wanted()
    session.clear()
    session.permanent = True
    login_user(user, authn_via=["email"])
    with reading() as work:
        actor = staff.actor_for(work, user.id)
    return see_other(wanted if wanted and is_open_to(actor, wanted) else home_of(actor))
