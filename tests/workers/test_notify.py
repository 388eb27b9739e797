"""GOV.UK Notify, by its own client against a fake that misbehaves: nothing twice, nothing lost."""

import json
import random
import socket
from collections import Counter
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from threading import Thread

import pytest

from matcher.config import Config
from matcher.domain.errors import SetupError
from matcher.domain.lifecycle import NotificationStatus
from matcher.domain.messages import Message
from matcher.services.calendar_feed import CalendarFile
from matcher.services.outbox import Envelope
from matcher.store.models import ConsoleMessage, Notification
from tests.workers.fake_notify import SECRET, SERVICE, behave, fake_notify, settings_of
from workers.channels.choice import channel_for, repeatable_channels
from workers.channels.console import WithCopy
from workers.channels.notify import NotifyChannel
from workers.channels.protocol import SendLater, SendNever
from workers.pretend_notify import CUT_AFTER, CUT_BEFORE, FAIL_AFTER, REFUSE_TEAM_ONLY, TAKE, Callback, Manner, refuse

TEXT = Envelope(7, "text", "07700900982", "Eileen, by text", Message("Can you help?", "Good Neighbours: can you help?"))


@pytest.fixture
def notify():
    with fake_notify() as fake:
        yield fake


def send(notify, *manners, envelope=TEXT):
    behave(notify, *manners)
    NotifyChannel(settings_of(notify)).send(envelope)


def test_a_text_is_our_words_and_our_reference(notify):
    send(notify)
    (taken,) = notify.taken
    assert {name: taken[name] for name in taken if name not in ("id", "status")} == {
        "path": "/v2/notifications/sms",
        "phone_number": "07700900982",
        "template_id": "text-template",
        "personalisation": {"text": TEXT.message.text},
        "reference": "gritbin-7",
    }
    assert notify.asked == []


def test_an_email_has_its_subject(notify):
    send(notify, envelope=replace(TEXT, channel="email", recipient="eileen@example.org"))
    (taken,) = notify.taken
    assert (taken["path"], taken["email_address"]) == ("/v2/notifications/email", "eileen@example.org")
    assert taken["personalisation"] == {"subject": TEXT.message.subject, "text": TEXT.message.text}


@pytest.mark.parametrize("link", ["https://help.example.org/visits/x/visit.ics", ""])
def test_an_email_that_books_says_where_the_visit_s_file_is_since_it_carries_none(notify, link):
    booked = replace(TEXT, channel="email", recipient="c@example.org", calendar=CalendarFile(b"BEGIN:VCALENDAR", link))
    send(notify, envelope=booked)
    (taken,) = notify.taken
    said = f"{TEXT.message.text}\n\nFor your calendar: {link}" if link else TEXT.message.text
    assert taken["personalisation"] == {"subject": TEXT.message.subject, "text": said}


@pytest.mark.parametrize("status", [403, 404, 429, 500, 503])
def test_what_is_refused_for_now_goes_later(notify, status):
    with pytest.raises(SendLater, match=f"Notify {status}"):
        send(notify, refuse(status))
    assert notify.taken == []


def test_a_number_nobody_can_have_is_never_tried_again_and_its_error_names_nobody(notify):
    with pytest.raises(SendNever) as refused:
        send(notify, refuse(400))
    assert "Not a valid" not in repr(refused.value)
    assert refused.value.__suppress_context__


def test_a_line_that_is_cut_after_it_was_taken_counts_as_sent(notify):
    send(notify, CUT_AFTER)
    assert notify.references() == notify.asked == ["gritbin-7"]


def test_a_line_that_is_cut_before_it_was_taken_goes_later(notify):
    with pytest.raises(SendLater, match="did not answer"):
        send(notify, CUT_BEFORE)
    assert notify.taken == []


def test_one_that_failed_to_say_that_it_took_it_is_asked(notify):
    send(notify, FAIL_AFTER)
    assert notify.references() == notify.asked == ["gritbin-7"]


def test_a_key_for_the_team_alone_is_a_fault_of_ours_and_what_it_refuses_goes_later(notify):
    with pytest.raises(SendLater, match="team"):
        send(notify, REFUSE_TEAM_ONLY)
    assert notify.taken == []


def test_one_that_is_slow_is_waited_for(notify):
    send(notify, Manner(wait_s=0.2))
    assert notify.references() == ["gritbin-7"]


def test_before_it_goes_again_notify_is_asked_whether_it_has_it(notify):
    send(notify)
    send(notify, envelope=replace(TEXT, tries=2))
    assert notify.references() == ["gritbin-7"]


def test_while_notify_cannot_say_nothing_is_handed_over_again(notify):
    notify.cannot_be_asked = True
    with pytest.raises(SendLater):
        send(notify, envelope=replace(TEXT, tries=2))
    assert notify.taken == []


def test_a_notify_that_is_not_there_may_be_later(notify):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        nowhere = replace(settings_of(notify), url=f"http://127.0.0.1:{nobody.getsockname()[1]}")
        with pytest.raises(SendLater, match="did not answer"):
            NotifyChannel(nowhere).send(TEXT)


def settings(**changes):
    usual = {
        "GRITBIN_NOTIFY_KEY": f"live-{SERVICE}-{SECRET}",
        "GRITBIN_NOTIFY_TEXT_TEMPLATE": "one",
        "GRITBIN_NOTIFY_EMAIL_TEMPLATE": "two",
    }
    return Config.from_env({**usual, **changes})


def test_with_a_key_texts_go_by_notify_and_may_be_handed_over_again():
    config = settings()
    assert isinstance(channel_for("text", config), NotifyChannel)
    assert isinstance(channel_for("email", config), NotifyChannel)
    assert not isinstance(channel_for("letter", config), NotifyChannel)
    assert "text" in repeatable_channels(config)
    assert SECRET not in repr(config)


@pytest.mark.parametrize(
    ("changes", "has_copy", "holds_back"),
    [
        ({"GRITBIN_EMBEDDED": "1", "GRITBIN_NOTIFY_URL": "http://127.0.0.1:9"}, True, False),
        ({"GRITBIN_EMBEDDED": "1"}, False, True),
        ({"GRITBIN_NOTIFY_URL": "http://127.0.0.1:9"}, False, True),
    ],
    ids=["a trial", "a trial that reaches people", "no trial"],
)
def test_only_a_trial_that_reaches_nobody_keeps_copies_and_holds_nothing_back(changes, has_copy, holds_back):
    config = settings(**changes)
    assert isinstance(channel_for("text", config), WithCopy) is has_copy
    assert config.holds_back is holds_back


def test_a_trial_shows_what_the_stand_in_took_and_nothing_else(world, workers, monkeypatch, notify):
    channel = WithCopy(NotifyChannel(settings_of(notify)))
    monkeypatch.setattr(workers.notifications, "channel_for", lambda _kind, _config: channel)
    for name in ("Eileen", "Gwen"):
        world.post(name)
    behave(notify, refuse(400))
    workers.notifications.deliver_due()
    assert [copy.recipient for copy in world.all(ConsoleMessage)] == ["Gwen, by text"]
    assert world.owed() == [("need_posted", "failed"), ("need_posted", "sent")]


@pytest.mark.parametrize(("number", "said"), [("07700900982", "delivered"), ("+447700900002", "permanent-failure")])
def test_the_stand_in_tells_later_what_became_of_a_message(number, said):
    """Again, if nobody answered the first time."""
    told = SimpleQueue()

    class Ear(BaseHTTPRequestHandler):
        answers = iter([503])

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            told.put((self.headers["Authorization"], body["reference"], body["status"]))
            self.send_response(next(self.answers, 204))
            self.end_headers()

        def log_message(self, *_words):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Ear) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        callback = Callback(f"http://127.0.0.1:{server.server_address[1]}", "token", after_s=0.05, again_s=0.05)
        with fake_notify(callback) as notify:
            NotifyChannel(settings_of(notify)).send(replace(TEXT, recipient=number))
            assert {told.get(timeout=10) for _ in range(2)} == {("Bearer token", "gritbin-7", said)}
            assert NotifyChannel(settings_of(notify)).status_of(7) == said
        server.shutdown()


@pytest.mark.parametrize(
    "changes",
    [
        {"GRITBIN_NOTIFY_KEY": "short"},
        {"GRITBIN_NOTIFY_TEXT_TEMPLATE": ""},
        {"GRITBIN_NOTIFY_EMAIL_TEMPLATE": ""},
        {"GRITBIN_NOTIFY_TOKEN": "short"},
        {"GRITBIN_NOTIFY_URL": "ftp://notify"},
    ],
    ids=str,
)
def test_half_a_set_up_is_refused_by_name(changes):
    with pytest.raises(SetupError, match=next(iter(changes))):
        settings(**changes)


def test_many_messages_through_a_notify_that_misbehaves_in_every_way(world, workers, monkeypatch, notify):
    """Once for each reference, and what never went stands on the list."""
    for number in range(60):
        world.post(f"Resident {number}")
    dice = random.Random(6)
    manners = (TAKE, CUT_BEFORE, CUT_AFTER, FAIL_AFTER, REFUSE_TEAM_ONLY, *map(refuse, (400, 403, 429, 500)))
    notify.manner_of = lambda _message: dice.choice(manners)
    monkeypatch.setattr(workers.notifications, "channel_for", lambda _kind, _config: NotifyChannel(settings_of(notify)))
    monkeypatch.setattr(workers.notifications, "repeatable_channels", lambda _config: frozenset({"text"}))
    for _ in range(9):
        workers.notifications.deliver_due()
        workers.at(world.now.replace(microsecond=0) + workers.notifications.outbox.LEASE * 12)
    rows = world.all(Notification)
    taken = Counter(notify.references())
    assert set(taken.values()) == {1}
    assert {f"gritbin-{row.id}" for row in rows if row.status is NotificationStatus.SENT} == set(taken)
    left = {row.status for row in rows if f"gritbin-{row.id}" not in taken}
    assert left == {NotificationStatus.FAILED}  # on the coordinator's list
    assert len(taken) > 30
