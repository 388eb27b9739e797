"""What if: a preview writes nothing, and what it says is what the round does once the change is real."""

from collections import Counter

import pytest

from matcher.domain.errors import BadInput, NotFound
from matcher.services import changing, cold, supposing
from matcher.services.needs import NeedDraft
from matcher.services.supposing import Change
from matcher.store.models import HandChoice, Match, Offer

MILE = 1609


@pytest.fixture
def needs(world):
    """Three at Eileen's; Christopher has a visit left this week, Gwen lives too far, in the next town."""
    found = [
        world.post(),
        *(world.post(name, person={"phone": f"07700 90022{n}"}) for n, name in enumerate(("Olive", "Percy"))),
    ]
    world.offer("Christopher", visits_per_week=1)
    world.offer("Gwen")
    world.offer("Ann", pattern="choose", times=frozenset({f"{day}-eve" for day in ("MO", "TU", "WE", "TH", "FR")}))
    return found


def preview(world, **how):
    with world.work() as session:
        change = Change(world.area_id(), **how)
        return supposing.compare(session, change, area_ids=frozenset({world.area_id()}), now=world.now)


def asked_after(shown):
    """(occurrence, who) of everyone who would be asked where it makes a difference."""
    return sorted((move.occurrence_id, one.name) for move in shown.moves for one in move.after)


def asked_in_fact(world, shown):
    names = {person_id: f"{name} S" for name, person_id in world.people.items()}
    different = {move.occurrence_id for move in shown.moves}
    return sorted(
        (one.occurrence_id, names[one.person_id]) for one in world.all(Match) if one.occurrence_id in different
    )


def go_farther(world, _needs):
    world.execute("update offers set reach_m = reach_m + :metres", metres=5 * MILE)


def lift_limits(world, _needs):
    world.execute("update offers set visits_per_week = null")


def add_the_evening(world, needs):
    for need, name in zip(needs, ("Eileen", "Olive", "Percy"), strict=True):
        timing = NeedDraft("snow", "today", frozenset({"am", "eve"}), world.draft(name), "text")
        with world.work() as session:
            changing.change_time(session, need.need_id, timing, now=world.now)


def turn_cold(world, _needs):
    with world.work() as session:
        cold.start(session, world.area_id(), until=world.now + supposing.COLD_FOR, actor="staff:1", now=world.now)


CHANGES = {
    "farther": ({"farther_m": 5 * MILE}, go_farther),
    "no limits": ({"is_unlimited": True}, lift_limits),
    "the evening too": ({"band": "eve"}, add_the_evening),
    "cold": ({"is_cold": True}, turn_cold),
    "farther without limits": (
        {"farther_m": 5 * MILE, "is_unlimited": True},
        lambda *it: (go_farther(*it), lift_limits(*it)),
    ),
}


@pytest.mark.parametrize("which", CHANGES)
def test_a_preview_writes_nothing_and_is_what_the_round_then_does(world, needs, which):
    supposed, make_real = CHANGES[which]
    if which == "cold":  # on dry ground Eileen's is just within reach
        world.offer("Walter")
        world.execute("update offers set reach_m = 300, visits_per_week = null")
    before = world.picture()
    shown = preview(world, **supposed)
    assert world.picture() == before
    assert shown.count == 3
    assert shown.moves
    make_real(world, needs)
    world.round()
    assert asked_in_fact(world, shown) == asked_after(shown)
    served = {match.occurrence_id for match in world.all(Match)}
    assert shown.lit[1] == len(served)


def test_before_is_what_the_round_does_as_it_is(world, needs):
    shown = preview(world, farther_m=5 * MILE)
    world.round()
    assert shown.lit[0] == len({match.occurrence_id for match in world.all(Match)})


def test_newcomers_are_as_good_as_people_who_come(world, needs):
    shown = preview(world, newcomers=2)
    would = Counter(one for move in shown.moves for one in [move.occurrence_id] * len(move.after))
    assert {one.name for move in shown.moves for one in move.after} >= {"A newcomer"}
    assert all(one.offer_id == 0 for move in shown.moves for one in move.after if one.name == "A newcomer")
    for n in range(2):
        world.offer(f"Newcomer {n}", travel_mode="car", person={"postcode": "BA15 1HL", "phone": f"07700 90055{n}"})
    world.round()
    in_fact = Counter(match.occurrence_id for match in world.all(Match))
    assert {row: in_fact[row] for row in would} == would


def test_the_finding_and_its_price_are_counted(world, needs):
    shown = preview(world, is_unlimited=True)
    before, after = shown.lit
    assert after > before
    assert shown.title.startswith(f"This change lights {after - before} more house")
    assert shown.title.endswith(f": {before} to {after} of 3")
    measures = {one.words: one.change for one in shown.measures}
    assert measures["Visits with somebody to ask"] == "better"
    assert measures["All ways, miles"] == "worse"
    assert "worse" in shown.price
    assert len(shown.changed) == after - before


def test_nothing_changes_nothing(world, needs):
    shown = preview(world, newcomers=0, farther_m=1)
    assert (shown.moves, shown.changed) == ((), frozenset())
    assert shown.title.startswith("This change lights no more houses")
    assert shown.price == "The price: nothing that is counted gets worse"


def test_the_people_it_brings_are_asked_by_hand_with_the_reason_kept(world, needs):
    shown = preview(world, farther_m=5 * MILE)
    pairs = [(move.occurrence_id, one.offer_id) for move in shown.moves for one in move.after]
    areas, by = frozenset({world.area_id()}), world.coordinator()
    with world.work() as session:
        asked, missed = supposing.ask(session, pairs, "urgent", area_ids=areas, staff_id=by, now=world.now)
    assert (asked, missed) == (len(pairs), 0)
    assert asked_in_fact(world, shown) == asked_after(shown)
    gwens = world.one(Offer, person_id=world.people["Gwen"]).id
    aside = [one.set_aside for one in world.all(HandChoice) if world.one(Match, id=one.match_id).offer_id == gwens]
    assert aside
    assert all(codes == ["nobody_near"] for codes in aside)
    with world.work() as session:
        again = supposing.ask(session, pairs, "urgent", area_ids=areas, staff_id=by, now=world.now)
    assert again == (0, len(pairs))


@pytest.mark.parametrize(("pairs", "why"), [([(1, 1)], ""), ([], "urgent"), ([(n, n) for n in range(1, 30)], "urgent")])
def test_nobody_is_asked_without_a_reason_or_by_the_dozen(world, pairs, why):
    with world.work() as session, pytest.raises(BadInput):
        supposing.ask(session, pairs, why, area_ids=frozenset(), staff_id=1, now=world.now)


def test_an_area_of_others_and_a_time_that_is_none_are_refused(world, needs):
    with world.work() as session, pytest.raises(NotFound):
        supposing.compare(session, Change(world.area_id(), newcomers=1), area_ids=frozenset(), now=world.now)
    with pytest.raises(BadInput):
        preview(world, band="noon")


def test_where_nothing_is_looked_for_it_says_so(world):
    assert preview(world, newcomers=3).title == "Nobody is looked for there just now"
