"""The team's own links on top of every page of theirs: what whoever is signed in may open, and no more.

Few pages stand in one row. Many stand in two: the parts of the work, and the pages of the part one is in.
"""

from __future__ import annotations

from typing import NamedTuple

from flask import g, request

from matcher.services.access import Action, Actor, may

ONE_ROW = 10
PARTS: tuple[tuple[str, tuple[tuple[str, str, Action], ...]], ...] = (
    (
        "Now",
        (
            ("/team", "Today", Action.READ_BOARD),
            ("/desk", "Calls to make", Action.USE_DESK),
            ("/team/concerns", "Concerns", Action.READ_CONCERNS),
            ("/team/by-hand", "By hand", Action.WORK_ON_NEED),
        ),
    ),
    (
        "Ahead",
        (
            ("/team/week", "Plan the week", Action.ARRANGE),
            ("/team/regular", "Regular visits", Action.ARRANGE),
            ("/team/cold", "Cold weather", Action.SWITCH_COLD),
            ("/team/what-if", "What if", Action.LOOK_AHEAD),
            ("/team/gaps", "Gaps", Action.LOOK_AHEAD),
        ),
    ),
    (
        "Neighbours",
        (
            ("/team/volunteers", "Volunteers", Action.LOOK_AFTER_VOLUNTEERS),
            ("/team/badges", "Badges", Action.GIVE_BADGE),
            ("/team/ties", "Growing ties", Action.LOOK_AFTER_TIES),
            ("/team/messages", "Messages", Action.WORD_MESSAGES),
            ("/team/door-words", "Door words", Action.KEEP_DOOR_WORDS),
            ("/team/broadcasts", "Write to many", Action.BROADCAST),
            ("/team/answers", "Expected and given answers", Action.READ_CALIBRATION),
        ),
    ),
    (
        "Around here",
        (
            ("/team/places", "Places and stock", Action.LOOK_AFTER_PLACES),
            ("/team/stories", "Stories", Action.KEEP_STORIES),
            ("/team/said-did", "You said, we did", Action.KEEP_DECISIONS),
            ("/team/heard", "Not heard from", Action.REACH_OUT),
            ("/team/outreach", "Visits to groups", Action.REACH_OUT),
            ("/team/invitations", "Invitations", Action.REACH_OUT),
            ("/team/organisations", "Organisations", Action.GIVE_CODE),
        ),
    ),
    (
        "The scheme",
        (
            ("/team/impact", "Impact", Action.READ_IMPACT),
            ("/team/health", "Health", Action.READ_OWN_HEALTH),
            ("/team/staff", "Who works here", Action.MANAGE_STAFF),
            ("/team/kinds", "Kinds of help", Action.SET_UP),
            ("/team/areas", "Areas", Action.SET_AREAS),
            ("/team/settings", "Settings", Action.SET_UP),
            ("/team/export", "Export", Action.EXPORT),
            ("/team/audit", "Audit", Action.READ_AUDIT),
        ),
    ),
)


# The call handlers' own row, which takes the place of the others while somebody is on the phone.
DESK = (
    ("/team", "Today", Action.READ_BOARD),
    ("/desk", "Calls to make", Action.USE_DESK),
    ("/desk/new", "New request", Action.USE_DESK),
    ("/desk/find", "Find a caller", Action.USE_DESK),
    ("/desk/door", "Check a door", Action.USE_DESK),
    ("/team/stories/new", "Type a story", Action.TYPE_STORY),
)
# Where somebody's work begins: the board for coordinators, else the first of these that they may read.
_HOMES = (
    ("/team", Action.READ_BOARD),
    ("/desk", Action.USE_DESK),
    ("/team/stories", Action.KEEP_STORIES),
    ("/board", Action.READ_AS_BOARD),
    ("/team/concerns", Action.READ_CONCERNS),
    ("/team/impact", Action.READ_IMPACT),
)
# Pages that no link leads to from everywhere, and whose link is that of another.
_BELONGS_TO = {"/team/import": "/team/volunteers"}


class Link(NamedTuple):
    """A page that may be opened. is_here: it is the one we are on, or above it."""

    href: str
    words: str
    is_here: bool


class Part(NamedTuple):
    """A part of the team's work, with the pages of it that may be opened: one at least."""

    words: str
    pages: tuple[Link, ...]

    @property
    def href(self) -> str:
        """Where it begins."""
        return self.pages[0].href

    @property
    def is_here(self) -> bool:
        """True if we are somewhere in it."""
        return any(page.is_here for page in self.pages)


class TeamNav(NamedTuple):
    """Every part that may be opened, and the links on top of the page, row by row."""

    parts: tuple[Part, ...]
    rows: tuple[tuple[Link, ...], ...]


def team_nav() -> TeamNav:
    """What the reader may open."""
    open_to = {words: [page for page in pages if may(g.actor, page[2])] for words, pages in PARTS}
    at = next((page for path, page in _BELONGS_TO.items() if _is_below(request.path, path)), request.path)
    above = (path for pages in open_to.values() for path, _, _ in pages if _is_below(at, path))
    here = max(above, key=len, default="")
    parts = tuple(
        Part(words, tuple(Link(path, name, path == here) for path, name, _ in pages))
        for words, pages in open_to.items()
        if pages
    )
    return TeamNav(parts, _rows(parts))


def home_of(actor: Actor) -> str:
    """The page at which this member of staff begins, and to which the door on top of every page leads back."""
    return next((path for path, action in _HOMES if may(actor, action)), "/")


def team_home() -> str:
    """The same, of the reader."""
    return home_of(g.actor)


def may_open(path: str) -> bool:
    """Whether this page of the row of links is open to the reader: where another page names it, it may be a link."""
    return any(path == known and may(g.actor, action) for _, pages in PARTS for known, _, action in pages)


def desk_nav() -> tuple[Link, ...]:
    """The row of the desk: the way back to the board first, for who may read that."""
    return tuple(Link(path, words, path == request.path) for path, words, action in DESK if may(g.actor, action))


def _rows(parts: tuple[Part, ...]) -> tuple[tuple[Link, ...], ...]:
    everything = tuple(page for part in parts for page in part.pages)
    if len(everything) <= ONE_ROW:
        return (everything,)
    top = tuple(Link(part.href, part.words, part.is_here) for part in parts)
    return (top, *(part.pages for part in parts if part.is_here))


def _is_below(asked: str, path: str) -> bool:
    return asked == path or asked.startswith(f"{path}/")
