"""The pages: parse, one service call, answer."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from matcher.config import Config
from matcher.domain.errors import SetupError
from matcher.domain.preferences import SENDING_LIMITS
from matcher.services.scheme_number import Line
from matcher.services.wordings import Scheme
from matcher.store.session import configure
from web import (
    about_you,
    area_settings,
    areas,
    at_work,
    attached_stories,
    audit,
    badges,
    broadcasts,
    calendar_feed,
    changes,
    checking,
    cold,
    comparisons,
    concerns,
    confirming,
    contact_card,
    decisions,
    desk,
    desk_looks,
    details,
    door_words,
    exports,
    for_someone,
    gaps,
    health,
    heard,
    impact,
    imports,
    invitation_batches,
    invitations,
    matches,
    merging,
    needs,
    notify,
    offers,
    organisations,
    outbox,
    outreach,
    own_codes,
    own_settings,
    place_reports,
    places,
    public,
    regulars,
    rewards,
    set_up,
    settings,
    stories,
    team,
    team_needs,
    team_stories,
    texts,
    ties,
    visits,
    volunteer_list,
    volunteers,
    week,
    weekly_help,
    what_if,
    who_could_help,
)
from web.accesslog import set_up_access_log
from web.auth import set_up_sign_in
from web.bell import set_up_bell
from web.closed import set_up_closing
from web.errors import add_error_pages
from web.guard import set_up_guard
from web.headers import add_headers
from web.limits import set_up_limits
from web.packed import set_up_packed
from web.setting_lines import setting_lines
from web.templating import set_up_templates

MOST_BYTES = 1024 * 1024
MOST_FORM_BYTES = 128 * 1024
MOST_PARTS = 200


def create_app(config: Config | None = None) -> Flask:
    """The application. Without `config` the settings come from the environment."""
    config = config or Config.from_env(os.environ)
    if not config.secret_key or not config.database_url:
        raise SetupError("Set DATABASE_URL and GRITBIN_SECRET_KEY, or start everything with: gritbin up")
    configure(config.database_url)
    is_https = config.origin.startswith("https://")
    app = Flask(__name__)
    if config.proxies:  # else whoever asks could name any address they like
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=config.proxies, x_proto=0, x_host=0)  # type: ignore[method-assign]
    app.config.update(
        SECRET_KEY=config.secret_key,
        IS_TRIAL=config.embedded,
        NOTIFY_TOKEN=config.notify.token,
        ASKS_DEVICE=config.asks_device,
        TEXTS_A_DAY=config.texts_a_day if config.holds_back else None,
        LIMITS=replace(SENDING_LIMITS, texts_a_day=config.texts_a_day) if config.holds_back else None,
        ELSEWHERE=config.elsewhere,
        POSTCODES=config.postcodes,
        CLOSED=config.closed,
        SETTING_LINES=partial(setting_lines, config),
        LINE=Line(config.phone, config.hours),
        BROADCAST_ALONE=config.broadcast_alone,
        SCHEME=Scheme(config.scheme, config.phone, config.origin),
        SESSION_COOKIE_SECURE=is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=MOST_BYTES,
        MAX_FORM_MEMORY_SIZE=MOST_FORM_BYTES,
        MAX_FORM_PARTS=MOST_PARTS,
    )
    set_up_templates(app, config)
    set_up_packed(app)
    set_up_access_log(app)
    add_headers(app, is_https=is_https)
    set_up_limits(app, config)
    set_up_guard(app)
    set_up_closing(app)
    set_up_bell(app, config.redis_url)
    add_error_pages(app)
    for noun in (
        *(public, checking, invitations, invitation_batches),
        *(stories, team_stories, decisions, areas, about_you, heard, outreach),
        *(needs, for_someone, at_work, organisations, confirming, changes, contact_card, details),
        *(offers, matches, visits, volunteers),
        *(places, place_reports, attached_stories, ties, rewards, weekly_help),
        *(own_settings, own_codes, regulars, cold, team, team_needs, who_could_help, badges),
        *(texts, comparisons, broadcasts),
        *(desk, desk_looks, concerns, volunteer_list, merging, imports),
        impact,
        *(what_if, gaps, week),
        *(audit, exports, set_up, area_settings, door_words, settings),
        *(calendar_feed, notify, outbox, health),
    ):
        app.register_blueprint(noun.blueprint)
    set_up_sign_in(app, config)
    return app
