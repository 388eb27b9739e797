"""Private links: for one purpose and one holder, and nothing that reads one changes anything."""

import pytest

from matcher.domain.errors import NotFound
from matcher.domain.roles import LinkPurpose
from matcher.services import links
from matcher.services.access import Grant
from matcher.store.models import PrivateLink, Staff


@pytest.fixture
def grant(world):
    posted = world.post()
    return Grant(LinkPurpose.STATUS, person_id=world.people["Eileen"], need_id=posted.need_id)


def opened(world, token, purpose=LinkPurpose.STATUS):
    with world.work() as session:
        return links.open_link(session, token, purpose, now=world.now)


def all_links(world):
    return world.execute("select to_jsonb(l)::text from private_links l order by id")


def test_a_link_opens_what_it_was_made_for(world, grant):
    token = world.link(grant, hours=1)
    assert opened(world, token) == grant


def test_reading_a_link_three_times_changes_no_row(world, grant):
    token = world.link(grant, hours=1)
    before = world.picture(), all_links(world)
    for _ in range(3):
        opened(world, token)
    assert (world.picture(), all_links(world)) == before


def test_a_link_ends_at_its_time(world, grant):
    token = world.link(grant, hours=1)
    world.later(minutes=59, seconds=59)
    assert opened(world, token)
    world.later(seconds=1)
    with pytest.raises(NotFound):
        opened(world, token)


def test_a_link_that_was_revoked_opens_nothing_and_the_others_still_do(world, grant):
    token, other = world.link(grant, hours=1), world.post("Gwen").token
    with world.work() as session:
        links.revoke(session, need_id=grant.need_id, now=world.now)
    with pytest.raises(NotFound):
        opened(world, token)
    assert opened(world, other)


@pytest.mark.parametrize("purpose", [one for one in LinkPurpose if one is not LinkPurpose.STATUS])
def test_a_link_opens_nothing_of_another_purpose(world, grant, purpose):
    with pytest.raises(NotFound):
        opened(world, world.link(grant, hours=1), purpose)


@pytest.mark.parametrize(
    "token",
    ["", "x", "x" * 21, "x" * 22, "x" * 23, "x" * 10_000, "é" * 22, "a b" * 8, "'; drop table visits;--", "\0" * 22],
    ids=["empty", "short", "one less", "unknown", "one more", "long", "accents", "spaces", "sql", "nul"],
)
def test_what_is_not_a_token_opens_nothing(world, token):
    with pytest.raises(NotFound):
        opened(world, token)


def test_a_token_is_128_random_bits_and_kept_nowhere(world, grant):
    tokens = {world.link(grant, hours=1) for _ in range(50)}
    assert len(tokens) == 50
    assert {len(token) for token in tokens} == {22}  # 16 bytes in base 64
    kept = str((world.picture(), all_links(world)))
    assert not [token for token in tokens if token in kept]


def test_messages_leave_no_token_in_the_database_but_in_the_console_copies(world):
    world.offer("Christopher")
    world.ask("Christopher", world.post())
    texts = [envelope.message.text for envelope in world.claim()]
    tokens = [text.split("https://help.example.org/")[1].split()[0].split("/")[1] for text in texts]
    assert len(tokens) == 3
    kept = str((world.picture(), all_links(world)))
    assert not [token for token in tokens if token in kept]


def test_a_sign_in_link_signs_in_once(world):
    ruth = world.coordinator()
    with world.work() as session:
        token = links.issue_sign_in(session, ruth, now=world.now)
    with world.work() as session:
        assert links.take_sign_in(session, token, now=world.now) == ruth
    with world.work() as session, pytest.raises(NotFound):
        links.take_sign_in(session, token, now=world.now)
    with pytest.raises(NotFound):
        opened(world, token, LinkPurpose.SIGN_IN)


def test_a_sign_in_link_of_someone_who_has_left_signs_nobody_in(world):
    ruth = world.coordinator()
    with world.work() as session:
        token = links.issue_sign_in(session, ruth, now=world.now)
        session.get_one(Staff, ruth).active = False
    with world.work() as session, pytest.raises(NotFound):
        links.take_sign_in(session, token, now=world.now)


def test_a_sign_in_link_lasts_half_a_day(world):
    ruth = world.coordinator()
    with world.work() as session:
        token = links.issue_sign_in(session, ruth, now=world.now)
    world.later(hours=12)
    with world.work() as session, pytest.raises(NotFound):
        links.take_sign_in(session, token, now=world.now)
    assert world.one(PrivateLink).used_at is None
