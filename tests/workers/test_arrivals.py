"""Notify is asked what became of a message before another way is tried; SMTP says nothing, so only a refusal counts."""

from datetime import timedelta

import pytest

from matcher.domain.preferences import CONFIRMED_WITHIN
from matcher.store.models import Notification
from tests.workers.fake_notify import fake_notify, settings_of
from workers.channels.notify import NotifyChannel
from workers.channels.protocol import SendNever


@pytest.fixture
def notify(workers, monkeypatch):
    from workers import arrivals

    with fake_notify() as fake:
        for module in (workers.notifications, arrivals):
            monkeypatch.setattr(module, "channel_for", lambda _kind, _config: NotifyChannel(settings_of(fake)))
        yield fake


@pytest.fixture
def asked(world, workers, notify):
    """Christopher was asked by e-mail, half an hour ago; and Notify took it."""
    world.offer("Christopher", person={"email": "christopher@example.org"})
    world.ask("Christopher", world.post())
    workers.notifications.deliver_due()
    workers.at(world.now + CONFIRMED_WITHIN)
    return f"gritbin-{world.one(Notification, template='match_asked').id}"


def questions(world):
    return [(row.channel, row.status.value) for row in world.all(Notification, template="match_asked")]


def test_what_notify_cannot_confirm_goes_by_text(world, workers, notify, asked):
    workers.upkeep.keep_up()
    assert questions(world) == [("email", "sent"), ("text", "sent")]
    assert asked in notify.asked
    before = world.picture()
    workers.upkeep.keep_up()
    assert world.picture() == before


def test_a_receipt_that_was_lost_is_asked_for(world, workers, notify, asked):
    notify.end(asked, "delivered")
    workers.upkeep.keep_up()
    assert questions(world) == [("email", "delivered")]


def test_what_notify_knows_to_be_lost_goes_by_text(world, workers, notify, asked):
    notify.end(asked, "permanent-failure")
    workers.upkeep.keep_up()
    assert questions(world) == [("email", "failed"), ("text", "sent")]


def test_a_notify_that_does_not_answer_is_asked_once_in_a_pass(world, workers, notify, asked):
    notify.cannot_be_asked = True
    workers.upkeep.keep_up()
    assert questions(world) == [("email", "sent"), ("text", "sent")]
    assert len(notify.asked) == 1


def test_a_minute_early_nobody_is_asked(world, workers, notify, asked):
    workers.at(world.now - timedelta(minutes=1))
    workers.upkeep.keep_up()
    assert notify.asked == []
    assert questions(world) == [("email", "sent")]


class _Mail:
    """Takes what it is given, or refuses it for good; it never says what arrived."""

    is_repeatable = tells_arrival = False

    def __init__(self, *, refuses):
        self.refuses = refuses

    def send(self, envelope):
        if self.refuses and envelope.channel == "email":
            raise SendNever("SMTP 550")


@pytest.mark.parametrize(("refuses", "channels"), [(False, ["email"]), (True, ["email", "text"])])
def test_by_smtp_only_what_was_refused_goes_by_text(world, workers, monkeypatch, refuses, channels):
    monkeypatch.setattr(workers.notifications, "channel_for", lambda _kind, _config: _Mail(refuses=refuses))
    world.offer("Christopher", person={"email": "christopher@example.org"})
    world.ask("Christopher", world.post())
    workers.notifications.deliver_due()
    workers.at(world.now + 2 * CONFIRMED_WITHIN)
    workers.upkeep.keep_up()
    assert [row.channel for row in world.all(Notification, template="match_asked")] == channels
