"""Answers that come at the same moment: one of them acts, and everyone is told what is so."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from matcher.domain.lifecycle import MatchStatus
from matcher.domain.replies import CODES
from matcher.services import matches, replies
from matcher.services.replies import Inbound
from matcher.store.models import InboundText, Match, Notification, Visit
from matcher.store.session import unit_of_work

TIMES = 4


@pytest.fixture
def world(lasting_world):
    return lasting_world


def at_once(*deeds):
    """Everything in a thread and a transaction of its own, begun at the same moment; what each came to."""
    together = Barrier(len(deeds))

    def do(deed):
        together.wait(30)
        with unit_of_work() as session:
            return deed(session)

    with ThreadPoolExecutor(len(deeds)) as threads:
        return list(threads.map(do, deeds))


def ask(world, *names):
    """They are asked about one path, by text."""
    for name in names:
        world.offer(name)
    need = world.post("Eileen")
    world.ask_all(list(names), need)
    world.deliver()
    return need


def text_of(world, name, words, provider_id):
    inbound = Inbound(provider_id, world.home(name).phone, words)
    return lambda session: replies.receive(session, inbound, now=world.now)


def tap_of(world, name):
    match_id = world.asked(name)
    return lambda session: matches.accept(session, match_id, now=world.now)


def told(world):
    return sorted(row.template for row in world.all(Notification) if row.inbound_id is not None)


def test_the_same_text_told_by_two_callbacks_at_once_acts_and_answers_once(world):
    ask(world, "Christopher")
    at_once(*[text_of(world, "Christopher", "YES", "the-same")] * TIMES)
    assert len(world.all(InboundText)) == len(world.all(Visit)) == 1
    assert told(world) == ["reply_booked"]


def test_a_yes_by_text_and_a_tap_on_the_link_at_once_are_one_booking_and_both_hear_so(world):
    ask(world, "Christopher")
    _, answer = at_once(text_of(world, "Christopher", "YES", "text"), tap_of(world, "Christopher"))
    assert answer.held
    assert len(world.all(Visit)) == 1
    assert told(world) == ["reply_booked"]


def test_two_neighbours_by_text_and_by_tap_at_once_are_one_booking_and_each_is_told_the_truth(world):
    ask(world, "Christopher", "Ann")
    _, answer = at_once(text_of(world, "Christopher", "YES", "text"), tap_of(world, "Ann"))
    visit = world.one(Visit)
    is_anns = visit.person_id == world.people["Ann"]
    assert answer.held is is_anns
    assert told(world) == (["reply_taken"] if is_anns else ["reply_booked"])


def test_a_yes_and_a_no_by_text_at_once_are_one_answer_and_both_are_told_what_is_so(world):
    ask(world, "Christopher")
    at_once(text_of(world, "Christopher", "YES", "one"), text_of(world, "Christopher", "NO", "two"))
    status = world.one(Match).status
    if status is MatchStatus.ACCEPTED:
        assert told(world) == ["reply_booked", "reply_still_booked"]
        assert len(world.all(Visit)) == 1
    else:
        assert status is MatchStatus.DECLINED
        assert world.all(Visit) == []
        assert "reply_booked" not in told(world)


def test_a_strangers_number_that_tries_every_code_books_nothing_and_learns_nothing(world):
    ask(world, "Christopher")
    with unit_of_work() as session:
        for nth, code in enumerate(CODES):
            replies.receive(session, Inbound(f"guess-{nth}", "+447700900111", f"YES {code}"), now=world.now)
    assert world.all(Visit) == []
    assert world.one(Match).status is MatchStatus.PROPOSED
    said = {sent.message.text for sent in world.deliver()}
    assert len(said) == 1
    assert "Eileen" not in str(said)
