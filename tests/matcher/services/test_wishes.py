"""What matters about who comes: only such a neighbour is asked, or such a one rather; and nobody else learns of it."""

import json

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from matcher.domain.errors import BadInput
from matcher.engine.problem import ReasonCode
from matcher.services import asking_again, erasure, leaving, needs, offer_changes
from matcher.services.round_reader import read_problem
from matcher.store.models import Match, NeedWish, Occurrence, OfferTrait
from tests.worlds import world as world

DOGS, POLISH = frozenset({"calm_with_dogs"}), frozenset({"speaks_polish"})
A_MUST_AND_A_WISH = {("calm_with_dogs", True), ("speaks_polish", False)}


def tell(world, name, traits):
    with world.work() as session:
        offer_changes.change_traits(session, world.people[name], traits, now=world.now)


def test_only_who_is_as_it_must_be_is_asked(world):
    for name in ("Christopher", "Ann"):
        world.offer(name)
    need = world.post(musts=POLISH)
    world.round()
    assert world.who_was_asked(need) == []
    assert world.one(Occurrence).reason_code == ReasonCode.NOBODY_AS_ASKED
    tell(world, "Ann", POLISH | DOGS)  # which has the area looked at again
    world.later(minutes=10)
    world.round()
    assert world.who_was_asked(need) == ["Ann"]


@pytest.mark.parametrize(("told", "asked"), [({"Ann": DOGS}, "Ann"), ({"Christopher": DOGS}, "Christopher")])
def test_who_was_wished_for_is_asked_first(world, told, asked):
    for name in ("Christopher", "Ann"):
        world.offer(name)
        tell(world, name, told.get(name, frozenset()))
    need = world.post(wishes=DOGS | POLISH)
    world.round()
    assert world.who_was_asked(need)[0] == asked
    terms = {line["term"]: line["minutes"] for line in world.one(Match).breakdown}
    assert terms["preference"] > 0


def test_a_wish_that_nobody_meets_keeps_nobody_away(world):
    world.offer("Christopher")
    need = world.post(wishes=POLISH)
    world.round()
    assert world.who_was_asked(need) == ["Christopher"]


def test_what_a_round_reads_of_it(world):
    world.offer("Christopher")
    world.offer("Ann")
    tell(world, "Ann", POLISH | DOGS)
    world.post(musts=POLISH, wishes=DOGS)
    with world.work() as session:
        problem = read_problem(session, world.area_id(), now=world.now)
    assert (problem.occurrences[0].musts, problem.occurrences[0].wishes) == (POLISH, DOGS)
    traits = {one.person_id: one.traits for one in problem.volunteers}
    assert traits == {world.people["Christopher"]: frozenset(), world.people["Ann"]: POLISH | DOGS}


def test_what_is_told_to_who_is_asked_says_nothing_of_it(world):
    world.offer("Christopher")
    tell(world, "Christopher", POLISH)
    world.post(musts=POLISH)
    world.round()
    match = world.one(Match)
    assert "olish" not in json.dumps([match.sentence, match.breakdown])


@pytest.mark.parametrize("kind", ["snow", "errand", "garden", "lift"])
def test_whether_a_woman_comes_may_be_asked_for_in_the_home_only(world, kind):
    with pytest.raises(BadInput, match="“A woman” cannot be asked for with this kind of help") as error:
        world.post(kind=kind, musts=frozenset({"woman"}))
    assert error.value.field == "wishes"
    world.post(kind="indoor", musts=frozenset({"woman"}))
    assert world.one(NeedWish).is_must


def test_a_car_may_be_asked_for_with_a_lift_only(world):
    with pytest.raises(BadInput):
        world.post(wishes=frozenset({"step_free_car"}))
    world.post(kind="lift", wishes=frozenset({"step_free_car"}))


@pytest.mark.parametrize("word", ["white", "christian", "young", "", "'"])
def test_nothing_else_may_be_asked_for_or_told(world, word):
    with pytest.raises(BadInput):
        world.post(wishes=frozenset({word}))
    world.offer("Christopher")
    with pytest.raises(BadInput):
        tell(world, "Christopher", frozenset({word}))
    assert world.all(OfferTrait) == world.all(NeedWish) == []


def test_the_database_knows_no_other_word_either(world):
    need = world.post()
    with pytest.raises(IntegrityError, match="ck_need_wishes_trait"), world.work() as session:
        session.execute(text(f"insert into need_wishes values ({need.need_id}, 'white', true)"))


def test_what_must_be_is_no_mere_wish_as_well(world):
    world.post(musts=DOGS, wishes=DOGS | POLISH)
    assert {(row.trait, row.is_must) for row in world.all(NeedWish)} == A_MUST_AND_A_WISH


def test_who_asks_again_asks_for_the_same(world):
    need = world.post(musts=DOGS, wishes=POLISH)
    world.cancel(need)
    world.later(hours=1)
    with world.work() as session:
        timing = needs.NeedDraft("", "tomorrow", frozenset({"am"}), world.draft("Eileen"), "")
        again = asking_again.ask_again(session, need.need_id, timing, "k" * 22, now=world.now)
    kept = {(row.trait, row.is_must) for row in world.all(NeedWish) if row.need_id == again.need_id}
    assert kept == A_MUST_AND_A_WISH


def test_a_volunteer_may_take_back_what_they_told(world):
    world.offer("Christopher")
    tell(world, "Christopher", DOGS | POLISH)
    tell(world, "Christopher", DOGS)
    with world.work() as session:
        assert offer_changes.read(session, world.people["Christopher"], now=world.now).traits == DOGS


def test_it_goes_with_their_details(world):
    need = world.post(musts=DOGS)
    world.offer("Eileen")
    tell(world, "Eileen", DOGS)
    with world.work() as session:
        erasure.erase_person(session, world.people["Eileen"], need_id=need.need_id, now=world.now)
    assert world.all(NeedWish) == world.all(OfferTrait) == []


def test_who_leaves_has_told_nothing(world):
    world.offer("Christopher")
    tell(world, "Christopher", DOGS)
    with world.work() as session:
        leaving.leave(session, world.people["Christopher"], now=world.now)
    assert world.all(OfferTrait) == []
