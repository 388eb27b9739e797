"""An invitation names who asks and why; of who answers only a number is kept."""

import pytest

from matcher.domain.errors import BadInput, NotFound
from matcher.services import invitations
from matcher.store.models import Invitation


def invite(world, connector="Pat", because="nobody should be snowed in.", channel="postcard"):
    with world.work() as session:
        return invitations.invite(session, connector, because, channel, now=world.now)


def choose(world, code, choice):
    with world.work() as session:
        invitations.choose(session, code, choice, now=world.now)


def test_the_code_leads_to_who_asks_and_why_in_letters_of_either_size(world):
    code = invite(world)
    with world.work() as session:
        found = invitations.read(session, code.lower())
    assert (found.connector, found.because) == ("Pat", "nobody should be snowed in")


def test_choices_are_counted_by_month_and_channel_and_the_invitation_stays_as_it_was(world):
    postcards, poster = [invite(world), invite(world, "Sam")], invite(world, channel="poster")
    before = [vars(row) for row in world.all(Invitation)]
    for code in postcards:
        choose(world, code, "offer")
    choose(world, poster, "read")
    world.later(days=31)
    choose(world, poster, "read")
    with world.work() as session:
        assert invitations.counts(session) == [
            ("2026-02", "poster", "read", 1),
            ("2026-01", "postcard", "offer", 2),
            ("2026-01", "poster", "read", 1),
        ]
    after = [vars(row) for row in world.all(Invitation)]
    assert [{**row, "_sa_instance_state": 0} for row in before] == [{**row, "_sa_instance_state": 0} for row in after]


def test_what_was_never_made_or_offered_is_not_there(world):
    code = invite(world)
    for wrong_code, choice in (("NOPE3", "ask"), (code, "win a prize")):
        with pytest.raises(NotFound):
            choose(world, wrong_code, choice)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("connector", " "), ("connector", "x" * 61), ("because", "."), ("because", "x" * 161), ("channel", "pigeon")],
)
def test_an_invitation_needs_who_and_why_and_how(world, field, wrong):
    with pytest.raises(BadInput) as refused:
        invite(world, **{field: wrong})
    assert refused.value.field == field
