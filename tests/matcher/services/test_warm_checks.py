"""Are you warm? Asked once in a spell, of who wishes it; 1 brings somebody to the telephone, 2 does not."""

from datetime import timedelta

import pytest

from matcher.domain.errors import NotFound
from matcher.domain.replies import WarmAnswer
from matcher.services import cold, cold_plans, cold_review, erasure, replies, warm_checks
from matcher.store.models import ColdSpell, InboundText, Person, WarmCheck
from tests.worlds import BRADFORD

LANDLINE = {"phone": "01225 700123"}


def freeze(world, hours=60, area=BRADFORD):
    with world.work() as session:
        until = world.now + timedelta(hours=hours)
        cold.start(session, world.area_id(area), until=until, actor="staff:1", now=world.now)


def wish(world, name, *, is_on=True):
    with world.work() as session:
        warm_checks.wish(session, world.people[name], is_on=is_on, now=world.now)


def text_in(world, name, words, number=[0]):  # noqa: B006 (each text has a number of its own)
    number[0] += 1
    with world.work() as session:
        came = replies.Inbound(f"warm-{number[0]}", world.home(name).phone, words)
        replies.receive(session, came, now=world.now)
    return [envelope.message.text for envelope in world.deliver() if envelope.shown_as.startswith(name)]


def rows(world):
    with world.work() as session:
        return warm_checks.rows(session, world.all(ColdSpell)[-1].id)


def note(world, check_id, said, area=BRADFORD):
    staff_id = world.coordinator(f"ruth{check_id}@example.org")
    with world.work() as session:
        areas = frozenset({world.area_id(area)})
        return warm_checks.note_call(session, check_id, said, area_ids=areas, staff_id=staff_id, now=world.now)


@pytest.fixture
def eileen(world):
    """Eileen wishes to be asked; Gwen, next door, does not."""
    world.post("Eileen")
    world.post("Gwen", person={"postcode": "BA15 1HL"})
    wish(world, "Eileen")
    world.deliver()
    return "Eileen"


def test_only_who_wishes_it_is_asked_and_once_in_a_spell(world, eileen):
    freeze(world)
    freeze(world, hours=90)
    (asked,) = world.deliver()
    assert asked.shown_as == "Eileen, by text"
    assert "Text 1 if you need anything" in asked.message.text
    assert [one.person_id for one in world.all(WarmCheck)] == [world.people["Eileen"]]


def test_a_spell_in_another_area_asks_nobody_here(world, eileen):
    freeze(world, area="salisbury")
    assert world.deliver() == ()


@pytest.mark.parametrize(("words", "said"), [("1", "needs"), (" 1. ", "needs"), ("One please", "needs"), ("2", "well")])
def test_the_answer_is_kept_and_answered(world, eileen, words, said):
    freeze(world)
    world.deliver()
    (answer,) = text_in(world, "Eileen", words)
    assert world.one(WarmCheck).answer == said
    assert ("ring you" in answer) == (said == "needs")
    assert not world.one(InboundText).is_to_read
    assert [row.is_to_ring for row in rows(world)] == [said == "needs"]


def test_the_last_answer_counts_and_a_new_need_is_dealt_with_anew(world, eileen):
    freeze(world)
    text_in(world, "Eileen", "1")
    check = world.one(WarmCheck)
    assert note(world, check.id, None) == check.cold_spell_id
    assert [row.is_to_ring for row in rows(world)] == [False]
    text_in(world, "Eileen", "2")
    text_in(world, "Eileen", "1")
    assert [(row.answer, row.is_to_ring) for row in rows(world)] == [(WarmAnswer.NEEDS, True)]


@pytest.mark.parametrize("words", ["1", "2", "I am cold", "yes"])
def test_who_was_not_asked_or_says_something_else_is_read_by_a_person(world, eileen, words):
    if not words.isdigit():
        freeze(world)
        world.deliver()
    (answer,) = text_in(world, "Eileen", words)
    assert "NOT booked" in answer
    assert world.one(InboundText).is_to_read
    assert [one.answer for one in world.all(WarmCheck)] in ([], [None])


def test_an_answer_days_after_the_spell_is_read_by_a_person(world, eileen):
    freeze(world, hours=12)
    world.deliver()
    world.later(days=4)
    text_in(world, "Eileen", "1")
    assert (world.one(WarmCheck).answer, world.one(InboundText).is_to_read) == (None, True)


def test_no_text_goes_once_it_is_over_or_no_longer_wished(world, eileen):
    freeze(world, hours=2)
    world.later(hours=3)
    assert world.deliver() == ()
    freeze(world)
    wish(world, "Eileen", is_on=False)
    assert world.deliver() == ()


def test_whom_no_text_reaches_is_rung_and_what_they_say_is_noted(world):
    world.post("Eileen", contact="phone", person=LANDLINE)
    wish(world, "Eileen")
    world.deliver()
    freeze(world)
    assert world.deliver() == ()
    (row,) = rows(world)
    assert (row.is_to_ring, row.phone) == (True, "01225 700123")
    with pytest.raises(NotFound):
        note(world, row.check_id, WarmAnswer.WELL, area="salisbury")
    note(world, row.check_id, WarmAnswer.WELL)
    (row,) = rows(world)
    assert (row.answer, row.is_to_ring, row.phone) == (WarmAnswer.WELL, False, "")


def test_who_stopped_our_texts_is_rung(world, eileen):
    text_in(world, "Eileen", "STOP")
    freeze(world)
    assert [row.is_to_ring for row in rows(world)] == [True]


def test_consent_is_kept_with_its_time_and_wording(world, eileen):
    person = world.one(Person, id=world.people["Eileen"])
    assert (person.warm_agreed_at, person.warm_wording) == (world.now, warm_checks.WORDING_VERSION)
    wish(world, "Eileen", is_on=False)
    person = world.one(Person, id=world.people["Eileen"])
    assert (person.warm_agreed_at, person.warm_wording) == (None, None)


def agree(world, name):
    with world.work() as session:
        cold.agree(session, world.people[name], "daily", now=world.now)


def test_who_agreed_is_called_up_once_and_while_it_is_cold_alone(world):
    for name in ("Christopher", "Ann", "Joan"):
        world.offer(name, kinds=frozenset({"errand"} if name == "Joan" else {"snow"}))
    agree(world, "Christopher")
    agree(world, "Joan")
    world.deliver()
    with world.work() as session:
        plan = cold_plans.plan_start(session, world.area_id(), until=world.now + timedelta(hours=9), now=world.now)
    assert (plan.called_up, plan.woken) == (("Christopher",), 1)
    freeze(world)
    freeze(world, hours=90)
    (told,) = world.deliver()
    assert told.shown_as.startswith("Christopher")
    assert "icy near you until" in told.message.text
    world.execute("insert into channel_choices (person_id, about, channel) select id, 'asks', 'email' from people")
    world.execute("update homes set email = 'christopher@example.org'")
    freeze(world, hours=99)
    assert world.deliver() == ()
    with world.work() as session:
        review = cold_review.read(session, world.one(ColdSpell).id, area_ids={world.area_id()}, now=world.now)
    assert review.called_up == 1


def test_the_plan_says_whom_it_asks_and_who_is_rung(world, eileen):
    world.post("Hilda", contact="phone", person=LANDLINE)
    wish(world, "Hilda")
    with world.work() as session:
        plan = cold_plans.plan_start(session, world.area_id(), until=world.now + timedelta(hours=9), now=world.now)
    assert (plan.asked, plan.rung) == (("Eileen",), ("Hilda",))


def test_the_review_adds_up_and_is_for_its_own_area(world, eileen):
    world.offer("Christopher")
    world.later(minutes=1)
    freeze(world)
    met = world.post("Frank", times=frozenset({"am", "pm"}))
    world.ask("Christopher", met)
    world.yes("Christopher")
    world.later(hours=3)
    world.done("Christopher")
    spell = world.one(ColdSpell)
    with world.work() as session:
        review = cold_review.read(session, spell.id, area_ids={world.area_id()}, now=world.now)
        with pytest.raises(NotFound):
            cold_review.read(session, spell.id, area_ids={world.area_id("salisbury")}, now=world.now)
    total = review.total
    assert (total.asked, total.met, total.on_time, total.late) == (1, 1, 1, 0)
    assert total.asked == total.met + total.unmet + total.called_off + total.open
    assert (len(review.warm), review.warm_well, review.warm_needs) == (1, 0, 0)


def test_who_has_their_details_deleted_is_asked_no_more_and_their_answers_go(world, eileen):
    freeze(world)
    text_in(world, "Eileen", "1")
    assert world.one(WarmCheck).answer is not None
    with world.work() as session:
        erasure.erase_person(session, world.people["Eileen"], now=world.now)
    assert world.all(WarmCheck) == []
    assert world.one(Person, id=world.people["Eileen"]).warm_agreed_at is None
