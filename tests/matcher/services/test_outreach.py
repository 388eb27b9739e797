"""Visits to community groups: planned, made once it is said what was heard, and what was heard is answered."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from matcher.domain.errors import BadInput, Conflict, NotFound
from matcher.services import outreach, outreach_reading, stories, story_withdrawal
from matcher.services.outreach import Keeper, PlanDraft
from matcher.services.outreach_reading import Seen
from matcher.store.models import Decision

TODAY = date(2026, 1, 14)
PLAN = PlanDraft("Tuesday chair club", "bradford-on-avon", "Pat", date(2026, 1, 20), "Methodist hall", "85_or_over")
HEARD = "The bus does not stop there any more."


@pytest.fixture
def pat(world):
    return Keeper(world.coordinator(), frozenset({world.area_id()}), world.now)


@pytest.fixture
def plan(world, pat):
    def write(visit_id=None, **changes):
        with world.work() as session:
            return outreach.plan_visit(session, visit_id, replace(PLAN, **changes), pat)

    return write


@pytest.fixture
def do(world, pat):
    """Do one thing with a visit."""

    def act(verb, visit_id, *what):
        with world.work() as session:
            return verb(session, visit_id, *what, pat)

    return act


def listed(world):
    with world.work() as session:
        return outreach_reading.outings(session, {world.area_id()}, now=world.now)


def finding(world):
    return outreach_reading.finding(listed(world))


def test_a_visit_is_planned_changed_and_listed_by_day(world, plan):
    assert finding(world) == "No visit to a group is planned"
    first = plan()
    plan(who="Night shift", planned_on=date(2026, 1, 16), group="")
    plan(first, planned_on=date(2026, 1, 15), by_whom="Sam")
    assert [(one.who, one.planned_on.day, one.by_whom, one.group_name) for one in listed(world)] == [
        ("Tuesday chair club", 15, "Sam", "85 or over"),
        ("Night shift", 16, "Pat", ""),
    ]
    assert finding(world) == "2 visits planned, 0 made"
    world.later(days=2)
    assert [one.is_late for one in listed(world)] == [True, False]
    assert finding(world) == "1 visit is past its day: what was heard?"


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("who", " "),
        ("who", "x" * 101),
        ("area", "salisbury"),
        ("by_whom", ""),
        ("planned_on", None),
        ("planned_on", date(2029, 1, 1)),
        ("group", "people who win"),
        ("group", "everyone"),
    ],
)
def test_a_plan_says_who_where_when_and_by_whom(world, plan, field, wrong):
    with pytest.raises(BadInput) as refused:
        plan(**{field: wrong})
    assert refused.value.field == field
    assert listed(world) == ()


def test_it_was_made_once_it_is_said_what_was_heard_and_when(world, plan, do):
    visit = plan()
    for what, field in (
        (("", "", TODAY), "heard"),
        ((HEARD, "", None), "made_on"),
        ((HEARD, "", TODAY + timedelta(days=1)), "made_on"),
        (("The key safe is 4711.", "", TODAY), "heard"),
    ):
        with pytest.raises(BadInput) as refused:
            do(outreach.note_heard, visit, *what)
        assert refused.value.field == field
    assert finding(world) == "1 visit planned, 0 made"
    do(outreach.note_heard, visit, HEARD, "Ask the bus company.", TODAY)
    (made,) = listed(world)
    assert (made.heard, made.follows, made.made_on, made.is_late) == (HEARD, "Ask the bus company.", TODAY, False)
    assert finding(world) == "1 visit made, none planned"


def test_one_that_is_called_off_leaves_the_list_and_is_not_made(world, plan, do):
    visit = plan()
    do(outreach.call_off, visit)
    do(outreach.call_off, visit)
    assert listed(world) == ()
    with pytest.raises(Conflict):
        do(outreach.note_heard, visit, HEARD, "", TODAY)
    made = plan()
    do(outreach.note_heard, made, HEARD, "", TODAY)
    do(outreach.call_off, made)
    assert [one.visit_id for one in listed(world)] == [made]


def test_what_was_heard_becomes_one_record_to_be_answered_in_four_weeks(world, plan, do):
    visit = plan()
    with pytest.raises(Conflict):
        do(outreach.take_up, visit)
    do(outreach.note_heard, visit, HEARD, "", TODAY)
    assert do(outreach.take_up, visit) == do(outreach.take_up, visit) == listed(world)[0].decision_id
    record = world.one(Decision)
    assert (record.said, record.state, record.due_on, record.area_id) == (
        HEARD,
        "said",
        TODAY + timedelta(days=28),
        world.area_id(),
    )
    assert not record.is_public


def test_a_story_told_there_stands_with_the_visit_until_it_is_taken_back(world, plan, do):
    visit = plan()
    with world.work() as session:
        told = stories.tell_story(session, stories.StoryDraft(HEARD, "worry", "public"), now=world.now)
    do(outreach.note_heard, visit, HEARD, "", TODAY)
    with pytest.raises(BadInput, match="no story with that reference"):
        do(outreach.link_story, visit, "ZZZ-ZZZ")
    for _ in range(2):
        do(outreach.link_story, visit, told.reference.lower())
    assert listed(world)[0].stories == ((told.story_id, told.reference),)
    with world.work() as session:
        who = {"staff_id": world.coordinator("sam@example.org"), "now": world.now}
        story_withdrawal.withdraw_by_reference(session, told.reference, "phone", **who)
    assert listed(world)[0].stories == ()


def test_a_visit_of_another_area_is_not_there(world, plan, pat):
    visit, other = plan(), replace(pat, area_ids=frozenset({world.area_id("salisbury")}))
    for act in (
        lambda session: outreach.plan_visit(session, visit, replace(PLAN, area="salisbury"), other),
        lambda session: outreach.note_heard(session, visit, HEARD, "", TODAY, other),
        lambda session: outreach.call_off(session, visit, other),
        lambda session: outreach.take_up(session, visit, other),
        lambda session: outreach.link_story(session, visit, "K7Q-4MX", other),
        lambda session: outreach_reading.outing(session, visit, other.area_ids, now=world.now),
    ):
        with pytest.raises(NotFound), world.work() as session:
            act(session)


def test_which_groups_somebody_went_or_will_go_to_hear(world, plan, do):
    made = plan()
    plan(planned_on=date(2026, 3, 1)), plan(planned_on=date(2026, 2, 1), group="")
    do(outreach.note_heard, made, HEARD, "", TODAY)
    do(outreach.call_off, plan(group="no_car"))
    with world.work() as session:
        found = outreach_reading.seen(session, {world.area_id()})
    old, here = Seen(TODAY, date(2026, 3, 1)), Seen(TODAY, date(2026, 2, 1))
    assert found == {
        ("bradford-on-avon", "85_or_over"): old,
        ("", "85_or_over"): old,
        ("bradford-on-avon", ""): here,
        ("", ""): Seen(None, date(2026, 2, 1)),
    }


def test_the_database_knows_no_visit_that_was_made_and_not_heard(world, plan):
    plan()
    for change in ("made_on = planned_on", "heard = 'much'", "by_whom = ''"):
        with pytest.raises(IntegrityError):
            world.execute(f"update outreach_visits set {change}")
