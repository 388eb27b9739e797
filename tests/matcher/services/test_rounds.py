"""A round opens, thinks and closes: everyone open is considered, and whoever says no is not asked again."""

from datetime import UTC, datetime, time, timedelta

import pytest

from matcher.domain.errors import BadInput
from matcher.domain.lifecycle import MatchStatus, OccurrenceStatus, OfferStatus, RoundStatus, Urgency
from matcher.domain.localtime import at_local
from matcher.domain.timewindow import TimeWindow
from matcher.engine.problem import ReasonCode
from matcher.engine.solve import solve_round
from matcher.services import need_page, offers, on_duty, people, rounds
from matcher.services.batching import GATHERING_WORDS
from matcher.services.matches import AnswerWhy
from matcher.services.volunteer_reader import read_volunteers
from matcher.store.models import Match, Need, Occurrence, Offer, Round
from tests.statements import statements
from tests.worlds import BRADFORD


def due(world):
    with world.work() as session:
        return rounds.areas_due(session, now=world.now)


def test_a_need_is_due_at_once_considered_and_asked_about(world):
    world.offer("Christopher")
    need = world.post()
    assert due(world) == (world.area_id(),)
    assert world.round()
    assert world.who_was_asked(need) == ["Christopher"]
    occurrence = world.one(Occurrence)
    assert occurrence.considered_at == world.now
    assert occurrence.next_round_at > world.now
    assert due(world) == ()
    assert world.owed("Christopher") == [("offer_made", "pending"), ("match_asked", "pending")]
    (finished,) = world.all(Round)
    assert (finished.status, finished.considered, finished.asked, finished.unserved, finished.skipped) == (
        RoundStatus.CLOSED,
        1,
        1,
        0,
        0,
    )
    assert world.one(Match).round_id == finished.id


def test_a_visit_is_proposed_inside_the_window_and_the_hours_of_the_neighbour(world):
    world.offer("Christopher", pattern="choose", times=frozenset({"WE-am"}))
    world.post(times=frozenset({"am", "pm"}))
    world.round()
    match = world.one(Match)
    assert datetime(2026, 1, 14, 8, tzinfo=UTC) <= match.starts_at
    assert match.ends_at <= datetime(2026, 1, 14, 12, tzinfo=UTC)
    assert match.ends_at - match.starts_at == timedelta(minutes=30)


def test_one_that_nobody_can_serve_carries_a_reason_and_is_looked_at_again(world):
    need = world.post()
    assert world.round()
    occurrence = world.one(Occurrence)
    assert occurrence.reason_code == ReasonCode.NOBODY_NEAR
    assert occurrence.reason
    assert occurrence.considered_at == world.now
    assert occurrence.next_round_at == world.now + timedelta(minutes=10)
    assert world.who_was_asked(need) == []
    world.later(minutes=10)
    assert due(world) == (world.area_id(),)


def test_tom_who_lives_too_far_away_is_not_asked(world):
    world.offer("Tom")
    need = world.post()
    world.round()
    assert world.who_was_asked(need) == []
    occurrence = world.one(Occurrence)
    assert occurrence.reason_code == ReasonCode.NOBODY_NEAR
    assert [step["left"] for step in occurrence.waterfall[:2]] == [1, 0]


def test_the_reason_goes_when_someone_offers(world):
    need = world.post()
    world.round()
    world.offer("Christopher")
    world.later(minutes=10)
    assert world.round()
    occurrence = world.one(Occurrence)
    assert (occurrence.reason_code, occurrence.reason, occurrence.waterfall) == (None, None, None)
    assert world.who_was_asked(need) == ["Christopher"]


def test_whoever_lacks_a_check_is_not_asked_until_it_is_seen(world):
    world.offer("Christopher", kinds=frozenset({"errand"}))
    need = world.post(kind="errand")
    world.round()
    assert world.one(Occurrence).reason_code == ReasonCode.NOBODY_CHECKED
    with world.work() as session:
        for check in ("id_seen", "reference"):
            offers.record_check(
                session, world.people["Christopher"], check, world.now.date(), expires_on=None, now=world.now
            )
    world.later(minutes=10)
    world.round()
    assert world.who_was_asked(need) == ["Christopher"]


@pytest.mark.parametrize("wanted", [1, 2])
def test_as_many_are_asked_as_are_wanted(world, wanted):
    for name in ("Christopher", "Ann", "Bridget"):
        world.offer(name)
    need = world.post(helpers=wanted)
    world.round()
    assert len(world.who_was_asked(need)) == wanted


def test_a_no_makes_the_area_due_at_once_and_someone_else_is_asked(world):
    world.offer("Christopher")
    need = world.post()
    world.round()
    world.offer("Ann")
    world.later(minutes=2)
    assert world.no("Christopher") is AnswerWhy.SAID_NO
    assert due(world) == (world.area_id(),)
    assert world.round()
    assert world.who_was_asked(need) == ["Christopher", "Ann"]
    assert world.no("Ann") is AnswerWhy.SAID_NO
    world.later(minutes=10)
    world.round()
    assert world.who_was_asked(need) == ["Christopher", "Ann"]
    assert world.one(Occurrence).reason_code == ReasonCode.ALL_SAID_NO


def test_a_hand_back_makes_the_area_due_at_once_and_someone_else_is_asked(world):
    world.offer("Christopher")
    need = world.post()
    world.round()
    world.yes("Christopher")
    world.offer("Ann")
    world.later(minutes=2)
    world.hand_back("Christopher")
    occurrence = world.one(Occurrence)
    assert occurrence.status is OccurrenceStatus.OPEN
    assert occurrence.open_since == world.now
    assert occurrence.considered_at is None
    assert due(world) == (world.area_id(),)
    assert world.round()
    assert world.who_was_asked(need) == ["Christopher", "Ann"]


def test_whoever_did_not_come_is_not_sent_again_and_the_need_is_urgent_now(world):
    world.offer("Christopher")
    need = world.post(kind="snow", times=frozenset({"am", "pm"}))
    world.round()
    world.yes("Christopher")
    world.offer("Ann")
    world.later(hours=5)
    assert world.how(need, "nobody") == "nobody"
    assert world.one(Need).urgency is Urgency.URGENT
    assert due(world) == (world.area_id(),)
    assert world.round()
    assert world.who_was_asked(need) == ["Christopher", "Ann"]


def test_a_yes_that_came_while_the_engine_thought_is_not_lost(world):
    world.offer("Christopher")
    need = world.post()
    world.ask("Christopher", need)
    world.offer("Ann")
    world.later(hours=1, minutes=45)  # silence: one more person would be asked
    opened = world.open_round()
    answer = world.yes("Christopher")
    assert answer.held
    assert world.close_round(opened)
    assert world.one(Occurrence).status is OccurrenceStatus.FILLED
    assert world.who_was_asked(need) == ["Christopher"]
    assert world.one(Round).skipped == 1
    assert world.breaches() == {}


def test_what_was_cancelled_while_the_engine_thought_is_not_asked_about(world):
    world.offer("Christopher")
    need = world.post()
    opened = world.open_round()
    world.cancel(need)
    assert world.close_round(opened)
    assert world.who_was_asked(need) == []
    assert world.one(Round).skipped == 1
    assert world.one(Occurrence).considered_at is None  # what is over has nothing more said of it
    assert world.breaches() == {}


def test_whoever_paused_while_the_engine_thought_is_not_asked(world):
    world.offer("Christopher")
    need = world.post()
    opened = world.open_round()
    with world.work() as session:
        on_duty.pause(session, world.people["Christopher"], now=world.now)
    assert world.one(Offer).status is OfferStatus.PAUSED
    assert world.close_round(opened)
    assert world.who_was_asked(need) == []


def test_a_no_while_the_engine_thought_leaves_the_need_due(world):
    world.offer("Christopher")
    world.offer("Ann")
    need = world.post()
    world.ask("Christopher", need)
    opened = world.open_round()
    world.later(seconds=3)
    world.no("Christopher")
    world.later(seconds=3)
    assert world.close_round(opened)
    assert due(world) == (world.area_id(),)


def test_an_area_is_opened_once_at_a_time(world):
    world.post()
    assert world.open_round() is not None
    assert world.open_round() is None
    assert world.open_round("devizes") is not None


def test_a_round_whose_worker_died_is_taken_over_and_its_late_closer_writes_nothing(world):
    world.offer("Christopher")
    need = world.post()
    late = world.open_round()
    world.later(minutes=5)
    taken_over = world.open_round()
    assert taken_over is not None
    assert taken_over.fence > late.fence
    before = world.picture()
    assert world.close_round(late) is False
    assert world.picture() == before
    assert world.close_round(taken_over)
    assert world.who_was_asked(need) == ["Christopher"]
    assert [one.status for one in world.all(Round)] == [RoundStatus.ABANDONED, RoundStatus.CLOSED]


def test_a_late_closer_writes_nothing_after_the_other_has_closed_too(world):
    world.offer("Christopher")
    world.post()
    late = world.open_round()
    world.later(minutes=5)
    world.close_round(world.open_round())
    before = world.picture()
    assert world.close_round(late) is False
    assert world.picture() == before


def test_a_round_closed_twice_writes_once(world):
    world.offer("Christopher")
    world.post()
    opened = world.open_round()
    assert world.close_round(opened)
    before = world.picture()
    assert world.close_round(opened) is False
    assert world.picture() == before


def test_one_that_is_far_off_says_so_and_is_asked_about_a_week_before(world):
    world.offer("Christopher")
    need = world.post(when="day", day=(world.now + timedelta(days=20)).date())
    occurrence = world.one(Occurrence)
    assert occurrence.reason_code == "not_yet"
    assert occurrence.reason
    assert due(world) == ()
    assert world.breaches() == {}
    world.now = occurrence.starts_at - timedelta(days=7, seconds=1)
    assert due(world) == ()
    world.later(seconds=1)
    assert due(world) == (world.area_id(),)
    world.round()
    assert world.who_was_asked(need) == ["Christopher"]


def test_a_round_for_today_leaves_the_weeks_to_come_alone(world):
    world.offer("Christopher")
    need = world.post(is_weekly=True)
    assert len(world.all(Occurrence)) == 4
    assert world.round()
    today, next_week, *later = sorted(world.all(Occurrence), key=lambda one: one.starts_at)
    assert today.considered_at is not None
    assert [one.reason_code for one in (next_week, *later)] == ["not_yet"] * 3
    assert {match.occurrence_id for match in world.all(Match)} == {today.id}
    assert world.who_was_asked(need) == ["Christopher"]


def test_a_need_that_waits_for_a_call_first_is_not_asked_about(world):
    world.offer("Christopher", kinds=frozenset({"snow"}))
    world.post(kind="other")
    assert due(world) == ()


def test_two_people_who_are_kept_apart_are_not_matched(world):
    world.offer("Christopher")
    need = world.post()
    with world.work() as session:
        people.keep_apart(session, world.people["Eileen"], world.people["Christopher"], now=world.now)
    world.round()
    assert world.who_was_asked(need) == []


def test_they_are_kept_apart_at_the_last_moment_too_and_silently(world):
    world.offer("Christopher")
    world.post()
    world.round()
    with world.work() as session:
        people.keep_apart(session, world.people["Christopher"], world.people["Eileen"], now=world.now)
    answer = world.yes("Christopher")
    assert (answer.why, answer.visit_token) == (AnswerWhy.WITHDRAWN, None)
    assert world.one(Match).status is MatchStatus.WITHDRAWN


def test_one_ask_more_after_a_long_silence_and_the_first_still_stands(world):
    for name in ("Christopher", "Ann"):
        world.offer(name)
    need = world.post(times=frozenset({"am", "pm"}))
    world.round()
    (first,) = world.who_was_asked(need)
    asked_at = world.now
    while len(world.who_was_asked(need)) == 1:
        world.now = world.one(Occurrence).next_round_at
        assert world.now - asked_at <= timedelta(hours=2)
        world.round()
    assert world.now - asked_at >= timedelta(minutes=15)
    assert world.yes(first).held


def test_the_second_helper_is_looked_for_when_the_first_said_yes(world):
    for name in ("Christopher", "Ann"):
        world.offer(name)
    need = world.post(helpers=2)
    world.round()
    first, second = world.who_was_asked(need)
    assert world.yes(first).held
    assert world.one(Occurrence).status is OccurrenceStatus.OPEN
    assert world.no(second) is AnswerWhy.SAID_NO
    world.offer("Bridget")
    world.round()
    assert world.who_was_asked(need) == [first, second, "Bridget"]
    assert world.yes("Bridget").held
    assert world.one(Occurrence).status is OccurrenceStatus.FILLED


def test_whoever_is_in_the_next_area_may_be_asked_too(world):
    world.offer("Gwen", travel_mode="car", travel_minutes=30)
    need = world.post("Eileen")
    assert world.person("Gwen").area_id != world.person("Eileen").area_id
    world.round(BRADFORD)
    assert world.who_was_asked(need) == ["Gwen"]


def test_the_distance_told_is_measured_to_the_cell_not_to_the_door(world):
    world.offer("Christopher")
    world.post()
    world.execute("update cells set lat = lat + 0.03")  # two miles to the north
    world.round()
    assert world.one(Match).distance_band == "about 2 miles"


def test_a_no_may_carry_a_reason_later_but_only_one_that_is_on_the_list(world):
    world.offer("Christopher")
    world.post()
    world.round()
    world.no("Christopher")
    assert world.no("Christopher", reason="too_far") is AnswerWhy.SAID_NO
    assert world.one(Match).decline_reason == "too_far"
    assert world.no("Christopher") is AnswerWhy.SAID_NO
    assert world.one(Match).decline_reason == "too_far"
    with pytest.raises(BadInput):
        world.no("Christopher", reason="because")


def test_asked_and_withdrawn_is_not_a_refusal(world):
    for name in ("Christopher", "Ann"):
        world.offer(name)
    need = world.post()
    world.ask("Ann", need)
    world.ask("Christopher", need)
    world.yes("Christopher")
    assert world.one(Match, person_id=world.people["Ann"]).status is MatchStatus.WITHDRAWN
    world.hand_back("Christopher")
    world.round()
    assert world.who_was_asked(need) == ["Ann", "Christopher", "Ann"]


def test_a_round_takes_as_many_statements_however_large_it_is(world):
    counts = []
    world.crowd(30)
    for residents in (["Eileen", "Gwen"], [f"Resident {number}" for number in range(24)]):
        posted = [world.post(name, times=frozenset({"am", "pm", "eve"})) for name in residents]
        with world.work() as session, statements(session) as reading:
            opened = rounds.open_round(session, world.area_id(), now=world.now)
        allocation = solve_round(opened.problem)
        with world.work() as session, statements(session) as writing:
            assert rounds.close_round(session, opened, allocation, now=world.now)
        assert len(allocation.asks) >= len(posted) / 2
        counts.append((len(reading), len(writing)))
        world.later(seconds=30)
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("saturday", "eight", "in_the_day"),
    [(datetime(2026, 3, 28, 12, tzinfo=UTC), 7, 23), (datetime(2026, 10, 24, 12, tzinfo=UTC), 8, 25)],
    ids=["the day of 23 hours", "the day of 25 hours"],
)
def test_eight_is_eight_by_the_clock_in_a_round_of_the_day_before_the_clocks_change(world, saturday, eight, in_the_day):
    world.now = saturday
    world.offer("Christopher", pattern="choose", times=frozenset({"SU-am"}))
    world.post(when="tomorrow")
    world.round()
    (asked,) = world.all(Match)
    sunday = saturday + timedelta(days=1)
    assert sunday.replace(hour=eight) <= asked.starts_at < asked.ends_at <= sunday.replace(hour=eight + 4)
    assert world.now < world.one(Occurrence).next_round_at < sunday.replace(hour=eight)
    with world.work() as session:
        horizon = TimeWindow(at_local(sunday.date(), time()), at_local(sunday.date() + timedelta(days=1), time()))
        (free,) = read_volunteers(session, horizon, now=world.now)
    assert horizon.end - horizon.start == timedelta(hours=in_the_day)
    assert free.free == (TimeWindow(sunday.replace(hour=eight), sunday.replace(hour=eight + 4)),)


def test_a_need_of_a_quiet_hour_is_looked_at_at_once_and_the_next_waits_for_company(world):
    world.post("Eileen", kind="errand")
    assert due(world) == (world.area_id(),)
    world.round()
    world.later(minutes=1)
    second = world.post("Frank", kind="errand")
    occurrence = world.one(Occurrence, need_id=second.need_id)
    assert occurrence.next_round_at == world.now + timedelta(minutes=4)
    assert (occurrence.reason_code, occurrence.reason) == ("gathering", GATHERING_WORDS)
    assert due(world) == ()
    world.later(minutes=4)
    assert due(world) == (world.area_id(),)


def test_what_is_urgent_waits_for_no_company_and_takes_along_what_does(world):
    world.post("Eileen", kind="errand")
    world.round()
    world.later(minutes=1)
    waits = world.post("Frank", kind="errand")
    assert due(world) == ()
    world.post("Dora", kind="snow")
    assert due(world) == (world.area_id(),)
    world.round()
    assert world.one(Occurrence, need_id=waits.need_id).considered_at == world.now


def test_the_resident_of_a_need_that_waits_for_company_is_told_so(world):
    world.post("Eileen", kind="errand")
    world.round()
    waits = world.post("Frank", kind="errand")
    with world.work() as session:
        page = need_page.read(session, waits.need_id, now=world.now)
    assert (page.state, page.reason) == (need_page.NeedState.LOOKING, GATHERING_WORDS)


@pytest.mark.parametrize("how", ["no", "hand back", "withdrawal"])
def test_a_no_a_hand_back_and_a_withdrawal_wait_for_no_company(world, how):
    world.offer("Christopher")
    need = world.post(kind="snow")
    world.execute("update needs set urgency = 'normal'")
    world.round()
    if how == "hand back":
        world.yes("Christopher")
        world.hand_back("Christopher")
    elif how == "no":
        world.no("Christopher")
    else:
        with world.work() as session:
            on_duty.pause(session, world.people["Christopher"], now=world.now)
    assert world.one(Occurrence, need_id=need.need_id).next_round_at == world.now
    assert due(world) == (world.area_id(),)
