"""Who may read a story, by hand: every reader, every level, every state. What is not in the table is no."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from matcher.domain.roles import StaffRoleName
from matcher.domain.stories import Level, Progress, Reader, Stage, Standing, is_narrower, may_read, shows_name, stage_of
from matcher.services.story_reading import reader_of

NOW = datetime(2026, 1, 14, 9, tzinfo=UTC)

# Written by hand from the four levels: who reads a story that is out.
OUT = {
    "public": {"public", "named"},
    "board": {"board", "public", "named"},
    "team": {"team", "board", "public", "named"},
}
READS_AS = {
    "coordinator": "team",
    "connector": "team",
    "board_member": "board",
    "call_handler": "public",
    "safeguarding_lead": "public",
    "administrator": "public",
}


def standing(level, *, left=timedelta(days=1), is_withdrawn=False, is_out=True):
    return Standing(level, NOW + left, is_withdrawn, is_out)


@pytest.mark.parametrize(("reader", "level"), [*product(Reader, Level)])
def test_a_story_that_is_out_is_read_by_those_its_teller_chose(reader, level):
    assert may_read(reader, standing(level), now=NOW) == (level.value in OUT[reader.value])


@pytest.mark.parametrize(("reader", "level"), [*product(Reader, Level)])
def test_one_that_is_not_out_is_read_by_the_team_alone(reader, level):
    assert may_read(reader, standing(level, is_out=False), now=NOW) == (reader is Reader.TEAM)


@pytest.mark.parametrize(("reader", "level"), [*product(Reader, Level)])
def test_nobody_reads_what_was_taken_back_or_what_consent_no_longer_holds_for(reader, level):
    assert not may_read(reader, standing(level, is_withdrawn=True), now=NOW)
    assert not may_read(reader, standing(level, left=timedelta()), now=NOW)


@pytest.mark.parametrize("role", StaffRoleName)
def test_as_whom_a_role_reads(role):
    assert reader_of({role}).value == READS_AS[role.value]


def test_the_widest_of_several_roles_counts_and_nobody_at_all_is_everyone():
    assert reader_of({StaffRoleName.BOARD_MEMBER, StaffRoleName.CONNECTOR}) is Reader.TEAM
    assert reader_of(()) is Reader.PUBLIC


def test_a_name_stands_only_with_what_everyone_reads():
    assert [level.value for level in Level if shows_name(level)] == ["public", "named"]


def test_fewer_readers_is_narrower():
    order = [Level.TEAM, Level.BOARD, Level.PUBLIC, Level.NAMED]
    for (a, one), (b, other) in product(enumerate(order), enumerate(order)):
        assert is_narrower(one, other) == (a <= b)


@pytest.mark.parametrize(
    ("changes", "stage"),
    [
        ({}, Stage.NEW),
        ({"is_looked_at": True}, Stage.APPROVED),
        ({"is_looked_at": True, "level": Level.TEAM}, Stage.KEPT),
        ({"is_talk_wanted": True}, Stage.TALK),
        ({"is_looked_at": True, "is_approved": False}, Stage.TALK),
        ({"is_looked_at": True, "is_out": True}, Stage.PUBLISHED),
        ({"is_out": True, "is_approved": False}, Stage.TALK),
        ({"is_written": False}, Stage.TALK),
        ({"is_written": False, "is_looked_at": True, "level": Level.TEAM}, Stage.KEPT),
        ({"is_out": True, "is_withdrawn": True}, Stage.WITHDRAWN),
    ],
)
def test_a_stage_is_read_from_the_facts(changes, stage):
    usual = {"is_withdrawn": False, "is_out": False, "is_looked_at": False, "is_talk_wanted": False}
    assert stage_of(Progress(**{**usual, "is_approved": True, "level": Level.PUBLIC, **changes})) is stage
