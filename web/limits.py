"""Rate limits, counted in Valkey; in this process while Valkey is away, and never to nothing."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from flask import Flask, current_app
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from matcher.config import Config, limits_url

POSTING = "10 per hour"
POSTING_A_PHONE = "5 per hour"
SIGN_IN_AN_ACCOUNT = "5 per 5 minutes"
SIGN_IN_AN_ADDRESS = "10 per 5 minutes"
ANSWERING = "60 per minute"
CHECKING = "5 per hour"
PASSING_BY = "30 per hour"
AT_WORK = "60 per hour"
FILES = "30 per hour"

limiter = Limiter(key_func=get_remote_address, headers_enabled=True)


def set_up_limits(app: Flask, config: Config) -> None:
    """Count in the broker's store if there is one."""
    app.config.setdefault("RATELIMIT_STORAGE_URI", limits_url(config.redis_url) if config.redis_url else "memory://")
    if config.redis_url:
        app.config.setdefault("RATELIMIT_STORAGE_OPTIONS", {"socket_timeout": 0.5, "socket_connect_timeout": 0.5})
    app.config.setdefault("RATELIMIT_IN_MEMORY_FALLBACK_ENABLED", True)
    app.config.setdefault("RATELIMIT_SWALLOW_ERRORS", False)
    app.config.setdefault("RATELIMIT_KEY_PREFIX", "gritbin")
    limiter.init_app(app)


def count_phone(phone: str) -> Any:
    """A limit on one telephone number, as a context. The store sees a keyed hash of it, never the number."""
    mark = hidden("phone", phone)
    return limiter.limit(POSTING_A_PHONE, key_func=lambda: mark)


def hidden(what: str, value: str) -> str:
    """A keyed hash that stands for something private in the store."""
    secret = current_app.config["SECRET_KEY"].encode()
    return hmac.new(secret, f"{what}:{value}".encode(), hashlib.sha256).hexdigest()[:24]
