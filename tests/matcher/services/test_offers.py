"""Offering help: what is written, what is refused, pausing and taking it up again."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from matcher.domain.errors import BadInput
from matcher.domain.lifecycle import MatchStatus, OccurrenceStatus, OfferStatus
from matcher.services import ask_page, matches, offers, on_duty, own_page, rounds, undelivered
from matcher.services.ask_page import AskState
from matcher.services.matches import AnswerWhy
from matcher.store.models import AvailabilityException, AvailabilityRule, Match, Occurrence, Offer


def own(world, name="Christopher"):
    with world.work() as session:
        return own_page.read(session, world.people[name], now=world.now)


def run(world, verb, name="Christopher"):
    with world.work() as session:
        return verb(session, world.people[name], now=world.now)


def test_an_offer_is_written_with_its_kinds_and_times(world):
    made = world.offer(
        "Christopher", kinds=frozenset({"snow", "errand"}), pattern="weekday_daytimes", visits_per_week=2
    )
    offer = world.one(Offer)
    assert (offer.status, offer.travel_mode, offer.reach_m, offer.visits_per_week) == ("active", "foot", 1185, 2)
    assert [(rule.weekday, rule.opens, rule.closes) for rule in world.all(AvailabilityRule)] == [
        (day, time(8), time(17)) for day in range(5)
    ]
    assert made.waiting_for == ("photo ID seen", "a reference")
    assert own(world).kinds == ("Clear snow or ice", "Fetch shopping that is paid for")
    assert own(world).waiting_for == made.waiting_for


def test_days_away_are_whole_days_by_the_clock(world):
    world.offer("Christopher", away=((date(2026, 3, 28), date(2026, 3, 29)),))
    during = world.one(AvailabilityException).during
    assert (during.lower, during.upper) == (datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 3, 29, 23, tzinfo=UTC))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kinds": frozenset()}, "kinds"),
        ({"kinds": frozenset({"gold"})}, "kinds"),
        ({"kinds": frozenset({"other"})}, "kinds"),
        ({"pattern": "never"}, "pattern"),
        ({"pattern": "choose"}, "times"),
        ({"pattern": "choose", "times": frozenset({"XX-am"})}, "times"),
        ({"travel_mode": "rocket"}, "travel_mode"),
        ({"travel_minutes": 7}, "travel_minutes"),
        ({"has_promised": False}, "promises"),
        ({"away": ((date(2026, 2, 2), date(2026, 2, 1)),)}, "away"),
        ({"away": ((date(2026, 2, 2), date(2029, 2, 1)),)}, "away"),
        ({"visits_per_week": 0}, "visits_per_week"),
        ({"person": {"born_on": None}}, "date_of_birth"),
        ({"person": {"born_on": date(2010, 1, 1)}}, "date_of_birth"),
        ({"person": {"postcode": "SW1A 1AA"}}, "postcode"),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_what_cannot_be_used_is_refused_beside_its_field_and_nothing_is_written(world, changes, field):
    before = world.picture()
    with pytest.raises(BadInput) as refused:
        world.offer("Christopher", **changes)
    assert refused.value.field == field
    assert world.picture() == before


def test_on_duty_only_is_free_at_no_time_of_the_week(world):
    world.offer("Christopher", pattern="on_duty")
    assert world.all(AvailabilityRule) == []


def test_a_check_that_is_seen_is_no_longer_waited_for(world):
    world.offer("Christopher", kinds=frozenset({"errand"}))
    with world.work() as session:
        offers.record_check(
            session, world.people["Christopher"], "id_seen", date(2026, 1, 2), expires_on=None, now=world.now
        )
    assert own(world).waiting_for == ("a reference",)
    with world.work() as session, pytest.raises(BadInput):
        offers.record_check(
            session, world.people["Christopher"], "star_sign", date(2026, 1, 2), expires_on=None, now=world.now
        )


def test_a_check_that_ran_out_after_the_question_stops_the_yes(world):
    world.offer("Christopher", kinds=frozenset({"errand"}))
    for name in ("id_seen", "reference"):
        with world.work() as session:
            offers.record_check(
                session,
                world.people["Christopher"],
                name,
                date(2025, 1, 2),
                expires_on=date(2026, 1, 14),
                now=world.now,
            )
    need = world.post(kind="errand")
    world.ask("Christopher", need)
    world.execute("update checks set expires_on = '2026-01-13' where name = 'reference'")
    assert world.yes("Christopher").why is AnswerWhy.NOT_ALLOWED


def test_whoever_pauses_is_asked_no_more_and_others_are(world):
    world.offer("Christopher")
    need = world.post()
    world.round()
    world.later(minutes=1)
    run(world, on_duty.pause)
    assert world.one(Offer).status is OfferStatus.PAUSED
    assert world.one(Match).status is MatchStatus.WITHDRAWN
    assert own(world).asks == ()
    with world.work() as session:
        assert rounds.areas_due(session, now=world.now) == (world.area_id(),)
    world.offer("Ann")
    world.round()
    assert world.who_was_asked(need) == ["Christopher", "Ann"]


def test_a_pause_leaves_the_visits_that_are_held(world):
    world.offer("Christopher")
    world.ask("Christopher", world.post())
    world.yes("Christopher")
    run(world, on_duty.pause)
    assert world.one(Occurrence).status is OccurrenceStatus.FILLED
    assert len(own(world).coming) == 1


def test_whoever_takes_it_up_again_may_be_asked_the_same(world):
    world.offer("Christopher")
    need = world.post()
    world.round()
    run(world, on_duty.pause)
    run(world, on_duty.resume)
    world.round()
    assert world.who_was_asked(need) == ["Christopher", "Christopher"]


def test_the_page_of_an_ask_tells_what_became_of_it(world):
    for name in ("Christopher", "Ann", "Bridget"):
        world.offer(name)
    need = world.post()
    asked = world.ask_all(["Christopher", "Ann", "Bridget"], need)

    def states():
        with world.work() as session:
            return [ask_page.read(session, match_id, now=world.now).state.value for match_id in asked]

    assert states() == ["open", "open", "open"]
    world.no("Bridget")
    world.yes("Christopher")
    assert states() == ["yours", "taken", "said_no"]
    world.hand_back("Christopher")
    assert states() == ["handed_back", "withdrawn", "said_no"]
    world.cancel(need)
    assert states() == ["handed_back", "cancelled", "cancelled"]


def test_the_page_of_an_ask_is_over_when_its_time_has_passed(world):
    world.offer("Christopher")
    match_id = world.ask("Christopher", world.post())
    world.now = world.one(Occurrence).ends_at
    with world.work() as session:
        assert ask_page.read(session, match_id, now=world.now).state is AskState.OVER
    assert world.yes("Christopher").why is AnswerWhy.OVER


def test_a_visit_elsewhere_that_leaves_no_time_to_walk_is_a_clash(world):
    world.offer("Christopher")
    world.ask("Christopher", world.post("Gwen"), at=world.now + timedelta(hours=2, minutes=45))
    hers = world.ask("Christopher", world.post("Eileen"))
    assert world.yes("Christopher").held
    world.ask("Christopher", world.post("Edith", person={"postcode": "BA15 1HL"}), at=world.now + timedelta(hours=4))
    assert world.yes("Christopher").held  # next door, an hour later
    with world.work() as session:
        gwens = matches.accept(session, hers - 1, now=world.now)
    # Two miles and more on foot do not fit into a quarter of an hour.
    assert gwens.why is AnswerWhy.CLASH
    assert world.breaches() == {}


def test_who_offers_again_is_sent_the_link_and_never_shown_it(world):
    first = world.offer("Christopher")
    world.now += timedelta(minutes=1)
    again = world.offer("Christopher", kinds=frozenset({"snow", "garden"}))
    assert first.token is not None
    assert (again.person_id, again.token) == (first.person_id, None)
    assert world.owed("Christopher") == [("offer_made", "pending"), ("offer_made", "pending")]


def test_who_paused_and_offers_again_is_asked_again(world):
    world.offer("Christopher")
    with world.work() as session:
        on_duty.pause(session, world.people["Christopher"], now=world.now)
    world.offer("Christopher")
    assert world.one(Offer).status is OfferStatus.ACTIVE


def test_whoever_paused_reads_that_they_are_not_asked_and_not_that_someone_goes(world):
    world.offer("Christopher")
    match_id = world.ask("Christopher", world.post())
    with world.work() as session:
        on_duty.pause(session, world.people["Christopher"], now=world.now)
        assert ask_page.read(session, match_id, now=world.now).state is AskState.WITHDRAWN
        assert matches.accept(session, match_id, now=world.now).why is AnswerWhy.WITHDRAWN


def test_a_message_that_reached_someone_else_stops_all_messages_to_that_address(world):
    world.offer("Christopher")
    match_id = world.ask("Christopher", world.post())
    with world.work() as session:
        matches.not_me(session, match_id, now=world.now)
    assert (world.one(Match).status, world.one(Match).decline_reason) == (MatchStatus.DECLINED, "not_me")
    assert world.one(Offer).status is OfferStatus.PAUSED


def test_the_team_sees_whose_question_reached_someone_else(world):
    world.offer("Christopher")
    match_id = world.ask("Christopher", world.post())
    world.deliver()
    with world.work() as session:
        matches.not_me(session, match_id, now=world.now)
        (row,) = undelivered.to_ring(session, frozenset({world.area_id()}), now=world.now)
    assert (row.person, row.template) == ("Christopher", "match_asked")
    assert "check the number" in row.why


@pytest.mark.parametrize("last", [date(9999, 12, 31), date(1, 1, 2)])
def test_days_away_beyond_reason_are_refused(world, last):
    with pytest.raises(BadInput) as refused:
        world.offer("Christopher", away=((date(1, 1, 1) if last.year == 1 else last, last),))
    assert refused.value.field == "away"
