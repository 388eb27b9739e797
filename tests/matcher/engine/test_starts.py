from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.domain.geo import TravelMode
from matcher.domain.timewindow import TimeWindow
from matcher.engine.clock import NONE
from matcher.engine.problem import HeldVisit
from matcher.engine.solve import solve_round
from matcher.engine.starts import TIME_RULES, earliest_starts, may_be_free
from matcher.engine.world import build_world


def start_of(village: Any, need: Any, neighbour: Any, **changes: Any) -> datetime | None:
    asks = solve_round(village.round([need], [neighbour], **changes)).asks
    return asks[0].visit.start if asks else None


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_earliest_start_is_the_one_the_slow_way_finds(village: Any, oracle: Any, seed: int) -> None:
    problem = village.random_round(seed)
    world = build_world(problem)
    for n, need in enumerate(world.occurrences):
        for v, one in enumerate(world.volunteers):
            pair = world.pairs(np.array([n]), np.array([v]))
            (found,) = earliest_starts(world, pair, upto=TIME_RULES[-1])
            slow = oracle.start(problem, need, one)
            if slow is not None:
                assert world.clock.instant(found) == slow


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_half_hours_reject_nobody_who_could_come(village: Any, oracle: Any, seed: int) -> None:
    problem = village.random_round(seed)
    world = build_world(problem)
    for n, need in enumerate(world.occurrences):
        for v, one in enumerate(world.volunteers):
            if oracle.fits(problem, need, one):
                assert may_be_free(world, np.array([n]), np.array([v])).all()


def test_the_half_hours_reject_who_is_free_at_another_time(village: Any) -> None:
    free = (village.window(7, 8), village.window(12, 18), village.window(8, 12, day=1))
    world = build_world(village.round([village.need()], [village.neighbour(1, free=free)]))
    assert not may_be_free(world, np.array([0]), np.array([0])).any()


def test_half_hours_are_kept_apart_over_a_fortnight(village: Any) -> None:
    """The windows of an occurrence may lie in any of the words of the mask."""
    for day in range(14):
        need = village.need(windows=(village.window(9, 10, day),))
        assert start_of(village, need, village.neighbour(1, free=(village.window(9, 10, day),)))
        assert not start_of(village, need, village.neighbour(1, free=(village.window(9, 10, (day + 1) % 14),)))


def test_a_free_quarter_of_an_hour_is_enough_for_a_short_visit(village: Any) -> None:
    need = village.need(windows=(village.window(9, 10),), minutes=15)
    assert start_of(village, need, village.neighbour(1, free=(village.window(9, 9.25),))) == village.at(9)
    assert start_of(village, need, village.neighbour(1, free=(village.window(9.75, 10),))) == village.at(9.75)


def test_a_visit_fits_to_the_second_and_no_further(village: Any) -> None:
    need = village.need(windows=(village.window(9, 10),), minutes=60)
    short = TimeWindow(village.at(9), village.at(10) - timedelta(seconds=1))
    assert start_of(village, need, village.neighbour(1, free=(village.window(9, 10),))) == village.at(9)
    assert start_of(village, need, village.neighbour(1, free=(short,))) is None


def test_two_pieces_of_free_time_that_touch_are_one(village: Any) -> None:
    need = village.need(windows=(village.window(9, 11),), minutes=120)
    halves = (village.window(10, 11), village.window(9, 10))
    assert start_of(village, need, village.neighbour(1, free=halves)) == village.at(9)


def test_morning_or_evening_is_not_all_day(village: Any) -> None:
    need = village.need(windows=(village.window(8, 9), village.window(17, 18)), minutes=60)
    assert start_of(village, need, village.neighbour(1, free=(village.window(8.5, 17.5),))) is None
    assert start_of(village, need, village.neighbour(1, free=(village.window(8.5, 18),))) == village.at(17)


def test_nobody_is_asked_to_be_there_before_they_can_be(village: Any) -> None:
    """Quarter of an hour's notice, half an hour's walk, and up to the next quarter."""
    walker = village.neighbour(1, travel_mode=TravelMode.FOOT, point=village.north(1700))
    assert start_of(village, village.need(), walker, now=village.at(8)) == village.at(8.75)


def test_longer_notice_is_given_where_that_is_still_by_the_target(village: Any) -> None:
    """At seven: three hours are at ten, ten hours at five."""
    all_day = village.need(windows=(village.window(8, 20),))
    neighbour = village.neighbour(1, free=(village.window(8, 20),))
    for target, start in ((9.75, 8), (10, 10), (16.75, 10), (17, 17), (20, 17)):
        need = replace(all_day, target=village.at(target))
        assert start_of(village, need, neighbour) == village.at(start), target


def test_longer_notice_is_not_given_to_who_is_free_only_sooner_or_past_the_target(village: Any) -> None:
    need = village.need(windows=(village.window(8, 20),), target=village.at(12))
    sooner = village.neighbour(1, free=(village.window(8, 9), village.window(13, 20)))
    assert start_of(village, need, sooner) == village.at(8)
    later = village.neighbour(1, free=(village.window(8, 9), village.window(11, 20)))
    assert start_of(village, need, later) == village.at(11)


def test_a_round_time_is_proposed_only_where_it_fits(village: Any) -> None:
    odd = TimeWindow(village.at(9) + timedelta(minutes=7), village.at(9) + timedelta(minutes=37))
    assert start_of(village, village.need(), village.neighbour(1, free=(odd,))) == odd.start


def test_the_way_from_one_visit_to_the_next_is_left_free(village: Any) -> None:
    held = (HeldVisit(village.window(8, 9), village.north(1700)),)
    walker = village.neighbour(1, travel_mode=TravelMode.FOOT, held=held)
    start = start_of(village, village.need(windows=(village.window(8, 12),), target=village.at(9.5)), walker)
    assert start == village.at(9.5)  # 28.7 minutes on foot, up to the next quarter


def test_the_way_to_a_later_visit_is_left_free_too(village: Any) -> None:
    """Half an hour's visit from nine would leave no time for the walk to the next at half past."""
    held = (HeldVisit(village.window(9.5, 10), village.north(1700)),)
    walker = village.neighbour(1, travel_mode=TravelMode.FOOT, held=held)
    need = village.need(windows=(village.window(9, 12),))
    assert start_of(village, need, walker) == village.at(10.5)
    assert start_of(village, need, village.neighbour(1, held=held)) == village.at(10.25)


def test_a_full_week_moves_the_visit_to_the_next(village: Any) -> None:
    need = village.need(windows=(village.window(8, 9, 6), village.window(8, 9, 7)))
    held = (HeldVisit(village.window(8, 9, 2), village.high_street),)
    free = (village.window(8, 9, 6), village.window(8, 9, 7))
    full = village.neighbour(1, free=free, held=held, visits_per_week=1)
    assert start_of(village, need, full) == village.at(8, 7)


def test_weeks_turn_at_midnight_by_london_clocks(village: Any) -> None:
    """In summer Monday begins at 23:00 on Sunday, by UTC."""
    sunday = datetime(2026, 6, 14, 22, 30, tzinfo=UTC)
    late, monday = (TimeWindow(sunday + timedelta(minutes=m), sunday + timedelta(minutes=m + 30)) for m in (0, 30))
    held = (HeldVisit(TimeWindow(sunday - timedelta(hours=9), sunday - timedelta(hours=8)), village.high_street),)
    one = village.neighbour(1, free=(late, monday), held=held, visits_per_week=1)
    need = village.need(windows=(TimeWindow(late.start, monday.end),), waiting_since=sunday - timedelta(days=1))
    assert start_of(village, need, one, now=sunday - timedelta(hours=6)) == monday.start


def test_a_start_that_cannot_be_is_none(village: Any) -> None:
    world = build_world(village.round([village.need()], [village.neighbour(1, free=())]))
    assert earliest_starts(world, world.pairs(np.array([0]), np.array([0])), upto=TIME_RULES[-1]).tolist() == [NONE]
