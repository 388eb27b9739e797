"""Every status there is, and the one table of allowed moves between them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from matcher.domain.errors import MoveNotAllowed


class Urgency(StrEnum):
    """How much it matters that a need is met; set by the kind of help and by coordinators."""

    LOW = "low"
    NORMAL = "normal"
    URGENT = "urgent"


class NeedStatus(StrEnum):
    """The rule a resident asked for."""

    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class OccurrenceStatus(StrEnum):
    """One dated instance. `unmet`: its window passed with nobody."""

    OPEN = "open"
    FILLED = "filled"
    DONE = "done"
    UNMET = "unmet"
    CANCELLED = "cancelled"


class OfferStatus(StrEnum):
    """A volunteer's standing offer."""

    ACTIVE = "active"
    PAUSED = "paused"
    STOPPED = "stopped"


class RoundStatus(StrEnum):
    """One persisted run of the engine. `abandoned`: its worker slept through the lease."""

    OPEN = "open"
    CLOSED = "closed"
    ABANDONED = "abandoned"


class MatchStatus(StrEnum):
    """Someone was asked. `withdrawn`: no longer asked (another said yes, it was
    cancelled, they paused); `lapsed`: the time passed. Neither is a refusal."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class VisitStatus(StrEnum):
    """What a yes became."""

    HELD = "held"
    ON_WAY = "on_way"
    DONE = "done"
    HANDED_BACK = "handed_back"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"


class ArrangementStatus(StrEnum):
    """A standing pairing. `offered`: the volunteer is asked whether they would like it; `declined`: they would not."""

    OFFERED = "offered"
    LIVE = "live"
    DECLINED = "declined"
    ENDED = "ended"


class NotificationStatus(StrEnum):
    """A message owed. `dropped`: what it would have said is over; `failed`: on a coordinator's list."""

    PENDING = "pending"
    LEASED = "leased"
    SENT = "sent"
    DELIVERED = "delivered"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    DROPPED = "dropped"


Status = (
    NeedStatus
    | OccurrenceStatus
    | OfferStatus
    | RoundStatus
    | MatchStatus
    | VisitStatus
    | ArrangementStatus
    | NotificationStatus
)

# Keyed by the kind of status first: StrEnum members are equal to their text, so `NeedStatus.OPEN` and
# `RoundStatus.OPEN` would be one key of a flat dict, and the last one written would speak for both.
MOVES: Mapping[type[Status], Mapping[Status, frozenset[Status]]] = {
    NeedStatus: {
        NeedStatus.OPEN: frozenset({NeedStatus.PAUSED, NeedStatus.CLOSED, NeedStatus.CANCELLED}),
        NeedStatus.PAUSED: frozenset({NeedStatus.OPEN, NeedStatus.CLOSED, NeedStatus.CANCELLED}),
        NeedStatus.CLOSED: frozenset({NeedStatus.OPEN}),  # nobody came, or Done was pressed by mistake
        NeedStatus.CANCELLED: frozenset(),
    },
    OccurrenceStatus: {
        OccurrenceStatus.OPEN: frozenset(
            {
                OccurrenceStatus.FILLED,
                OccurrenceStatus.UNMET,
                OccurrenceStatus.CANCELLED,
                OccurrenceStatus.DONE,
            }
        ),
        OccurrenceStatus.FILLED: frozenset(
            {OccurrenceStatus.OPEN, OccurrenceStatus.DONE, OccurrenceStatus.UNMET, OccurrenceStatus.CANCELLED}
        ),
        # Nobody came after all; or Done was pressed by mistake.
        OccurrenceStatus.DONE: frozenset({OccurrenceStatus.UNMET, OccurrenceStatus.OPEN, OccurrenceStatus.FILLED}),
        OccurrenceStatus.UNMET: frozenset({OccurrenceStatus.DONE}),
        OccurrenceStatus.CANCELLED: frozenset(),
    },
    OfferStatus: {
        OfferStatus.ACTIVE: frozenset({OfferStatus.PAUSED, OfferStatus.STOPPED}),
        OfferStatus.PAUSED: frozenset({OfferStatus.ACTIVE, OfferStatus.STOPPED}),
        # They left, and offer again; whom the team has stopped meanwhile waits for it.
        OfferStatus.STOPPED: frozenset({OfferStatus.ACTIVE, OfferStatus.PAUSED}),
    },
    RoundStatus: {
        RoundStatus.OPEN: frozenset({RoundStatus.CLOSED, RoundStatus.ABANDONED}),
        RoundStatus.CLOSED: frozenset(),
        RoundStatus.ABANDONED: frozenset(),
    },
    MatchStatus: {
        MatchStatus.PROPOSED: frozenset(
            {MatchStatus.ACCEPTED, MatchStatus.DECLINED, MatchStatus.WITHDRAWN, MatchStatus.LAPSED}
        ),
        MatchStatus.ACCEPTED: frozenset(),
        MatchStatus.DECLINED: frozenset(),
        MatchStatus.WITHDRAWN: frozenset(),
        MatchStatus.LAPSED: frozenset(),
    },
    VisitStatus: {
        VisitStatus.HELD: frozenset(
            {
                VisitStatus.ON_WAY,
                VisitStatus.DONE,
                VisitStatus.HANDED_BACK,
                VisitStatus.NO_SHOW,
                VisitStatus.CANCELLED,
            }
        ),
        VisitStatus.ON_WAY: frozenset(
            {VisitStatus.DONE, VisitStatus.HANDED_BACK, VisitStatus.NO_SHOW, VisitStatus.CANCELLED}
        ),
        # The resident says that nobody came; or Done was pressed by mistake.
        VisitStatus.DONE: frozenset({VisitStatus.NO_SHOW, VisitStatus.HELD, VisitStatus.ON_WAY}),
        VisitStatus.HANDED_BACK: frozenset(),
        VisitStatus.NO_SHOW: frozenset(),
        VisitStatus.CANCELLED: frozenset(),
    },
    ArrangementStatus: {
        ArrangementStatus.OFFERED: frozenset(
            {ArrangementStatus.LIVE, ArrangementStatus.DECLINED, ArrangementStatus.ENDED}
        ),
        ArrangementStatus.LIVE: frozenset({ArrangementStatus.ENDED}),
        ArrangementStatus.DECLINED: frozenset(),
        ArrangementStatus.ENDED: frozenset(),
    },
    NotificationStatus: {
        NotificationStatus.PENDING: frozenset({NotificationStatus.LEASED, NotificationStatus.DROPPED}),
        NotificationStatus.LEASED: frozenset(
            {
                NotificationStatus.PENDING,
                NotificationStatus.SENT,
                NotificationStatus.UNCERTAIN,
                NotificationStatus.FAILED,
                NotificationStatus.DROPPED,
            }
        ),
        NotificationStatus.SENT: frozenset({NotificationStatus.DELIVERED, NotificationStatus.FAILED}),
        # Someone of the team told them by phone what no machine could.
        NotificationStatus.UNCERTAIN: frozenset(
            {NotificationStatus.SENT, NotificationStatus.FAILED, NotificationStatus.DELIVERED}
        ),
        NotificationStatus.DELIVERED: frozenset({NotificationStatus.FAILED}),  # it arrived at someone else
        NotificationStatus.FAILED: frozenset({NotificationStatus.PENDING, NotificationStatus.DELIVERED}),
        NotificationStatus.DROPPED: frozenset(),
    },
}

# A visit that still holds its place: what the constraints on `visits` count.
HOLDING = (VisitStatus.HELD, VisitStatus.ON_WAY, VisitStatus.DONE)
# Someone is expected at a door: while so, and only then, they may read the address.
EXPECTED = (VisitStatus.HELD, VisitStatus.ON_WAY)


def check_move(current: Status, to: Status) -> None:
    """Raise MoveNotAllowed unless the table lets `current` become `to`."""
    if type(to) is not type(current) or to not in MOVES[type(current)][current]:
        raise MoveNotAllowed(f"This is already {words_for(current)}.")


def words_for(status: Status) -> str:
    """A status as people say it."""
    return status.value.replace("_", " ")
