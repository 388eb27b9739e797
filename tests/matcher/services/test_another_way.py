"""What must arrive and is not known to have arrived goes by the other way: once, and never when it is over."""

from datetime import timedelta

import pytest

from matcher.domain.lifecycle import NotificationStatus
from matcher.domain.messages import TEMPLATES
from matcher.domain.preferences import CONFIRMED_WITHIN, MUST_ARRIVE
from matcher.services import another_way, board, handed_over, outbox, telling
from matcher.services.outbox import Owed
from matcher.store.models import ChannelChoice, Notification
from tests.worlds import SCHEME

MAIL = {"email": "christopher@example.org"}


@pytest.fixture
def asked(world):
    """Christopher has a mobile and an e-mail address, and is asked about Eileen's path, by e-mail; it is sent."""
    world.offer("Christopher", person=MAIL)
    world.deliver()
    world.ask("Christopher", world.post())
    send(world)
    return world


def send(world, *, tells_arrival=True):
    """Everything that is due, by a channel that says later what arrived."""
    sent = []
    while envelopes := world.claim():
        for envelope in envelopes:
            with world.work() as session:
                handed_over.mark_sent(session, envelope.notification_id, tells_arrival=tells_arrival, now=world.now)
        sent.extend(envelopes)
    return sent


def mark(world, verb, row_id, *args):
    with world.work() as session:
        verb(session, row_id, *args, now=world.now)


def question(world, channel="email"):
    return world.one(Notification, template="match_asked", channel=channel)


def questions(world):
    return [(row.channel, row.status.value) for row in world.all(Notification, template="match_asked")]


def wait_for_it(world, *, minutes=30):
    """What the clock does when nobody has said that it arrived."""
    world.later(minutes=minutes)
    with world.work() as session:
        waiting = another_way.unconfirmed(session, now=world.now)
    for row_id, _channel in waiting:
        mark(world, handed_over.mark_unconfirmed, row_id)


def breaches_of_messages(world):
    """Nobody here is asked by a round, which is a breach of another kind."""
    return {name: found for name, found in world.breaches().items() if name != "no need lost"}


def today(world):
    with world.work() as session:
        return board.today(session, frozenset({world.area_id()}), now=world.now)


def test_a_question_that_nobody_confirmed_in_half_an_hour_goes_by_text_with_its_reply_words(asked):
    wait_for_it(asked, minutes=29)
    assert questions(asked) == [("email", "sent")]
    wait_for_it(asked, minutes=1)
    assert questions(asked) == [("email", "sent"), ("text", "pending")]
    (again,) = send(asked)
    assert again.recipient == asked.home("Christopher").phone
    assert "Reply YES" in again.message.text
    assert question(asked, "text").instead_of_id == question(asked).id


def test_what_arrived_goes_no_other_way(asked):
    mark(asked, handed_over.mark_delivered, question(asked).id)
    wait_for_it(asked)
    assert questions(asked) == [("email", "delivered")]


def test_it_goes_by_another_way_once_however_often_that_is_noticed(asked):
    first = question(asked).id
    wait_for_it(asked)
    before = asked.picture()
    mark(asked, handed_over.mark_unconfirmed, first)
    assert asked.picture() == before
    mark(asked, handed_over.mark_undelivered, first, "no such address")
    assert questions(asked) == [("email", "failed"), ("text", "pending")]


@pytest.mark.parametrize(
    ("mobile", "tries", "then"),
    [
        (True, 6, [("email", "failed"), ("text", "pending")]),
        (False, 8, [("email", "failed")]),
    ],
)
def test_what_does_not_go_is_given_up_sooner_where_another_way_stands_ready(world, mobile, tries, then):
    phone = {} if mobile else {"phone": "01632960901"}
    world.offer("Christopher", person=MAIL | phone)
    need = world.post()
    world.deliver()
    world.ask("Christopher", need)
    for _ in range(tries):
        assert questions(world) == [("email", "pending")]
        world.now = question(world).due_at
        (envelope,) = world.claim()
        mark(world, handed_over.try_later, envelope.notification_id, "SMTP 451")
    assert questions(world) == then


def test_the_database_lets_nothing_go_twice_by_another_way(asked):
    wait_for_it(asked)
    first = question(asked)
    with asked.work() as session:
        row = session.get_one(Notification, first.id)
        another_way._insert(session, row, channel="phone", status="failed", due_at=asked.now, owed_at=asked.now)
    assert len(questions(asked)) == 2


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        (handed_over.give_up, ["SMTP 550"]),
        (handed_over.mark_uncertain, ["cut"]),
        (handed_over.mark_undelivered, ["gone"]),
    ],
)
def test_what_failed_goes_by_another_way_at_once(world, verb, words):
    world.offer("Christopher", person=MAIL)
    world.deliver()
    world.ask("Christopher", world.post())
    world.claim()
    mark(world, verb, question(world).id, *words)
    assert questions(world)[1:] == [("text", "pending")]


def test_where_a_channel_never_says_what_arrived_nothing_goes_by_another_way_without_cause(world):
    world.offer("Christopher", person=MAIL)
    world.ask("Christopher", world.post())
    send(world, tells_arrival=False)
    wait_for_it(world, minutes=60)
    assert questions(world) == [("email", "sent")]


@pytest.mark.parametrize("over", ["no", "yes", "cancel", "begun"])
def test_a_question_that_is_over_goes_no_other_way(world, over):
    world.offer("Christopher", person=MAIL)
    need = world.post()
    world.ask("Christopher", need, at=world.now + timedelta(minutes=30 if over == "begun" else 120))
    send(world)
    if over == "cancel":
        world.cancel(need)
    elif over != "begun":
        getattr(world, over)("Christopher")
    wait_for_it(world)
    assert questions(world) == [("email", "sent")]


def test_a_question_that_is_answered_while_it_waits_to_go_the_other_way_is_dropped(asked):
    wait_for_it(asked)
    asked.no("Christopher")
    assert [envelope.channel for envelope in send(asked)] == []
    assert questions(asked) == [("email", "sent"), ("text", "dropped")]
    assert breaches_of_messages(asked) == {}


def test_one_that_arrives_after_all_calls_back_what_has_not_gone(asked):
    wait_for_it(asked)
    mark(asked, handed_over.mark_delivered, question(asked).id)
    assert questions(asked) == [("email", "delivered"), ("text", "dropped")]
    assert breaches_of_messages(asked) == {}


def test_one_that_arrives_while_the_other_way_is_being_tried_is_not_tried_again(asked):
    wait_for_it(asked)
    (in_hand,) = asked.claim()
    mark(asked, handed_over.mark_delivered, question(asked).id)
    mark(asked, handed_over.try_later, in_hand.notification_id, "Notify 500")
    asked.later(minutes=1)
    assert asked.claim() == ()
    assert questions(asked) == [("email", "delivered"), ("text", "dropped")]


def test_a_visit_that_has_begun_is_told_by_no_other_way(asked):
    asked.yes("Christopher")
    send(asked)
    asked.later(hours=1, minutes=20)
    wait_for_it(asked, minutes=30)
    told = [row.channel for row in asked.all(Notification, template="visit_held_volunteer")]
    assert told == ["email", "text"]
    asked.later(minutes=10)  # it should have begun
    assert send(asked) == []
    assert breaches_of_messages(asked) == {}


def test_with_no_other_way_left_somebody_rings(asked):
    wait_for_it(asked)
    send(asked)
    assert [row.person for row in today(asked).undelivered if row.template == "match_asked"] == []
    wait_for_it(asked)
    assert questions(asked) == [("email", "sent"), ("text", "sent"), ("phone", "failed")]
    (row,) = (row for row in today(asked).undelivered if row.template == "match_asked")
    assert (row.person, row.channel, row.after) == ("Christopher", "phone", "text")
    assert row.why == another_way.UNCONFIRMED.format(way="text")
    wait_for_it(asked)
    assert len(questions(asked)) == 3


def test_nobody_need_ring_any_more_once_it_arrives_after_all(asked):
    wait_for_it(asked)
    send(asked)
    wait_for_it(asked)
    mark(asked, handed_over.mark_delivered, question(asked).id)
    assert questions(asked)[2] == ("phone", "delivered")
    assert [row for row in today(asked).undelivered if row.template == "match_asked"] == []


def test_where_both_ways_fail_it_is_on_the_list_once(asked):
    mark(asked, handed_over.mark_undelivered, question(asked).id, "no such address")
    (row,) = today(asked).by_another_way
    assert (row.person, row.by, row.then, row.status) == ("Christopher", "email", "text", NotificationStatus.PENDING)
    assert today(asked).undelivered == ()
    asked.claim()
    mark(asked, handed_over.give_up, question(asked, "text").id, "Notify 400")
    (row,) = today(asked).undelivered
    assert (row.channel, row.after, row.why) == ("text", "email", "Notify 400")
    assert today(asked).by_another_way == ()


def test_who_asked_for_no_more_texts_gets_none_by_another_way(asked):
    asked.execute("update people set texts_stopped_at = now()")
    wait_for_it(asked)
    assert questions(asked) == [("email", "sent"), ("phone", "failed")]


def test_a_number_that_takes_no_texts_is_rung(world):
    world.offer("Christopher", person={**MAIL, "phone": "01225 860111"})
    world.ask("Christopher", world.post())
    send(world)
    wait_for_it(world)
    assert questions(world) == [("email", "sent"), ("phone", "failed")]


def test_who_chose_texts_is_written_to_by_email_without_a_code_to_text_back(world):
    world.offer("Christopher", person=MAIL)
    with world.work() as session:
        session.add(ChannelChoice(person_id=world.people["Christopher"], about="asks", channel="text"))
    world.ask("Christopher", world.post())
    send(world)
    wait_for_it(world)
    (again,) = (envelope for envelope in send(world) if envelope.channel == "email")
    assert "Reply YES" not in again.message.text


# A request's messages hold a link and a door word: they go only where somebody has shown that it is theirs.


@pytest.mark.parametrize(("how", "channels"), [(None, ["text", "phone"]), ("code", ["text", "email"])])
def test_a_resident_is_written_to_another_way_only_where_they_have_shown_that_it_is_theirs(world, how, channels):
    world.offer("Christopher")
    if how is not None:
        earlier = world.post(person={"email": "eileen@example.org"}, contact="email")
        confirm = "insert into phone_checks (need_id, tries_left, confirmed_at, how) values (:id, 3, now(), :how)"
        world.execute(confirm, id=earlier.need_id, how=how)
        world.cancel(earlier)
    world.ask("Christopher", world.post(person={"email": "eileen@example.org"}))
    world.yes("Christopher")
    send(world)
    wait_for_it(world)
    told = world.all(Notification, template="visit_held_resident")
    assert [row.channel for row in told] == channels


def test_a_resident_who_may_not_have_heard_is_on_the_list_of_calls_with_the_words_to_say(world):
    world.offer("Christopher")
    world.ask("Christopher", world.post())
    world.yes("Christopher")
    send(world)
    wait_for_it(world)
    areas = frozenset({world.area_id()})
    with world.work() as session:
        rows = telling.to_tell(session, areas, now=world.now)
        row = next(row for row in rows if row.what == "Who is coming")
        page = telling.read(session, row.notification_id, SCHEME, area_ids=areas, actor="staff:1", now=world.now)
        telling.told(session, row.notification_id, area_ids=areas, actor="staff:1", now=world.now)
    assert row.why == page.why == "What we sent may not have got there"
    assert "Christopher can help" in page.words
    assert [row.status.value for row in world.all(Notification, template="visit_held_resident")] == [
        "sent",
        "delivered",
    ]


def test_a_code_goes_no_other_way_since_it_proves_the_way_it_went(world):
    need = world.post(person={"email": "eileen@example.org"})
    owed = Owed("need_code", ("need_id", need.need_id), world.people["Eileen"], values={"code": "12345"})
    with world.work() as session:
        outbox.owe(session, owed, now=world.now)
    world.claim()
    mark(world, handed_over.give_up, world.one(Notification, template="need_code").id, "Notify 400")
    assert [row.channel for row in world.all(Notification, template="need_code")] == ["text"]


def test_what_need_not_arrive_goes_no_other_way():
    assert set(TEMPLATES) >= MUST_ARRIVE
    assert not MUST_ARRIVE & {"need_code", "staff_code", "month_thanks", "quiet_spell", "visit_tomorrow", "visit_soon"}
    assert timedelta(minutes=30) == CONFIRMED_WITHIN
