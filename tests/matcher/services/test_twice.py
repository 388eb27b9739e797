"""Twice is once: a verb that is run again, by a second tap or a second message, changes nothing more."""

from datetime import timedelta

import pytest

from matcher.domain.errors import Conflict, NotFound
from matcher.services import areas as starting_areas
from matcher.services import drafts, kinds, matches, occurrences, on_duty
from matcher.services.matches import AnswerWhy


@pytest.fixture
def asked(world):
    """Christopher and Ann were asked about Eileen's path, and the messages are sent."""
    world.offer("Christopher")
    world.offer("Ann")
    world.need = world.post()
    world.ask("Ann", world.need)
    world.ask("Christopher", world.need)
    world.deliver()
    return world


@pytest.fixture
def held(asked):
    """Christopher has said yes."""
    asked.yes("Christopher")
    asked.deliver()
    return asked


def twice(world, verb):
    """Run it, and a minute later again: what both came to. The second changed no row."""
    first = verb()
    world.later(minutes=1)
    before = world.picture()
    second = verb()
    assert world.picture() == before
    return first, second


def test_accept(asked):
    first, second = twice(asked, lambda: asked.yes("Christopher"))
    assert first.held
    assert second.held
    assert second.visit_token


def test_accept_by_who_comes_second(held):
    assert twice(held, lambda: held.yes("Ann").why) == (AnswerWhy.TAKEN, AnswerWhy.TAKEN)


def test_decline(asked):
    assert twice(asked, lambda: asked.no("Christopher", reason="busy")) == (AnswerWhy.SAID_NO, AnswerWhy.SAID_NO)


def test_a_no_after_a_yes_changes_nothing(held):
    assert twice(held, lambda: held.no("Christopher")) == (AnswerWhy.OVER, AnswerWhy.OVER)
    assert held.visit("Christopher").status.value == "held"


def test_a_yes_after_a_no_changes_nothing(asked):
    asked.no("Christopher")
    assert twice(asked, lambda: asked.yes("Christopher").why) == (AnswerWhy.SAID_NO, AnswerWhy.SAID_NO)


def test_set_off(held):
    twice(held, lambda: held.set_off("Christopher"))
    assert held.owed("Eileen")[-1][0] == "visit_on_way"


def test_complete(held):
    twice(held, lambda: held.done("Christopher"))


def test_complete_with_minutes_said_later(held):
    held.done("Christopher")
    twice(held, lambda: held.done("Christopher", minutes=25))
    assert held.visit("Christopher").minutes_taken == 25
    held.done("Christopher")
    assert held.visit("Christopher").minutes_taken == 25


def test_hand_back(held):
    twice(held, lambda: held.hand_back("Christopher"))


def test_what_is_done_cannot_be_handed_back(held):
    held.done("Christopher")
    before = held.picture()
    with pytest.raises(Conflict):
        held.hand_back("Christopher")
    assert held.picture() == before


def test_what_was_handed_back_cannot_be_done(held):
    held.hand_back("Christopher")
    before = held.picture()
    for verb in (held.done, held.set_off):
        with pytest.raises(Conflict):
            verb("Christopher")
    assert held.picture() == before


def test_cancel(held):
    twice(held, lambda: held.cancel(held.need))


def test_what_is_done_cannot_be_cancelled(held):
    held.done("Christopher")
    with pytest.raises(Conflict):
        held.cancel(held.need)


def test_say_how_it_went(held):
    held.done("Christopher")
    assert twice(held, lambda: held.how(held.need, "well")) == ("well", "well")


def test_a_draft_is_posted_once(world):
    with world.work() as session:
        key = drafts.start(session, "need", now=world.now)
        drafts.save(session, key, "need", {"kind": "snow"}, now=world.now)
    with world.work() as session:
        assert drafts.take(session, key, "need", now=world.now) == {"kind": "snow"}
    with world.work() as session, pytest.raises(NotFound):
        drafts.take(session, key, "need", now=world.now)


def test_a_draft_belongs_to_its_form_and_its_day(world):
    with world.work() as session:
        key = drafts.start(session, "need", now=world.now)
        assert drafts.load(session, key, "need", now=world.now) == {}
        assert drafts.load(session, key, "offer", now=world.now) is None
        assert drafts.load(session, "another", "need", now=world.now) is None
        assert drafts.load(session, key, "need", now=world.now + timedelta(hours=24)) is None
    assert key not in str(world.picture())


def test_pause_and_resume(asked):
    christopher = asked.people["Christopher"]

    def run(verb):
        with asked.work() as session:
            verb(session, christopher, now=asked.now)

    twice(asked, lambda: run(on_duty.pause))
    twice(asked, lambda: run(on_duty.resume))


def test_an_offer_made_again_is_the_same_offer_brought_up_to_date(world):
    first = world.offer("Christopher")
    again = world.offer("Christopher", pattern="weekends", visits_per_week=2)
    assert (again.offer_id, again.person_id) == (first.offer_id, first.person_id)
    rules = world.execute("select distinct weekday from availability_rules order by 1")
    assert [row.weekday for row in rules] == [5, 6]
    assert world.execute("select visits_per_week from offers")[0].visits_per_week == 2


def test_a_round_again_asks_nobody_again(world):
    world.offer("Christopher")
    need = world.post()
    world.round()
    world.round()
    assert world.who_was_asked(need) == ["Christopher"]


def test_deliver(asked):
    asked.later(days=1)
    before = asked.picture()
    assert asked.deliver() == ()
    assert asked.picture() == before


def test_extend(world):
    world.post(is_weekly=True)
    world.later(days=7)

    def extend():
        with world.work() as session:
            return occurrences.extend_recurring(session, now=world.now)

    assert twice(world, extend) == (1, 0)


def test_someone_who_steps_aside_twice_is_not_a_refusal(asked):
    def aside():
        with asked.work() as session:
            matches.step_aside(session, asked.asked("Christopher"), now=asked.now)

    twice(asked, aside)


def test_starting_rows_leave_what_the_scheme_has_changed(world):
    world.execute("update areas set name = 'Bradford' where slug = 'bradford-on-avon'")
    world.execute("update kinds set minutes = 40 where slug = 'snow'")
    world.execute("update levels set needs_words = 'ID' where code = '1'")
    before = world.picture()
    with world.work() as session:
        starting_areas.load_starting_rows(session)
        kinds.load_starting_rows(session)
    assert world.picture() == before
