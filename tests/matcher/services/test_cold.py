"""A cold spell is switched on with an end; only those who agreed are asked more, and nobody reaches as far."""

from datetime import timedelta

import pytest

from matcher.domain.errors import BadInput
from matcher.engine.problem import ReasonCode
from matcher.services import cold, cold_now, cold_spells
from matcher.store.models import AuditRow, ColdSpell, Occurrence, Offer
from tests.worlds import BRADFORD


def start(world, hours=24, area=BRADFORD):
    with world.work() as session:
        cold.start(
            session, world.area_id(area), until=world.now + timedelta(hours=hours), actor="staff:1", now=world.now
        )


def agree(world, name, choice):
    with world.work() as session:
        cold.agree(session, world.people[name], choice, now=world.now)


def is_cold(world, area=BRADFORD):
    with world.work() as session:
        return cold_spells.is_cold(session, world.area_id(area), now=world.now)


def in_the_round(world, name):
    """Someone as the next round of the area sees them."""
    opened = world.open_round()
    return next(one for one in opened.problem.volunteers if one.person_id == world.people[name])


def test_a_spell_ends_by_itself_and_may_be_ended_before(world):
    start(world, hours=2)
    assert is_cold(world)
    assert not is_cold(world, "salisbury")
    world.later(hours=2)
    assert not is_cold(world)
    start(world)
    for _ in range(2):
        with world.work() as session:
            cold.end(session, world.area_id(), actor="staff:1", now=world.now)
    assert not is_cold(world)
    assert [row.action for row in world.all(AuditRow) if "cold" in row.action] == [
        "started_cold",
        "started_cold",
        "ended_cold",
    ]


def test_starting_again_moves_the_end_of_the_spell_that_is_on(world):
    start(world, hours=2)
    start(world, hours=5)
    assert world.one(ColdSpell).ends_at == world.now + timedelta(hours=5)


@pytest.mark.parametrize("hours", [-1, 0, 24 * 14 + 1])
def test_a_spell_has_an_end_that_is_ahead_and_not_far(world, hours):
    with pytest.raises(BadInput) as refusal:
        start(world, hours=hours)
    assert refusal.value.field == "until"
    assert world.all(ColdSpell) == []


def test_only_those_who_agreed_may_be_asked_more_and_only_while_it_is_cold(world):
    world.offer("Christopher", visits_per_week=2)
    world.offer("Ann", visits_per_week=2)
    agree(world, "Christopher", "daily")
    world.post()
    assert in_the_round(world, "Christopher").visits_per_week == 2
    start(world)
    world.later(minutes=6)
    assert in_the_round(world, "Christopher").visits_per_week == 7
    world.later(minutes=6)
    assert in_the_round(world, "Ann").visits_per_week == 2
    world.later(hours=25)
    world.post("Frank")
    assert in_the_round(world, "Christopher").visits_per_week == 2


def test_nobody_is_asked_less_because_they_agreed_to_more(world):
    world.offer("Christopher", visits_per_week=5)
    world.offer("Ann")
    for name in ("Christopher", "Ann"):
        agree(world, name, "more")
    start(world)
    world.post()
    assert in_the_round(world, "Christopher").visits_per_week == 5
    world.later(minutes=6)
    assert in_the_round(world, "Ann").visits_per_week is None


def test_reach_shrinks_while_it_is_cold(world):
    world.offer("Christopher", travel_minutes=10)
    world.post("Gwen", person={"postcode": "BA15 1HL"})
    whole = in_the_round(world, "Christopher").reach_m
    start(world)
    world.later(minutes=6)
    assert in_the_round(world, "Christopher").reach_m == int(whole * 0.65)


def test_someone_at_their_limit_is_found_when_they_agreed_and_it_turns_cold(world):
    world.offer("Christopher", visits_per_week=1)
    agree(world, "Christopher", "more")
    world.ask("Christopher", world.post("Frank"), at=world.now + timedelta(hours=1))
    world.yes("Christopher")
    need = world.post("Eileen", times=frozenset({"pm"}))
    world.round()
    occurrence = world.one(Occurrence, need_id=need.need_id)
    assert occurrence.reason_code == ReasonCode.ALL_AT_LIMIT
    world.later(minutes=1)
    start(world)
    assert world.one(Occurrence, need_id=need.need_id).next_round_at == world.now
    world.round()
    assert world.who_was_asked(need) == ["Christopher"]


def test_consent_is_kept_with_its_time_and_wording_and_can_be_withdrawn(world):
    world.offer("Christopher")
    agree(world, "Christopher", "most")
    offer = world.one(Offer)
    agreed = (offer.cold_visits_per_week, offer.cold_asks_per_day, offer.cold_agreed_at, offer.cold_wording)
    assert agreed == (14, 12, world.now, cold.WORDING_VERSION)
    with world.work() as session:
        assert cold.agreed_choice(session, world.people["Christopher"]) == "most"
    agree(world, "Christopher", "usual")
    offer = world.one(Offer)
    assert (offer.cold_visits_per_week, offer.cold_agreed_at) == (None, None)
    with pytest.raises(BadInput):
        agree(world, "Christopher", "everything")


def test_the_board_says_where_it_is_cold_and_what_that_opened(world):
    def read(*slugs):
        with world.work() as session:
            return cold_now.read(session, frozenset(map(world.area_id, slugs)), now=world.now)

    assert read(BRADFORD, "trowbridge") is None
    world.post(kind="snow", is_icy=True)
    world.later(days=7)
    start(world)
    seen = read(BRADFORD, "trowbridge")
    assert (seen.areas, seen.until, seen.suggested) == (("Bradford on Avon",), world.now + timedelta(hours=24), "")
    assert seen.opened == sum(one.cold_spell_id is not None for one in world.all(Occurrence)) > 0
    assert read("trowbridge") is None
