"""Two records become one in the middle of things: a pause, a number that is lost, help told twice, and what the clock
brings along afterwards.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from matcher.domain.errors import Conflict, NotFound
from matcher.domain.lifecycle import MatchStatus, OfferStatus
from matcher.domain.roles import LinkPurpose
from matcher.services import erasure, links, on_duty, outbox, upkeep, weekly_help
from matcher.services.access import Grant
from matcher.services.merging import clashes
from matcher.services.outbox import Owed
from matcher.store.models import Match, Notification, Occurrence, Offer, PrivateLink, Staff, WeeklyHelp
from tests.matcher.services.merged import AGAIN, JOAN, join_up, merge
from tests.worlds import World


@pytest.mark.parametrize(("paused", "asked"), [(JOAN, AGAIN), (AGAIN, JOAN)])
def test_a_merge_that_pauses_ends_what_is_being_asked_and_others_are_asked(
    world: World, paused: str, asked: str
) -> None:
    two, need = join_up(world), world.post("Eileen")
    world.ask(asked, need)
    with world.work() as session:
        on_duty.pause(session, world.people[paused], now=world.now)
    merge(world, two)
    assert world.one(Offer).status is OfferStatus.PAUSED
    assert world.one(Match).status is MatchStatus.WITHDRAWN
    assert world.one(Occurrence).next_round_at == world.now
    by_whom = "select actor from audit where action = 'paused' order by id desc limit 1"
    assert world.execute(by_whom) == [(f"staff:{world.one(Staff).id}",)]
    assert world.breaches() == {}


def test_who_can_no_longer_be_texted_is_paused_and_what_is_being_asked_ends(world: World) -> None:
    two, need = join_up(world), world.post("Eileen")
    world.ask(JOAN, need)
    world.execute("update people set texts_stopped_at = :now where id = :p", now=world.now, p=two.gone_id)
    merge(world, two)
    assert world.one(Offer).status is OfferStatus.PAUSED
    assert world.one(Match).status is MatchStatus.WITHDRAWN


@pytest.mark.parametrize(("taken", "loses"), [((), AGAIN), (("phone",), JOAN)])
def test_what_was_sent_to_a_number_that_is_lost_opens_and_answers_nothing(
    world: World, taken: tuple[str, ...], loses: str
) -> None:
    two, need = join_up(world), world.post("Eileen")
    stays = JOAN if loses is AGAIN else AGAIN
    match_id = world.ask(loses, need)
    tokens = {who: world.link(Grant(LinkPurpose.ME, person_id=world.people[who]), days=1) for who in (loses, stays)}
    ask = world.link(Grant(LinkPurpose.MATCH, person_id=world.people[loses], match_id=match_id), days=1)
    merge(world, two, *taken, is_lost=True)
    with world.work() as session:
        for token, purpose in ((tokens[loses], LinkPurpose.ME), (ask, LinkPurpose.MATCH)):
            with pytest.raises(NotFound):
                links.open_link(session, token, purpose, now=world.now)
        assert links.open_link(session, tokens[stays], LinkPurpose.ME, now=world.now).person_id == two.kept_id
    assert world.one(Match).status is MatchStatus.WITHDRAWN
    assert world.one(Occurrence).next_round_at == world.now
    assert world.breaches() == {}


def told_weekly(world: World, name: str, *weekdays: str) -> None:
    with world.work() as session:
        weekly_help.tell(session, world.people[name], "errand", weekdays, now=world.now)


def test_weekly_help_told_under_both_keeps_the_days_of_both_each_once(world: World) -> None:
    two = join_up(world)
    world.deliver()
    told_weekly(world, JOAN, "0", "3")
    first = world.now.date()
    world.later(days=20)
    told_weekly(world, AGAIN, "3", "5")
    second = world.now.date()
    world.later(days=3)
    merge(world, two)
    assert [(row.helper_id, row.weekdays, row.first_day, row.last_day) for row in world.all(WeeklyHelp)] == [
        (two.kept_id, [0, 3], first, second - timedelta(days=1)),
        (two.kept_id, [0, 3, 5], second, second + weekly_help.HOLDS),
    ]
    with world.work() as session:
        (line,) = weekly_help.lines(session, two.kept_id, now=world.now)
        weekly_help.is_still_so(session, two.kept_id, line.weekly_id, now=world.now)
    assert world.breaches() == {}


def test_weekly_help_that_ended_under_one_record_ends_there_and_the_other_goes_on(
    world: World,
) -> None:
    two = join_up(world)
    told_weekly(world, JOAN, "0")
    told_weekly(world, AGAIN, "0", "5")
    first = world.now.date()
    world.later(days=10)
    with world.work() as session:
        (line,) = weekly_help.lines(session, two.gone_id, now=world.now)
        weekly_help.no_longer(session, two.gone_id, line.weekly_id, now=world.now)
    ended = world.now.date()
    merge(world, two)
    assert [(row.weekdays, row.first_day, row.last_day) for row in world.all(WeeklyHelp)] == [
        ([0, 5], first, ended - timedelta(days=1)),
        ([0], ended, first + weekly_help.HOLDS),
    ]


def test_a_clash_that_nobody_foresaw_is_said_in_words_and_nothing_is_written(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    two, need = join_up(world), world.post("Eileen")
    world.ask(AGAIN, need)
    for person_id in two.ids:
        world.execute(
            "insert into checks (person_id, name, seen_on) values (:p, 'dbs_adults', :day)",
            p=person_id,
            day=date(2025, 1, 2),
        )
    monkeypatch.setattr(clashes, "_ALIKE", ())
    with pytest.raises(Conflict, match=r"Nothing was merged.*uq_checks_person_id_name"):
        merge(world, two, is_lost=True)
    assert len(world.all(Offer)) == 2
    assert world.one(Match).status is MatchStatus.PROPOSED


def brought(world: World) -> int:
    with world.work() as session:
        return upkeep.keep_up(session, now=world.now).brought_along


def test_what_would_make_them_two_people_does_not_come_along_with_the_clock(world: World) -> None:
    """Their own request, asked of the record that is no more by who did not know: they would help themselves."""
    two, need = join_up(world), world.post("Joan asks", person={"first_name": JOAN, "surname": "Miller"})
    world.execute("update needs set resident_id = :p", p=two.kept_id)
    merge(world, two)
    world.offer("Tom")
    world.ask("Tom", need)
    world.execute(
        "insert into pins (need_id, person_id, staff_id, why, set_at) values (:n, :p, :staff, 'spoke', :now)",
        n=need.need_id,
        p=two.gone_id,
        staff=world.one(Staff).id,
        now=world.now,
    )
    assert brought(world) == 0
    assert world.execute("select person_id from pins") == [(two.gone_id,)]
    assert "merged whole" in world.breaches()  # the team is told which row


def test_what_comes_along_to_who_was_deleted_since_reaches_and_opens_nothing(world: World) -> None:
    two = join_up(world)
    merge(world, two)
    with world.work() as session:
        erasure.erase_person(session, two.kept_id, now=world.now)
    token = world.link(Grant(LinkPurpose.ME, person_id=two.gone_id), days=1)
    with world.work() as session:
        outbox.owe(session, Owed("month_thanks", ("person_id", two.gone_id), two.gone_id), now=world.now)
    assert brought(world) == 1
    assert {one.revoked_at for one in world.all(PrivateLink, person_id=two.kept_id)} == {world.now}
    with world.work() as session, pytest.raises(NotFound):
        links.open_link(session, token, LinkPurpose.ME, now=world.now)
    assert {one.status.value for one in world.all(Notification, person_id=two.kept_id, template="month_thanks")} == {
        "dropped"
    }
    assert world.breaches() == {}
