"""Two who are never to meet again: what is to come between them ends, and who waits for it hears so and no reason."""

from datetime import timedelta

import pytest

from matcher.domain.errors import Conflict
from matcher.services import arrangement_changes, feedback, matches, pins, visit_page, visits, who_could_help
from matcher.services.pins import Keep
from matcher.services.who_could_help import Look
from matcher.store.models import Arrangement, AuditRow, Match, NeverPair, Occurrence, Offer, Pin, Visit
from tests.worlds import takes


@pytest.fixture
def held(world):
    """Christopher goes to Eileen tomorrow: both know."""
    world.offer("Christopher")
    need = world.post(when="tomorrow")
    world.ask("Christopher", need, at=world.now + timedelta(hours=25))
    world.yes("Christopher")
    world.deliver()
    return need


def offer_of(world, name):
    return world.one(Offer, person_id=world.people[name]).id


def apart(world, need, name="Christopher", why="asked"):
    areas, by = frozenset({world.area_id()}), world.coordinator()
    with world.work() as session:
        pins.keep_apart(
            session, world.occurrence_id(need), offer_of(world, name), why, area_ids=areas, staff_id=by, now=world.now
        )


def about(world, need, name="Christopher"):
    with world.work() as session:
        return who_could_help.read(
            session,
            world.occurrence_id(need),
            area_ids=frozenset({world.area_id()}),
            now=world.now,
            look=Look(about=offer_of(world, name)),
        ).about


def told(world, name):
    """The words of what goes to somebody now."""
    return " ".join(one.message.text for one in world.deliver() if one.shown_as.startswith(name))


def door_word(world, need):
    return world.execute("select door_word from occurrences where need_id = :id", id=need.need_id)[0][0]


def test_a_visit_to_come_is_handed_back_and_looked_for_anew(world, held):
    apart(world, held)
    assert world.visit("Christopher").status == "handed_back"
    occurrence = world.one(Occurrence)
    assert (occurrence.status, occurrence.next_round_at) == ("open", world.now)
    assert world.one(AuditRow, action="handed_back").actor.startswith("staff:")
    assert world.breaches() == {}
    world.offer("Ann")
    world.round()
    assert world.who_was_asked(held) == ["Christopher", "Ann"]


def test_whoever_was_to_go_is_told_not_to_and_the_other_that_somebody_else_is_looked_for_and_neither_why(world, held):
    apart(world, held, why="safety")
    said = world.deliver()
    words = {name: " ".join(one.message.text for one in said if one.shown_as.startswith(name)) for name in world.people}
    assert "Please do not go" in words["Christopher"]
    assert "no longer needs" not in words["Christopher"]
    assert "Christopher" in words["Eileen"]
    assert not any(why in " ".join(words.values()).lower() for why in ("safety", "apart", "asked that"))


def test_it_is_said_before_it_is_done_and_can_be_done_from_the_page_of_the_visit_that_they_hold(world, held):
    before = world.picture()
    shown = about(world, held)
    assert world.picture() == before
    assert (shown.name, shown.goes, len(shown.between.visits)) == ("Christopher S", True, 1)
    assert (shown.between.asks, shown.between.is_regular) == (0, False)
    apart(world, held)
    assert about(world, held).between.visits == ()


def test_it_reaches_every_need_of_theirs_and_the_other_way_round_and_no_visit_of_others(world, held):
    """Eileen goes to Christopher too, and he to Gwen."""
    world.offer("Eileen")
    his = world.post("Christopher", when="tomorrow", times=frozenset({"pm"}))
    world.ask("Eileen", his, at=world.now.replace(hour=14) + timedelta(days=1))
    world.yes("Eileen")
    gwens = world.post("Gwen", when="tomorrow", times=frozenset({"pm"}))
    world.ask("Christopher", gwens, at=world.now.replace(hour=16) + timedelta(days=1))
    world.yes("Christopher")
    second = world.post("Eileen", when="tomorrow", kind="snow", times=frozenset({"pm"}))
    world.offer("Ann")
    apart(world, second)
    assert world.visit("Eileen").status == "handed_back"
    assert [visit.status for visit in world.all(Visit, person_id=world.people["Christopher"])] == [
        "handed_back",
        "held",
    ]
    assert world.breaches() == {}


def test_what_one_is_asked_about_the_other_ends_and_others_stay_asked(world):
    for name in ("Christopher", "Ann"):
        world.offer(name)
    need, gwens = world.post(when="tomorrow"), world.post("Gwen", when="tomorrow")
    world.ask_all(["Christopher", "Ann"], need, at=world.now + timedelta(hours=25))
    world.ask("Christopher", gwens, at=world.now + timedelta(hours=28))
    world.deliver()
    apart(world, need)
    theirs = {(row.person_id, row.occurrence_id): row.status for row in world.all(Match)}
    assert theirs == {
        (world.people["Christopher"], world.occurrence_id(need)): "withdrawn",
        (world.people["Ann"], world.occurrence_id(need)): "proposed",
        (world.people["Christopher"], world.occurrence_id(gwens)): "proposed",
    }
    assert "no longer needed" in told(world, "Christopher")
    assert world.breaches() == {}


def test_nothing_is_kept_for_them_at_any_need_of_the_other(world, held):
    second = world.post("Eileen", when="tomorrow", times=frozenset({"pm"}))
    areas, by = frozenset({world.area_id()}), world.coordinator()
    for need, every_visit in ((second, False), (second, True)):
        keep = Keep(offer_of(world, "Christopher"), "spoke", every_visit)
        with world.work() as session:
            pins.pin(session, world.occurrence_id(need), keep, area_ids=areas, staff_id=by, now=world.now)
    apart(world, held)
    assert [pin.lifted_at for pin in world.all(Pin)] == [world.now, world.now]


@pytest.mark.parametrize("role", ["usual", "stand_in"])
def test_who_usually_goes_or_stands_in_does_so_no_more(world, role):
    for name in ("Christopher", "Ann"):
        world.offer(name)
    weekly = world.post(when="tomorrow", is_weekly=True)
    usual, stand_in = ("Christopher", "Ann") if role == "usual" else ("Ann", "Christopher")
    with world.work() as session:
        ids = world.people[usual], world.people[stand_in]
        arrangement_changes.set_up(session, weekly.need_id, *ids, actor="staff:1", now=world.now)
    apart(world, weekly)
    arrangement = world.one(Arrangement)
    assert (arrangement.status, arrangement.stand_in_id) == (
        ("ended", world.people["Ann"]) if role == "usual" else ("live", None)
    )
    assert world.breaches() == {}


def test_the_word_at_the_door_becomes_another_where_it_is_for_safety(world, held):
    known = door_word(world, held)
    apart(world, held, why="safety")
    assert door_word(world, held) != known


def test_and_at_a_visit_that_they_gave_back_before_to_which_another_goes(world, held):
    known = door_word(world, held)
    world.hand_back("Christopher")
    world.offer("Ann")
    world.ask("Ann", held, at=world.now + timedelta(hours=25))
    world.yes("Ann")
    world.deliver()
    world.later(minutes=1)
    apart(world, held, why="safety")
    assert door_word(world, held) != known
    assert f"At the door they will say {door_word(world, held)}" in told(world, "Eileen")


def test_a_visit_that_is_over_stays_for_them_to_speak_of(world, held):
    world.later(hours=30)
    apart(world, held, why="safety")
    assert world.visit("Christopher").status == "held"
    assert world.breaches() == {}


def test_done_that_was_pressed_too_early_is_not_undone_once_they_are_kept_apart(world, held):
    world.done("Christopher")
    apart(world, held)
    went = world.visit("Christopher").id
    with world.work() as session:
        assert not visit_page.read(session, went, now=world.now).can_undo
    with pytest.raises(Conflict), world.work() as session:
        visits.undo_complete(session, went, now=world.now)
    assert world.visit("Christopher").status == "done"


def test_who_has_paused_and_still_goes_is_kept_apart_too(world, held):
    world.execute("update offers set status = 'paused'")
    apart(world, held)
    assert world.visit("Christopher").status == "handed_back"


def test_somebody_else_please_said_after_a_visit_hands_the_next_one_back(world, held):
    """He has said yes to a second need of hers before she says that she would rather have somebody else."""
    second = world.post("Eileen", when="day", day=(world.now + timedelta(days=3)).date())
    world.ask("Christopher", second, at=world.now.replace(hour=10) + timedelta(days=3))
    world.yes("Christopher")
    world.deliver()
    first = world.all(Visit)[0].id
    world.later(hours=27)
    with world.work() as session:
        visits.complete(session, first, now=world.now)
    with world.work() as session:
        feedback.say_how_it_went(session, held.need_id, "well", "", again="other", now=world.now)
    assert [visit.status for visit in world.all(Visit)] == ["done", "handed_back"]
    assert "Please do not go" in told(world, "Christopher")
    assert world.breaches() == {}


def test_a_round_that_thought_before_they_were_kept_apart_asks_nothing_after(world):
    world.offer("Christopher")
    need = world.post()
    opened = world.open_round()
    apart(world, need)
    world.close_round(opened)
    assert world.all(Match) == []


@pytest.mark.parametrize("first", ["apart", "yes"])
def test_a_yes_at_the_same_moment_leaves_nobody_expected(lasting_world, first):
    world = lasting_world
    world.offer("Christopher")
    need = world.post(when="tomorrow")
    match_id = world.ask("Christopher", need, at=world.now + timedelta(hours=25))
    areas, by, offer_id = frozenset({world.area_id()}), world.coordinator(), offer_of(world, "Christopher")
    occurrence_id = world.occurrence_id(need)

    def keeps_apart(session):
        pins.keep_apart(session, occurrence_id, offer_id, "safety", area_ids=areas, staff_id=by, now=world.now)

    def says_yes(session):
        matches.accept(session, match_id, now=world.now)

    one, later = (keeps_apart, says_yes) if first == "apart" else (says_yes, keeps_apart)

    assert world.at_one_moment(one, later) is None
    assert world.one(NeverPair)
    assert [visit.status for visit in world.all(Visit)] == ([] if first == "apart" else ["handed_back"])
    assert world.breaches() == {}


def test_keeping_apart_and_a_round_that_want_the_same_two_visits_do_not_stop_each_other(lasting_world):
    """The round has the first and wants the second; he is expected at the first and is asked about the second."""
    world = lasting_world
    world.offer("Christopher")
    first = world.post("Eileen", when="tomorrow")
    second = world.post("Eileen", when="tomorrow", times=frozenset({"pm"}))
    world.ask("Christopher", first, at=world.now + timedelta(hours=25))
    world.yes("Christopher")
    world.ask("Christopher", second, at=world.now + timedelta(hours=28))
    lower, higher = (world.occurrence_id(need) for need in (first, second))
    assert lower < higher
    world.later(minutes=1)

    areas, by, offer_id = frozenset({world.area_id()}), world.coordinator(), offer_of(world, "Christopher")

    def keep_apart(session):
        pins.keep_apart(session, higher, offer_id, "asked", area_ids=areas, staff_id=by, now=world.now)

    assert world.at_one_moment(takes(lower), keep_apart, last=takes(higher)) is None
    assert [visit.status for visit in world.all(Visit)] == ["handed_back"]
    assert world.all(Match, status="proposed") == []
