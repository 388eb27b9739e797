"""How long things are kept, set by the team: looked at first, within bounds, and never before the next night."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from matcher.domain.errors import BadInput, Conflict
from matcher.domain.localtime import day_words
from matcher.domain.retention import PERIODS, USUAL, Kept, days_of, next_night
from matcher.services import kept_changes, kept_periods, retention, setting_changes, texts_to_read
from matcher.store.models import AuditRow, Feedback, Home, InboundText, KeptPeriod, Need
from tests.every_table import of_every_table

MOMENT = timedelta(seconds=1)
WHY = "The accounts of the year need them"


def days(**changes):
    return {**days_of(USUAL), **changes}


def preview(world, why="", **changes):
    with world.work() as session:
        return kept_changes.preview(session, days(**changes), why, now=world.now)


def change(world, why="", **changes):
    looked_at, staff_id = preview(world, why, **changes).mark, world.coordinator()
    with world.work() as session:
        kept_changes.change(session, days(**changes), why, looked_at, staff_id=staff_id, now=world.now)


def in_force(world):
    with world.work() as session:
        return kept_periods.in_force(session, now=world.now)


def sweep(world):
    with world.work() as session:
        return retention.erase_old(session, now=world.now)


@pytest.fixture
def over(world):
    """Eileen's only request was over 40 days ago."""
    world.cancel(world.post("Eileen"))
    world.deliver()
    world.now += timedelta(days=40)
    return world


def test_a_shorter_period_holds_from_the_next_night_and_erases_what_was_counted(over):
    shown = preview(over, person=30)
    assert [(one.name, one.before, one.after) for one in shown.changes] == [
        ("People with nothing under way", "90 days", "30 days")
    ]
    assert "People with nothing under way: that night erases 1; with the periods as they are, 0." in shown.touches
    change(over, person=30)
    assert (in_force(over), sweep(over)) == (USUAL, 0), "it is not night yet"
    over.now = next_night(over.now) - MOMENT
    assert (in_force(over), sweep(over)) == (USUAL, 0)
    over.now += MOMENT
    assert in_force(over) == Kept(person=timedelta(days=30))
    assert (sweep(over), over.all(Home)) == (1, [])


def test_the_night_is_never_the_one_we_are_in(world):
    for hours in range(49):
        at = world.now + timedelta(hours=hours)
        assert timedelta(hours=2) <= next_night(at) - at <= timedelta(hours=26)


def test_a_look_writes_nothing(over):
    over.coordinator()
    fingerprint = "select coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) from {table} t"
    before = of_every_table(over.execute, fingerprint)
    preview(over, WHY, **{name: one.longest for name, one in PERIODS.items()})
    preview(over, **{name: one.shortest for name, one in PERIODS.items()})
    assert of_every_table(over.execute, fingerprint) == before


def test_a_longer_period_wants_a_reason_which_is_kept(world):
    with pytest.raises(BadInput, match="why this is kept longer: concerns that were dealt with") as refused:
        preview(world, worry=730)
    assert refused.value.field == "why"
    change(world, WHY, worry=730, text=3)
    with world.work() as session:
        past = setting_changes.history(session, "setting", "kept")
    assert {(one.by, one.field, one.before, one.after) for one in past} == {
        ("Ruth", "Concerns that were dealt with", "365 days", f"730 days, since: {WHY}"),
        ("Ruth", "Texts that came in, once they were read", "7 days", "3 days"),
    }
    row = world.one(AuditRow, action="changed")
    assert (row.thing, row.fields) == ("setting", ["worry", "text"])


@pytest.mark.parametrize("name", PERIODS)
def test_no_period_leaves_its_bounds_here_or_in_the_database(world, name):
    one = PERIODS[name]
    staff_id = world.coordinator()
    for count in (one.shortest - 1, one.longest + 1, 0, -1):
        with pytest.raises(BadInput) as refused:
            preview(world, WHY, **{name: count})
        assert refused.value.field == name
        with pytest.raises(DBAPIError, match="within_bounds"):
            world.execute(
                "insert into kept_periods values (:name, now() + interval '1 day', :days, :by, now())",
                name=name,
                days=count,
                by=staff_id,
            )


def test_nothing_holds_from_now_on_in_the_database(world):
    with pytest.raises(DBAPIError, match="from_the_next_night"):
        world.execute("insert into kept_periods values ('person', now(), 30, :by, now())", by=world.coordinator())


@pytest.mark.parametrize(("changes", "field"), [({"photo": 30, "photo_most": 20}, "photo_most"),
    ({"text": 30, "text_most": 14}, "text_most")])  # fmt: skip
def test_what_nobody_deals_with_is_kept_no_shorter_than_what_somebody_has(world, changes, field):
    with pytest.raises(BadInput) as refused:
        preview(world, WHY, **changes)
    assert refused.value.field == field


def test_a_second_change_on_one_day_takes_the_place_of_the_first(world):
    change(world, person=30)
    with world.work() as session:
        assert kept_changes.standing(session, now=world.now)["person"] == 30
    with pytest.raises(BadInput, match="why this is kept longer"):
        preview(world, person=60)
    change(world, "Not so short", person=60)
    assert [(row.name, row.days) for row in world.all(KeptPeriod)] == [("person", 60)]
    world.now = next_night(world.now)
    assert in_force(world).person.days == 60
    change(world, "As before", person=90)
    assert in_force(world).person.days == 60, "what holds until the night is kept"


@pytest.fixture
def just_past_midnight(over):
    """Yesterday evening somebody set thirty days; it is half past midnight, and holds at two."""
    change(over, person=30)
    over.now = next_night(over.now) - timedelta(minutes=90)
    return over


def test_a_shorter_period_is_taken_back_up_to_the_last_moment_before_it_holds(just_past_midnight):
    shown = preview(just_past_midnight, "It was a slip", person=90)
    holds, counted, _ = shown.touches
    tonight = next_night(just_past_midnight.now - timedelta(hours=12))
    assert holds == f"It holds from 2am on {day_words(tonight)}, and the privacy page says so from then on."
    assert counted == "People with nothing under way: that night erases 0; with the periods as they are, 1."
    change(just_past_midnight, "It was a slip", person=90)
    just_past_midnight.now += timedelta(minutes=90)
    assert (in_force(just_past_midnight).person.days, sweep(just_past_midnight)) == (90, 0)


def test_what_was_not_taken_back_erases_that_night(just_past_midnight):
    just_past_midnight.now += timedelta(minutes=90)
    assert sweep(just_past_midnight) == 1


def test_a_shorter_one_set_in_the_night_still_waits_for_the_next(over):
    over.now = next_night(over.now) - timedelta(minutes=90)
    change(over, person=30)
    over.now += timedelta(minutes=90)
    assert (in_force(over), sweep(over)) == (USUAL, 0)


def test_what_is_longer_than_the_last_but_shorter_than_tonight_s_does_not_come_early(over):
    """Ninety hold; sixty come at two, thirty a day later. Forty-five are set: tonight stays sixty."""
    change(over, person=60)
    tonight = next_night(over.now)
    over.now = tonight - timedelta(minutes=90)
    change(over, person=30)
    change(over, "Not so short", person=45)
    over.now = tonight
    assert in_force(over).person.days == 60
    over.now = tonight + timedelta(days=1)
    assert in_force(over).person.days == 45


def test_what_was_to_hold_later_does_not_come_back(over):
    change(over, person=60)
    tonight = next_night(over.now)
    over.now = tonight - timedelta(minutes=90)
    change(over, person=30)
    change(over, "As it was", person=90)
    for night in (tonight, tonight + timedelta(days=1)):
        over.now = night
        assert in_force(over).person.days == 90


def test_two_changes_of_one_night_are_told_each_with_its_own(just_past_midnight):
    said = preview(just_past_midnight, "A slip", person=90, words=90).touches
    assert [line.split(":")[0] for line in said if "holds from" in line] == [
        "People with nothing under way",
        "Thanks, and what was told of a visit",
    ]


def test_what_was_changed_meanwhile_is_looked_at_again(world):
    looked_at, staff_id = preview(world, person=40).mark, world.coordinator()
    change(world, person=60)
    with world.work() as session, pytest.raises(Conflict):
        kept_changes.change(session, days(person=40), "", looked_at, staff_id=staff_id, now=world.now)


def test_what_the_night_would_erase_is_looked_at_again_once_it_is_more(over):
    looked_at, staff_id = preview(over, person=30).mark, over.coordinator()
    need = over.post("Gwen")
    over.cancel(need)
    over.execute("update needs set closed_at = closed_at - interval '40 days' where id = :id", id=need.need_id)
    over.execute(
        "update people set created_at = created_at - interval '41 days' where id = :id", id=over.people["Gwen"]
    )
    with over.work() as session, pytest.raises(Conflict):
        kept_changes.change(session, days(person=30), "", looked_at, staff_id=staff_id, now=over.now)
    assert "erases 2" in preview(over, person=30).touches[1]


def test_every_period_is_gone_by(world):
    """That each has its time is tested in `test_retention`: here that it is the time which was set."""
    world.offer("Christopher")
    need = world.post("Eileen", is_weekly=True)  # she is kept: only the words go
    world.ask("Christopher", need)
    world.yes("Christopher")
    world.done("Christopher")
    world.how(need, "well", "Bless you")
    world.execute(
        "insert into inbound_texts (provider_id, kind, sender, words, received_at, is_to_read)"
        " values ('x', 'other', '+447700900555', 'Hello', :now, true)",
        now=world.now,
    )
    began = world.now
    change(world, words=90, text_most=10, text=5)
    world.now = began + timedelta(days=10)
    with world.work() as session:
        assert texts_to_read.erase_old(session, now=world.now) == 1
    world.now = began + timedelta(days=89)
    sweep(world)
    assert world.one(Feedback).thanks == "Bless you"
    world.now = began + timedelta(days=90)
    sweep(world)
    assert (world.one(Feedback).thanks, world.one(InboundText).words, len(world.all(Need))) == ("", "", 1)
