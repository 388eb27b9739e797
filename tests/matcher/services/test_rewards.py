"""What an area earns together: set, counted, shown to everyone there, ended; and the weeks before and since."""

from datetime import date, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from matcher.domain.errors import BadInput, Conflict, NotFound
from matcher.domain.localtime import local_day
from matcher.engine.uptake import Difference
from matcher.services import area_page, rewards, uptake, uptake_words
from matcher.services.drawing import LEAST_SEEN, NARROW, WIDE
from matcher.services.rewards import Keeper, RewardDraft
from matcher.services.uptake import Uptake, Week
from matcher.store.models import AuditRow, Reward, Visit
from tests.worlds import BRADFORD

MONDAY = date(2026, 11, 2)
DRAFT = {"what": "a bench by the green", "area": BRADFORD, "visits_wanted": "20"}


@pytest.fixture
def by(world):
    staff_id = world.coordinator()
    return lambda: Keeper(staff_id, {world.area_id()}, world.now)


@pytest.fixture
def set_one(world, by):
    def set_it(*, days=0, **changes):
        starts_on = local_day(world.now) + timedelta(days=days)
        with world.work() as session:
            return rewards.set_reward(session, RewardDraft(**{**DRAFT, "starts_on": starts_on, **changes}), by())

    return set_it


@pytest.fixture
def end(world, by):
    def end_it(reward_id, *, is_given):
        with world.work() as session:
            rewards.end(session, reward_id, by(), is_given=is_given)

    return end_it


def read(world, reward_id):
    with world.work() as session:
        found = rewards.reward(session, reward_id, {world.area_id()}, now=world.now)
        return found, uptake.read(session, found)


def told(world):
    with world.work() as session:
        here = rewards.for_everyone(session, world.area_id(), now=world.now)
        assert area_page.read(session, BRADFORD, now=world.now).rewards == here
        if "Christopher" in world.people:
            assert rewards.for_volunteer(session, world.people["Christopher"], now=world.now) == here
        return [one.so_far for one in here]


def came(world, count, *, done=True):
    """Christopher makes so many visits, one a day."""
    for _ in range(count):
        world.ask("Christopher", world.post("Eileen", when="tomorrow"), at=world.now + timedelta(hours=1))
        world.yes("Christopher")
        world.later(hours=3)
        if done:
            world.done("Christopher")
        world.later(hours=21)


def test_it_counts_visits_done_in_its_area_from_its_first_day_until_it_ends(world, set_one, end):
    world.offer("Christopher", visits_per_week=None)
    came(world, 2)
    bench = set_one(days=0)
    assert told(world) == ["Fewer than 5 visits so far."]
    came(world, 5)
    came(world, 1, done=False)
    assert read(world, bench)[0].done == 5
    assert told(world) == ["About 5 visits so far."]
    end(bench, is_given=True)
    came(world, 1)
    found, _ = read(world, bench)
    assert (found.done, found.stands, found.is_earned) == (5, "Given", False)
    world.execute("update rewards set area_id = :other", other=world.area_id("salisbury"))
    with world.work() as session:
        (elsewhere,) = rewards.list_rewards(session, {world.area_id("salisbury")}, now=world.now)
    assert elsewhere.done == 0


def test_who_watches_sees_no_step_turn_before_midnight_and_the_team_does(world, set_one):
    """A step of five that turns while someone looks would tell them that a neighbour has just been helped."""
    world.offer("Christopher", visits_per_week=None)
    bench = set_one()
    came(world, 4)
    world.ask("Christopher", world.post("Eileen", when="tomorrow"), at=world.now + timedelta(hours=1))
    world.yes("Christopher")
    world.later(hours=3)
    world.done("Christopher")
    assert read(world, bench)[0].done == 5
    assert told(world) == ["Fewer than 5 visits so far."]
    world.later(days=1)
    assert told(world) == ["About 5 visits so far."]


def test_everyone_reads_of_it_before_while_and_for_a_season_after_it_was_given(world, set_one, end):
    bench = set_one(days=3)
    assert told(world) == ["It has not begun."]
    world.later(days=4)
    world.execute("update rewards set visits_wanted = 20")
    assert told(world) == ["Fewer than 5 visits so far."]
    end(bench, is_given=True)
    assert told(world) == ["It is here. Thank you, all of you."]
    world.later(days=91)
    assert told(world) == []


def test_what_is_called_off_is_told_to_nobody_and_another_may_begin_that_day(world, set_one, end):
    bench = set_one()
    end(bench, is_given=False)
    end(bench, is_given=False)  # twice is once
    assert told(world) == []
    with pytest.raises(Conflict):
        end(bench, is_given=True)
    set_one(what="a kettle for the hall")
    assert [row.action for row in world.all(AuditRow, thing="reward")] == ["set_reward", "ended_reward", "set_reward"]


def test_what_has_not_begun_cannot_be_given_but_called_off(world, set_one, end):
    bench = set_one(days=10)
    with pytest.raises(Conflict):
        end(bench, is_given=True)
    end(bench, is_given=False)
    row = world.one(Reward)
    assert row.ends_on == row.starts_on


def test_an_area_earns_one_thing_at_a_time(world, set_one, end):
    set_one(days=5)
    with pytest.raises(BadInput) as refused:
        set_one(days=30, what="a kettle")
    assert refused.value.field == "starts_on"
    with pytest.raises(IntegrityError, match="one_at_a_time"):
        world.execute(
            "insert into rewards (area_id, what, visits_wanted, starts_on, set_at, set_by)"
            " select area_id, 'a kettle', 20, starts_on + 7, set_at, set_by from rewards"
        )


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("what", " . "),
        ("what", "x" * 81),
        ("what", "£2 for each visit"),
        ("area", "salisbury"),
        ("visits_wanted", "19"),
        ("visits_wanted", "10001"),
        ("visits_wanted", "٣٠"),
        ("starts_on", None),
    ],
)
def test_it_is_for_all_of_an_area_of_theirs_and_no_money(world, set_one, field, wrong):
    with pytest.raises(BadInput) as refused:
        set_one(**{field: wrong})
    assert refused.value.field == field
    assert world.all(Reward) == []


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("visits_wanted = 3", "earned_together"),
        ("what = 'Cash for each visit'", "no_money"),
        ("what = ''", "is_something"),
        ("is_given = true", "ended_once"),
        ("ends_on = starts_on", "ended_once"),
    ],
)
def test_the_database_takes_no_money_no_reward_of_one_and_no_half_end(world, set_one, change, rule):
    set_one()
    with pytest.raises(IntegrityError, match=rule):
        world.execute(f"update rewards set {change}")


def test_a_reward_of_another_area_is_not_there(world, set_one, by):
    bench = set_one()
    with world.work() as session:
        elsewhere = {world.area_id("salisbury")}
        with pytest.raises(NotFound):
            rewards.reward(session, bench, elsewhere, now=world.now)
        with pytest.raises(NotFound):
            rewards.end(session, bench, Keeper(by().staff_id, elsewhere, world.now), is_given=True)
        assert rewards.list_rewards(session, elsewhere, now=world.now) == ()


def test_before_and_since_are_as_many_whole_weeks_of_the_same_area(world, set_one):
    world.offer("Christopher", visits_per_week=None)
    world.later(days=21)
    came(world, 1)  # on the first day of the last week before
    world.later(days=6)
    bench = set_one()
    came(world, 2)
    world.offer("Ann")
    world.later(days=11)
    _, found = read(world, bench)
    assert [(week.sign_ups, week.asked, week.yes, week.visits) for week in found.before] == [(0, 1, 1, 1)]
    assert [(week.sign_ups, week.asked, week.yes, week.visits) for week in found.since] == [(1, 2, 2, 2)]
    world.later(days=2)
    _, found = read(world, bench)
    assert (found.weeks, found.before[1].first, found.since[0].first) == (
        2,
        local_day(world.now) - timedelta(days=22),
        local_day(world.now) - timedelta(days=15),
    )


def test_nothing_is_made_up_of_weeks_before_anybody_was_there(world, set_one):
    bench = set_one()
    world.offer("Christopher")
    world.later(days=30)
    _, found = read(world, bench)
    assert (found.weeks, found.is_known_before) == (0, False)
    assert uptake_words.finding(found).startswith("Nothing is known of the weeks before")
    assert uptake_words.draw(found, WIDE) is None


def test_an_open_question_and_one_that_went_to_another_are_no_answer(world, set_one):
    world.offer("Christopher"), world.offer("Ann"), world.offer("Joan")
    world.later(days=7)
    bench = set_one()
    need = world.post("Eileen", when="tomorrow")
    world.ask_all(["Christopher", "Ann", "Joan"], need, at=world.now + timedelta(days=1))
    world.no("Ann")
    world.later(days=7)
    _, found = read(world, bench)
    assert found.answers[1] == (0, 1)
    assert world.all(Visit) == []


def weeks(*visits, asked=0, yes=0):
    return tuple(Week(MONDAY + timedelta(weeks=n), 0, asked, yes, count) for n, count in enumerate(visits))


def test_its_finding_is_worked_out_and_claims_no_cause():
    said = {
        (2, 4): "4 visits a week since it began, 2 before: 1 week says little",
        (0, 0): "No visit was made in the week before, and none since",
    }
    for (before, since), words in said.items():
        found = Uptake(weeks(before), weeks(since), is_known_before=True)
        assert uptake_words.finding(found) == words
        assert "Fewer than 4 weeks say little" in uptake_words.caution(found)
    alike = Uptake(weeks(4, 5, 3, 4), weeks(5, 4, 6, 4), is_known_before=True)
    assert uptake_words.finding(alike) == "4.8 visits a week since it began, 4 before: chance alone may do that"
    more = Uptake(weeks(4, 5, 3, 4), weeks(25, 24, 26, 24), is_known_before=True)
    assert uptake_words.finding(more).endswith("4 before: more than chance alone would often do")
    assert "does not show that the reward did it" in uptake_words.caution(more)
    assert uptake_words.finding(Uptake((), (), is_known_before=True)).startswith("The first week is not over")


def test_thousands_are_told_as_such_and_one_of_them_is_still_seen():
    found = Uptake(weeks(1, 12_345), weeks(2000, 3001), is_known_before=True)
    assert uptake_words.finding(found).startswith("2,500.5 visits a week since it began, 6,173 before")
    assert [row[-1] for row in uptake_words.by_week(found)] == ["1", "12,345", "2,000", "3,001"]
    drawn = uptake_words.draw(found, NARROW)
    assert min(box.height for box in drawn.boxes) >= LEAST_SEEN
    assert "12,345" in [words.text for words in drawn.words]


def test_each_difference_stands_between_its_ends_and_the_table_has_the_numbers_of_the_picture():
    found = Uptake(weeks(4, 5, 3, 4, asked=10, yes=3), weeks(25, 24, 26, 24, asked=10, yes=9), is_known_before=True)
    assert isinstance(found.difference_of_yes, Difference)
    new, yes, visits = uptake_words.compared(found)
    assert new[1:] == ("0", "0", "Too little to tell")
    assert yes[1:] == ("30 in 100 (12 of 40)", "90 in 100 (36 of 40)", "+60 in 100; 95% sure: +40 to +73")
    assert visits[1:3] == ("4", "24.8")
    assert [row[-1] for row in uptake_words.by_week(found)] == ["4", "5", "3", "4", "25", "24", "26", "24"]


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("count", [1, 4, 12])
def test_the_picture_holds_a_bar_for_each_week_and_nothing_falls_out_of_it(width, count):
    found = Uptake(weeks(*[1] * count, asked=1, yes=1), weeks(*[9] * count), is_known_before=True)
    drawn = uptake_words.draw(found, width)
    assert [box.kind for box in drawn.boxes].count("given") == count
    assert [box.kind for box in drawn.boxes].count("off") == 2 * count
    assert all(box.x >= 0 and box.x + box.width <= width and box.y + box.height <= drawn.height for box in drawn.boxes)
    assert all(words.y <= drawn.height for words in drawn.words)
