"""Ways out: SMTP against a real server in this process, the console, and what no machine can send."""

import socket
from contextlib import contextmanager
from dataclasses import replace
from email import message_from_bytes, policy
from threading import Thread

import pytest
from aiosmtpd.controller import Controller

from matcher.config import Config
from matcher.domain.lifecycle import NotificationStatus
from matcher.domain.messages import Message
from matcher.services.calendar_feed import CalendarFile
from matcher.services.outbox import Envelope
from matcher.store.models import Notification
from workers.channels.choice import ByHand, channel_for, repeatable_channels
from workers.channels.console import ConsoleChannel
from workers.channels.protocol import SendLater, SendNever, SendUnsure
from workers.channels.smtp import SmtpChannel

LETTER = Envelope(
    7,
    "email",
    "eileen@example.org",
    "Eileen, by email",
    Message("Zoë can help, Wed 14 Jan 9.30am", "Good Neighbours: Zoë can help. The word is ARTICHOKE."),
)


class Postman:
    """A mail server's manners: what it answers at each step, and what it was given."""

    def __init__(self, **answers):
        self.answers = answers
        self.letters = []

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802 (aiosmtpd's names)
        envelope.mail_from = address
        return self.answers.get("mail", "250 OK")

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        envelope.rcpt_tos.append(address)
        return self.answers.get("rcpt", "250 OK")

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.letters.append(envelope)
        return self.answers.get("data", "250 OK")


@contextmanager
def post_office(*, has_all_letters=True, **answers):
    """A server that answers so; (its postman, a channel to it)."""
    postman = Postman(**answers)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(postman, hostname="127.0.0.1", port=port, enable_SMTPUTF8=has_all_letters)
    controller.start()
    try:
        yield postman, SmtpChannel(f"smtp://127.0.0.1:{port}", "neighbours@example.org")
    finally:
        controller.stop()


def test_a_letter_arrives_whole():
    with post_office() as (postman, channel):
        channel.send(LETTER)
    (envelope,) = postman.letters
    letter = message_from_bytes(envelope.content, policy=policy.default)
    assert (envelope.mail_from, envelope.rcpt_tos) == ("neighbours@example.org", ["eileen@example.org"])
    assert (letter["From"], letter["To"], letter["Subject"]) == (
        "neighbours@example.org",
        "eileen@example.org",
        LETTER.message.subject,
    )
    plain, html = letter.iter_parts()
    assert [letter.get_content_type(), plain.get_content_type(), html.get_content_type()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert plain.get_content().strip() == LETTER.message.text
    assert LETTER.message.text in html.get_content()
    assert letter["Message-ID"] == "<notification-7@example.org>"
    assert letter["Auto-Submitted"] == "auto-generated"


def test_a_visit_goes_with_the_letter_that_books_it_byte_for_byte_and_the_letter_says_so():
    file = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"
    with post_office() as (postman, channel):
        channel.send(replace(LETTER, calendar=CalendarFile(file, "https://help.example.org/visits/x/visit.ics")))
    letter = message_from_bytes(postman.letters[0].content, policy=policy.default)
    words, attached = letter.iter_parts()
    assert words.get_content_type() == "multipart/alternative"
    for kind in ("plain", "html"):
        assert "The file with this email is for your calendar." in words.get_body((kind,)).get_content()
    assert (attached.get_content_type(), attached.get_filename()) == ("text/calendar", "visit.ics")
    assert attached.get_content_charset() == "utf-8"
    assert attached.get_payload(decode=True) == file


@pytest.mark.parametrize(
    ("answers", "error", "words"),
    [
        ({"mail": "451 busy"}, SendLater, "SMTP 451"),
        ({"rcpt": "450 mailbox busy"}, SendLater, "SMTP 450"),
        ({"data": "452 disk full"}, SendLater, "SMTP 452"),
        ({"mail": "553 not you"}, SendNever, "SMTP 553"),
        ({"rcpt": "550 no such person"}, SendNever, "SMTP 550"),
        ({"data": "554 refused"}, SendNever, "SMTP 554"),
    ],
    ids=str,
)
def test_4xx_may_go_later_and_5xx_never(answers, error, words):
    with post_office(**answers) as (_, channel), pytest.raises(error) as refused:
        channel.send(LETTER)
    assert str(refused.value) == words


def test_a_server_that_is_not_there_may_be_later():
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        channel = SmtpChannel(f"smtp://127.0.0.1:{nobody.getsockname()[1]}", "neighbours@example.org")
        with pytest.raises(SendLater):
            channel.send(LETTER)


@contextmanager
def rude_server(*, hangs_up_after):
    """A server by hand that hangs up once it has read a line that starts with those words."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        connection, _ = listener.accept()
        with connection, connection.makefile("rwb") as line:
            answer, is_letter = b"220 hello", False
            while True:
                if answer:
                    line.write(answer + b"\r\n")
                    line.flush()
                said = line.readline()
                if said.startswith(hangs_up_after) or not said:
                    return
                is_letter = is_letter or said.startswith(b"data")
                answer = b"354 go on" if said.startswith(b"data") else b"" if is_letter else b"250 OK"

    thread = Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield SmtpChannel(f"smtp://127.0.0.1:{listener.getsockname()[1]}", "neighbours@example.org")
    finally:
        thread.join(5)
        listener.close()


def test_a_line_that_is_cut_after_the_letter_leaves_it_uncertain():
    with rude_server(hangs_up_after=b".\r\n") as channel, pytest.raises(SendUnsure):
        channel.send(LETTER)


def test_a_line_that_is_cut_at_the_greeting_may_go_later():
    with rude_server(hangs_up_after=b"ehlo") as channel, pytest.raises(SendLater):
        channel.send(LETTER)


def test_a_line_that_is_cut_before_the_letter_may_go_later():
    with rude_server(hangs_up_after=b"rcpt") as channel, pytest.raises(SendLater):
        channel.send(LETTER)


def test_an_address_that_the_server_cannot_write_is_never_tried_again():
    with post_office(has_all_letters=False) as (_, channel), pytest.raises(SendNever):
        channel.send(replace(LETTER, recipient="zoë@example.org"))


def test_an_error_of_the_channel_names_nobody():
    with post_office(rcpt="550 eileen@example.org is unknown") as (_, channel), pytest.raises(SendNever) as refused:
        channel.send(LETTER)
    assert "eileen" not in repr(refused.value)
    assert refused.value.__suppress_context__


def config(**changes):
    environ = {"GRITBIN_SMTP_URL": "", "GRITBIN_EMBEDDED": "", **changes}
    return Config.from_env(environ)


def test_a_trial_shows_every_message_on_one_page():
    trial = config(GRITBIN_EMBEDDED="1")
    assert {type(channel_for(kind, trial)) for kind in ("text", "email", "phone", "letter")} == {ConsoleChannel}
    assert repeatable_channels(trial) == {"text", "email", "phone", "letter"}


def test_with_smtp_email_goes_out_and_may_not_be_sent_again():
    real = config(GRITBIN_SMTP_URL="smtp://127.0.0.1:25")
    assert isinstance(channel_for("email", real), SmtpChannel)
    assert repeatable_channels(real) == {"text", "phone", "letter"}


@pytest.mark.parametrize("kind", ["text", "phone", "letter", "email"])
def test_what_no_machine_can_send_is_for_a_person_to_tell(kind):
    channel = channel_for(kind, config())
    assert isinstance(channel, ByHand)
    with pytest.raises(SendNever, match="ring"):
        channel.send(Envelope(7, kind, "", "", Message("", "")))


# Through the whole task: what becomes of the row.


@pytest.mark.parametrize(
    ("answers", "status", "said"),
    [
        ({}, NotificationStatus.SENT, None),
        ({"rcpt": "450 busy"}, NotificationStatus.PENDING, "SMTP 450"),
        ({"rcpt": "550 no"}, NotificationStatus.FAILED, "SMTP 550"),
    ],
)
def test_what_the_server_says_becomes_of_the_row(world, workers, monkeypatch, answers, status, said):
    world.post(person={"email": "eileen@example.org"}, contact="email")
    with post_office(**answers) as (postman, channel):
        monkeypatch.setattr(workers.notifications, "channel_for", lambda _kind, _config: channel)
        workers.notifications.deliver_due()
        workers.notifications.deliver_due()
    row = world.one(Notification)
    assert (row.status, row.last_error) == (status, said)
    assert len(postman.letters) == (0 if answers else 1)


def test_a_cut_line_is_uncertain_on_the_row_and_never_sent_again(world, workers, monkeypatch):
    world.post(person={"email": "eileen@example.org"}, contact="email")
    with rude_server(hangs_up_after=b".\r\n") as channel:
        monkeypatch.setattr(workers.notifications, "channel_for", lambda _kind, _config: channel)
        workers.notifications.deliver_due()
    assert world.one(Notification).status is NotificationStatus.UNCERTAIN
    workers.notifications.deliver_due()
    assert world.one(Notification).attempts == 1
    assert world.breaches() == {}


def test_a_slow_channel_gives_back_what_it_has_no_time_for(world, workers, monkeypatch, frozen_clock):
    for number in range(6):
        world.post(f"Resident {number}")
    console, sent = ConsoleChannel(), []

    class Slow:
        is_repeatable = tells_arrival = False

        def send(self, envelope):
            frozen_clock.shift(25)
            sent.append(envelope.notification_id)
            console.send(envelope)

    monkeypatch.setattr(workers.notifications, "channel_for", lambda _kind, _config: Slow())
    monkeypatch.setattr(workers.notifications, "repeatable_channels", lambda _config: frozenset())
    workers.notifications.deliver_due()
    assert sorted((row.status.value, row.attempts) for row in world.all(Notification)) == [
        *[("pending", 0)] * 3,
        *[("sent", 1)] * 3,
    ]
    workers.notifications.deliver_due()
    assert len(sent) == len(set(sent)) == 6
    assert {row.status for row in world.all(Notification)} == {NotificationStatus.SENT}


def test_a_fault_of_the_channel_does_not_hold_up_the_other_messages(world, workers, monkeypatch):
    for name in ("Eileen", "Gwen"):
        world.post(name)
    real = ConsoleChannel()

    class Breaks:
        is_repeatable, tells_arrival = True, False

        def send(self, envelope):
            if envelope.shown_as.startswith("Eileen"):
                raise ZeroDivisionError
            real.send(envelope)

    monkeypatch.setattr(workers.notifications, "channel_for", lambda _kind, _config: Breaks())
    workers.notifications.deliver_due()
    statuses = {row.person_id: row.status for row in world.all(Notification)}
    assert statuses[world.people["Gwen"]] is NotificationStatus.SENT
    assert statuses[world.people["Eileen"]] is NotificationStatus.UNCERTAIN
