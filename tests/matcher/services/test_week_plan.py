"""A week of weekly help, planned: who could go, what nobody could take, and nothing written before it is sent."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from matcher.domain.errors import BadInput, NotFound
from matcher.domain.lifecycle import MatchStatus, VisitStatus
from matcher.domain.localtime import to_local
from matcher.domain.timewindow import TimeWindow
from matcher.services import arrangement_changes, round_reader, week_picture, week_plan, week_sending
from matcher.services.week_plan import ALL_TAKEN, TOO_LATE, NotGiven, Proposed, Rota
from matcher.services.week_problem import Edits, build
from matcher.services.week_sending import Line
from matcher.store.models import AuditRow, HandChoice, Match, Visit

NEXT_WEEK = 1


@pytest.fixture
def weekly(world):
    """Eileen and Maud ask for their paths to be cleared every Thursday morning."""
    for name in ("Eileen", "Maud"):
        world.post(name, when="tomorrow", is_weekly=True)
    return world


def rota(world, ahead=NEXT_WEEK, **edits):
    area_id, changed = world.area_id(), Edits(**{name: frozenset(value) for name, value in edits.items()})
    with world.work() as session:
        return week_plan.read(session, area_id, ahead, changed, area_ids=frozenset({area_id}), now=world.now)


def who(shown):
    return {one.job.split()[-1]: one.name.split()[0] for one in shown.proposed}


def pair(shown, resident):
    return next((one.occurrence_id, one.offer_id) for one in shown.proposed if one.job.endswith(resident))


def send(world, lines):
    with world.work() as session:
        staff_id, areas = world.coordinator(), frozenset({world.area_id()})
        return week_sending.send(session, lines, area_ids=areas, staff_id=staff_id, now=world.now)


def lines_of(shown, **changes):
    return [Line(one.occurrence_id, one.offer_id, one.visit.start, **changes) for one in shown.proposed]


def test_it_lays_out_the_week_and_writes_nothing(weekly):
    weekly.offer("Christopher")
    before = weekly.picture()
    shown = rota(weekly)
    assert [to_local(one.visit.start).strftime("%a") for one in shown.proposed] == ["Thu", "Thu"]
    assert who(shown) == {"Eileen": "Christopher", "Maud": "Christopher"}
    first, second = (one.visit for one in shown.proposed)
    assert first.end < second.start  # the way from one to the other fits between
    assert shown.title == "2 of 2 visits have somebody to ask: 1 person"
    assert weekly.picture() == before


def test_what_the_plan_cannot_give_is_listed_with_its_reason(weekly):
    assert {one.why for one in rota(weekly).not_given} == {"Nobody has offered help here yet."}
    weekly.offer("Christopher", visits_per_week=1)
    shown = rota(weekly)
    assert len(shown.proposed) == 1
    (given,), (short,) = shown.proposed, shown.not_given
    assert short.why.startswith(f"The only one who could come is taken: {given.name}")
    assert (given.number, short.number) == (1, 2)
    weekly.now += timedelta(days=1, hours=3)  # tomorrow, too near their ends
    assert {one.why for one in rota(weekly, 0).not_given} == {TOO_LATE}


def test_who_is_asked_already_has_fewer_visits_to_give(weekly):
    weekly.offer("Christopher")
    for name, times in (("Ivy", {"am"}), ("Joe", {"pm"})):
        at = weekly.now + timedelta(hours=2 if "am" in times else 6)
        weekly.ask("Christopher", weekly.post(name, times=frozenset(times)), at=at)
    shown = rota(weekly)
    assert {one.why for one in shown.not_given} == {ALL_TAKEN}


def test_it_can_be_changed(weekly):
    weekly.offer("Christopher")
    weekly.offer("Ann")
    shown = rota(weekly)
    first = pair(shown, "Eileen")
    assert who(rota(weekly, not_them={first}))["Eileen"] != who(shown)["Eileen"]
    other = next(one.others[0] for one in shown.proposed if one.job.endswith("Eileen"))
    swapped = rota(weekly, kept={(first[0], other.offer_id)})
    assert who(swapped)["Eileen"] == other.name.split()[0]
    assert [one.is_kept for one in swapped.proposed if one.job.endswith("Eileen")] == [True]
    without = rota(weekly, left_out={first[0]})
    assert list(who(without)) == ["Maud"]
    assert without.left_out == ((first[0], "Clear snow or ice for Eileen"),)


def test_who_cannot_be_kept_there_is_told(weekly):
    christopher = weekly.offer("Christopher", pattern="choose", times=frozenset({"MO-am"}))
    weekly.offer("Ann")
    at = pair(rota(weekly), "Eileen")[0]
    (told,) = rota(weekly, kept={(at, christopher.offer_id)}).not_kept
    assert "Christopher" in told
    assert "is not free for the whole visit" in told


def test_nobody_is_planned_who_may_not_go(weekly):
    for name in ("Christopher", "Ann"):
        weekly.offer(name)
    weekly.execute(
        "insert into never_pairs (person_a, person_b, set_at) values (least(:a, :b), greatest(:a, :b), now())",
        a=weekly.people["Eileen"],
        b=weekly.people["Christopher"],
    )
    shown = rota(weekly, kept={(one.occurrence_id, one.offer_id) for one in rota(weekly).proposed})
    assert who(shown)["Eileen"] == "Ann"
    assert "Christopher" not in {o.name.split()[0] for one in shown.proposed if "Eileen" in one.job for o in one.others}


def test_what_waits_for_an_answer_is_not_asked_about_again(weekly):
    weekly.offer("Christopher")
    shown = rota(weekly)
    assert send(weekly, lines_of(shown)[:1]).asked == 1
    after = rota(weekly)
    assert after.waiting == (shown.proposed[0].job,)
    assert len(after.proposed) == 1


def test_it_is_sent_by_the_same_verb_as_on_the_page_of_a_visit(weekly):
    weekly.offer("Christopher")
    shown = rota(weekly)
    sent = send(weekly, lines_of(shown))
    assert (sent.asked, sent.given, sent.missed) == (2, 0, ())
    asked = weekly.all(Match, status=MatchStatus.PROPOSED)
    assert {(one.occurrence_id, one.starts_at) for one in asked} == {
        (one.occurrence_id, one.visit.start) for one in shown.proposed
    }
    assert len(weekly.all(HandChoice)) == 2
    assert len(weekly.all(AuditRow, action="asked_by_hand")) == 2
    again = send(weekly, lines_of(shown))
    assert (again.asked, len(again.missed)) == (0, 2)


def test_who_said_yes_by_phone_has_the_visit(weekly):
    weekly.offer("Christopher")
    shown = rota(weekly)
    assert send(weekly, lines_of(shown, has_said_yes=True)).given == 2
    held = weekly.all(Visit, status=VisitStatus.HELD)
    assert {one.starts_at for one in held} == {one.visit.start for one in shown.proposed}
    assert len(rota(weekly).settled) == 2


def test_one_that_cannot_be_sent_leaves_the_others_as_they_are(weekly):
    weekly.offer("Christopher")
    good, bad = lines_of(rota(weekly))
    at_night = Line(bad.occurrence_id, bad.offer_id, bad.starts_at + timedelta(hours=14))
    sent = send(weekly, [good, at_night])
    assert (sent.asked, sent.missed) == (1, (bad.occurrence_id,))
    assert len(weekly.all(Match)) == 1
    with pytest.raises(BadInput):
        send(weekly, [])


def test_what_will_be_held_for_who_usually_goes_is_not_planned(weekly):
    christopher = weekly.offer("Christopher")
    weekly.offer("Ann")
    need_id = weekly.execute("select id from needs where resident_id = :id", id=weekly.people["Eileen"])[0][0]
    with weekly.work() as session:
        arrangement_changes.set_up(session, need_id, christopher.person_id, None, actor="staff:1", now=weekly.now)
    shown = rota(weekly, 2)  # two weeks ahead: not held yet
    assert list(who(shown)) == ["Maud"]
    assert [(one.name.split()[0], one.is_to_come) for one in shown.settled] == [("Christopher", True)]


def test_a_second_time_of_the_day_is_tried_where_the_first_finds_nobody(world):
    world.post("Eileen", when="tomorrow", is_weekly=True, times=frozenset({"am", "eve"}))
    world.offer("Christopher", pattern="evenings")
    (one,) = rota(world).proposed
    assert to_local(one.visit.start).hour >= 17


@pytest.mark.parametrize("is_wide", [True, False])
def test_the_picture_has_the_numbers_of_the_list(weekly, is_wide):
    weekly.offer("Christopher", visits_per_week=1)
    shown = rota(weekly)
    drawn = week_picture.draw(shown, is_wide=is_wide)
    assert sorted(block.number for block in drawn.blocks) == [1, 2]
    assert {block.kind for block in drawn.blocks} == {"proposed", "nobody"}
    assert all(block.x >= 0 and block.x + block.width <= drawn.width for block in drawn.blocks)


@pytest.mark.parametrize("is_wide", [True, False])
def test_many_of_one_day_stay_in_that_day_and_lie_on_none_of_each_other(world, is_wide):
    for nth in range(9):
        world.post(f"Rose {nth}", when="tomorrow", is_weekly=True)
    drawn = week_picture.draw(rota(world), is_wide=is_wide)
    left = 150 if is_wide else 0
    days = {int((block.x - left) // ((drawn.width - left) / 7)) for block in drawn.blocks}
    ends = {int((block.x + block.width - left) // ((drawn.width - left) / 7)) for block in drawn.blocks}
    assert len(days) == 1
    assert days == ends
    assert len({(block.x, block.y) for block in drawn.blocks}) == len(drawn.blocks) == 9
    assert all(block.y + block.height < drawn.height for block in drawn.blocks)


NAME = "Bartholomew-Maximilian Featherstonehaugh W"


def planned(*numbers, **changes):
    """Visits with these numbers, all of one person's Monday morning."""
    week = week_plan.week_of(datetime(2026, 1, 14, 8, tzinfo=UTC), 1)
    nine = TimeWindow(week.start + timedelta(hours=9), week.start + timedelta(hours=10))
    visits = tuple(Proposed(n, n, n, NAME, nine, "Errand for Stan", "0.2 miles", False, ()) for n in numbers)
    empty = {"not_given": (), "settled": (), "left_out": (), "waiting": (), "not_kept": ()}
    return Rota(week, visits, **{**empty, **changes})


@pytest.mark.parametrize("is_wide", [True, False])
def test_no_name_reaches_the_days_and_no_number_is_wider_than_its_block(is_wide):
    drawn = week_picture.draw(planned(9, 107), is_wide=is_wide)
    (name,) = (words.text for words in drawn.words if words.kind == "name")
    assert 8 * len(name) <= (150 if is_wide else drawn.width)
    wide = {block.number: block.width for block in drawn.blocks}
    assert wide[107] >= 3 * 9
    assert all(block.x + block.width <= drawn.width for block in drawn.blocks)


def test_the_title_tells_nothing_to_plan_from_nothing_wanted():
    lacking = NotGiven(2, 2, "Errand for Dot", planned().week.start, 4, "Everyone near has said no")
    assert planned().title == "No weekly visit is wanted in this week"
    assert planned(waiting=("Errand for Dot",)).title == "Nothing is left to plan in this week"
    assert planned(1, not_given=(lacking,)).title == "1 of 5 visits has somebody to ask: 1 person"
    assert planned(1).title == "The one visit has somebody to ask: 1 person"


def test_an_area_of_others_is_not_planned(weekly):
    elsewhere, here = weekly.area_id("salisbury"), frozenset({weekly.area_id()})
    with weekly.work() as session, pytest.raises(NotFound):
        week_plan.read(session, elsewhere, 0, Edits(), area_ids=here, now=weekly.now)


class Looked(Sequence):
    """Counts how often one of them is asked for."""

    def __init__(self, rows):
        self.rows, self.times = rows, 0

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, row):
        one = self.rows[row]
        self.times += 1
        return one


def test_each_volunteer_is_put_together_once(weekly):
    """A snapshot makes an object whenever it is asked for one: three hundred of them asked of one another took half a
    minute.
    """
    weekly.offer("Christopher")
    area_id = weekly.area_id()
    with weekly.work() as session:
        week = week_plan.week_of(weekly.now, NEXT_WEEK)
        found = round_reader.read_regular(session, area_id, week, most=week_plan.MOST_VISITS, now=weekly.now)
    seen = Looked(found.volunteers)
    words, names = {one.id: str(one.id) for one in found.occurrences}, {one.person_id: "C" for one in found.volunteers}
    build(replace(found, volunteers=seen), words, names, Edits(), week)
    assert seen.times == len(seen) == 1
