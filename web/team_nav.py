"""The team's own row of links on top of every page of theirs: what whoever is signed in may open, and no more."""

from __future__ import annotations

from flask import g, request

from matcher.services.access import Action, may

PAGES: tuple[tuple[str, str, Action], ...] = (
    ("/team", "Today", Action.READ_BOARD),
    ("/desk", "Calls to make", Action.USE_DESK),
    ("/team/what-if", "What if", Action.LOOK_AHEAD),
    ("/team/gaps", "Gaps", Action.LOOK_AHEAD),
    ("/team/regular", "Regular visits", Action.ARRANGE),
    ("/team/week", "Plan the week", Action.ARRANGE),
    ("/team/cold", "Cold weather", Action.SWITCH_COLD),
    ("/team/places", "Places and stock", Action.LOOK_AFTER_PLACES),
    ("/team/ties", "Growing ties", Action.LOOK_AFTER_TIES),
    ("/team/stories", "Stories", Action.KEEP_STORIES),
    ("/team/said-did", "You said, we did", Action.KEEP_DECISIONS),
    ("/team/heard", "Not heard from", Action.REACH_OUT),
    ("/team/outreach", "Visits to groups", Action.REACH_OUT),
    ("/team/invitations", "Invitations", Action.REACH_OUT),
    ("/team/impact", "Impact", Action.READ_IMPACT),
    ("/team/concerns", "Concerns", Action.READ_CONCERNS),
    ("/team/volunteers", "Volunteers", Action.LOOK_AFTER_VOLUNTEERS),
    ("/team/badges", "Badges", Action.GIVE_BADGE),
    ("/team/messages", "Messages", Action.WORD_MESSAGES),
    ("/team/broadcasts", "Write to many", Action.BROADCAST),
    ("/team/by-hand", "By hand", Action.WORK_ON_NEED),
    ("/team/answers", "Expected and given answers", Action.READ_CALIBRATION),
    ("/team/health", "Health", Action.READ_OWN_HEALTH),
    ("/team/staff", "Who works here", Action.MANAGE_STAFF),
    ("/team/kinds", "Kinds of help", Action.SET_UP),
    ("/team/settings", "Settings", Action.SET_UP),
    ("/team/export", "Export", Action.EXPORT),
    ("/team/audit", "Audit", Action.READ_AUDIT),
)


def team_nav() -> list[tuple[str, str, bool]]:
    """(address, words, is it where we are) of each page that may be opened."""
    open_to = [(path, words) for path, words, action in PAGES if may(g.actor, action)]
    here = max((path for path, _ in open_to if _is_below(request.path, path)), key=len, default="")
    return [(path, words, path == here) for path, words in open_to]


def _is_below(asked: str, path: str) -> bool:
    return asked == path or asked.startswith(f"{path}/")
