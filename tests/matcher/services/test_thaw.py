"""A thaw: what nobody has taken is called off, who holds a visit is told and keeps it, and the frost may come again."""

from datetime import timedelta

import pytest

from matcher.domain.lifecycle import MatchStatus, OccurrenceStatus, VisitStatus
from matcher.services import cold, cold_plans, matches, thaw, upkeep
from matcher.store.models import AuditRow, ColdSpell, Match, Need, Occurrence, Visit
from tests.worlds import BRADFORD


def freeze(world, hours=60):
    with world.work() as session:
        until = world.now + timedelta(hours=hours)
        cold.start(session, world.area_id(BRADFORD), until=until, actor="staff:1", now=world.now)


def melt(world):
    with world.work() as session:
        cold.end(session, world.area_id(BRADFORD), actor="staff:1", now=world.now)


def settle(world):
    with world.work() as session:
        return thaw.settle(session, now=world.now)


def opened(world):
    """What spells opened, by its start."""
    return sorted((one for one in world.all(Occurrence) if one.cold_spell_id), key=lambda one: (one.starts_at, one.id))


@pytest.fixture
def icy(world):
    """Eileen's path is to be cleared whenever it is icy; a week later two neighbours are there, and no frost yet."""
    need = world.post(is_icy=True)
    world.later(days=7)
    with world.work() as session:
        upkeep.keep_up(session, now=world.now)
    world.offer("Christopher")
    world.offer("Ann")
    world.deliver()
    return need


def ask_and_accept(world, name, need, occurrence):
    world.ask(name, need, at=max(world.now + timedelta(hours=2), occurrence.starts_at), occurrence_id=occurrence.id)
    world.yes(name)


def test_the_frost_opens_its_days_at_once_and_says_which_spell_did(world, icy):
    freeze(world)
    spell = world.one(ColdSpell)
    assert [one.cold_spell_id for one in opened(world)] == [spell.id, spell.id]


def test_what_nobody_has_taken_is_called_off_and_the_resident_and_the_asked_are_told(world, icy):
    freeze(world)
    world.round()
    assert {one.status for one in world.all(Match)} == {MatchStatus.PROPOSED}
    world.deliver()
    melt(world)
    assert {one.status for one in opened(world)} == {OccurrenceStatus.CANCELLED}
    assert {one.status for one in world.all(Match)} == {MatchStatus.WITHDRAWN}
    world.later(minutes=1)
    told = [(envelope.shown_as, envelope.message.text) for envelope in world.deliver()]
    assert sum("it has thawed" in text for who, text in told if who.startswith("Eileen")) == 2
    assert any("no longer" in text for who, text in told if not who.startswith("Eileen"))


def test_who_has_said_yes_is_told_and_still_goes(world, icy):
    freeze(world)
    ask_and_accept(world, "Christopher", icy, opened(world)[0])
    world.deliver()
    melt(world)
    assert world.visit("Christopher").status is VisitStatus.HELD
    assert [one.status for one in opened(world)] == [OccurrenceStatus.FILLED, OccurrenceStatus.CANCELLED]
    (told,) = (one for one in world.deliver() if one.shown_as.startswith("Christopher"))
    assert "still stands" in told.message.text
    assert "/visits/" in told.message.text


def test_whose_yes_was_being_written_down_as_it_thawed_is_told_too(lasting_world):
    world = lasting_world
    need = world.post(is_icy=True)
    world.offer("Christopher")
    world.later(days=7)
    freeze(world, hours=20)
    first = opened(world)[0]
    world.ask("Christopher", need, at=max(world.now + timedelta(hours=2), first.starts_at), occurrence_id=first.id)
    world.later(hours=20)
    with world.work() as session:
        matches.accept(session, world.asked("Christopher"), now=first.starts_at)
        settle(world)  # it runs out, and cannot see the yes yet
    assert world.one(ColdSpell).settled_at is not None
    assert world.visit("Christopher").status is VisitStatus.HELD
    told = ("thaw_volunteer", "pending")
    assert told not in world.owed("Christopher")
    for _ in range(2):
        settle(world)
    assert world.owed("Christopher").count(told) == 1


def test_of_two_who_were_wanted_the_one_who_said_yes_still_goes_and_the_other_is_not_looked_for(world):
    need = world.post(is_icy=True, helpers=2)
    for name in ("Christopher", "Ann"):
        world.offer(name)
    world.later(days=7)
    freeze(world)
    first = opened(world)[0]
    world.ask_all(["Christopher", "Ann"], need, occurrence_id=first.id)
    world.yes("Christopher")
    with world.work() as session:
        planned = cold_plans.plan_end(session, world.area_id(), now=world.now)
    assert (len(planned.called_off), planned.kept) == (len(opened(world)) - 1, 1)
    melt(world)
    assert world.one(Occurrence, id=first.id).status is OccurrenceStatus.FILLED
    assert world.visit("Christopher").status is VisitStatus.HELD
    assert world.one(Match, person_id=world.people["Ann"]).status is MatchStatus.WITHDRAWN


def test_whoever_hands_back_after_the_thaw_is_not_replaced(world, icy):
    freeze(world)
    ask_and_accept(world, "Christopher", icy, opened(world)[0])
    melt(world)
    world.hand_back("Christopher")
    assert settle(world) == 1
    assert {one.status for one in opened(world)} == {OccurrenceStatus.CANCELLED}
    assert settle(world) == 0


def test_a_spell_that_runs_out_thaws_by_itself_once(world, icy):
    freeze(world, hours=2)
    world.later(hours=3)
    with world.work() as session:
        assert upkeep.keep_up(session, now=world.now).thawed == 1
    world.later(minutes=1)
    assert settle(world) == 0
    assert [row.action for row in world.all(AuditRow)].count("thawed") == 1
    assert world.one(ColdSpell).settled_at is not None


def test_nothing_is_called_off_while_it_is_cold_nor_what_the_cold_did_not_open(world, icy):
    other = world.post("Gwen", when="tomorrow")
    freeze(world)
    assert settle(world) == 0
    melt(world)
    assert world.one(Occurrence, need_id=other.need_id).status is OccurrenceStatus.OPEN
    assert world.all(Occurrence)[0].status is OccurrenceStatus.UNMET


def test_the_frost_comes_again_and_so_do_its_days_but_not_what_the_resident_ended(world, icy):
    freeze(world)
    melt(world)
    world.later(minutes=5)
    freeze(world)
    open_now = [one for one in opened(world) if one.status is OccurrenceStatus.OPEN]
    assert {one.cold_spell_id for one in open_now} == {world.all(ColdSpell)[-1].id}
    assert len(open_now) == 2
    world.cancel(icy)
    melt(world)
    world.later(minutes=5)
    freeze(world)
    assert not [one for one in opened(world) if one.status is OccurrenceStatus.OPEN]


def plan_start(world, hours=60):
    with world.work() as session:
        until = world.now + timedelta(hours=hours)
        return cold_plans.plan_start(session, world.area_id(), until=until, now=world.now)


@pytest.mark.parametrize("hours", [3, 12, 60])
def test_the_plan_lists_what_starting_then_opens(world, icy, hours):
    planned = plan_start(world, hours)
    freeze(world, hours)
    reference = world.one(Need).reference
    assert [visit.reference for visit in planned.visits] == [reference] * len(opened(world))
    assert {visit.resident for visit in planned.visits} <= {"Eileen"}
    assert plan_start(world, hours).visits == ()


def test_the_plan_to_end_lists_what_ending_then_calls_off(world, icy):
    freeze(world)
    ask_and_accept(world, "Christopher", icy, opened(world)[0])
    with world.work() as session:
        planned = cold_plans.plan_end(session, world.area_id(), now=world.now)
    assert (len(planned.called_off), planned.kept) == (1, 1)
    melt(world)
    assert sum(one.status is OccurrenceStatus.CANCELLED for one in opened(world)) == 1
    assert len(world.all(Visit, status=VisitStatus.HELD)) == 1
