"""Changing a request where it stands."""

from datetime import UTC, datetime

import pytest

from matcher.domain.errors import BadInput, Conflict
from matcher.domain.lifecycle import MatchStatus, OccurrenceStatus, VisitStatus
from matcher.services import changing, feedback, need_page, offer_changes
from matcher.services.need_page import NeedState
from matcher.services.needs import NeedDraft
from matcher.services.people import PersonDraft
from matcher.store import queries
from matcher.store.models import Feedback, Match, Need, NeedNote, NeedWish, NeverPair, Occurrence

NOBODY = PersonDraft(first_name="", phone="", house="", postcode="")


def timing(**changes):
    usual = {"kind": "", "when": "tomorrow", "times": frozenset({"pm"}), "person": NOBODY, "contact": ""}
    return NeedDraft(**{**usual, **changes})


def change_time(world, need, **changes):
    with world.work() as session:
        changing.change_time(session, need.need_id, timing(**changes), now=world.now)


def page(world, need):
    with world.work() as session:
        return need_page.read(session, need.need_id, now=world.now)


def accept(world, need, key):
    with world.work() as session:
        changing.accept_other_time(session, need.need_id, key, now=world.now)


def test_another_time_takes_the_place_of_the_old_and_is_asked_about(world):
    world.offer("Christopher")
    need = world.post()
    change_time(world, need)
    occurrence = world.one(Occurrence)
    assert occurrence.starts_at == datetime(2026, 1, 15, 12, tzinfo=UTC)
    assert world.one(Need).bands == ["pm"]
    world.round()
    assert world.who_was_asked(need) == ["Christopher"]


def test_whoever_was_coming_is_told_not_to_and_nobody_is_left_at_the_old_time(world):
    world.offer("Christopher")
    need = world.post()
    world.ask("Christopher", need)
    world.yes("Christopher")
    change_time(world, need)
    assert world.visit("Christopher").status is VisitStatus.CANCELLED
    assert world.one(Occurrence).status is OccurrenceStatus.OPEN
    assert ("visit_cancelled", "pending") in world.owed("Christopher")
    assert world.breaches() == {}


def test_the_same_time_again_changes_nothing(world):
    world.offer("Christopher")
    need = world.post(when="tomorrow", times=frozenset({"pm"}))
    world.ask("Christopher", need)
    before = world.picture()
    change_time(world, need)
    assert world.picture() == before


def test_what_is_over_or_comes_every_week_has_no_other_time(world):
    need = world.post()
    world.cancel(need)
    with pytest.raises(Conflict):
        change_time(world, need)
    weekly = world.post(is_weekly=True)
    with pytest.raises(Conflict):
        change_time(world, weekly)


def test_a_time_that_cannot_be_is_refused_beside_its_field(world):
    need = world.post()
    with pytest.raises(BadInput) as refused:
        change_time(world, need, times=frozenset())
    assert refused.value.field == "times"


def test_when_nobody_is_free_the_afternoon_of_the_same_day_is_offered_and_one_tap_takes_it(world):
    world.offer("Christopher", pattern="evenings")
    need = world.post()
    world.round()
    shown = page(world, need)
    assert shown.state is NeedState.STILL_LOOKING
    assert shown.other_time.words == "Wednesday 14 January, 12 noon to 5pm"
    accept(world, need, shown.other_time.key)
    accept(world, need, shown.other_time.key)  # a double click
    (window,) = queries.windows_of(world.one(Occurrence))
    assert (window.start.hour, window.end.hour) == (8, 17)
    assert world.one(Occurrence).next_round_at == world.now
    assert page(world, need).state is NeedState.LOOKING


def test_where_nobody_does_such_things_no_other_time_is_offered(world):
    need = world.post()
    world.round()
    shown = page(world, need)
    assert shown.state is NeedState.STILL_LOOKING
    assert shown.other_time is None


def test_a_time_that_was_not_offered_is_not_taken(world):
    world.offer("Christopher", pattern="evenings")
    need = world.post()
    world.round()
    before = world.picture()
    accept(world, need, "2026-01-20T08:00:00+00:00")
    assert world.picture() == before


def test_the_note_is_changed_added_and_removed(world):
    need = world.post(note="Mind the cat")
    for typed, kept in (("Mind the dog", ["Mind the dog"]), ("", []), ("Ring twice", ["Ring twice"])):
        with world.work() as session:
            changing.change_note(session, need.need_id, typed, now=world.now)
        assert [row.note for row in world.all(NeedNote)] == kept
    with pytest.raises(BadInput), world.work() as session:
        changing.change_note(session, need.need_id, "Key safe 4821", now=world.now)


@pytest.mark.parametrize(("again", "apart"), [("other", 1), ("yes", 0), ("any", 0), ("", 0)])
def test_someone_else_please_is_kept_silently(world, again, apart):
    world.offer("Christopher")
    need = world.post()
    world.ask("Christopher", need)
    world.yes("Christopher")
    world.later(hours=3)
    world.done("Christopher")
    with world.work() as session:
        feedback.say_how_it_went(session, need.need_id, "partly", "", again=again, now=world.now)
    assert world.one(Feedback).again == (again or None)
    assert len(world.all(NeverPair)) == apart
    assert world.breaches() == {}


# Who comes ---------------------------------------------------------------------------------------------------

DOGS = frozenset({"calm_with_dogs"})


def change_wishes(world, need, *, musts=frozenset(), wished=frozenset()):
    with world.work() as session:
        changing.change_wishes(session, need.need_id, musts=musts, wished=wished, now=world.now)


def test_who_was_asked_and_is_not_as_it_must_be_now_is_told_and_whoever_is_stays_asked(world):
    for name in ("Christopher", "Ann"):
        world.offer(name)
    with world.work() as session:
        offer_changes.change_traits(session, world.people["Ann"], DOGS, now=world.now)
    need = world.post(when="tomorrow")
    world.ask_all(["Christopher", "Ann"], need)
    world.deliver()
    change_wishes(world, need, musts=DOGS)
    asked = {match.person_id: match.status for match in world.all(Match)}
    assert asked == {
        world.people["Christopher"]: MatchStatus.WITHDRAWN,
        world.people["Ann"]: MatchStatus.PROPOSED,
    }
    assert ("match_withdrawn", "pending") in world.owed("Christopher")
    assert {(row.trait, row.is_must) for row in world.all(NeedWish)} == {("calm_with_dogs", True)}
    assert world.one(Occurrence).next_round_at == world.now
    change_wishes(world, need)
    assert world.all(NeedWish) == []


def test_whoever_said_yes_stays_whatever_is_wished_for_now(world):
    world.offer("Christopher")
    need = world.post(when="tomorrow")
    world.ask("Christopher", need)
    world.yes("Christopher")
    change_wishes(world, need, musts=DOGS)
    assert world.visit("Christopher").status is VisitStatus.HELD


def test_the_same_wishes_again_change_nothing(world):
    need = world.post(wishes=DOGS)
    world.round()
    before = world.picture()
    change_wishes(world, need, wished=DOGS)
    assert world.picture() == before


def test_what_is_over_or_may_not_be_asked_for_is_refused(world):
    need = world.post()
    with pytest.raises(BadInput, match="cannot be asked for") as error:
        change_wishes(world, need, musts=frozenset({"woman"}))
    assert error.value.field == "wishes"
    world.cancel(need)
    with pytest.raises(Conflict):
        change_wishes(world, need, musts=DOGS)
