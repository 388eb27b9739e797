"""The one table of moves, walked from every state."""

from collections.abc import Iterable

import pytest

from matcher.domain.errors import Conflict, MoveNotAllowed
from matcher.domain.lifecycle import (
    EXPECTED,
    HOLDING,
    MOVES,
    ArrangementStatus,
    MatchStatus,
    NeedStatus,
    NotificationStatus,
    OccurrenceStatus,
    OfferStatus,
    RoundStatus,
    Status,
    VisitStatus,
    check_move,
    words_for,
)

STATUSES: tuple[type[Status], ...] = (
    NeedStatus,
    OccurrenceStatus,
    OfferStatus,
    RoundStatus,
    MatchStatus,
    VisitStatus,
    ArrangementStatus,
    NotificationStatus,
)
EVERY: tuple[Status, ...] = tuple(member for statuses in STATUSES for member in statuses)

# Where a thing may rest: it is over, or a coordinator sees it on a list (unmet, no_show, uncertain, failed).
RESTING: dict[type[Status], frozenset[Status]] = {
    NeedStatus: frozenset({NeedStatus.CLOSED, NeedStatus.CANCELLED}),
    OccurrenceStatus: frozenset(
        {OccurrenceStatus.DONE, OccurrenceStatus.UNMET, OccurrenceStatus.CANCELLED},
    ),
    OfferStatus: frozenset({OfferStatus.STOPPED}),
    RoundStatus: frozenset({RoundStatus.CLOSED, RoundStatus.ABANDONED}),
    MatchStatus: frozenset(MatchStatus) - {MatchStatus.PROPOSED},
    VisitStatus: frozenset(VisitStatus) - {VisitStatus.HELD, VisitStatus.ON_WAY},
    ArrangementStatus: frozenset({ArrangementStatus.DECLINED, ArrangementStatus.ENDED}),
    NotificationStatus: frozenset(
        {
            NotificationStatus.SENT,
            NotificationStatus.DELIVERED,
            NotificationStatus.UNCERTAIN,
            NotificationStatus.FAILED,
            NotificationStatus.DROPPED,
        }
    ),
}
STARTS: tuple[Status, ...] = (
    NeedStatus.OPEN,
    OccurrenceStatus.OPEN,
    OfferStatus.ACTIVE,
    RoundStatus.OPEN,
    MatchStatus.PROPOSED,
    VisitStatus.HELD,
    ArrangementStatus.OFFERED,
    NotificationStatus.PENDING,
)


def named(status: Status) -> str:
    return f"{type(status).__name__}.{status.name}"


def reachable(start: Status) -> set[Status]:
    table = MOVES[type(start)]
    seen: set[Status] = {start}
    ahead = [start]
    while ahead:
        for status in table[ahead.pop()] - seen:
            seen.add(status)
            ahead.append(status)
    return seen


def kinds(statuses: Iterable[Status]) -> set[type[Status]]:
    return {type(status) for status in statuses}


def test_the_table_holds_every_status_of_every_kind_and_no_other() -> None:
    assert tuple(MOVES) == STATUSES
    for statuses in STATUSES:
        assert {named(status) for status in MOVES[statuses]} == {named(status) for status in statuses}


def test_no_move_leads_to_a_status_of_another_kind() -> None:
    for statuses, table in MOVES.items():
        assert kinds(status for moves in table.values() for status in moves) <= {statuses}


@pytest.mark.parametrize("status", EVERY, ids=named)
def test_from_every_state_there_is_a_way_to_where_it_may_rest(status: Status) -> None:
    assert reachable(status) & RESTING[type(status)]


@pytest.mark.parametrize("start", STARTS, ids=named)
def test_every_state_can_be_reached_from_the_first(start: Status) -> None:
    assert reachable(start) == set(type(start))


@pytest.mark.parametrize("status", EVERY, ids=named)
def test_a_status_never_moves_to_itself(status: Status) -> None:
    with pytest.raises(MoveNotAllowed):
        check_move(status, status)


@pytest.mark.parametrize("current", EVERY, ids=named)
def test_exactly_the_moves_of_the_table_are_let_through(current: Status) -> None:
    for to in EVERY:
        if any(to is allowed for allowed in MOVES[type(current)][current]):
            check_move(current, to)
        else:
            with pytest.raises(MoveNotAllowed):
                check_move(current, to)


@pytest.mark.parametrize(
    ("current", "to"),
    [
        (NeedStatus.OPEN, NeedStatus.PAUSED),
        (NeedStatus.PAUSED, NeedStatus.OPEN),
        (OccurrenceStatus.OPEN, OccurrenceStatus.FILLED),
        (OccurrenceStatus.FILLED, OccurrenceStatus.OPEN),
        (OfferStatus.PAUSED, OfferStatus.ACTIVE),
        (RoundStatus.OPEN, RoundStatus.ABANDONED),
        (MatchStatus.PROPOSED, MatchStatus.LAPSED),
        (VisitStatus.HELD, VisitStatus.HANDED_BACK),
        (VisitStatus.DONE, VisitStatus.NO_SHOW),
        (NotificationStatus.LEASED, NotificationStatus.PENDING),
        (NotificationStatus.FAILED, NotificationStatus.PENDING),  # a coordinator sends it again
        (NotificationStatus.UNCERTAIN, NotificationStatus.SENT),
    ],
    ids=named,
)
def test_moves_that_the_service_lives_by(current: Status, to: Status) -> None:
    check_move(current, to)


@pytest.mark.parametrize(
    ("current", "to"),
    [
        (NeedStatus.OPEN, RoundStatus.CLOSED),  # the same word, another thing
        (NeedStatus.CANCELLED, NeedStatus.OPEN),
        (MatchStatus.WITHDRAWN, MatchStatus.ACCEPTED),
        (MatchStatus.LAPSED, MatchStatus.ACCEPTED),
        (VisitStatus.HANDED_BACK, VisitStatus.DONE),
        (VisitStatus.CANCELLED, VisitStatus.ON_WAY),
        (NotificationStatus.SENT, NotificationStatus.PENDING),
        (NotificationStatus.UNCERTAIN, NotificationStatus.PENDING),
        (NotificationStatus.DROPPED, NotificationStatus.LEASED),
    ],
    ids=named,
)
def test_moves_that_would_break_a_promise(current: Status, to: Status) -> None:
    with pytest.raises(MoveNotAllowed):
        check_move(current, to)


def test_the_refusal_says_how_things_stand_and_is_a_conflict() -> None:
    with pytest.raises(Conflict) as refusal:
        check_move(VisitStatus.HANDED_BACK, VisitStatus.ON_WAY)

    assert refusal.value.message == "This is already handed back."


def test_words_for_a_status_have_no_underscore() -> None:
    assert words_for(VisitStatus.ON_WAY) == "on way"
    assert not any("_" in words_for(status) for status in EVERY)


def test_whoever_is_expected_holds_a_place_and_whoever_gave_it_up_does_not() -> None:
    assert set(EXPECTED) < set(HOLDING)
    assert VisitStatus.DONE in HOLDING
    assert not set(HOLDING) & {VisitStatus.HANDED_BACK, VisitStatus.NO_SHOW, VisitStatus.CANCELLED}
    assert VisitStatus.DONE not in EXPECTED
