"""A code to a volunteer's own phone: it works once, for a quarter of an hour, and cannot be guessed."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from matcher.services import motives, offer_changes, own_codes, replies
from matcher.services.replies import Inbound
from matcher.store.models import Notification, OfferMotive, OwnCode


@pytest.fixture
def phone(world):
    """`phone("send")`, `phone("enter", "12345")`: Christopher's; his newest code is in `phone.code()`."""
    world.offer("Christopher", person={"email": "c@example.org"})

    def press(verb, *typed):
        with world.work() as session:
            if verb == "erase_old":
                return own_codes.erase_old(session, now=world.now)
            return getattr(own_codes, verb)(session, world.people["Christopher"], *typed, now=world.now)

    def code():
        return world.all(Notification, template="own_code")[-1].values["code"]

    press.code = code
    return press


def wrong_for(code):
    return f"{(int(code) + 1) % 10**5:05}"


def test_a_code_shows_once_that_the_phone_is_theirs(world, phone):
    assert phone("send")
    code = phone.code()
    assert phone("read").is_out
    assert phone("enter", code) is None
    assert world.person("Christopher").phone_confirmed_at == world.now
    assert world.all(OwnCode) == []
    assert "run out" in phone("enter", code)


def test_it_goes_by_text_and_holds_nothing_but_itself(world, phone):
    phone("send")
    code = phone.code()
    (sent,) = (one for one in world.deliver() if code in one.message.text)
    assert (sent.channel, sent.recipient) == ("text", world.home("Christopher").phone)
    assert "Christopher" not in sent.message.subject + sent.message.text
    assert world.one(Notification, template="own_code").values == {}


def test_three_wrong_ones_end_it_until_the_next(world, phone):
    phone("send")
    code = phone.code()
    told = [phone("enter", wrong_for(code)) for _ in range(4)]
    assert [("2 tries" in told[0]), ("1 try" in told[1]), ("no tries" in told[2]), ("no tries" in told[3])] == [
        True
    ] * 4
    assert "no tries" in phone("enter", code)
    world.later(minutes=2)
    assert phone("send")
    assert phone("enter", phone.code()) is None


def test_it_works_for_a_quarter_of_an_hour(world, phone):
    phone("send")
    world.later(minutes=15)
    assert "run out" in phone("enter", phone.code())
    assert world.person("Christopher").phone_confirmed_at is None


def test_nobody_is_sent_one_after_another(world, phone):
    assert phone("send")
    assert not phone("send")
    sent = 1
    for _ in range(9):
        world.later(minutes=2)
        sent += phone("send")
    assert sent == 5
    assert phone("read").again_at is None
    world.later(days=1)
    assert phone("send")


def test_another_s_code_is_none_of_theirs(world, phone):
    world.offer("Ann")
    with world.work() as session:
        own_codes.send(session, world.people["Ann"], now=world.now)
    anns = phone.code()
    phone("send")
    if anns != phone.code():
        assert "not the code" in phone("enter", anns)


def test_who_wants_no_texts_is_sent_it_by_email_and_confirms_no_number_by_it(world, phone):
    with world.work() as session:
        replies.receive(session, Inbound("stop", world.home("Christopher").phone, "STOP"), now=world.now)
    assert phone("read").sent_to == "c***@example.org"
    phone("send")
    assert phone("enter", phone.code()) is None
    assert world.person("Christopher").phone_confirmed_at is None


def test_whom_no_code_can_reach_is_told_to_ring(world):
    world.offer("Ann", person={"phone": "01632 960 555"})
    with world.work() as session:
        page = own_codes.read(session, world.people["Ann"], now=world.now)
        assert (page.sent_to, page.again_at) == ("", None)
        assert not own_codes.send(session, world.people["Ann"], now=world.now)


def test_tries_are_bounded_by_the_database(world, phone):
    phone("send")
    with pytest.raises(DBAPIError), world.work() as session:
        session.execute(text("update own_codes set tries_left = 4"))


def test_why_they_help_is_kept_with_the_offer_and_decides_nothing(world):
    world.offer("Ann")
    for chosen in ({"lives_here", "skill"}, {"other"}, set()):
        with world.work() as session:
            motives.tell(session, world.people["Ann"], frozenset(chosen), now=world.now)
            assert offer_changes.read(session, world.people["Ann"], now=world.now).motives == chosen
    assert world.all(OfferMotive) == []


def test_a_code_that_nobody_entered_is_gone_after_a_day(world, phone):
    phone("send")
    world.later(hours=23)
    assert phone("erase_old") == 0
    world.later(hours=1)
    assert (phone("erase_old"), phone("erase_old")) == (1, 0)
    assert world.all(OwnCode) == []
