"""After a good visit each is asked for more, once a month at most; and ties are counted from what was done."""

from datetime import timedelta

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from matcher.domain.errors import BadInput, NotFound
from matcher.domain.growing import GrowthAbout
from matcher.domain.timewindow import TimeWindow
from matcher.services import erasure, growing, ties
from matcher.services.ties import Sides, Ties
from matcher.store.models import GrowthAsk

ELSE, GIVE, MORE = GrowthAbout.ANYTHING_ELSE, GrowthAbout.GIVE_BACK, GrowthAbout.MORE_FOR_THEM
EVERYTHING = frozenset(GrowthAbout)


@pytest.fixture
def met(world):
    """`met("Eileen", "Christopher")`: they help her, an hour later, and she says how it went."""

    def meet(resident, helper, kind="snow", answer="well", again=""):
        if helper not in world.people or not world.execute(
            "select 1 from offers where person_id = :id", id=world.people[helper]
        ):
            world.offer(helper, kinds=frozenset({"snow", "errand"}))
        need = world.post(resident, kind=kind, when="tomorrow")
        world.ask(helper, need, at=world.now + timedelta(hours=26))
        world.yes(helper)
        world.later(hours=27)
        world.done(helper)
        if answer:
            world.how(need, answer)
        world.later(hours=21)

    return meet


def asked(world, name, of=EVERYTHING):
    with world.work() as session:
        found = growing.question(session, world.people[name], of, now=world.now)
    return (found.about, found.whom) if found else None


def say(world, name, said):
    with world.work() as session:
        growing.answer(session, world.people[name], EVERYTHING, said, now=world.now)


def test_after_a_good_visit_both_are_asked_for_more(world, met):
    met("Eileen", "Christopher")
    assert asked(world, "Eileen") == (ELSE, "Christopher")
    assert asked(world, "Christopher") == (MORE, "Eileen")
    assert asked(world, "Eileen", growing.OF_VOLUNTEERS) is None


@pytest.mark.parametrize("answer", ["partly", "worried", ""])
def test_after_any_other_visit_nobody_is(world, met, answer):
    met("Eileen", "Christopher", answer=answer)
    assert world.all(GrowthAsk) == []


def test_nobody_is_asked_twice_in_a_month_whomever_they_met(world, met):
    met("Eileen", "Christopher")
    say(world, "Eileen", "no")
    met("Eileen", "Ann")
    met("Gwen", "Christopher")
    assert [(row.about, row.person_id) for row in world.all(GrowthAsk)] == [
        (ELSE, world.people["Eileen"]),
        (MORE, world.people["Christopher"]),
        (MORE, world.people["Ann"]),
        (ELSE, world.people["Gwen"]),
    ]
    assert asked(world, "Eileen") is None


def test_the_next_month_they_are_asked_what_they_would_enjoy_giving_and_that_once(world, met):
    met("Eileen", "Christopher")
    found = []
    for _ in range(3):
        world.later(days=28)
        met("Eileen", "Christopher")
        found.append(asked(world, "Eileen")[0])
        say(world, "Eileen", "no")
    assert found == [GIVE, ELSE, ELSE]


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("one_a_month", {"asked_at": timedelta(days=27)}),
        ("rests_for_a_month", {"asked_at": timedelta(days=90), "rests_until": timedelta(days=90 + 27)}),
        ("known_answer", {"asked_at": timedelta(days=90), "answer": "chat", "answered_at": timedelta()}),
        ("answered_once", {"asked_at": timedelta(days=90), "answer": "no"}),
    ],
)
def test_the_database_holds_to_it(world, met, constraint, changes):
    met("Eileen", "Christopher")
    row = next(row for row in world.all(GrowthAsk) if row.about is ELSE)
    moments = {name: row.asked_at + after for name, after in changes.items() if isinstance(after, timedelta)}
    good = {"person_id": row.person_id, "visit_id": row.visit_id, "about": ELSE}
    good["rests_until"] = moments["asked_at"] + timedelta(days=28)
    with pytest.raises(IntegrityError, match=constraint), world.work() as session:
        session.execute(insert(GrowthAsk).values({**good, **changes, **moments}))


def test_answers_reach_the_team_until_they_are_dealt_with(world, met):
    staff_id = world.coordinator()
    met("Eileen", "Christopher")
    with pytest.raises(BadInput):
        say(world, "Eileen", "chat")
    say(world, "Eileen", "ring")
    say(world, "Eileen", "no")  # a second press changes nothing
    say(world, "Christopher", "yes")
    here = {world.area_id()}
    with world.work() as session:
        found = growing.for_the_team(session, here)
        assert growing.for_the_team(session, {world.area_id("salisbury")}) == ()
    assert [(line.first_name, line.words, line.for_whom) for line in found] == [
        ("Eileen", "would like more help: ring them", ""),
        ("Christopher", "would do more", "Eileen"),
    ]
    with world.work() as session, pytest.raises(NotFound):
        growing.mark_dealt(session, found[0].ask_id, area_ids=set(), staff_id=staff_id, now=world.now)
    with world.work() as session:
        growing.mark_dealt(session, found[0].ask_id, area_ids=here, staff_id=staff_id, now=world.now)
        assert [line.first_name for line in growing.for_the_team(session, here)] == ["Christopher"]


def test_who_is_erased_is_asked_nothing_and_named_to_nobody(world, met):
    met("Eileen", "Christopher")
    say(world, "Christopher", "yes")
    met("Gwen", "Ann")
    for name in ("Eileen", "Gwen"):
        with world.work() as session:
            erasure.erase_person(session, world.people[name], now=world.now)
    assert asked(world, "Ann") is None
    with world.work() as session:
        assert growing.for_the_team(session, {world.area_id()}) == ()
    assert {row.person_id for row in world.all(GrowthAsk)} == {world.people["Christopher"], world.people["Ann"]}


# Ties.


def counted(world, since, until=None):
    areas = {world.area_id(), world.area_id("trowbridge")}
    with world.work() as session:
        return ties.count(session, areas, TimeWindow(since, until or world.now))


def test_pairs_that_met_met_again_grew_and_gave_both_ways(world, met):
    world.execute("update kinds set level_code = '0' where slug = 'errand'")
    begin = world.now
    met("Eileen", "Christopher")
    met("Eileen", "Ann")
    middle = world.now
    assert counted(world, begin) == Ties(pairs=2, new=2, again=0, second_kind=0, both_ways=0)
    met("Eileen", "Christopher")
    met("Eileen", "Ann", kind="errand")
    met("Christopher", "Ann")
    assert counted(world, middle) == Ties(pairs=3, new=1, again=2, second_kind=1, both_ways=1)
    assert counted(world, begin) == Ties(pairs=3, new=3, again=2, second_kind=1, both_ways=1)
    assert counted(world, begin, middle) == Ties(pairs=2, new=2, again=0, second_kind=0, both_ways=0)


def test_what_was_not_done_ties_nobody(world):
    begin, need = world.now, world.post("Eileen")
    world.offer("Christopher")
    world.ask("Christopher", need)
    world.yes("Christopher")
    world.later(days=1)
    assert counted(world, begin) == Ties(0, 0, 0, 0, 0)


def test_each_is_counted_once_by_what_they_gave_and_got_by_then(world, met):
    """Ann helps Eileen; Christopher and Ann help each other; what came of it is told apart from what went on."""
    world.execute("update kinds set level_code = '0' where slug = 'errand'")
    areas = {world.area_id(), world.area_id("trowbridge")}

    def sides(since, until=None):
        with world.work() as session:
            return ties.sides(session, areas, TimeWindow(since, until or world.now))

    begin = world.now
    met("Eileen", "Christopher")
    met("Eileen", "Christopher")
    assert sides(begin) == Sides(gave=1, got=1, each_other=0, passed_on=0)
    middle = world.now
    met("Christopher", "Ann")
    assert sides(begin) == Sides(gave=1, got=1, each_other=0, passed_on=1)
    # What Christopher gave was before: it counts, and Eileen, who met nobody since, does not.
    assert sides(middle) == Sides(gave=1, got=0, each_other=0, passed_on=1)
    met("Ann", "Christopher")
    assert sides(begin) == Sides(gave=0, got=1, each_other=2, passed_on=0)
    assert sides(begin, middle) == Sides(gave=1, got=1, each_other=0, passed_on=0)
    assert sides(begin).both == counted(world, begin).both_ways
