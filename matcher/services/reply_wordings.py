"""What is said to whoever sent us a text. Each says whether they are booked, and none names a resident."""

from __future__ import annotations

from collections.abc import Mapping

from matcher.domain.lifecycle import EXPECTED
from matcher.services import page_links
from matcher.services.visit_wordings import when_words
from matcher.services.wording_desk import Desk, Values, Wording
from matcher.store.models import Visit


def _booked(desk: Desk) -> Values:
    """While they are: a visit that was called off meanwhile has its own message."""
    visit = desk.session.get_one(Visit, desk.row.visit_id)
    if visit.status not in EXPECTED:
        return None
    link = page_links.visit_link(desk.session, visit, now=desk.now)
    return {"when": when_words(visit.starts_at), "link": f"{desk.scheme.origin}/visits/{link}"}


def _which(desk: Desk) -> Values:
    return {"code": str(desk.row.values["codes"])}


def _plain(_desk: Desk) -> Values:
    return {}


WORDINGS: Mapping[str, Wording] = {
    "reply_booked": _booked,
    "reply_still_booked": _booked,
    "reply_which": _which,
    "reply_said_no": _plain,
    "reply_taken": _plain,
    "reply_clash": _plain,
    "reply_over": _plain,
    "reply_nothing_asked": _plain,
    "reply_not_understood": _plain,
    "reply_call": _plain,
    "reply_help": _plain,
    "reply_stopped": _plain,
    "reply_started": _plain,
    "reply_warm_needs": _plain,
    "reply_warm_well": _plain,
}
