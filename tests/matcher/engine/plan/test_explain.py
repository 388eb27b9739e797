from matcher.engine.plan.explain import plan_and_explain, tried, with_newcomer
from matcher.engine.plan.problem import PlanProblem
from matcher.engine.plan.search import plan
from tests.plan_worlds import need, north, volunteer


def explained(problem, one_id):
    made, found = plan_and_explain(problem, one_id)
    assert made == plan(problem)
    return found


SCHEME = PlanProblem(
    needs=(need("shop", 9, 10), need("again", 9, 10, point=north(500)), need("lift", kind="lift")),
    volunteers=(volunteer("mary"), volunteer("far", point=north(9000)), volunteer("busy", free=())),
)


def test_a_need_is_told_who_could_and_who_could_not_and_why():
    (one,) = explained(SCHEME, "again")
    assert one.title == "again: shopping, Mon 12 Jan, 9am to 10am, 60 minutes, 1 helper wanted, normal"
    assert [(other.id, other.words) for other in one.why_not] == [
        ("mary", "is with shop at 9am on Mon 12 Jan"),
        ("busy", "is not free for the whole visit"),
        ("far", "goes 5.0 km at most"),
    ]


def test_each_change_is_planned_again_and_so_is_a_newcomer():
    (one,) = explained(SCHEME, "again")
    assert [change.words for change in one.changes] == [
        "it could be at 10:05am on Mon 12 Jan: mary could come",
        "far went 8.5 km rather than 5.0 km",
    ]
    assert all(change.is_confirmed and change.helpers == 1 for change in one.changes)
    assert one.newcomer is not None
    assert one.newcomer.helpers == 1


def test_a_volunteer_is_told_where_they_go_and_why_not_elsewhere():
    (one,) = explained(SCHEME, "mary")
    assert [visit.need_id for visit in one.visits] == ["shop"]
    assert {other.id: other.words for other in one.why_not} == {
        "lift": "does not offer “lift”",
        "again": "is with shop at 9am on Mon 12 Jan",
    }


def test_an_id_of_both_files_is_explained_as_both_and_one_of_neither_as_none():
    both = PlanProblem(needs=(need("x"),), volunteers=(volunteer("x"),))
    assert [one.title.split(":")[1].split(",")[0] for one in explained(both, "x")] == [" shopping", " shopping"]
    assert explained(both, "y") == ()


def test_what_changes_nothing_is_not_confirmed():
    again = tried(plan(SCHEME), SCHEME, "nothing")
    assert (again.helpers, again.metres, again.is_confirmed) == (0, 0.0, False)


def test_one_more_volunteer_saves_no_more_than_the_dual_prices_say():
    problem = PlanProblem(
        needs=(need("near", 9, 10), need("rival", 9, 10, point=north(1000))),
        volunteers=(volunteer("one", visits_per_week=1), volunteer("two", point=north(3000), visits_per_week=1)),
    )
    made = plan(problem)
    saved = {need_id: tried(made, with_newcomer(problem, need_id), "").metres for need_id in ("near", "rival")}
    price = {one.need_id: one.places * made.place_m + one.metres for one in made.worth}
    assert saved == {"near": 1000.0, "rival": 2000.0}
    assert all(saved[need_id] <= price[need_id] for need_id in saved)
