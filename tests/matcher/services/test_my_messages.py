"""A resident sees what we sent about a request, and may have it sent again."""

import pytest

from matcher.domain.errors import NotFound
from matcher.domain.messages import TEMPLATES
from matcher.services import my_messages
from matcher.store.models import Notification


@pytest.fixture
def need(world):
    world.offer("Christopher")
    need = world.post(contact="text")
    world.ask("Christopher", need)
    world.yes("Christopher")
    return need


def lines(world, need):
    with world.work() as session:
        return my_messages.read(session, need.need_id, now=world.now)


def again(world, need, line):
    with world.work() as session:
        return my_messages.send_again(session, need.need_id, line.notification_id, now=world.now)


def fates(world, need):
    return [(line.about, line.fate) for line in lines(world, need)]


def test_each_message_says_what_it_was_about_and_what_became_of_it(world, need):
    world.execute(
        "update notifications set status = 'failed', ended_at = :now where template = 'need_posted'", now=world.now
    )
    assert fates(world, need) == [
        ("Who is coming, and your door word", "Waiting to go"),
        ("We have your request", "It did not arrive"),
    ]
    world.deliver()
    assert fates(world, need)[0] == ("Who is coming, and your door word", "Sent")


def test_what_was_overtaken_and_what_went_to_others_is_not_there(world, need):
    world.post("Ann")
    world.cancel(need)
    world.deliver()
    assert [about for about, _ in fates(world, need)] == ["Your request is cancelled"]


def test_a_message_goes_again_after_ten_minutes_and_three_times_at_most(world, need):
    world.deliver()
    for times in range(1, my_messages.MOST_TIMES):
        line = lines(world, need)[0]
        assert not again(world, need, line)
        world.later(minutes=10)
        assert again(world, need, line)
        assert not again(world, need, line)
        (sent,) = world.deliver()
        assert sent.recipient == world.home("Eileen").phone
        assert len(lines(world, need)) == times + 2
    world.later(minutes=10)
    assert not any(line.may_go_again for line in lines(world, need) if line.about.startswith("Who"))


def test_it_goes_in_the_words_of_today_or_not_at_all(world, need):
    world.deliver()
    world.later(minutes=10)
    line = lines(world, need)[0]
    assert again(world, need, line)
    world.hand_back("Christopher")
    assert [envelope.message.subject for envelope in world.deliver() if "can help" in envelope.message.subject] == []


def test_a_message_of_another_need_is_not_there(world, need):
    other = world.post("Ann")
    world.deliver()
    world.later(minutes=10)
    with pytest.raises(NotFound):
        again(world, other, lines(world, need)[0])


def test_a_code_is_never_sent_again_from_here(world):
    need = world.post(must_confirm=True)
    world.deliver()
    world.later(minutes=10)
    assert [line.may_go_again for line in lines(world, need)] == [False]


def test_every_message_to_residents_has_words_of_its_own():
    to_residents = {name for name in TEMPLATES if name.endswith("_resident") or name.startswith("need_")}
    assert to_residents - my_messages._ABOUT.keys() == set()


def test_what_may_go_again_is_offered_once(world, need):
    world.deliver()
    world.later(minutes=10)
    assert again(world, need, lines(world, need)[1])
    world.deliver()
    world.later(minutes=10)
    posted = [line for line in lines(world, need) if line.about == "We have your request"]
    assert [line.may_go_again for line in posted] == [True, False]
    assert len(world.all(Notification, template="need_posted")) == 2
