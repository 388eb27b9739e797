"""A coordinator asks somebody by hand: whom the engine ranks, what may be set aside, and what is kept of it."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from matcher.domain.errors import BadInput, NotFound
from matcher.domain.lifecycle import MatchStatus
from matcher.engine.allocation import Allocation
from matcher.services import asking_by_hand, audit, near_offers, people, round_reader, setting_aside, who_could_help
from matcher.services.asking_by_hand import ByHand
from matcher.services.waterfall import GivesWay
from matcher.services.who_could_help import Look
from matcher.store.models import AuditRow, HandChoice, Match, Offer, Visit
from tests.statements import statements


@pytest.fixture
def need(world):
    return world.post()


def read(world, need):
    with world.work() as session:
        areas = frozenset({world.area_id()})
        return who_could_help.read(session, world.occurrence_id(need), area_ids=areas, now=world.now)


def ask(world, need, name, **choice):
    areas, by = frozenset({world.area_id()}), world.coordinator()
    chosen = ByHand(offer_of(world, name), **choice)
    with world.work() as session:
        occurrence_id = world.occurrence_id(need)
        asking_by_hand.ask(session, occurrence_id, chosen, area_ids=areas, staff_id=by, now=world.now)


def offer_of(world, name):
    return world.one(Offer, person_id=world.people[name]).id


def test_everyone_is_ranked_with_the_reason_why_or_why_not(world, need):
    world.offer("Christopher")
    world.offer("Gwen", person={"phone": "07700 900111"})
    world.offer("Ann", kinds=frozenset({"lift"}))
    shown = read(world, need)
    assert [(row.name, row.kept_away) for row in shown.candidates] == [
        ("Christopher S", ()),
        ("Ann S", ("does not offer this kind of help",)),
        ("Gwen S", ("lives 2.1 miles farther away than they offered",)),
    ]
    christopher = shown.candidates[0]
    assert christopher.worth > 0
    assert abs(sum(bar.minutes for bar in christopher.bars) - christopher.worth) <= len(christopher.bars)
    assert all(0 <= bar.x <= bar.x + bar.width <= 100.001 for bar in christopher.bars)
    assert shown.best == "Christopher S is the only one who could be asked"
    assert (shown.candidates[1].may_set_aside, shown.candidates[2].may_set_aside) == (False, True)


def test_who_has_been_asked_is_told_apart(world, need):
    world.offer("Christopher")
    world.ask("Christopher", need)
    shown = read(world, need)
    assert [(row.name, row.words) for row in shown.asked] == [("Christopher S", "asked, no answer yet")]
    assert shown.candidates == ()


def test_two_of_one_short_name_are_told_apart_wherever_they_stand_on_the_page(world, need):
    for name, surname in (("Joan", "Miller"), ("Joan too", "Moss"), ("Joan as well", "Marsh"), ("Tom", "Miller")):
        world.offer(name, person={"first_name": name.split()[0], "surname": surname}, travel_mode="car")
    world.ask("Joan as well", need)
    with world.work() as session:
        look = Look(about=world.one(Offer, person_id=world.people["Joan too"]).id)
        areas = frozenset({world.area_id()})
        shown = who_could_help.read(session, world.occurrence_id(need), area_ids=areas, now=world.now, look=look)
    assert sorted(row.name for row in shown.candidates) == ["Joan Miller", "Joan Moss", "Tom M"]
    assert [row.name for row in shown.asked] == ["Joan Marsh"]
    assert shown.about.name == "Joan Moss"


def test_one_is_asked_at_once_and_both_choices_are_kept(world, need):
    world.offer("Christopher")
    world.offer("Ann", travel_mode="car")
    best, other = (row.name.split()[0] for row in read(world, need).candidates)
    ask(world, need, other)
    assert world.who_was_asked(need) == [other]
    assert ("match_asked", "pending") in world.owed(other)
    kept = world.one(HandChoice)
    assert (kept.set_aside, kept.why, kept.is_assigned) == ([], None, False)
    assert kept.engine_offer_id == offer_of(world, best)
    assert world.one(AuditRow, action="asked_by_hand").actor == audit.staff(kept.staff_id)


def test_a_reach_is_set_aside_with_a_reason_and_not_without(world, need):
    world.offer("Gwen")
    with pytest.raises(BadInput, match="Select a reason"):
        ask(world, need, "Gwen")
    assert world.all(Match) == []
    with pytest.raises(BadInput, match="Select a reason"):
        ask(world, need, "Gwen", why="because")
    ask(world, need, "Gwen", why="nearer")
    assert world.who_was_asked(need) == ["Gwen"]
    kept = world.one(HandChoice)
    assert (kept.set_aside, kept.why, kept.engine_offer_id) == (["nobody_near"], "nearer", None)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kinds": frozenset({"lift"})}, "does not offer this kind of help"),
        ({"pattern": "choose", "times": frozenset({"SU-am"})}, "is not free for the whole visit"),
    ],
)
def test_what_they_did_not_offer_is_not_set_aside_whatever_the_reason(world, need, changes, words):
    world.offer("Christopher", **changes)
    with pytest.raises(BadInput, match=f"Christopher S {words}"):
        ask(world, need, "Christopher", why="urgent")
    assert world.all(Match) == []


def test_somebody_kept_apart_from_them_is_never_asked(world, need):
    world.offer("Christopher")
    with world.work() as session:
        people.keep_apart(session, world.people["Christopher"], world.people["Eileen"], now=world.now)
    with pytest.raises(BadInput, match="kept apart"):
        ask(world, need, "Christopher", why="urgent")


def test_who_said_yes_by_voice_has_the_visit_and_is_not_asked_by_message(world, need):
    world.offer("Christopher")
    world.offer("Ann")
    world.ask("Ann", need)
    ask(world, need, "Christopher", why="spoke", is_assigned=True)
    assert world.one(Visit).person_id == world.people["Christopher"]
    assert "match_asked" not in [template for template, _ in world.owed("Christopher")]
    assert "visit_held_volunteer" in [template for template, _ in world.owed("Christopher")]
    assert world.one(Match, person_id=world.people["Ann"]).status is MatchStatus.WITHDRAWN
    assert world.one(HandChoice).is_assigned
    assert world.one(AuditRow, action="assigned_by_hand")


def test_nobody_is_given_a_visit_without_a_reason(world, need):
    world.offer("Christopher")
    with pytest.raises(BadInput, match="Select a reason"):
        ask(world, need, "Christopher", is_assigned=True)
    assert world.all(Visit) == []


def test_asked_twice_is_asked_once(world, need):
    world.offer("Christopher")
    ask(world, need, "Christopher")
    with pytest.raises(BadInput, match="cannot be asked about this visit any more"):
        ask(world, need, "Christopher")
    assert len(world.all(Match)) == 1


def test_a_visit_of_another_area_is_not_known(world, need):
    world.offer("Christopher")
    occurrence_id, elsewhere = world.occurrence_id(need), frozenset({world.area_id() + 1})
    choice = ByHand(offer_of(world, "Christopher"))
    with world.work() as session:
        with pytest.raises(NotFound):
            who_could_help.read(session, occurrence_id, area_ids=elsewhere, now=world.now)
        with pytest.raises(NotFound):
            asking_by_hand.ask(session, occurrence_id, choice, area_ids=elsewhere, staff_id=1, now=world.now)


def test_nobody_is_asked_while_someone_must_be_rung_first(world):
    world.offer("Christopher")
    need = world.post(kind="other", note="A wasps' nest.")
    shown = read(world, need)
    assert (shown.is_open, shown.candidates) == (False, ())
    assert "needs to ring first" in shown.why
    with pytest.raises(BadInput):
        ask(world, need, "Christopher")


@pytest.mark.parametrize("broken", ["set_aside = '{nobody_near}'", "is_assigned = true", "why = 'whim'"])
def test_the_database_keeps_no_choice_over_a_rule_without_its_reason(world, need, broken):
    world.offer("Christopher")
    ask(world, need, "Christopher")
    with pytest.raises(IntegrityError):
        world.execute(f"update hand_choices set {broken} returning match_id")


def test_the_page_takes_as_many_queries_for_many_neighbours_as_for_one(world, need):
    occurrence_id, areas = world.occurrence_id(need), frozenset({world.area_id()})

    def read_counted():
        with world.work() as session, statements(session) as told:
            look = Look(is_whole=True)
            shown = who_could_help.read(session, occurrence_id, area_ids=areas, now=world.now, look=look)
        return shown, len(told)

    world.offer("Christopher")
    _, few = read_counted()
    world.crowd(40)
    shown, many = read_counted()
    assert len(shown.candidates) == who_could_help.SHOWN
    assert shown.has_more
    assert shown.why == "More than 20 could be asked just now."
    assert many == few


def test_the_first_few_are_shown_until_more_are_asked_for(world, need):
    world.crowd(40)
    shown = read(world, need)
    assert (len(shown.candidates), shown.has_more) == (who_could_help.SHOWN_AT_FIRST, True)


def test_the_least_that_would_bring_someone_is_one_press(world, need):
    world.offer("Gwen")
    world.offer("Tom")
    world.offer("Ann", kinds=frozenset({"lift"}))
    shown = read(world, need)
    (brings,) = shown.brings
    assert (brings.name, brings.others) == ("Gwen S", 0)  # Tom could not walk there in the time that is left either
    assert brings.words == ("lives 2.1 miles farther away than they offered",)
    assert shown.cannot == ("1 neighbour: does not offer this kind of help",)
    ask(world, need, "Gwen", why="nobody_else")
    assert world.who_was_asked(need) == ["Gwen"]
    assert world.one(HandChoice).set_aside == ["nobody_near"]


def test_that_nobody_else_could_is_no_reason_while_somebody_could(world, need):
    world.offer("Gwen")
    world.offer("Christopher")
    assert read(world, need).brings == ()
    with pytest.raises(BadInput, match="Somebody could be asked as it is"):
        ask(world, need, "Gwen", why="nobody_else")
    assert world.all(Match) == []


def test_nothing_is_offered_that_a_second_solving_does_not_bear_out(world, need, monkeypatch):
    world.offer("Gwen")
    monkeypatch.setattr(setting_aside, "solve_round", lambda problem, say_why: Allocation())
    assert read(world, need).brings == ()


def test_a_check_is_not_for_the_team_to_relax(world):
    lift = world.post(kind="lift")
    world.offer("Christopher", kinds=frozenset({"lift"}), travel_mode="car")
    shown = read(world, lift)
    assert shown.brings == ()
    assert shown.cannot == ("1 neighbour: does not have the checks it needs",)


def test_whoever_could_not_be_near_is_not_read(world, need, monkeypatch):
    world.offer("Christopher")
    world.offer("Ann", kinds=frozenset({"lift"}))
    world.offer("Tom")
    monkeypatch.setattr(near_offers, "LOOKED_AT", 2)
    assert [row.name for row in read(world, need).candidates] == ["Christopher S", "Tom S"]
    world.ask("Ann", need)
    with world.work() as session:
        problem = round_reader.read_one(session, world.occurrence_id(need), now=world.now)
    assert [ask.offer_id for ask in problem.live_asks] == [offer_of(world, "Ann")]


def test_all_the_time_for_which_it_is_wanted_is_told(world, need):
    once = read(world, need)
    assert once.times == "8am to 12 noon"
    soon = read(world, world.post("Frank", when="asap", times=frozenset({"am"})))
    assert soon.times.startswith("8am to 12 noon, or until 12 noon on ")


def way(shown, label):
    return next(step for step in shown.steps if label in step.label)


def test_each_step_says_whether_it_can_be_relaxed_and_whom_that_would_bring(world, need):
    world.offer("Gwen")
    world.round()
    near = way(read(world, need), "near enough")
    assert (near.left, near.fell, near.gives_way, near.brought.name) == (0, 1, GivesWay.PRESS, "Gwen S")
    assert read(world, need).finding == "From 1 volunteer to nobody: they fall out at “near enough”"
    ask(world, need, "Gwen", why="nobody_else")
    assert {step.gives_way for step in read(world, need).steps} <= {None, GivesWay.NOT_ALONE}  # there is nobody else


def test_a_step_of_time_leads_to_another_time_and_a_check_never_gives_way(world, need):
    world.offer("Ann", pattern="evenings")
    lift = world.post(kind="lift", times=frozenset({"pm"}))
    world.offer("Christopher", kinds=frozenset({"lift"}), travel_mode="car")
    world.round()
    free, checks = way(read(world, need), "free"), way(read(world, lift), "checks")
    assert (free.gives_way, free.alone, checks.gives_way, checks.alone) == (GivesWay.TIME, 1, GivesWay.NEVER, 1)
    assert read(world, lift).finding == (
        "From 2 volunteers to nobody: the last one falls out at “have the checks it needs”"
    )
    assert read(world, lift).cannot == ()  # the steps say so


def test_while_somebody_could_be_asked_no_step_is_relaxed(world, need):
    world.offer("Gwen")
    world.round()
    world.offer("Christopher")
    assert {step.gives_way for step in read(world, need).steps} == {None}
    assert read(world, need).finding.startswith("When it was last looked at: from 1 volunteer to nobody")


def test_the_number_is_that_of_the_board_and_gone_with_its_row(world, need):
    world.offer("Christopher")
    later = world.post("Frank", when="day", day=world.now.date() + timedelta(days=3))
    assert (read(world, need).number, read(world, later).number) == (1, 2)
    world.ask("Christopher", need)
    world.yes("Christopher")
    assert (read(world, need).number, read(world, later).number) == (None, 1)
