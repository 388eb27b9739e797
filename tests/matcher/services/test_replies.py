"""Answers by text: kept once, acted on once, and always told whether they are booked."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from matcher.domain.errors import NotFound
from matcher.domain.lifecycle import MatchStatus, NotificationStatus, OfferStatus, VisitStatus
from matcher.domain.messages import ONE_TEXT, gsm7_length
from matcher.domain.reminding import time_stamp
from matcher.services import outbox, replies, texts_to_read
from matcher.services.outbox import Owed
from matcher.services.replies import Inbound
from matcher.store.models import ChannelChoice, InboundText, Match, Need, Notification, Occurrence, Offer, Visit


@pytest.fixture
def asked(world):
    """Christopher is asked about Eileen's path; what he texts, and what he is told."""
    world.offer("Christopher")
    need = world.post("Eileen")
    world.ask("Christopher", need)
    world.deliver()
    ids = iter(range(1000))

    def text(words, name="Christopher", number=None, provider_id=None):
        sender = number or world.home(name).phone.removeprefix("+")
        with world.work() as session:
            inbound = Inbound(provider_id or f"text-{next(ids)}", sender, words)
            replies.receive(session, inbound, now=world.now)
        return [sent.message.text for sent in world.deliver() if "booked" in sent.message.text.lower()]

    def code(name="Christopher"):
        return world.all(Match, person_id=world.people[name])[-1].code

    return SimpleNamespace(text=text, code=code, need=need)


def waiting(world):
    with world.work() as session:
        return texts_to_read.waiting(session, frozenset({world.area_id()}))


def test_the_question_carries_its_code(world):
    world.offer("Christopher")
    world.ask("Christopher", world.post("Eileen"))
    (question,) = (sent.message.text for sent in world.deliver() if "/m/" in sent.message.text)
    code = world.one(Match).code
    assert f"Reply YES {code} or NO {code}" in question
    assert gsm7_length(question) <= ONE_TEXT


def test_by_email_no_code_is_asked_for(world):
    world.offer("Christopher", person={"email": "c@example.org"})
    world.ask("Christopher", world.post("Eileen"))
    (question,) = (sent.message.text for sent in world.deliver() if "/m/" in sent.message.text)
    assert "Reply" not in question


@pytest.mark.parametrize("words", ["YES {}", "yes{}", "Yes please"])
def test_a_yes_books_and_says_so(world, asked, words):
    (told,) = asked.text(words.format(asked.code()))
    assert "You ARE booked" in told
    assert "Eileen" not in told
    assert world.one(Visit).status is VisitStatus.HELD


def test_the_same_text_told_twice_changes_nothing(world, asked):
    for _ in range(2):
        asked.text("Yes", provider_id="the-same")
    assert len(world.all(InboundText)) == len(world.all(Visit)) == 1
    assert [row.template for row in world.all(Notification) if row.inbound_id] == ["reply_booked"]
    before = world.picture()
    asked.text("No", provider_id="the-same")
    assert world.picture() == before


def test_a_second_yes_is_told_the_same(world, asked):
    asked.text("Yes")
    (told,) = asked.text("Yes")
    assert "You ARE booked" in told
    assert len(world.all(Visit)) == 1


def test_a_no_is_a_no(world, asked):
    (told,) = asked.text("no sorry")
    assert "You are NOT booked" in told
    assert world.one(Match).status is MatchStatus.DECLINED


def test_a_no_after_a_yes_hands_nothing_back_and_a_person_reads_it(world, asked):
    asked.text("Yes")
    (told,) = asked.text("No")
    assert "You ARE still booked" in told
    assert world.one(Visit).status is VisitStatus.HELD
    (row,) = waiting(world)
    assert (row.who, row.words) == ("Christopher", "No")


@pytest.fixture
def reminded(world, asked):
    """Christopher goes to Eileen; he is asked about Gwen's path, and then reminded of Eileen's."""
    asked.text(f"YES {asked.code()}")
    asked.gwens = world.ask("Christopher", world.post("Gwen", when="tomorrow"), at=world.now + timedelta(days=1))
    world.deliver()
    visit = world.visit("Christopher")
    world.now = visit.starts_at - timedelta(hours=1)
    with world.work() as session:
        owed = Owed(
            "visit_soon",
            ("visit_id", visit.id),
            person_id=world.people["Christopher"],
            occasion=time_stamp(visit.starts_at),
        )
        outbox.owe(session, owed, now=world.now)
    assert "still on for Eileen" in str(world.deliver())
    return asked


def test_a_no_to_a_reminder_is_about_that_visit_and_declines_nothing_else(world, reminded):
    (told,) = reminded.text("No sorry")
    assert "You ARE still booked" in told
    assert [row.words for row in waiting(world)] == ["No sorry"]
    assert world.one(Match, id=reminded.gwens).status is MatchStatus.PROPOSED


def test_a_yes_to_a_reminder_books_nothing_else(world, reminded):
    (told,) = reminded.text("Yes")
    assert "You ARE booked" in told
    assert len(world.all(Visit)) == 1
    reminded.text(f"YES {reminded.code()}")  # with its code, any question may still be answered
    assert len(world.all(Visit)) == 2


def test_an_ok_to_word_that_a_visit_is_off_books_no_other(world, reminded):
    world.cancel(reminded.need)
    assert "Please do not go" in str(world.deliver())
    (told,) = reminded.text("Ok thanks")
    assert "You are NOT booked" in told
    assert reminded.code() in told
    assert world.one(Match, id=reminded.gwens).status is MatchStatus.PROPOSED
    (told,) = reminded.text("Ok")  # what we said back to a text is no question
    assert "You are NOT booked" in told


@pytest.mark.parametrize(("words", "said"), [("ok", "You ARE booked"), ("No", "You ARE still booked")])
def test_an_answer_to_a_text_that_asks_nothing_says_that_the_visit_ahead_stands(world, asked, words, said):
    asked.text(f"YES {asked.code()}")
    world.now += timedelta(minutes=5)
    who = world.people["Christopher"]
    with world.work() as session:
        owed = Owed("quiet_spell", ("person_id", who), person_id=who, occasion=f"{world.now:%Y-%m-%d}")
        outbox.owe(session, owed, now=world.now)
    assert [one.template for one in world.all(Notification) if one.sent_at == world.now] == []
    world.deliver()
    assert [one.template for one in world.all(Notification) if one.sent_at == world.now] == ["quiet_spell"]
    world.now += timedelta(minutes=5)
    (told,) = asked.text(words)
    assert said in told
    assert world.one(Visit).status is VisitStatus.HELD
    assert [row.words for row in waiting(world)] == [words] * (words == "No")


def test_an_answer_to_whether_they_got_there_is_read_by_a_person(world, reminded):
    world.now = world.visit("Christopher").ends_at + timedelta(hours=1)
    (told,) = reminded.text("yes")
    assert "Someone will read your text" in told
    assert [row.words for row in waiting(world)] == ["yes"]
    assert world.one(Match, id=reminded.gwens).status is MatchStatus.PROPOSED


def test_a_stop_from_what_is_no_number_stops_nobody(world, asked):
    world.execute("update homes set phone = '' where person_id = :id", id=world.people["Christopher"])
    asked.text("STOP", number="SHOP")
    assert world.person("Christopher").texts_stopped_at is None


def test_a_yes_to_what_is_taken_is_told_so(world, asked):
    world.offer("Ann")
    world.ask("Ann", asked.need)
    world.deliver()
    world.yes("Ann")
    (told,) = asked.text(f"YES {asked.code()}")
    assert "You are NOT booked. Someone nearby is already helping" in told
    assert len(world.all(Visit)) == 1


def test_with_two_questions_open_a_yes_without_a_code_books_neither(world, asked):
    other = world.post("Gwen", times=frozenset({"pm"}))
    world.ask("Christopher", other, at=world.now + timedelta(hours=6))
    world.deliver()
    codes = [match.code for match in world.all(Match)]
    assert len(set(codes)) == 2
    (told,) = asked.text("Yes")
    assert all(code in told for code in codes)
    assert "You are NOT booked" in told
    assert world.all(Visit) == []
    asked.text(f"yes {codes[0]}")
    assert [match.status for match in world.all(Match)] == [MatchStatus.ACCEPTED, MatchStatus.PROPOSED]


def test_the_code_of_an_old_question_is_not_given_to_a_new_one(world, asked):
    old = asked.code()
    asked.text("no")
    for name in ("Gwen", "Ann"):
        world.ask("Christopher", world.post(name))
        assert asked.code() != old
        world.no("Christopher")


def test_a_code_that_is_not_theirs_books_nothing(world, asked):
    (told,) = asked.text("YES 2A" if asked.code() != "2A" else "YES 3A")
    assert "You are NOT booked" in told
    assert asked.code() in told
    assert world.all(Visit) == []


@pytest.mark.parametrize("words", ["yes but not before ten", "who is this", "\ud83d", ""])
def test_what_is_not_understood_is_read_by_a_person(world, asked, words):
    (told,) = asked.text(words)
    assert "You are NOT booked" in told
    assert "01632 960 100" in told
    assert len(waiting(world)) == 1
    assert world.all(Visit) == []


def test_what_is_understood_keeps_no_words(world, asked):
    asked.text("Yes")
    row = world.one(InboundText)
    assert (row.words, row.sender, row.is_to_read) == ("", "", False)


@pytest.mark.parametrize(("name", "number"), [("Eileen", None), (None, "07700900111")])
def test_a_resident_or_a_number_nobody_knows_is_given_the_phone_number(world, asked, name, number):
    (told,) = asked.text("Yes", name=name, number=number)
    assert "call 01632 960 100" in told
    assert "You are NOT booked" in told
    assert world.all(Visit) == []
    assert len(waiting(world)) == 1


def test_a_number_that_two_people_share_books_nothing(world, asked):
    world.offer("Ann", person={"phone": world.home("Christopher").phone})
    (told,) = asked.text("Yes")
    assert "You are NOT booked" in told
    assert world.all(Visit) == []


def test_help_is_the_phone_number(world, asked):
    (told,) = asked.text("HELP")
    assert "call 01632 960 100" in told


def test_stop_stops_texts_and_is_confirmed_once(world, asked):
    (told,) = asked.text("Stop.", provider_id="stop")
    assert "no more texts" in told
    assert asked.text("Stop.", provider_id="stop") == []
    assert world.one(Offer).status is OfferStatus.PAUSED
    assert world.one(Match).status is MatchStatus.WITHDRAWN
    assert world.person("Christopher").texts_stopped_at == world.now


def test_after_stop_nothing_goes_by_text_but_stands_on_the_list(world, asked):
    asked.text("Yes")
    asked.text("stop")
    world.cancel(asked.need)
    assert "Christopher" not in str([sent.shown_as for sent in world.deliver()])
    cancelled = world.one(Notification, template="visit_cancelled")
    assert (cancelled.status, cancelled.last_error) == (
        NotificationStatus.FAILED,
        "they asked for no more texts: ring them",
    )


def test_a_resident_who_stops_texts_is_rung(world, asked):
    asked.text("STOP", name="Eileen")
    assert world.one(Need).contact == "phone"


def test_start_turns_texts_on_again(world, asked):
    asked.text("stop")
    asked.text("start")
    assert world.person("Christopher").texts_stopped_at is None


def test_who_gave_an_email_address_is_written_to_there(world, asked):
    world.offer("Ann", person={"email": "ann@example.org"})
    with world.work() as session:
        session.add(ChannelChoice(person_id=world.people["Ann"], about="asks", channel="text"))
    asked.text("stop", name="Ann")
    assert world.one(ChannelChoice).channel == "email"
    assert world.one(Offer, person_id=world.people["Ann"]).status is OfferStatus.ACTIVE


def test_two_machines_that_answer_each_other_come_to_an_end(world, asked):
    told = [asked.text("Thank you for your message", number="07700900111") for _ in range(14)]
    assert sum(map(len, told)) == replies.MOST_ANSWERS


def test_nor_does_a_machine_that_only_ever_says_yes_go_on_without_end(world, asked):
    told = [asked.text("Yes") for _ in range(replies.MOST_A_DAY + 3)]
    assert sum(map(len, told)) == replies.MOST_A_DAY
    assert [row.words for row in waiting(world)] == ["Yes"]  # somebody sees that it went quiet, once
    assert len(world.all(Visit)) == 1
    world.later(days=1, seconds=1)
    assert len(asked.text("Yes")) == 1


def test_nor_do_they_go_on_for_a_day_by_ten_an_hour(world, asked):
    told = 0
    for _ in range(4):
        told += sum(len(asked.text("HELP", number="07700900111")) for _ in range(replies.MOST_ANSWERS))
        world.later(hours=1, seconds=1)
    assert told == replies.MOST_A_DAY


def test_the_code_of_an_old_question_says_yes_to_no_other(world, asked):
    old = asked.code()
    asked.text("no")
    world.ask("Christopher", world.post("Gwen"))
    world.deliver()
    (told,) = asked.text(f"YES {old}")
    assert "You are NOT booked" in told
    assert world.all(Visit) == []
    assert world.all(Match)[-1].status is MatchStatus.PROPOSED


def test_words_go_after_their_time(world, asked):
    asked.text("something or other")
    (row,) = waiting(world)
    by = world.coordinator()
    areas = frozenset({world.area_id()})
    with world.work() as session:
        with pytest.raises(NotFound):
            texts_to_read.mark_read(session, row.text_id, area_ids=frozenset(), staff_id=by, now=world.now)
        for _ in range(2):
            texts_to_read.mark_read(session, row.text_id, area_ids=areas, staff_id=by, now=world.now)
    assert waiting(world) == ()
    world.later(days=6)
    with world.work() as session:
        assert texts_to_read.erase_old(session, now=world.now) == 0
    world.later(days=1)
    with world.work() as session:
        assert texts_to_read.erase_old(session, now=world.now) == 1
    assert world.one(InboundText).words == ""


MARKS = {
    "surname": "Zebrawood",
    "phone": "07700 900777",
    "email": "quagga@example.org",
    "house": "99 Okapi Lane",
    "note": "The walrus gate sticks.",
}


def test_a_question_by_text_and_every_answer_carry_nothing_private(world, asked):
    person = {name: mark for name, mark in MARKS.items() if name != "note"}
    need = world.post("Ermintrude", person=person, note=MARKS["note"], times=frozenset({"pm"}))
    word = world.one(Occurrence, id=world.occurrence_id(need)).door_word
    world.no("Christopher")
    world.ask("Christopher", need, at=world.now + timedelta(hours=6))
    said = [sent.message for sent in world.deliver() if "/m/" in sent.message.text]
    assert len(said) == 1
    for words in ("who is this", "no", "yes", "YES 2A", "help", "yes but not before ten", "stop", "start"):
        said += asked.text(words)
    private = {*MARKS.values(), "Ermintrude", word, "07700900777", "BA15", "Okapi", "walrus", "quagga"}
    texts = " ".join(map(str, said)).casefold()
    assert len(said) > 8
    assert [mark for mark in private if mark.casefold() in texts] == []
    assert "0." not in str(said[0].text)  # a band, never a figure to measure from
    kept = " ".join(str(row.values) for row in world.all(Notification) if row.template.startswith(("match", "reply")))
    assert [mark for mark in private if mark.casefold() in kept.casefold()] == []


def test_a_yes_to_a_question_that_was_called_off_books_nothing(world, asked):
    code = asked.code()
    world.cancel(asked.need)
    world.deliver()
    (told,) = asked.text(f"YES {code}")
    assert "You are NOT booked" in told
    assert world.all(Visit) == []


def test_a_code_that_is_out_of_date_books_nothing(world, asked):
    code = asked.code()
    asked.text("no")
    world.later(days=40)
    (told,) = asked.text(f"YES {code}")
    assert "You are NOT booked. We have no question open for you" in told
    assert world.all(Visit) == []


def test_after_stop_a_yes_is_still_answered_and_told_whether_it_is_booked(world, asked):
    asked.text("stop")
    (told,) = asked.text("yes")
    assert "You are NOT booked" in told
    assert world.all(Visit) == []
