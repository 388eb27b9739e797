"""The nightly fit reads the asks, learns, and keeps: once a night."""

from matcher.engine.learning import Gate, Learned
from matcher.engine.params import Acceptance
from matcher.services import calibration_page, erasure, learned, nightly
from matcher.store.models import AcceptanceModel, Leaning


def learn(world):
    with world.work() as session:
        lesson = nightly.read_lesson(session, now=world.now)
    if lesson is None:
        return False
    taught = nightly.learn(lesson, now=world.now)
    with world.work() as session:
        return nightly.keep(session, lesson, taught, now=world.now)


def test_a_night_with_few_answers_thinks_alike_of_everyone_and_is_done_once(world):
    for name in ("Christopher", "Ann"):
        world.offer(name)
    world.ask_all(["Christopher", "Ann"], world.post())
    world.deliver()
    world.later(minutes=20)
    world.no("Ann")
    world.yes("Christopher")
    world.later(hours=1)
    assert learn(world)
    model = world.one(AcceptanceModel)
    assert (model.asks, model.is_open) == (2, False)
    with world.work() as session:
        page = calibration_page.read(session)
    assert page.title == "Too few answers to tell yet: 2."
    assert page.decision.startswith("It has not been tested yet")
    assert world.all(Leaning) == []
    before = world.picture()
    assert not learn(world)
    assert world.picture() == before
    world.later(days=1)
    assert learn(world)
    assert len(world.all(AcceptanceModel)) == 2


def test_a_night_with_no_answers_at_all_can_be_kept(world):
    assert learn(world)
    with world.work() as session:
        assert set(learned.coefficients(session)) >= {"base", "whole_reach", "known", "urgent"}


def test_nothing_is_kept_of_whoever_was_erased_while_it_was_learned(world):
    world.offer("Christopher")
    world.offer("Ann")
    with world.work() as session:
        lesson = nightly.read_lesson(session, now=world.now)
        erasure.erase_person(session, world.people["Christopher"], now=world.now)
    leaning = {world.people[name]: 0.9 for name in ("Christopher", "Ann")}
    with world.work() as session:
        nightly.keep(session, lesson, Learned(Acceptance(), leaning, Gate(0)), now=world.now)
    assert [row.person_id for row in world.all(Leaning)] == [world.people["Ann"]]
