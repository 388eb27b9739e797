from datetime import date
from typing import Any

import pytest

from matcher.engine.allocation import Unserved
from matcher.engine.clock import Ints
from matcher.engine.problem import HeldVisit, ReasonCode
from matcher.engine.solve import solve_round
from matcher.engine.world import Pairs, World


def why_nobody(village: Any, need: Any, *neighbours: Any, **changes: Any) -> Unserved:
    (one,) = solve_round(village.round([need], neighbours, **changes)).unserved
    return one


def test_too_far_away(village: Any) -> None:
    one = why_nobody(village, village.need(), village.neighbour(1, point=village.north(2500)))
    assert (one.reason, one.also) == (ReasonCode.NOBODY_NEAR, ())
    assert one.sentence == "Nobody who offers help lives near enough."


def test_does_something_else(village: Any) -> None:
    one = why_nobody(village, village.need(kind="lift"), village.neighbour(1))
    assert (one.reason, one.sentence) == (
        ReasonCode.NOBODY_DOES_THIS,
        "Nobody near enough offers this kind of help.",
    )


def test_not_free(village: Any) -> None:
    one = why_nobody(village, village.need(), village.neighbour(1, free=(village.window(13, 17),)))
    assert one.reason == ReasonCode.NOBODY_FREE


def test_lacks_a_check(village: Any) -> None:
    need = village.need(required_checks=frozenset({"id_seen"}))
    expired = village.neighbour(2, checks={"id_seen": date(2026, 1, 11)})
    assert why_nobody(village, need, village.neighbour(1), expired).reason == ReasonCode.NOBODY_CHECKED


def test_has_done_their_visits_this_week(village: Any) -> None:
    done = (HeldVisit(village.window(6, 6.5), village.high_street),)
    one = why_nobody(village, village.need(), village.neighbour(1, held=done, visits_per_week=1))
    assert one.reason == ReasonCode.ALL_AT_LIMIT


def test_asked_often_enough_today(village: Any) -> None:
    one = why_nobody(village, village.need(), village.neighbour(1, asked_at=(village.at(5),) * 6))
    assert one.reason == ReasonCode.ALL_ASKED_ENOUGH


def test_has_two_questions_to_answer(village: Any) -> None:
    others = [village.need(n, helpers_wanted=1) for n in (2, 3)]
    one = village.neighbour(1)
    live = tuple(village.ask(need, one, 13 + need.id) for need in others)
    answer = solve_round(village.round([village.need(1), *others], [one], live_asks=live))
    assert [(u.occurrence_id, u.reason) for u in answer.unserved] == [(1, ReasonCode.ALL_ASKED_ENOUGH)]


def test_promised_elsewhere_and_the_way_counts(village: Any) -> None:
    there = HeldVisit(village.window(9, 9.5), village.north(1900))
    walker = village.neighbour(1, held=(there,), travel_mode="foot")
    need = village.need(windows=(village.window(9.5, 10),), point=village.high_street)
    assert why_nobody(village, need, walker).reason == ReasonCode.ALL_BUSY_ELSEWHERE


def test_kept_apart(village: Any) -> None:
    one = why_nobody(village, village.need(1), village.neighbour(1), never_pairs=frozenset({frozenset({1, 1001})}))
    assert one.reason == ReasonCode.KEPT_APART


def test_said_no(village: Any) -> None:
    assert why_nobody(village, village.need(refused_by=frozenset({101})), village.neighbour(1)).reason == (
        ReasonCode.ALL_SAID_NO
    )


def test_the_time_is_up_whoever_there_is(village: Any) -> None:
    for neighbours in ([], [village.neighbour(1)]):
        one = why_nobody(village, village.need(), *neighbours, now=village.at(11.5))
        assert (one.reason, one.sentence) == (ReasonCode.WINDOW_PASSED, "There is no time left for this visit.")


def test_nobody_can_get_there_in_what_is_left(village: Any) -> None:
    walker = village.neighbour(1, travel_mode="foot", point=village.north(1900))
    one = why_nobody(village, village.need(), walker, now=village.at(11))
    assert (one.reason, one.also) == (ReasonCode.WINDOW_PASSED, ())
    assert one.sentence == "Nobody near enough can hear of it and get there in the time that is left."


def test_one_near_change_is_preferred_to_where_the_waterfall_runs_dry(village: Any) -> None:
    """Someone near does something else and is not free; but someone far could do it all."""
    idle = village.neighbour(1, kinds=frozenset({"lift"}), free=(village.window(14, 15),))
    far = village.neighbour(2, point=village.north(2500))
    one = why_nobody(village, village.need(), idle, far)
    assert (one.reason, one.also) == (ReasonCode.NOBODY_NEAR, ())
    assert one.sentence == "Those who could do it otherwise live too far away."


def test_two_changes_are_said_to_be_two(village: Any) -> None:
    need = village.need(required_checks=frozenset({"id_seen"}))
    one = why_nobody(village, need, village.neighbour(1, free=(village.window(14, 15),)))
    assert (one.reason, one.also) == (ReasonCode.NOBODY_FREE, (ReasonCode.NOBODY_CHECKED,))
    assert one.sentence.endswith("More than that would have to change.")


def test_the_reason_is_where_the_waterfall_runs_dry_and_the_rest_comes_with_it(village: Any) -> None:
    """The one who is near fails three rules; the one who is far fails two. Nobody near is free."""
    later = (village.window(14, 15),)
    near = village.neighbour(1, free=later, checks={})
    far = village.neighbour(2, free=later, point=village.north(2500), checks={"id_seen": None})
    need = village.need(required_checks=frozenset({"id_seen"}), refused_by=frozenset({101}))
    one = why_nobody(village, need, near, far)
    assert (one.reason, one.also) == (ReasonCode.NOBODY_FREE, (ReasonCode.NOBODY_NEAR,))


def test_when_the_time_is_up_that_is_the_reason_even_if_nobody_is_near(village: Any) -> None:
    one = why_nobody(village, village.need(), village.neighbour(1, point=village.north(2500)), now=village.at(11.5))
    assert one.reason == ReasonCode.WINDOW_PASSED


def test_the_other_place_speaks_of_somebody_else(village: Any) -> None:
    piano = village.need(helpers_wanted=2)
    far = village.neighbour(2, point=village.north(2500))
    (one,) = solve_round(village.round([piano], [village.neighbour(1), far])).unserved
    assert (one.short, one.sentence) == (1, "Nobody else who offers help lives near enough.")


def test_the_waterfall_reads_as_a_sentence(village: Any) -> None:
    near = [village.neighbour(n) for n in (1, 2)]
    busy = village.neighbour(3, free=(village.window(14, 15),))
    other = village.neighbour(4, kinds=frozenset({"lift"}))
    far = village.neighbour(5, point=village.north(3000))
    need = village.need(required_checks=frozenset({"id_seen"}))

    steps = why_nobody(village, need, *near, busy, other, far).waterfall

    assert [(step.left, step.label) for step in steps][:6] == [
        (5, "volunteers"),
        (4, "near enough"),
        (3, "offer this kind of help"),
        (3, "able to hear of it and get there in time"),
        (2, "free for the whole visit"),
        (0, "have the checks it needs"),
    ]


def test_the_waterfall_counts_people_not_offers_and_leaves_out_the_resident(village: Any) -> None:
    twice = [village.neighbour(1, kinds=frozenset()), village.neighbour(2, person_id=1, kinds=frozenset())]
    herself = village.neighbour(3, person_id=1001)
    assert why_nobody(village, village.need(1), *twice, herself).waterfall[0].left == 1


@pytest.mark.parametrize("code", list(ReasonCode))
def test_every_reason_has_its_words(code: ReasonCode) -> None:
    from matcher.engine.explain import ALL_ELSE_FITS, NOBODY_LEFT

    assert NOBODY_LEFT[code].endswith(".")
    assert ALL_ELSE_FITS[code].startswith("Those who could ")


def test_the_waterfall_looks_only_at_those_who_are_near(village: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody near does something else: nobody far away need be looked at to say so."""
    far = [village.neighbour(n, point=village.north(3000)) for n in range(2, 40)]
    looked_at: list[int] = []

    def counted(world: World, occurrence: Ints, volunteer: Ints, waived: frozenset[ReasonCode] = frozenset()) -> Pairs:
        looked_at.append(occurrence.size)
        return pairs(world, occurrence, volunteer, waived)

    pairs = World.pairs
    monkeypatch.setattr(World, "pairs", counted)
    one = why_nobody(village, village.need(kind="lift"), village.neighbour(1), *far)
    assert [step.left for step in one.waterfall][:3] == [39, 1, 0]
    assert sum(looked_at) < 39
    assert one.reason == ReasonCode.NOBODY_DOES_THIS
