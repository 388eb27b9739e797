"""Texts of the scheme's own: what is owed from then on says them, what was owed before does not."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from matcher.domain.errors import BadInput, Conflict, NotFound
from matcher.domain.messages import TEMPLATES
from matcher.domain.messages.longest import Sender
from matcher.services import handed_over, message_texts, opt_outs, outbox, replies
from matcher.services.replies import Inbound
from matcher.services.yes_rates import YesRate
from matcher.store.models import AuditRow, MessageText, Notification
from tests.worlds import SCHEME

SENDER = Sender("Good Neighbours", "01632 960 100", "https://help.example.org")
OURS = "{scheme}: we have it, {ref}. Your page: {link} Tel {tel}"


@pytest.fixture
def write(world):
    """`write(words)`: Ruth gives an event other words, from the text that stands."""
    staff_id = world.coordinator()

    def change(words, event="need_posted", subject="Your request", standing=None):
        with world.work() as session:
            stands = message_texts.standing_ids(session).get(event, 0) if standing is None else standing
            message_texts.change(
                session, event, subject, words, SENDER, standing=stands, staff_id=staff_id, now=world.now
            )

    def back(event="need_posted", standing=None):
        with world.work() as session:
            stands = message_texts.standing_ids(session).get(event, 0) if standing is None else standing
            message_texts.go_back(session, event, standing=stands, staff_id=staff_id, now=world.now)

    change.back = back
    return change


def told(world):
    return [sent.message.text for sent in world.deliver() if "/r/" in sent.message.text]


def test_what_is_owed_after_the_change_says_it(world, write):
    write(OURS)
    world.post("Eileen")
    (said,) = told(world)
    assert "Good Neighbours: we have it, " in said


def test_what_was_owed_before_goes_in_the_words_it_was_owed_with(world, write):
    world.post("Eileen")
    write(OURS)
    world.post("Gwen")
    write.back()
    world.post("Olive")
    first, second, third = told(world)
    assert "we have your request" in first
    assert "we have it" in second
    assert "we have your request" in third


def test_an_ask_by_email_has_words_of_its_own(world, write):
    world.offer("Christopher", person={"email": "c@example.org"})
    write("{scheme}: {task} {dist} off, {when}? YES {code} or NO {code} {link}", "match_asked")
    write("{scheme}: would you? {task}, {dist} off, {when}? {link}", "match_asked_email")
    world.ask("Christopher", world.post("Eileen"))
    (said,) = (sent.message.text for sent in world.deliver() if "/m/" in sent.message.text)
    assert "would you? " in said


def test_a_text_that_is_too_long_changes_nothing(world, write):
    with pytest.raises(BadInput, match="take out"):
        write(OURS + "!" * 99)
    assert world.all(MessageText) == []


def test_the_longest_kind_of_help_counts(world, write):
    world.execute("update kinds set safe_label = repeat('a long walk ', 6) where slug = 'call'")
    with pytest.raises(BadInput, match="take out"):
        write(TEMPLATES["match_asked"].text, "match_asked")


def test_each_change_is_kept_with_who_made_it_and_when(world, write):
    write(OURS)
    world.later(hours=1)
    write("{scheme}: yes, {ref}. {link} {tel}")
    world.post("Eileen")
    told(world)
    with world.work() as session:
        newest, first = message_texts.read(session, "need_posted", SENDER).past
    assert (first.text, first.by, first.ended_by) == (OURS, "Ruth", "Ruth")
    assert first.ended_at == newest.written_at == first.written_at + timedelta(hours=1)
    assert (newest.ended_at, newest.times_sent, first.times_sent) == (None, 1, 0)
    assert [row.action for row in world.all(AuditRow, thing="message_text")] == ["wrote_text", "wrote_text"]


def test_going_back_twice_is_once(world, write):
    write(OURS)
    write.back()
    write.back()
    assert [row.action for row in world.all(AuditRow, thing="message_text")] == ["wrote_text", "went_back_to_text"]


def test_whoever_writes_from_a_page_that_is_overtaken_is_told(world, write):
    write(OURS)
    for change in (lambda: write("{scheme}: {ref} {link} {tel}", standing=0), lambda: write.back(standing=0)):
        with pytest.raises(Conflict):
            change()
    assert world.one(MessageText).text == OURS


def test_the_same_text_again_is_no_change(world, write):
    write(OURS)
    with pytest.raises(BadInput, match="as it stands"):
        write(OURS)
    assert world.one(MessageText).ended_at is None


def test_there_is_no_such_message(world, write):
    with pytest.raises(NotFound):
        write(OURS, "no_such_thing", standing=0)


def test_a_text_that_no_longer_fits_is_pointed_at(world, write):
    write(OURS + " and that is all for now, thank you")
    longer = Sender("The Good Neighbours of all the villages of the vale", SENDER.phone, SENDER.origin)
    with world.work() as session:
        page = message_texts.read(session, "need_posted", longer)
    assert "take out" in page.row.problem


def test_said_another_way_it_says_the_same(world, write):
    write("{scheme}: off you go to {r}, {when}: {link}", "visit_held_volunteer")
    world.offer("Christopher", person={"email": "c@example.org"})
    world.ask("Christopher", world.post("Eileen"))
    world.yes("Christopher")
    owed = world.one(Notification, template="visit_held_volunteer")
    write.back("visit_held_volunteer")
    with world.work() as session:
        row = session.get_one(Notification, owed.id)
        words = row.text_id
        for envelope in outbox.claim_due(session, SCHEME, frozenset(), now=world.now, limit=50):
            handed_over.give_up(session, envelope.notification_id, "no such address", now=world.now)
    instead = world.one(Notification, instead_of_id=owed.id)
    assert (instead.channel, instead.text_id) == ("text", words)
    assert words is not None


def test_who_wants_no_texts_is_listed_with_how_they_hear_from_us(world):
    world.offer("Christopher")
    world.post("Eileen", person={"email": "e@example.org"})
    for nth, name in enumerate(("Christopher", "Eileen")):
        with world.work() as session:
            replies.receive(session, Inbound(f"stop{nth}", world.home(name).phone, "STOP"), now=world.now)
        world.later(minutes=1)
    with world.work() as session:
        outs = opt_outs.read(session, frozenset({world.area_id()}))
        nowhere = opt_outs.read(session, frozenset())
    assert [(row.first_name, row.is_volunteer, row.now_by) for row in outs.stopped] == [
        ("Eileen", False, "email"),
        ("Christopher", True, "phone"),
    ]
    assert (outs.stopped_count, nowhere.stopped_count) == (2, 0)


@pytest.mark.parametrize(
    "broken",
    [
        "update message_texts set text = '{scheme}: something else'",
        "update message_texts set written_at = now()",
        "update message_texts set ended_at = now()",
        "delete from message_texts",
        (
            "insert into message_texts (event, subject, text, written_by, written_at)"
            " select event, subject, text, written_by, written_at from message_texts"
        ),
        (
            "insert into message_texts (event, subject, text, written_by, written_at)"
            " select 'need_unmet', subject, text || '…', written_by, written_at from message_texts"
        ),
        (
            "insert into message_texts (event, subject, text, written_by, written_at)"
            " select 'need_unmet', subject, 'Hello', written_by, written_at from message_texts"
        ),
        "update notifications set text_id = null",
        (
            "insert into notifications (event, template, person_id, channel, values, status, owed_at, due_at, attempts,"
            " text_id) select event || 'x', 'need_unmet', person_id, channel, values, status, owed_at, due_at,"
            " attempts, text_id from notifications"
        ),
    ],
)
def test_the_database_itself_keeps_the_words(world, write, broken):
    write(OURS)
    world.post("Eileen")
    assert world.one(Notification, template="need_posted").text_id
    with pytest.raises(DBAPIError), world.work() as session:
        session.execute(text(broken))


def test_an_ended_text_stays_ended(world, write):
    write(OURS)
    write.back()
    with pytest.raises(DBAPIError), world.work() as session:
        session.execute(text("update message_texts set ended_at = null, ended_by = null"))


def test_how_each_wording_of_a_question_did(world, write):
    for name in ("Christopher", "Ann", "Joan"):
        world.offer(name)
    need = world.post("Eileen")
    world.ask_all(["Christopher", "Ann"], need)
    world.deliver()
    world.no("Ann")
    write("{scheme}: {task} {dist} off, {when}? YES {code} or NO {code} {link}", "match_asked")
    world.ask("Joan", need)
    world.deliver()
    world.yes("Joan")
    with world.work() as session:
        page = message_texts.read(session, "match_asked", SENDER)
        assert message_texts.read(session, "need_posted", SENDER).shipped_rate is None
    assert page.shipped_rate == YesRate(asked=2, yes=0, no=1)
    assert page.past[0].rate == YesRate(asked=1, yes=1, no=0)
