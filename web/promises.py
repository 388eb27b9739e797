"""How long we keep things, as pages promise it: by the periods that hold at the moment of the request."""

from __future__ import annotations

from flask import current_app, g

from matcher.domain.errors import Unavailable
from matcher.domain.retention import USUAL
from matcher.services import kept_periods, retention
from matcher.services.retention import Promised
from matcher.store.session import reading
from web import clock

_LAST = "promised"  # as this process last read it


def promised_now() -> Promised:
    """Read once for each request that says it; as last read by this process while nobody can say."""
    if "promised" not in g:
        try:
            with reading() as session:
                kept = kept_periods.in_force(session, now=clock.now())
            current_app.extensions[_LAST] = retention.promised(kept)
        except Unavailable:
            pass
        g.promised = current_app.extensions.get(_LAST) or retention.promised(USUAL)
    found: Promised = g.promised
    return found
