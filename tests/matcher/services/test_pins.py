"""A visit, or a need, is kept for one neighbour; two people are kept apart: with a reason, and rounds keep to it."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from matcher.domain.errors import BadInput, NotFound
from matcher.domain.lifecycle import MatchStatus
from matcher.services import asking_by_hand, pins, who_could_help
from matcher.services.asking_by_hand import ByHand
from matcher.services.pins import Keep
from matcher.services.who_could_help import Look
from matcher.store.models import ApartChoice, AuditRow, Match, NeverPair, Occurrence, Offer, Pin
from tests.statements import statements


@pytest.fixture
def need(world):
    need = world.post()
    world.offer("Christopher")
    world.offer("Ann", travel_mode="car")
    return need


def offer_of(world, name):
    return world.one(Offer, person_id=world.people[name]).id


def decide(world, need, verb, *words):
    areas, by = frozenset({world.area_id()}), world.coordinator()
    with world.work() as session:
        verb(session, world.occurrence_id(need), *words, area_ids=areas, staff_id=by, now=world.now)


def keep(world, need, name, why="knows_them", **how):
    decide(world, need, pins.pin, Keep(offer_of(world, name), why, **how))


def page(world, need, about=None):
    look = Look(about=offer_of(world, about) if about else None)
    with world.work() as session:
        areas = frozenset({world.area_id()})
        return who_could_help.read(session, world.occurrence_id(need), area_ids=areas, now=world.now, look=look)


@pytest.mark.parametrize("name", ["Christopher", "Ann"])
def test_the_one_it_is_kept_for_is_asked_and_nobody_else(world, need, name):
    keep(world, need, name)
    world.round()
    assert world.who_was_asked(need) == [name]
    world.later(hours=1)
    world.round()
    assert world.who_was_asked(need) == [name]


def test_once_they_say_no_others_are_asked(world, need):
    keep(world, need, "Ann")
    world.round()
    world.no("Ann")
    world.round()
    assert world.who_was_asked(need) == ["Ann", "Christopher"]


def test_it_waits_for_nobody_who_has_paused(world, need):
    keep(world, need, "Ann")
    pause(world, "Ann")
    world.round()
    assert world.who_was_asked(need) == ["Christopher"]


def pause(world, name):
    world.execute("update offers set status = 'paused' where id = :id", id=offer_of(world, name))


def test_every_visit_of_a_need_is_kept_and_a_visit_goes_before_it(world, need):
    keep(world, need, "Ann", every_visit=True)
    assert (world.one(Pin).need_id, world.one(Pin).occurrence_id) == (need.need_id, None)
    keep(world, need, "Christopher")
    world.round()
    assert world.who_was_asked(need) == ["Christopher"]


@pytest.mark.parametrize("every_visit", [False, True])
def test_keeping_it_takes_back_the_questions_to_others_and_tells_them(world, need, every_visit):
    world.ask_all(["Christopher", "Ann"], need)
    world.deliver()
    keep(world, need, "Ann", every_visit=every_visit)
    assert [match.status for match in world.all(Match)] == [MatchStatus.WITHDRAWN, MatchStatus.PROPOSED]
    assert world.owed("Christopher")[-1] == ("match_withdrawn", "pending")
    assert "match_withdrawn" not in [template for template, _ in world.owed("Ann")]
    assert world.yes("Ann").held


def test_a_visit_somebody_said_yes_to_is_not_kept_for_another(world, need):
    world.ask_all(["Christopher"], need)
    world.yes("Christopher")
    with pytest.raises(BadInput, match="has said yes"):
        keep(world, need, "Ann")
    assert (world.all(Pin), world.visit("Christopher").status) == ([], "held")


def test_what_the_team_kept_apart_it_may_take_back(world, need):
    decide(world, need, pins.keep_apart, offer_of(world, "Ann"), "fell_out")
    decide(world, need, pins.pair_again, offer_of(world, "Ann"))
    assert (world.all(NeverPair), world.all(ApartChoice)) == ([], [])
    assert world.all(AuditRow, action="paired_again")
    keep(world, need, "Ann")
    world.round()
    assert world.who_was_asked(need) == ["Ann"]
    with pytest.raises(BadInput, match="does not keep them apart"):
        decide(world, need, pins.pair_again, offer_of(world, "Ann"))


def test_what_the_resident_said_of_them_stands_whatever_the_team_takes_back(world, need):
    low, high = sorted((world.people["Ann"], world.people["Eileen"]))
    world.execute(
        "insert into never_pairs values (:low, :high, :at)", low=low, high=high, at=world.now - timedelta(days=1)
    )
    decide(world, need, pins.keep_apart, offer_of(world, "Ann"), "asked")
    decide(world, need, pins.pair_again, offer_of(world, "Ann"))
    assert world.all(ApartChoice) == []
    assert world.one(NeverPair)


def test_not_again_said_of_a_visit_stands_whoever_kept_them_apart_first(world, need):
    world.ask_all(["Ann"], need)
    world.yes("Ann")
    world.later(hours=3)
    world.done("Ann")
    decide(world, need, pins.keep_apart, offer_of(world, "Ann"), "asked")
    world.execute(
        "insert into feedback (visit_id, answer, again, said_at) values (:visit, 'well', 'other', :at)",
        visit=world.visit("Ann").id,
        at=world.now,
    )
    decide(world, need, pins.pair_again, offer_of(world, "Ann"))
    assert world.one(NeverPair)


def test_the_page_says_for_whom_it_is_kept_and_why_not_the_others(world, need):
    keep(world, need, "Ann", why="asked_for")
    shown = page(world, need)
    assert (shown.kept_for.name, shown.kept_for.every_visit) == ("Ann S", False)
    assert shown.kept_for.why == "They were asked for by name"
    assert [(row.name, row.kept_away) for row in shown.candidates] == [
        ("Ann S", ()),
        ("Christopher S", ("is not asked: the team keeps it for somebody else",)),
    ]
    assert shown.candidates[1].may_set_aside is False


def test_kept_for_one_after_another_it_is_the_last_one_s_and_both_are_remembered(world, need):
    keep(world, need, "Ann")
    keep(world, need, "Christopher")
    assert [(pin.person_id, pin.lifted_at is None) for pin in world.all(Pin)] == [
        (world.people["Ann"], False),
        (world.people["Christopher"], True),
    ]


def test_it_is_kept_for_nobody_any_more(world, need):
    keep(world, need, "Ann", every_visit=True)
    decide(world, need, pins.lift)
    decide(world, need, pins.lift)
    assert page(world, need).kept_for is None
    assert len(world.all(AuditRow, action="unpinned")) == 1


def test_the_next_round_looks_at_once(world, need):
    world.round()
    world.no(world.who_was_asked(need)[0])
    world.execute("update occurrences set next_round_at = next_round_at + interval '1 day'")
    keep(world, need, "Ann")
    assert world.one(Occurrence).next_round_at == world.now


def test_nothing_is_kept_without_a_reason_or_for_nobody(world, need):
    with pytest.raises(BadInput, match="Select a reason"):
        keep(world, need, "Ann", why="whim")
    with pytest.raises(BadInput, match="do not offer help"):
        decide(world, need, pins.pin, Keep(0, "spoke"))
    assert world.all(Pin) == []


def test_a_pair_is_never_matched_whichever_of_them_needs_help(world, need):
    keep(world, need, "Ann")
    decide(world, need, pins.keep_apart, offer_of(world, "Ann"), "fell_out")
    assert world.one(ApartChoice).why == "fell_out"
    assert world.one(NeverPair)
    assert page(world, need).kept_for is None
    world.round()
    assert world.who_was_asked(need) == ["Christopher"]
    world.offer("Eileen")
    pause(world, "Christopher")
    anns = world.post("Ann")
    world.round()
    assert world.who_was_asked(anns) == []
    with pytest.raises(BadInput, match="kept apart"):
        keep(world, need, "Ann")


def test_why_they_are_kept_apart_is_on_the_page_of_the_team_alone(world, need):
    decide(world, need, pins.keep_apart, offer_of(world, "Ann"), "safety")
    assert page(world, need, about="Ann").about.apart == "For somebody's safety"
    with pytest.raises(BadInput, match="Select a reason"):
        decide(world, need, pins.keep_apart, offer_of(world, "Christopher"), "")


def test_who_then_lacks_help_is_told_before_it_is_done_and_the_round_bears_it_out(world, need):
    olive = world.post("Olive", person={"phone": "07700 900222"})
    pause(world, "Ann")
    world.execute("update offers set visits_per_week = 1")
    before = world.picture()
    pages = {one: page(world, one, about="Christopher").about for one in (need, olive)}
    assert world.picture() == before
    (taken_from,) = [one for one, about in pages.items() if not about.lacking]
    (here,) = {need, olive} - {taken_from}
    (lacking,) = pages[here].lacking
    assert (lacking.before, lacking.after) == (("Christopher S",), ())
    assert lacking.why.startswith("Everyone who could come")
    chosen = ByHand(offer_of(world, "Christopher"))
    decide(world, here, asking_by_hand.ask, chosen)
    world.round()
    assert (world.who_was_asked(here), world.who_was_asked(taken_from)) == (["Christopher"], [])


@pytest.mark.parametrize("verb", [pins.lift, pins.pin, pins.keep_apart])
def test_a_visit_of_another_area_is_not_known(world, need, verb):
    words = {pins.lift: (), pins.pin: (Keep(1, "spoke"),), pins.keep_apart: (1, "asked")}[verb]
    occurrence_id, areas = world.occurrence_id(need), frozenset({world.area_id() + 1})
    with world.work() as session, pytest.raises(NotFound):
        verb(session, occurrence_id, *words, area_ids=areas, staff_id=1, now=world.now)


@pytest.mark.parametrize("broken", ["need_id = 1", "occurrence_id = null", "why = 'whim'", "lifted_at = null"])
def test_the_database_keeps_one_reason_one_thing_and_one_holder(world, need, broken):
    keep(world, need, "Ann")
    keep(world, need, "Christopher")
    with pytest.raises(IntegrityError):
        world.execute(f"update pins set {broken} returning id")


def test_more_of_one_neighbour_takes_as_many_queries_in_a_crowd(world, need):
    def counted():
        occurrence_id, look = world.occurrence_id(need), Look(about=offer_of(world, "Ann"))
        areas = frozenset({world.area_id()})
        with world.work() as session, statements(session) as told:
            who_could_help.read(session, occurrence_id, area_ids=areas, now=world.now, look=look)
        return len(told)

    few = counted()
    world.crowd(30)
    assert counted() == few
