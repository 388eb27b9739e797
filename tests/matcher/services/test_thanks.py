"""A resident's thanks: the team reads them first, and only what it lets through is read by the volunteer, unnamed."""

import pytest
from sqlalchemy.exc import IntegrityError

from matcher.domain.errors import Conflict, NotFound
from matcher.services import my_year, thanks
from matcher.store.models import Feedback


@pytest.fixture
def helped(world):
    """Christopher has cleared Eileen's path."""
    world.offer("Christopher")
    need = world.post("Eileen", person={"surname": "Quillwortham"})
    world.ask("Christopher", need)
    world.yes("Christopher")
    world.done("Christopher")
    return need


def read(world, name="Christopher"):
    with world.work() as session:
        return my_year.read(session, world.people[name], now=world.now)


def told(world):
    with world.work() as session:
        return thanks.told(session, frozenset({world.area_id()}), now=world.now)


def decide(world, verb, *areas):
    by, mine = world.coordinator(), frozenset(areas or (world.area_id(),))
    with world.work() as session:
        verb(session, world.one(Feedback).id, area_ids=mine, staff_id=by, now=world.now)


def test_nobody_but_the_team_reads_thanks_before_they_are_let_through(world, helped):
    world.how(helped, "well", "Bless you for the steps")
    (row,) = told(world)
    assert (row.thanks, row.volunteer, row.is_shown, row.can_be_shown) == (
        "Bless you for the steps",
        "Christopher",
        None,
        True,
    )
    assert (read(world).thanks, read(world).unread) == ((), 1)
    decide(world, thanks.let_through)
    assert (read(world).thanks, read(world).unread) == (("Bless you for the steps",), 0)
    world.offer("Ann")
    assert read(world, "Ann").thanks == ()
    (row,) = told(world)
    assert row.is_shown is True


def test_what_is_kept_back_is_read_by_the_team_alone_also_if_it_was_shown(world, helped):
    world.how(helped, "partly", "Bless you")
    decide(world, thanks.let_through)
    decide(world, thanks.keep_back)
    decide(world, thanks.keep_back)
    assert (read(world).thanks, read(world).unread) == ((), 0)
    decided = world.execute("select action from audit where action like '%thanks%' order by id")
    assert [action for (action,) in decided] == ["let_thanks_through", "kept_thanks_back"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [("well", "Love from eileen"), ("partly", "Mrs QUILLWORTHAM says thanks"), ("worried", "Kind, but"), ("well", "")],
)
def test_what_names_them_or_is_no_thanks_never_reaches_the_volunteer(world, helped, answer, words):
    world.how(helped, answer, words)
    assert [row.can_be_shown for row in told(world)] in ([], [False])
    with pytest.raises(Conflict):
        decide(world, thanks.let_through)
    assert read(world).thanks == ()


def test_another_area_s_coordinator_decides_nothing(world, helped):
    world.how(helped, "well", "Bless you")
    for verb in (thanks.let_through, thanks.keep_back):
        with pytest.raises(NotFound):
            decide(world, verb, world.area_id("calne"))
    assert world.one(Feedback).thanks_shown is None


def test_thanks_wait_for_a_reader_longer_than_the_fortnight(world, helped):
    world.how(helped, "well", "Bless you")
    world.later(days=40)
    assert len(told(world)) == 1
    decide(world, thanks.keep_back)
    assert told(world) == ()


@pytest.mark.parametrize(
    "wrong",
    ["thanks_shown = true", "thanks = ''", "answer = 'worried'"],
    ids=["nobody read it", "no words", "it went wrong"],
)
def test_the_database_holds_that_somebody_read_what_is_shown(world, helped, wrong):
    world.how(helped, "well", "Bless you")
    if wrong != "thanks_shown = true":
        decide(world, thanks.let_through)
    with pytest.raises(IntegrityError):
        world.execute(f"update feedback set {wrong}")
