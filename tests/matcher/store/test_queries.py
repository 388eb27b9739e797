"""Reads with names: who is missing which check, what is on whose hands, which visit is to be judged."""

from datetime import date, timedelta

import pytest

from matcher.services import offers
from matcher.store import queries
from matcher.store.models import Offer, Visit


def ask(world, query, *args):
    with world.work() as session:
        return query(session, *args)


@pytest.mark.parametrize(("email", "channel"), [("", "text"), ("ann@example.org", "email")])
def test_a_volunteer_is_reached_by_email_if_they_gave_one(world, email, channel):
    world.offer("Ann", person={"email": email})
    assert ask(world, queries.channel_of, world.people["Ann"]) == channel


def test_the_exact_home_is_there_for_the_engine(world):
    world.offer("Ann")
    assert ask(world, queries.home_point, world.people["Ann"]).lat == 51.348711


def test_the_checks_that_are_missing_on_a_day(world):
    world.offer("Ann", kinds=frozenset({"lift"}))
    ann = world.people["Ann"]
    for name, expires_on in (("id_seen", None), ("reference", date(2026, 1, 20))):
        with world.work() as session:
            offers.record_check(session, ann, name, date(2025, 1, 1), expires_on=expires_on, now=world.now)
    on = {day: ask(world, queries.missing_checks, ["lift"], ann, date(2026, 1, day)) for day in (20, 21)}
    assert on == {20: {"licence_seen"}, 21: {"licence_seen", "reference"}}
    assert ask(world, queries.missing_checks, ["snow"], ann, date(2026, 1, 20)) == set()


def test_what_someone_is_expected_at_and_where(world):
    world.offer("Ann")
    world.ask("Ann", world.post("Eileen"))
    assert ask(world, queries.expected_visits, world.people["Ann"]) == []
    world.yes("Ann")
    ((visit, point),) = ask(world, queries.expected_visits, world.people["Ann"])
    assert (visit.id, point.lat) == (world.one(Visit).id, 51.350505)
    world.done("Ann")
    assert ask(world, queries.expected_visits, world.people["Ann"]) == []


def test_what_people_have_on_their_hands(world):
    world.offer("Ann", travel_mode="car")
    world.offer("Tom")
    ann, tom = (world.one(Offer, person_id=world.people[name]).id for name in ("Ann", "Tom"))
    asked, held = world.post("Eileen"), world.post("Gwen")
    world.ask("Ann", held)
    world.yes("Ann")
    world.ask("Ann", asked, at=world.now + timedelta(hours=4))
    at = [world.now + timedelta(hours=hours) for hours in (2, 2.5, 4, 4.5)]
    around = timedelta(minutes=5)  # kept around a visit
    assert set(ask(world, queries.on_their_hands, [ann, tom])) == {
        (ann, None, at[0] - around, at[1] + around),
        (ann, world.occurrence_id(asked), at[2], at[3]),
    }
    assert ask(world, queries.on_their_hands, [tom]) == []


def test_a_visit_is_to_be_judged_once_its_time_has_come(world):
    world.offer("Ann")
    need = world.post()
    world.ask("Ann", need)
    world.yes("Ann")
    assert ask(world, queries.occurrence_to_judge, need.need_id, world.now) is None
    world.later(hours=2)
    assert ask(world, queries.occurrence_to_judge, need.need_id, world.now) == world.occurrence_id(need)


def test_the_latest_visit_that_nobody_judged_is_judged_first(world):
    world.offer("Ann")
    need = world.post(is_weekly=True)
    first, second, *_ = (row.id for row in world.execute("select id from occurrences order by starts_at"))
    for occurrence_id in (first, second):
        world.round()
        world.yes("Ann")
        world.later(hours=4)
        assert ask(world, queries.occurrence_to_judge, need.need_id, world.now) == occurrence_id
        world.done("Ann")
        world.later(days=7, hours=-4)
    assert ask(world, queries.last_said, need.need_id) is None
    world.how(need, "well")
    assert ask(world, queries.occurrence_to_judge, need.need_id, world.now) == first
    world.how(need, "partly")
    assert ask(world, queries.occurrence_to_judge, need.need_id, world.now) is None
    assert ask(world, queries.last_said, need.need_id) == "partly"


def test_a_visit_that_was_handed_back_is_not_judged(world):
    world.offer("Ann")
    need = world.post()
    world.ask("Ann", need)
    world.yes("Ann")
    world.hand_back("Ann")
    world.later(hours=2)
    assert ask(world, queries.occurrence_to_judge, need.need_id, world.now) is None


def test_what_a_yes_became(world):
    world.offer("Ann")
    match_id = world.ask("Ann", world.post())
    assert ask(world, queries.visit_of_match, match_id) is None
    world.yes("Ann")
    assert ask(world, queries.visit_of_match, match_id).id == world.one(Visit).id
