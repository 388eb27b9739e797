"""What is owed is sent once, or stands on a list: leases, waits, and what is over by the time it would be sent."""

from datetime import timedelta

import pytest
from sqlalchemy import event, text

from matcher.domain.lifecycle import NotificationStatus
from matcher.services import board, handed_over, needs, outbox, sent_copies, staff
from matcher.services.handed_over import TRIES
from matcher.services.outbox import LEASE, Owed
from matcher.store.models import ConsoleMessage, Match, Notification
from tests.worlds import CONSOLE

MAIL = frozenset()  # no channel knows what it has taken


@pytest.fixture
def claimed(world):
    """Eileen's one message, leased: (world, envelope)."""
    world.post()
    (envelope,) = world.claim()
    return world, envelope


def the_message(world, **where):
    return world.one(Notification, **where)


def mark(world, verb, envelope, *args):
    with world.work() as session:
        verb(session, envelope.notification_id, *args, now=world.now)


def test_a_message_that_is_due_is_leased_and_put_into_words(claimed):
    world, envelope = claimed
    row = the_message(world)
    assert row.status is NotificationStatus.LEASED
    assert row.attempts == 1
    assert row.due_at == world.now + LEASE
    assert envelope.recipient == world.home("Eileen").phone
    assert envelope.shown_as == "Eileen, by text"
    assert "https://help.example.org/r/" in envelope.message.text


def test_what_is_leased_is_not_claimed_again_while_the_lease_runs(claimed):
    world, _ = claimed
    assert world.claim() == ()
    world.later(seconds=LEASE.total_seconds() - 1)
    assert world.claim() == ()


def test_what_is_not_due_yet_waits(world):
    world.post()
    world.execute("update notifications set due_at = due_at + interval '1 hour'")
    assert world.claim() == ()
    world.later(hours=1)
    assert len(world.claim()) == 1


def test_a_batch_is_bounded_and_the_longest_waiting_go_first(world):
    for name in ("Eileen", "Gwen", "Edith"):
        world.post(name, person={"postcode": "BA15 1HL"})
        world.later(seconds=1)
    first = world.claim(limit=2)
    assert [envelope.shown_as for envelope in first] == ["Eileen, by text", "Gwen, by text"]
    assert [envelope.shown_as for envelope in world.claim(limit=2)] == ["Edith, by text"]


def test_what_may_go_again_goes_before_what_may_not_however_long_that_has_waited(world):
    """A mail server that hangs holds up no text; what is left of a batch goes to what may not go again."""
    world.post("Edith", contact="email", person={"email": "edith@example.org"})
    world.later(seconds=1)
    for name in ("Eileen", "Gwen"):
        world.post(name, person={"postcode": "BA15 1HL"})
    texts = frozenset({"text"})
    told = [[one.shown_as for one in world.claim(limit=limit, repeatable=texts)] for limit in (1, 2)]
    assert told == [["Eileen, by text"], ["Gwen, by text", "Edith, by email"]]


def test_however_many_are_due_they_are_read_in_the_order_of_an_index_and_never_sorted(world):
    with world.work() as session:
        plans: list[str] = []

        def explain(connection, cursor, statement, parameters, context, _many):
            if "FROM notifications" in statement and "FOR UPDATE" in statement:
                cursor.execute(f"EXPLAIN {statement}", parameters)
                plans.append("\n".join(line for (line,) in cursor.fetchall()))

        connection = session.connection()
        for way in ("seqscan", "bitmapscan", "sort"):  # a table of nothing is quickest read and sorted
            connection.execute(text(f"set local enable_{way} = off"))
        event.listen(connection, "before_cursor_execute", explain)
        outbox.claim_due(session, world.scheme, frozenset({"text"}), now=world.now)
    assert len(plans) == 2
    assert all("ix_notifications_due" in plan and "Sort" not in plan for plan in plans), plans


def test_a_lease_that_ran_out_sends_again_where_the_channel_knows_what_it_has_taken(claimed):
    world, envelope = claimed
    world.later(seconds=LEASE.total_seconds())
    (again,) = world.claim(CONSOLE)
    assert again.notification_id == envelope.notification_id
    assert the_message(world).attempts == 2


def test_a_lease_that_ran_out_is_uncertain_where_the_channel_cannot_be_asked(claimed):
    world, _ = claimed
    world.later(seconds=LEASE.total_seconds())
    assert world.claim(MAIL) == ()
    row = the_message(world)
    assert row.status is NotificationStatus.UNCERTAIN
    assert row.last_error
    world.later(days=1)
    assert world.claim(MAIL) == ()


def test_a_deliverer_that_comes_back_after_its_lease_changes_nothing(claimed):
    world, envelope = claimed
    world.later(seconds=LEASE.total_seconds())
    world.claim(MAIL)
    before = world.picture()
    for verb, *args in ((handed_over.mark_sent,), (handed_over.try_later, "late"), (handed_over.give_up, "late")):
        mark(world, verb, envelope, *args)
    assert world.picture() == before


def test_what_is_sent_is_sent_once(claimed):
    world, envelope = claimed
    mark(world, handed_over.mark_sent, envelope)
    row = the_message(world)
    assert (row.status, row.sent_at, row.ended_at) == (NotificationStatus.SENT, world.now, world.now)
    before = world.picture()
    world.later(days=1)
    assert world.claim() == ()
    mark(world, handed_over.mark_sent, envelope)
    assert world.picture() == before


def test_a_failure_waits_longer_each_time_and_is_given_up_only_after_half_an_hour(claimed):
    world, envelope = claimed
    waits = []
    for _ in range(TRIES - 1):
        mark(world, handed_over.try_later, envelope, "SMTP 451")
        row = the_message(world)
        assert (row.status, row.last_error) == (NotificationStatus.PENDING, "SMTP 451")
        waits.append((row.due_at - world.now).total_seconds())
        world.now = row.due_at - timedelta(milliseconds=1)
        assert world.claim() == ()
        world.now = row.due_at
        (envelope,) = world.claim()
    usual = [20, 40, 80, 160, 320, 600, 600]
    assert all(like * 0.75 <= wait <= like * 1.25 for wait, like in zip(waits, usual, strict=True))
    assert sum(usual) >= 30 * 60
    mark(world, handed_over.try_later, envelope, "SMTP 451")
    assert the_message(world).status is NotificationStatus.FAILED
    assert the_message(world).attempts == TRIES
    world.later(days=1)
    assert world.claim() == ()


def test_a_message_whose_worker_dies_each_time_is_uncertain_in_the_end(world):
    world.post()
    for _ in range(TRIES):
        assert len(world.claim()) == 1
        world.later(seconds=LEASE.total_seconds())
    assert world.claim() == ()
    assert the_message(world).status is NotificationStatus.UNCERTAIN


def test_waits_are_spread_so_that_not_all_come_at_once(world):
    for number in range(8):
        world.post(f"Resident {number}")
    for envelope in world.claim():
        mark(world, handed_over.try_later, envelope, "busy")
    assert len({row.due_at for row in world.all(Notification)}) == 8


@pytest.mark.parametrize(("verb", "status"), [("give_up", "failed"), ("mark_uncertain", "uncertain")])
def test_what_could_not_be_told_stands_on_the_coordinators_list(claimed, verb, status):
    world, envelope = claimed
    mark(world, getattr(handed_over, verb), envelope, "SMTP 550")
    with world.work() as session:
        seen = board.today(session, frozenset({world.area_id()}), now=world.now)
    (line,) = seen.undelivered
    assert (line.person, line.template, line.channel, line.status, line.why) == (
        "Eileen",
        "need_posted",
        "text",
        status,
        "SMTP 550",
    )


def test_what_could_not_be_told_to_staff_is_on_the_list_of_those_who_look_after_the_area(world):
    staff_id = world.coordinator()
    with world.work() as session:
        outbox.owe(
            session, Owed("staff_code", ("staff_id", staff_id), staff_id=staff_id, channel="email"), now=world.now
        )
    world.execute("update notifications set status = 'failed', ended_at = owed_at, last_error = 'SMTP 550'")
    with world.work() as session:
        seen = board.today(session, frozenset({world.area_id()}), now=world.now)
        elsewhere = board.today(session, frozenset({0}), now=world.now)
    assert [line.why for line in seen.undelivered] == ["SMTP 550"]
    assert elsewhere.undelivered == ()


@pytest.mark.parametrize(
    ("verb", "words", "status"),
    [("mark_delivered", (), "delivered"), ("mark_undelivered", ("no such number",), "failed")],
)
def test_a_receipt_that_is_quicker_than_our_own_note_is_not_lost(claimed, verb, words, status):
    world, envelope = claimed
    mark(world, getattr(handed_over, verb), envelope, *words)
    mark(world, handed_over.mark_sent, envelope)
    assert the_message(world).status == status


def test_a_message_is_owed_once_for_each_event_person_and_channel(world):
    world.post()
    before = world.picture()
    row = the_message(world)
    owed = Owed("need_posted", ("need_id", row.need_id), person_id=row.person_id, channel="text")
    with world.work() as session:
        outbox.owe(session, owed, now=world.now)
    assert world.picture() == before


# What is over by the time it would be sent is dropped.


def test_a_question_that_was_withdrawn_before_it_was_sent_is_never_sent(world):
    for name in ("Christopher", "Ann"):
        world.offer(name)
    world.deliver()
    need = world.post()
    for name in ("Christopher", "Ann"):
        world.ask(name, need)
    world.yes("Christopher")
    sent = world.deliver()
    assert "Ann, by text" not in {envelope.shown_as for envelope in sent}
    assert world.owed("Ann") == [("offer_made", "sent"), ("match_asked", "dropped"), ("match_taken", "dropped")]


def test_who_was_asked_is_told_that_someone_else_is_helping(world):
    for name in ("Christopher", "Ann"):
        world.offer(name)
    need = world.post()
    for name in ("Christopher", "Ann"):
        world.ask(name, need)
    world.deliver()
    world.yes("Christopher")
    world.deliver()
    assert world.owed("Ann")[1:] == [("match_asked", "sent"), ("match_taken", "sent")]


@pytest.mark.parametrize("status", ["leased", "uncertain"])
def test_who_may_have_been_asked_is_told_too(world, status):
    for name in ("Christopher", "Ann"):
        world.offer(name)
    world.deliver()
    need = world.post()
    for name in ("Christopher", "Ann"):
        world.ask(name, need)
    world.claim()
    world.execute(f"update notifications set status = '{status}' where status = 'leased'")
    world.yes("Christopher")
    world.deliver()
    assert ("match_taken", "sent") in world.owed("Ann")


@pytest.mark.parametrize(("minutes", "status"), [(119, "sent"), (120, "dropped"), (180, "dropped")])
def test_a_question_is_not_sent_once_the_visit_should_have_begun(world, minutes, status):
    """They are asked to be there in two hours, for half an hour."""
    world.offer("Christopher")
    world.ask("Christopher", world.post())
    world.later(minutes=minutes)
    world.deliver()
    assert ("match_asked", status) in world.owed("Christopher")


def test_a_visit_that_was_handed_back_before_anyone_was_told_is_not_told(world):
    world.offer("Christopher")
    world.ask("Christopher", world.post())
    world.yes("Christopher")
    world.hand_back("Christopher")
    sent = [envelope.message.text for envelope in world.deliver()]
    assert not [text for text in sent if "Christopher can" in text or "no longer come" in text]
    assert world.owed("Eileen")[1:] == [("visit_held_resident", "dropped"), ("visit_handed_back", "dropped")]


@pytest.mark.parametrize("status", ["sent", "leased"])
def test_a_resident_who_was_told_of_a_visit_is_told_that_it_was_handed_back(world, status):
    world.offer("Christopher")
    world.ask("Christopher", world.post())
    world.yes("Christopher")
    world.claim()
    world.execute(f"update notifications set status = '{status}' where status = 'leased'")
    world.hand_back("Christopher")
    (envelope,) = world.deliver()
    assert "Christopher can no longer come" in envelope.message.text


def test_a_resident_is_not_worried_by_a_hand_back_when_someone_else_comes_already(world):
    for name in ("Christopher", "Ann"):
        world.offer(name)
    need = world.post()
    world.ask("Christopher", need)
    world.yes("Christopher")
    world.deliver()
    world.hand_back("Christopher")
    world.ask("Ann", need)
    world.yes("Ann")
    world.deliver()
    assert ("visit_handed_back", "dropped") in world.owed("Eileen")


def test_who_holds_a_cancelled_visit_is_told_not_to_go(world):
    world.offer("Christopher")
    need = world.post()
    world.ask("Christopher", need)
    world.yes("Christopher")
    world.deliver()
    world.cancel(need)
    texts = {envelope.shown_as: envelope.message.text for envelope in world.deliver()}
    assert "Please do not go" in texts["Christopher, by text"]
    assert need.reference in texts["Eileen, by text"]


def test_a_need_that_was_cancelled_at_once_is_told_of_once(world):
    need = world.post()
    world.cancel(need)
    (envelope,) = world.deliver()
    assert "we have cancelled your request" in envelope.message.text
    assert world.owed("Eileen") == [("need_posted", "dropped"), ("need_cancelled_resident", "sent")]


def test_nobody_writes_to_someone_who_was_erased(world):
    world.post()
    world.execute("update people set erased_at = created_at")
    assert world.claim() == ()
    assert the_message(world).status is NotificationStatus.DROPPED


def test_who_gave_an_email_address_is_written_to_there(world):
    world.offer("Christopher", person={"email": "christopher@example.org"})
    world.ask("Christopher", world.post(person={"email": "eileen@example.org"}, contact="email"))
    to = {envelope.recipient: envelope.channel for envelope in world.claim()}
    assert to == {"christopher@example.org": "email", "eileen@example.org": "email"}


def test_when_a_question_was_sent_is_when_it_could_first_be_read(world):
    world.offer("Christopher")
    world.ask("Christopher", world.post())
    world.later(minutes=3)
    world.deliver()
    assert world.one(Match).delivered_at == world.now
    world.execute("update notifications set status = 'leased' where template = 'match_asked'")
    first = world.now
    world.later(minutes=3)
    world.deliver()
    assert world.one(Match).delivered_at == first


def test_a_message_that_may_have_gone_and_is_over_by_now_is_uncertain_and_not_dropped(world):
    world.offer("Christopher")
    world.deliver()
    need = world.post()
    world.ask("Christopher", need)
    for envelope in world.claim():  # the worker keeps its copies, and is killed before it can say so
        with world.work() as session:
            sent_copies.keep_console_copy(session, envelope, now=world.now)
    world.cancel(need)
    world.later(seconds=LEASE.total_seconds())
    world.deliver()
    assert world.owed("Christopher")[1:] == [("match_asked", "uncertain"), ("match_withdrawn", "sent")]
    assert world.breaches() == {}


# The console channel's copy, and codes that must not stay.


def test_the_console_keeps_one_copy_however_often_it_is_sent(claimed):
    world, envelope = claimed
    for _ in range(2):
        with world.work() as session:
            sent_copies.keep_console_copy(session, envelope, now=world.now)
    copy = world.one(ConsoleMessage)
    assert (copy.recipient, copy.channel, copy.text) == ("Eileen, by text", "text", envelope.message.text)
    with world.work() as session:
        (shown,) = sent_copies.console_messages(session)
    assert (shown.to, shown.text) == ("Eileen, by text", envelope.message.text)


def test_the_newest_console_message_is_shown_first(world):
    for name in ("Eileen", "Gwen"):
        world.post(name)
        world.deliver()
        world.later(seconds=1)
    with world.work() as session:
        assert [message.to for message in sent_copies.console_messages(session)] == ["Gwen, by text", "Eileen, by text"]
        assert len(sent_copies.console_messages(session, limit=1)) == 1


@pytest.fixture
def code(world):
    """A sign-in code on its way to Ruth."""
    staff_id = world.coordinator()
    with world.work() as session:
        staff.owe_code(session, staff_id, "482913", now=world.now)
    (envelope,) = world.claim()
    assert "482913" in envelope.message.text
    return envelope


@pytest.mark.parametrize("verb", ["mark_sent", "mark_uncertain", "give_up"])
def test_a_sign_in_code_leaves_the_row_with_the_message(world, code, verb):
    mark(world, getattr(handed_over, verb), code, *([] if verb == "mark_sent" else ["SMTP 550"]))
    assert the_message(world).values == {}
    assert "482913" not in str(world.execute("select to_jsonb(n)::text from notifications n"))


def test_a_sign_in_code_that_is_tried_again_is_still_there(world, code):
    mark(world, handed_over.try_later, code, "SMTP 451")
    world.now = the_message(world).due_at
    (envelope,) = world.claim()
    assert "482913" in envelope.message.text


def test_a_sign_in_code_that_has_run_out_is_not_sent(world, code):
    mark(world, handed_over.try_later, code, "SMTP 451")
    world.later(minutes=15)
    assert world.claim() == ()
    row = the_message(world)
    assert row.status is NotificationStatus.DROPPED
    assert row.values == {}


def test_each_sign_in_code_is_a_message_of_its_own(world):
    staff_id = world.coordinator()
    for digits in ("111111", "222222"):
        with world.work() as session:
            staff.owe_code(session, staff_id, digits, now=world.now)
    assert len(world.claim()) == 2


def test_a_message_that_cannot_be_put_into_words_fails_alone(world):
    world.post("Eileen")
    world.execute("update notifications set template = 'need_forgotten'")
    world.post("Gwen")
    (envelope,) = world.claim()
    assert envelope.shown_as == "Gwen, by text"
    broken = world.one(Notification, template="need_forgotten")
    assert (broken.status, broken.last_error) == (NotificationStatus.FAILED, "it could not be put into words")


def test_what_is_dropped_for_a_need_is_what_waits_for_it_and_no_more(world):
    need, other = world.post("Eileen"), world.post("Gwen")
    with world.work() as session:
        outbox.drop_pending(session, need_id=need.need_id, now=world.now)
    assert world.owed("Eileen") == [("need_posted", "dropped")]
    assert world.owed("Gwen") == [("need_posted", "pending")]
    with world.work() as session:
        assert len(needs.status_link(session, other.need_id, now=world.now)) == 22
