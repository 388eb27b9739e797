"""One need for the team: everything that happened is told, and it is changed where it stands."""

import pytest

from matcher.domain.errors import BadInput, Conflict, NotFound
from matcher.services import asking_by_hand, need_history, overrides, pins, team_changes
from matcher.services.asking_by_hand import ByHand
from matcher.services.needs import NeedDraft
from matcher.services.pins import Keep
from matcher.store.models import AuditRow, Match, Need, NeedNote, Occurrence, Offer
from tests.statements import statements


@pytest.fixture
def need(world):
    need = world.post(helpers=2)
    world.offer("Christopher")
    world.offer("Ann", travel_mode="car")
    return need


def offer_of(world, name):
    return world.one(Offer, person_id=world.people[name]).id


def history(world, need):
    with world.work() as session:
        return need_history.read(session, need.need_id, area_ids=frozenset({world.area_id()}))


def words(world, need, *sorts):
    return [line.words for line in history(world, need).lines if line.sort in sorts]


def change(world, need, verb, *what):
    areas, by = frozenset({world.area_id()}), world.coordinator()
    with world.work() as session:
        verb(session, need.need_id, *what, area_ids=areas, staff_id=by, now=world.now)


def by_hand(world, need, name, **how):
    areas, by = frozenset({world.area_id()}), world.coordinator()
    with world.work() as session:
        choice = ByHand(offer_of(world, name), **how)
        asking_by_hand.ask(session, world.occurrence_id(need), choice, area_ids=areas, staff_id=by, now=world.now)


def test_everything_that_happened_is_told_the_newest_first(world, need):
    world.round()
    world.later(minutes=5)
    world.no("Ann", reason="too_far")
    world.later(minutes=1)
    world.yes("Christopher")
    world.later(hours=2)
    world.hand_back("Christopher")
    told = words(world, need, "ask", "visit")
    assert told[:3] == ["Christopher S handed it back", "Christopher S said yes", "Ann S said no"]
    assert sorted(told[3:]) == ["Ann S was asked", "Christopher S was asked"]
    assert [line.more for line in history(world, need).lines if line.words == "Ann S said no"] == ["too far"]
    assert history(world, need).lines[-1].words in {
        "Eileen S asked for help",
        "“We have your request” to Eileen, by text",
    }


def test_what_was_decided_by_hand_stands_with_who_and_why(world, need):
    by_hand(world, need, "Ann")
    areas, by = frozenset({world.area_id()}), world.coordinator()
    with world.work() as session:
        keep = Keep(offer_of(world, "Christopher"), "asked_for")
        pins.pin(session, world.occurrence_id(need), keep, area_ids=areas, staff_id=by, now=world.now)
    told = {line.words: line.more for line in history(world, need).lines if line.sort == "hand"}
    assert told == {
        "Ruth asked Ann S by hand": "",
        "Ruth kept a visit for Christopher S": "They were asked for by name",
    }


def test_messages_say_what_became_of_them(world, need):
    world.round()
    world.deliver()
    lines = [line for line in history(world, need).lines if line.sort == "message"]
    assert ("“Can you help?” to Ann, by text", "Sent") in [(line.words, line.more) for line in lines]


def test_a_need_of_another_area_is_not_known(world, need):
    with world.work() as session, pytest.raises(NotFound):
        need_history.read(session, need.need_id, area_ids=frozenset({world.area_id("devizes")}))
    areas = frozenset({world.area_id("devizes")})
    with world.work() as session, pytest.raises(NotFound):
        team_changes.change_note(session, need.need_id, "x", area_ids=areas, staff_id=1, now=world.now)


def test_its_story_takes_as_many_queries_however_much_happened(world, need):
    def counted():
        with world.work() as session, statements(session) as told:
            need_history.read(session, need.need_id, area_ids=frozenset({world.area_id()}))
        return len(told)

    few = counted()
    world.ask_all(world.crowd(20), need)
    assert counted() == few


def test_what_and_how_many_change_where_they_stand_and_history_says_who(world, need):
    world.ask_all(["Christopher", "Ann"], need)
    world.yes("Christopher")
    change(world, need, team_changes.change_job, {"steps", "drive"}, 1)
    assert world.one(Need).details == ["steps", "drive"]
    assert (world.one(Occurrence).helpers, world.one(Occurrence).status) == (1, "filled")
    assert [match.status for match in world.all(Match)] == ["accepted", "withdrawn"]
    assert words(world, need, "change") == ["Ruth changed what is to be done, how many are to come"]
    change(world, need, team_changes.change_job, {"steps", "drive"}, 1)
    assert len(world.all(AuditRow, action="changed")) == 1
    change(world, need, team_changes.change_job, {"steps", "drive"}, 3)
    assert world.one(Occurrence).status == "open"


@pytest.mark.parametrize(
    ("details", "helpers", "wrong"), [({"roof"}, 1, "clearing"), (set(), 0, "how many"), (set(), 5, "1 to 4")]
)
def test_what_cannot_be_is_refused(world, need, details, helpers, wrong):
    with pytest.raises(BadInput, match=wrong):
        change(world, need, team_changes.change_job, details, helpers)


def test_nobody_who_said_yes_is_sent_away(world, need):
    world.ask_all(["Christopher", "Ann"], need)
    world.yes("Christopher")
    world.yes("Ann")
    with pytest.raises(BadInput, match="said yes"):
        change(world, need, team_changes.change_job, set(), 1)


def test_what_is_over_is_not_changed(world, need):
    world.cancel(need)
    with pytest.raises(Conflict):
        change(world, need, team_changes.change_job, set(), 1)


def test_the_time_and_the_note_are_changed_by_name_and_their_values_kept_out_of_the_audit(world, need):
    world.ask_all(["Ann"], need)
    timing = NeedDraft(
        kind="snow", when="tomorrow", times=frozenset({"pm"}), person=world.draft("Eileen"), contact="text"
    )
    change(world, need, team_changes.change_time, timing)
    change(world, need, team_changes.change_note, "Ring the side bell.")
    assert world.one(NeedNote).note == "Ring the side bell."
    assert sorted(words(world, need, "change")) == ["Ruth changed note", "Ruth changed time"]
    assert "match_withdrawn" in [template for template, _ in world.owed("Ann")]
    assert not any("bell" in field for row in world.all(AuditRow) for field in row.fields)


def test_how_choices_by_hand_did_beside_those_of_the_matching(world, need):
    def did():
        with world.work() as session:
            return overrides.read(session, frozenset({world.area_id()}), now=world.now)

    assert did().title == "Nobody has been asked by hand in 90 days"
    with world.work() as session:
        first = asking_by_hand.who_could(
            asking_by_hand.round_reader.read_one(session, world.occurrence_id(need), now=world.now),
            world.occurrence_id(need),
        )[0].offer_id
    chosen, passed_over = sorted(["Ann", "Christopher"], key=lambda name: offer_of(world, name) == first)
    by_hand(world, need, chosen)
    world.yes(chosen)
    world.later(minutes=30)
    world.round()
    world.no(passed_over)
    found = did()
    assert [(row.asked, row.yes, row.no) for row in (found.by_hand, found.against)] == [(1, 1, 0), (1, 1, 0)]
    assert [(row.asked, row.yes, row.no) for row in (found.passed_over, found.by_matching)] == [(1, 0, 1), (1, 0, 1)]
    assert found.title == "1 asked by hand in 90 days: too few to compare"
    world.later(days=91)
    assert did().by_hand.asked == 0
