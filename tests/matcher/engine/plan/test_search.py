from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from matcher.domain.lifecycle import Urgency
from matcher.domain.timewindow import TimeWindow
from matcher.engine import solve
from matcher.engine.plan.changes import changed
from matcher.engine.plan.problem import Plan, PlanProblem
from matcher.engine.plan.search import plan
from matcher.engine.problem import ReasonCode
from tests.plan_oracle import best, broken_rules, visits_of, worth
from tests.plan_worlds import MONDAY, need, north, parish, tiny, tiny_with_wishes, volunteer, window


def planned(needs, volunteers, **changes):
    problem = PlanProblem(needs=tuple(needs), volunteers=tuple(volunteers), **changes)
    made = plan(problem)
    assert broken_rules(visits_of(made, problem), problem) == []
    assert made.bound <= made.total
    return made


def who(made: Plan):
    return {(visit.need_id, visit.volunteer_id) for visit in made.visits}


def test_the_map_of_the_engine_names_it():
    assert solve.plan is plan


def test_the_nearest_goes_and_is_told_why():
    made = planned([need()], [volunteer("christopher", point=north(2000)), volunteer("mary", point=north(800))])

    assert who(made) == {("n", "mary")}
    assert made.visits[0].why == "800 m away, the nearest of 2 who could."
    assert made.visits[0].visit == window(9, 10)
    assert (made.gap, made.places_filled, made.places_short) == (0.0, 1, 0)


def test_a_helper_more_is_worth_any_distance():
    near_first = planned(
        [need("a"), need("b", kind="lift")],
        [
            volunteer("near", kinds=frozenset({"shopping", "lift"}), visits_per_week=1),
            volunteer("far", point=north(400_000), reach_m=500_000.0),
        ],
    )
    assert who(near_first) == {("a", "far"), ("b", "near")}


def test_the_urgent_is_served_before_the_others():
    needs = [need("low", urgency=Urgency.LOW), need("urgent", urgency=Urgency.URGENT), need("normal")]
    made = planned(needs, [volunteer(visits_per_week=1)])
    assert who(made) == {("urgent", "v")}


def test_two_low_ones_count_for_more_than_one_urgent():
    needs = [need("u", 9, 11, minutes=120, urgency=Urgency.URGENT)]
    needs += [need(f"l{k}", 9 + k, 10 + k, urgency=Urgency.LOW) for k in (0, 1)]
    assert {n for n, _ in who(planned(needs, [volunteer()]))} == {"l0", "l1"}


def test_visits_leave_time_for_the_way():
    needs = [need("a", 9, 10), need("b", 10, 11, point=north(3000))]
    assert planned(needs, [volunteer()]).places_filled == 1
    later = replace(needs[1], window=window(10, 11.5))
    made = planned([needs[0], later], [volunteer()])
    assert made.visits[1].visit.start - made.visits[0].visit.end == timedelta(minutes=10)


def test_three_that_fit_in_pairs_need_not_fit_together():
    needs = [need(name, 9, 11.5) for name in "abc"]
    made = planned(needs, [volunteer()])
    assert (made.places_filled, made.gap) == (2, 0.0)


def test_a_week_s_visits_are_counted_from_monday_to_sunday_by_london_clocks():
    # 5 July 2026 is a Sunday; 23:30 UTC is half past midnight on Monday in London.
    sunday = datetime(2026, 7, 5, 20, tzinfo=UTC)
    late = TimeWindow(sunday + timedelta(hours=3, minutes=30), sunday + timedelta(hours=4, minutes=30))
    needs = [need("sunday", window=TimeWindow(sunday, sunday + timedelta(hours=1))), need("monday", window=late)]
    anytime = (TimeWindow(sunday - timedelta(days=9), sunday + timedelta(days=9)),)
    one_a_week = volunteer(visits_per_week=1, free=anytime)
    assert planned(needs, [one_a_week]).places_filled == 2
    at_eleven = replace(needs[1], window=TimeWindow(sunday + timedelta(hours=1), sunday + timedelta(hours=2)))
    assert planned([needs[0], at_eleven], [one_a_week]).places_filled == 1


def test_a_need_that_spans_two_weeks_is_met_in_the_one_with_room():
    needs = [need("busy", 9, 10, day=6), need("either", 12, 24 + 12, day=6)]
    made = planned(needs, [volunteer(visits_per_week=1)])
    assert who(made) == {("busy", "v"), ("either", "v")}
    assert made.visits[1].visit.start >= MONDAY + timedelta(days=7)


def test_two_helpers_come_at_the_same_time():
    heavy = need("sofa", 9, 13, helpers=2)
    mornings, late = volunteer("m", free=(window(9, 11),)), volunteer("l", free=(window(10, 13),))
    made = planned([heavy], [mornings, late])
    assert [visit.visit for visit in made.visits] == [window(10, 11)] * 2
    apart = planned([heavy], [replace(mornings, free=(window(9, 10.5),)), late])
    assert (apart.places_filled, apart.unserved[0].short, apart.gap) == (1, 1, 0.0)


def test_one_person_is_not_two_helpers_even_in_two_weeks():
    both = need("sofa", 12, 48, day=6, helpers=2)
    made = planned([both], [volunteer(visits_per_week=5)], time_limit_s=2.0)
    assert (made.places_filled, made.gap) == (1, 0.0)


def test_the_order_of_the_rows_makes_no_difference():
    problem = tiny(7)
    turned = replace(problem, needs=problem.needs[::-1], volunteers=problem.volunteers[::-1])
    assert plan(problem) == plan(turned)


@pytest.mark.parametrize("needs", [(), (need(),)])
@pytest.mark.parametrize("volunteers", [(), (volunteer(free=()),), (volunteer(visits_per_week=0),)])
def test_nothing_to_plan_is_a_plan(needs, volunteers):
    made = planned(needs, volunteers)
    assert made.visits == ()
    assert [one.need_id for one in made.unserved] == [one.id for one in needs]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: PlanProblem(needs=(need(), need())), "need n is in the plan twice"),
        (lambda: PlanProblem(volunteers=(volunteer(), volunteer())), "volunteer v is in the plan twice"),
        (lambda: PlanProblem(metres_a_minute=0), "metres_a_minute"),
        (lambda: need(minutes=181), "does not hold"),
        (lambda: need(helpers=0), "helpers of 1 or more"),
        (lambda: volunteer(reach_m=float("nan")), "reach"),
        (lambda: volunteer(visits_per_week=-1), "visits a week"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong, words):
    with pytest.raises(ValueError, match=words):
        wrong()


@pytest.mark.parametrize("seed", range(120))
def test_no_plan_of_a_tiny_problem_is_better(seed):
    problem = tiny(seed)
    made = plan(problem)
    visits = visits_of(made, problem)
    assert broken_rules(visits, problem) == []
    assert worth(visits, problem) == best(problem, 15)
    assert made.gap == 0.0


@pytest.mark.parametrize("seed", range(200))
def test_no_plan_of_a_tiny_problem_with_wishes_is_better(seed):
    problem = tiny_with_wishes(seed)
    made = plan(problem)
    visits = visits_of(made, problem)
    assert broken_rules(visits, problem) == []
    assert worth(visits, problem) == best(problem, 15)
    assert made.gap == 0.0
    kept = sum(
        visit.volunteer_id in need.pinned
        for need, visit in ((n, v) for n in problem.needs for v in made.visits if v.need_id == n.id)
    )
    assert kept + len(made.pins_not_kept) == sum(len(need.pinned) for need in problem.needs)


@pytest.mark.parametrize("seed", range(40))
def test_every_change_named_for_a_tiny_problem_with_wishes_serves_one_more(seed):
    problem = tiny_with_wishes(seed)
    made = plan(problem)
    before = worth(visits_of(made, problem), problem)
    for missing in made.unserved:
        for change in missing.changes:
            then = changed(problem, missing.need_id, change)
            after = worth(visits_of(plan(then), then), then)
            assert after[:2] < before[:2], change.words


@pytest.mark.parametrize("seed", range(3))
def test_every_change_that_is_named_serves_one_more_when_planned_again(seed):
    problem = parish(seed)
    made = plan(problem)
    before, tried = worth(visits_of(made, problem), problem)[:2], 0
    for missing in made.unserved[::3]:
        for change in missing.changes:
            again = changed(problem, missing.need_id, change)
            assert worth(visits_of(plan(again), again), again)[:2] < before, (missing.need_id, change)
            tried += 1
    assert tried > 5


ALONE = {
    ReasonCode.NOBODY_NEAR: lambda n, v: replace(v, reach_m=1e6),
    ReasonCode.NOBODY_DOES_THIS: lambda n, v: replace(v, kinds=v.kinds | {n.kind}),
    ReasonCode.NOBODY_FREE: lambda n, v: replace(v, free=(n.window,)),
    ReasonCode.NOBODY_CHECKED: lambda n, v: replace(v, checks=v.checks | n.requires),
}


def without_the_rest(problem, missing):
    """Only this need, and nobody who comes to it already."""
    (one,) = [n for n in problem.needs if n.id == missing.need_id]
    return one, replace(problem, needs=(replace(one, helpers=1),))


@pytest.mark.parametrize("seed", range(4))
def test_every_reason_is_the_truth(seed):
    """Who is said to be taken could come if nothing else were asked; nobody else could, until the reason is lifted."""
    problem = parish(seed)
    made = plan(problem)
    reasons = set()
    for missing in made.unserved:
        reasons.add(missing.reason)
        coming = {visit.volunteer_id for visit in made.visits if visit.need_id == missing.need_id}
        one, alone = without_the_rest(problem, missing)
        others = tuple(v for v in problem.volunteers if v.id not in coming)
        is_served = plan(replace(alone, volunteers=others)).places_filled == 1
        if missing.reason in (ReasonCode.NEEDED_ELSEWHERE, ReasonCode.ALL_AT_LIMIT):
            assert is_served
            continue
        assert not is_served
        if "More than that" not in missing.sentence:
            lifted = tuple(ALONE[missing.reason](one, v) for v in others)
            assert plan(replace(alone, volunteers=lifted)).places_filled == 1
    assert len(reasons) >= 3


def test_when_time_runs_out_the_best_so_far_keeps_every_rule_and_the_bound_is_honest():
    problem = parish(1, needs=90, volunteers=10)
    hurried, unhurried = (plan(replace(problem, time_limit_s=seconds)) for seconds in (0.0, 20.0))
    assert broken_rules(visits_of(hurried, problem), problem) == []
    assert hurried.bound <= unhurried.total <= hurried.total


def test_a_large_market_is_looked_at_in_part_and_loses_nothing(monkeypatch):
    problem = parish(2, needs=80, volunteers=40)
    in_full = plan(problem)
    monkeypatch.setattr("matcher.engine.plan.search.MANY", 120)
    in_part = plan(problem)
    assert broken_rules(visits_of(in_part, problem), problem) == []
    assert in_part.bound <= in_full.total
    assert in_part.total - in_full.total < in_part.place_m


@pytest.mark.parametrize("seed", range(2))
def test_what_was_not_looked_at_is_still_in_the_bound(monkeypatch, seed):
    problem = parish(seed, needs=40, volunteers=15)
    in_full = plan(problem)
    monkeypatch.setattr("matcher.engine.plan.search.MANY", 1)
    monkeypatch.setattr("matcher.engine.plan.search.A_FEW", 1)
    assert plan(problem).bound <= in_full.total


def test_the_one_who_would_have_the_least_farther_to_go_is_the_change_that_is_told():
    far, near = volunteer("far", point=north(9000), reach_m=100), volunteer("near", point=north(4000), reach_m=100)
    (missing,) = planned([need()], [far, near]).unserved
    assert [change.volunteer_id for change in missing.changes if change.code is ReasonCode.NOBODY_NEAR] == ["near"]


def test_reasons_name_who_is_taken():
    needs = [need("a", 9, 10), need("b", 9, 10, point=north(100))]
    (missing,) = planned(needs, [volunteer()]).unserved
    assert missing.reason is ReasonCode.NEEDED_ELSEWHERE
    assert missing.sentence == "The only one who could come is taken: v is with a at 9am on Mon 12 Jan."
    assert missing.changes[0].words == "it could be at 10:05am on Mon 12 Jan: v could come"


def test_a_full_week_is_a_reason_and_a_change():
    needs = [need("a", 9, 10, urgency=Urgency.URGENT), need("b", 11, 12)]
    (missing,) = planned(needs, [volunteer(visits_per_week=1)]).unserved
    assert missing.reason is ReasonCode.ALL_AT_LIMIT
    assert "v made one visit more that week (2 rather than 1)" in [change.words for change in missing.changes]


def test_the_waterfall_ends_where_nobody_is_left():
    (missing,) = planned(
        [need(requires=frozenset({"dbs"}))], [volunteer(), volunteer("far", point=north(9000))]
    ).unserved
    assert [(step.label, step.left) for step in missing.waterfall] == [
        ("volunteers", 2),
        ("near enough", 1),
        ("offer this kind of help", 1),
        ("free for the whole visit", 1),
        ("have the checks it needs", 0),
        ("below their weekly limit in this plan", 0),
        ("not on another visit then", 0),
    ]
    assert [change.words for change in missing.changes] == ["v had dbs"]


def other_time(first_hour, *volunteers):
    """What is told of a need at eleven while V is with others until three."""
    busy = [need(f"b{hour}", hour, hour + 1, kind="lift", pinned=frozenset({"v"})) for hour in range(first_hour, 15)]
    v = volunteer("v", kinds=frozenset({"shopping", "lift"}), free=(window(8, 18),))
    made = plan(PlanProblem(needs=(need("n", 11, 12), *busy), volunteers=(v, *volunteers)))
    (missing,) = made.unserved
    return [change.words for change in missing.changes if change.code is ReasonCode.NOBODY_FREE]


def test_the_nearest_other_time_is_told_whoever_is_free_first():
    w = volunteer("w", free=(window(13, 14),))
    assert other_time(9, w) == ["it could be at 1pm on Mon 12 Jan: w could come"]
    assert other_time(10) == ["it could be at 9am on Mon 12 Jan: v could come"]


def test_who_is_full_one_week_and_busy_the_next_is_told_by_the_week_that_gets_furthest():
    """The need could be on Sunday or Monday; V has made the two visits of the first week, and is with b on Monday."""
    v = volunteer("v", visits_per_week=2)
    first = [need(f"a{k}", 9 + k, 10 + k, pinned=frozenset({"v"})) for k in range(2)]
    busy = need("b", 0, 4, day=7, minutes=240, pinned=frozenset({"v"}))
    asked = need("n", 23, 27, day=6, minutes=60)
    (missing,) = plan(PlanProblem(needs=(asked, *first, busy), volunteers=(v,))).unserved
    assert missing.reason is ReasonCode.NEEDED_ELSEWHERE
    assert [step.left for step in missing.waterfall][-2:] == [1, 0]


@pytest.mark.parametrize("seed", range(25))
def test_whatever_is_told_to_serve_a_need_does_when_planned_again(seed):
    problem = tiny_with_wishes(seed)
    made = plan(problem)
    for missing in made.unserved:
        for change in missing.changes:
            again = plan(changed(problem, missing.need_id, change))
            assert again.places_filled > made.places_filled, change.words


def test_a_visit_and_minutes_are_asked_for_together_where_neither_is_left():
    mary = volunteer("mary", visits_per_week=0, minutes_per_week=30)
    problem = PlanProblem(needs=(need("n", minutes=60),), volunteers=(mary,))
    ((change,),) = [one.changes for one in plan(problem).unserved]
    assert change.words == (
        "mary made one visit more that week (1 rather than 0) and gave 30 minutes more that week (60 rather than 30)"
    )
    assert who(plan(changed(problem, "n", change))) == {("n", "mary")}


def test_whoever_would_go_where_they_are_pinned_instead_is_not_told_of():
    dbs = frozenset({"dbs"})
    lift = need("n", 9, 10, kind="lift", requires=dbs)
    shop = need("m", 9, 10, requires=dbs, pinned=frozenset({"v"}))
    people = (volunteer("v", kinds=frozenset({"lift", "shopping"})), volunteer("w", checks=dbs))
    (missing,) = planned([lift, shop], people).unserved
    assert missing.need_id == "n"
    assert "v had dbs" not in [change.words for change in missing.changes]  # v would go to m then, and w nowhere
    (free,) = planned([lift, replace(shop, pinned=frozenset())], people).unserved
    assert "v had dbs" in [change.words for change in free.changes]


def test_who_lacks_the_check_of_the_last_place_is_told_all_that_is_in_the_way():
    two = need("n", helpers=2, requires_one=frozenset({"dbs"}))
    made = planned([two], [volunteer("bob"), volunteer("ann", point=north(100), never_with=frozenset({"bob"}))])
    (missing,) = made.unserved
    assert missing.reason is ReasonCode.NOBODY_CHECKED
    assert missing.sentence == (
        "Nobody else who could come has the checks that one must have: ann is not to be with bob, and does not hold "
        "dbs, which one of the helpers must."
    )
    left = {step.label: step.left for step in missing.waterfall}
    assert left["have the checks it needs"] == 0


def test_a_time_within_a_week_before_is_looked_for_too():
    made = planned([need("n", 9, 10, day=5)], [volunteer("mary", free=(window(9, 12, day=0),))])
    ((change,),) = [one.changes for one in made.unserved]
    assert change.words == "it could be at 11am on Mon 12 Jan: mary could come"
