"""What somebody who would help is told of the need around them: true, and never of one home."""

from datetime import date, timedelta

from matcher.domain.geo import TravelMode
from matcher.services import check_tracker, local_demand, offers, villages
from matcher.services.local_demand import LocalDemand
from tests.worlds import world as world


def near(world, postcode="BA15 1NB"):
    with world.work() as session:
        return local_demand.near_postcode(session, postcode, now=world.now)


def test_small_numbers_are_not_told(world):
    world.crowd(4)
    for name in ("Eileen", "Frank", "Gwendolen", "Ivy"):
        world.post(name)
    assert near(world) == LocalDemand(None, None, None)
    words = near(world).in_words()
    assert "fewer than 5 requests for help within about a mile of you, and fewer than 5 neighbours who help" in words
    assert "once in" not in words


def test_five_are_told_with_how_often_each_is_asked(world):
    names = world.crowd(6)
    needs = [world.post(name) for name in ("Eileen", "Frank", "Gwendolen", "Ivy", "Olive")]
    for name, need in zip(names, needs, strict=False):
        world.ask(name, need)
    assert near(world) == LocalDemand(5, 6, 5)
    assert near(world).every_days == 36
    assert "5 requests for help within about a mile of you, and 6 neighbours who help" in near(world).in_words()
    assert "asked about once in 36 days" in near(world).in_words()


def test_only_what_is_near_and_of_late_counts(world):
    world.crowd(6)
    for name in ("Eileen", "Frank", "Gwendolen", "Ivy", "Olive"):
        world.post(name)
    far_away = near(world, "SP1 1AA")
    assert (far_away.requests, far_away.helpers) == (None, None)
    world.later(days=31)
    assert near(world).requests is None
    assert near(world).helpers == 6


def test_every_postcode_of_a_square_is_told_the_same(world):
    """Else whoever types one after another could find a home by where the number changes."""
    world.crowd(6)
    assert near(world, "BA15 1HL") == near(world, "BA15 1NB")


def test_two_who_are_asked_much_are_asked_at_most_daily():
    assert LocalDemand(90, 5, 600).every_days == 1
    assert "asked about every day" in LocalDemand(90, 5, 600).in_words()


def test_a_reach_is_told_by_the_names_of_places(world):
    with world.work() as session:
        on_foot = villages.covered(session, "BA15 1NB", TravelMode.FOOT, 10)
        by_car = villages.covered(session, "BA15 1NB", TravelMode.CAR, 20)
    assert on_foot == ("Bradford on Avon",)
    assert by_car[0] == "Bradford on Avon"
    assert len(by_car) == villages.MOST_NAMED
    assert len(set(by_car)) == len(by_car)


def test_a_check_is_followed_from_not_yet_to_seen_to_run_out(world):
    world.offer("Christopher", kinds=frozenset({"errand"}))
    person_id = world.people["Christopher"]

    def lines():
        with world.work() as session:
            return check_tracker.track(session, person_id, {"errand"}, now=world.now)

    assert [(line.words, line.seen_on) for line in lines()] == [("photo ID seen", None), ("a reference", None)]
    with world.work() as session:
        seen, ends = date(2026, 1, 10), date(2026, 2, 10)
        offers.record_check(session, person_id, "id_seen", seen, expires_on=ends, now=world.now)
    assert (lines()[0].seen_on, lines()[0].is_over) == (seen, False)
    world.now += timedelta(days=40)
    assert lines()[0].is_over
