"""A volunteer changes what they offer and how they are written to, and leaves."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from matcher.domain.errors import BadInput, NotFound
from matcher.domain.lifecycle import MatchStatus, OfferStatus, VisitStatus
from matcher.domain.preferences import AT_ANY_TIME, About
from matcher.domain.roles import LinkPurpose
from matcher.services import cold, leaving, links, offer_changes, replies
from matcher.services.access import Grant
from matcher.services.offer_changes import Times, Writing
from matcher.services.replies import Inbound
from matcher.services.round_reader import read_problem
from matcher.store.models import AuditRow, ChannelChoice, Match, Offer, Visit
from tests.worlds import world as world


def own(world, name="Christopher"):
    with world.work() as session:
        return offer_changes.read(session, world.people[name], now=world.now)


def change(world, verb, *values, name="Christopher"):
    with world.work() as session:
        verb(session, world.people[name], *values, now=world.now)


def test_what_is_changed_is_read_back_as_it_was_chosen(world):
    world.offer("Christopher", visits_per_week=2)
    times = Times("choose", frozenset({"MO-am", "MO-pm", "WE-eve"}), ((date(2026, 2, 1), date(2026, 2, 3)),), None)
    change(world, offer_changes.change_times, times)
    change(world, offer_changes.change_kinds, frozenset({"errand", "lift"}))
    change(world, offer_changes.change_reach, "car", 30)
    found = own(world)
    assert found.times == times
    assert (found.kinds, found.travel_mode, found.travel_minutes) == ({"errand", "lift"}, "car", 30)
    change(world, offer_changes.change_times, Times("evenings", frozenset(), (), 4))
    assert (own(world).times.pattern, own(world).times.away) == ("evenings", ())


def test_early_mornings_alone_are_times_of_their_own_and_not_none(world):
    world.offer("Christopher", pattern="choose", times=frozenset({"MO-early"}))
    assert (own(world).times.pattern, own(world).times.boxes) == ("choose", frozenset({"MO-early"}))


@pytest.mark.parametrize("pattern", ["any", "weekday_daytimes", "evenings", "weekends", "on_duty"])
def test_a_pattern_stays_the_pattern_it_is(world, pattern):
    world.offer("Christopher", pattern=pattern)
    assert own(world).times.pattern == pattern


def test_a_pause_ends_by_itself_and_what_was_asked_about_it_ends_quietly(world):
    world.offer("Christopher")
    world.ask("Christopher", world.post())
    change(world, offer_changes.pause_until, date(2026, 1, 16))
    assert world.one(Match).status is MatchStatus.WITHDRAWN
    assert own(world).times.away == ((date(2026, 1, 14), date(2026, 1, 15)),)
    world.later(days=2)
    assert own(world).times.away == ()
    with pytest.raises(BadInput, match="after today"):
        change(world, offer_changes.pause_until, date(2026, 1, 16))


def test_a_pause_until_another_day_takes_the_place_of_the_one_before_and_leaves_what_is_to_come(world):
    world.offer("Christopher", away=((date(2026, 2, 1), date(2026, 2, 9)),))
    for day in (30, 20, 17):
        change(world, offer_changes.pause_until, date(2026, 1, day))
    assert own(world).times.away == (
        (date(2026, 1, 14), date(2026, 1, 16)),
        (date(2026, 2, 1), date(2026, 2, 9)),
    )


def test_no_more_is_asked_in_seven_days_than_they_gave(world):
    world.offer("Christopher")
    change(world, offer_changes.change_writing, replace(own(world).writing, asks_per_week=2))
    for name in ("Eileen", "Frank"):
        assert world.post(name, when="tomorrow")
        world.round()
        world.no("Christopher")
    world.later(hours=25)  # of the last day it is none; of the last seven it is two
    third = world.post("Gwen", when="tomorrow", person={"house": "9", "postcode": "BA15 1NB"})
    world.round()
    assert world.who_was_asked(third) == []
    world.later(days=6, hours=1)
    fourth = world.post("Harriet", when="tomorrow")
    world.round()
    assert world.who_was_asked(fourth) == ["Christopher"]


def test_what_they_agreed_to_for_the_cold_goes_before_their_week(world):
    world.offer("Christopher")
    change(world, offer_changes.change_writing, replace(own(world).writing, asks_per_week=1))
    world.ask("Christopher", world.post())
    change(world, cold.agree, next(word for word, raised in cold.CHOICES.items() if raised))
    with world.work() as session:
        usual = read_problem(session, world.area_id(), now=world.now).volunteers[0]
    assert usual.asks_per_day == 1
    with world.work() as session:
        until = world.now + timedelta(days=1)
        cold.start(session, world.area_id(), until=until, actor="staff:1", now=world.now)
    with world.work() as session:
        in_snow = read_problem(session, world.area_id(), now=world.now).volunteers[0]
    assert in_snow.asks_per_day > 1


def test_each_kind_of_message_goes_the_way_that_was_chosen(world):
    world.offer("Christopher", person={"email": "c@example.org"})
    by_text = {About.ASKS: "text", About.VISITS: "email", About.NEWS: "none"}
    change(world, offer_changes.change_writing, Writing(None, (time(22), time(7)), by_text))
    assert own(world).writing == Writing(None, (time(22), time(7)), by_text)
    world.ask("Christopher", world.post())
    world.yes("Christopher")
    told = dict(
        world.execute(
            "select template, channel from notifications where person_id = :id", id=world.people["Christopher"]
        )
    )
    assert (told["match_asked"], told["visit_held_volunteer"]) == ("text", "email")


def test_a_question_waits_for_the_end_of_their_quiet_hours_and_a_visit_does_not(world):
    world.offer("Christopher")
    world.deliver()
    change(world, offer_changes.change_writing, replace(own(world).writing, quiet=(time(18), time(10))))
    world.ask("Christopher", world.post(when="tomorrow"), at=world.now + timedelta(hours=26))
    for later, status in ((0, "pending"), (2, "pending"), (1, "sent")):  # 7:30, 9:30, 10:30
        world.later(hours=later)
        world.deliver()
        assert ("match_asked", status) in world.owed("Christopher")
    world.later(hours=10)
    world.yes("Christopher")
    world.deliver()
    assert ("visit_held_volunteer", "sent") in world.owed("Christopher")


def test_nothing_goes_by_an_email_that_nobody_gave(world):
    world.offer("Christopher")
    with pytest.raises(BadInput, match="how we should write"):
        change(world, offer_changes.change_writing, Writing(None, AT_ANY_TIME, {About.ASKS: "email"}))
    assert world.all(ChannelChoice) == []


def test_leaving_stops_every_message_hands_back_and_says_so(world):
    world.offer("Christopher")
    need = world.post(when="tomorrow")
    world.ask("Christopher", need)
    world.yes("Christopher")
    world.ask("Christopher", world.post("Frank", when="tomorrow"), at=world.now + timedelta(hours=5))
    person_id = world.people["Christopher"]
    token = world.link(Grant(LinkPurpose.ME, person_id=person_id), hours=9)
    change(world, leaving.leave)
    assert world.one(Offer).status is OfferStatus.STOPPED
    assert world.one(Visit).status is VisitStatus.HANDED_BACK
    assert [match.status for match in world.all(Match)] == [MatchStatus.ACCEPTED, MatchStatus.WITHDRAWN]
    still = [template for template, status in world.owed("Christopher") if status == "pending"]
    assert still == ["offer_ended"]
    assert ("visit_handed_back", "pending") in world.owed("Eileen")
    with world.work() as session, pytest.raises(NotFound):
        links.open_link(session, token, LinkPurpose.ME, now=world.now)
    change(world, leaving.leave)
    assert len([template for template, _ in world.owed("Christopher") if template == "offer_ended"]) == 1
    assert "left our list" in next(e.message.text for e in world.deliver() if e.message.subject.startswith("You have"))
    assert not world.breaches()


def test_who_left_and_asks_for_help_themselves_still_hears_of_that(world):
    world.offer("Christopher")
    need = world.post("Christopher")
    change(world, leaving.leave)
    assert ("need_posted", "pending") in world.owed("Christopher")
    world.offer("Ann")
    world.ask("Ann", need)
    world.yes("Ann")
    assert ("visit_held_resident", "pending") in world.owed("Christopher")


def test_who_left_may_come_back(world):
    world.offer("Christopher")
    change(world, leaving.leave)
    world.later(days=30)
    world.offer("Christopher")
    with world.work() as session:
        assert session.scalars(select(Offer.status)).one() is OfferStatus.ACTIVE
    assert world.post("Eileen")
    world.round()
    assert world.one(Match).status is MatchStatus.PROPOSED


def test_after_stop_text_is_chosen_only_by_a_step_that_says_so(world):
    world.offer("Ann", person={"email": "ann@example.org"})
    with world.work() as session:
        replies.receive(session, Inbound("stop", world.home("Ann").phone, "STOP"), now=world.now)
    person_id = world.people["Ann"]
    with world.work() as session:
        writing = offer_changes.read(session, person_id, now=world.now).writing
    by_text = replace(writing, channels=dict.fromkeys(About, "text"))
    with pytest.raises(BadInput, match="Send me texts again"), world.work() as session:
        offer_changes.change_writing(session, person_id, by_text, now=world.now)
    assert world.person("Ann").texts_stopped_at
    for _ in range(2):
        with world.work() as session:
            offer_changes.want_texts_again(session, person_id, now=world.now)
    assert len(world.all(AuditRow, action="started_texts")) == 1
    with world.work() as session:
        offer_changes.change_writing(session, person_id, by_text, now=world.now)
    assert world.person("Ann").texts_stopped_at is None
