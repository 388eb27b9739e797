"""Volunteers as the team looks after them: each list holds exactly those it should."""

from datetime import date, timedelta

import pytest

from matcher.domain.errors import BadInput, NotFound
from matcher.services import audit, offers, on_duty, volunteers
from matcher.services.volunteers import Show
from matcher.store.models import AuditRow, Check, Offer
from tests.statements import statements


@pytest.fixture
def three(world):
    for name in ("Christopher", "Ann", "Bridget"):
        world.offer(name)
    return world


def listing(world, show=Show.ALL, page=1, areas=None):
    with world.work() as session:
        return volunteers.listing(session, areas or frozenset({world.area_id()}), show, page, now=world.now)


def names(world, show):
    shown = listing(world, show)
    found = [row.name.split()[0] for row in shown.rows]
    assert shown.counts[show] == len(found)
    return found


def seen(world, name, **lasts):
    with world.work() as session:
        today = world.now.date()
        until = today + timedelta(**lasts)
        offers.record_check(
            session, world.people[name], "id_seen", date(2025, 1, 1), expires_on=until, staff_id=None, now=world.now
        )


def test_checks_that_run_out_soon_and_those_that_have(three):
    for name, days in (("Christopher", 30), ("Ann", 31), ("Bridget", -1)):
        seen(three, name, days=days)
    assert names(three, Show.CHECKS_30) == ["Bridget", "Christopher"]
    assert names(three, Show.CHECKS_60) == ["Ann", "Bridget", "Christopher"]
    assert [row.is_over for row in listing(three).rows] == [False, True, False]


def test_who_was_never_asked(three):
    three.ask("Ann", three.post())
    assert names(three, Show.NEVER_ASKED) == ["Bridget", "Christopher"]
    assert [row.asked_at for row in listing(three).rows] == [three.now, None, None]


def test_who_is_quiet_for_ninety_days(three):
    three.later(days=90)
    three.offer("Dora")  # new: nothing can have been heard of her
    three.ask_all(["Ann", "Bridget"], three.post())
    three.no("Ann")
    assert names(three, Show.QUIET) == ["Bridget", "Christopher"]
    three.yes("Bridget")
    assert names(three, Show.QUIET) == ["Christopher"]


def test_paused_by_the_team_it_says_by_whom_and_they_are_asked_nothing(three):
    three.ask("Ann", need := three.post())
    by = audit.staff(three.coordinator())
    with three.work() as session:
        on_duty.pause(session, three.people["Ann"], actor=by, now=three.now)
    assert names(three, Show.PAUSED) == ["Ann"]
    assert three.one(AuditRow, action="paused").actor == by
    three.round()
    assert three.who_was_asked(need).count("Ann") == 1


def test_other_areas_and_who_has_left_are_not_shown(three):
    three.offer("Tom")
    three.execute(
        "update offers set status = 'stopped', stopped_at = now() where person_id = :id", id=three.people["Ann"]
    )
    assert names(three, Show.ALL) == ["Bridget", "Christopher"]
    here, by = frozenset({three.area_id()}), three.coordinator()
    with pytest.raises(NotFound), three.work() as session:
        volunteers.read(session, three.people["Tom"], area_ids=here, staff_id=by, now=three.now)


def test_a_page_holds_thirty_and_a_page_too_far_is_the_last(world):
    world.crowd(31)
    assert (listing(world).on.first, listing(world).on.last) == (1, 30)
    assert (listing(world, page=9).on.first, listing(world, page=9).on.last) == (31, 31)


def test_the_list_takes_as_many_statements_for_thirty_as_for_three(three):
    here, sent = frozenset({three.area_id()}), []
    for _ in range(2):
        with three.work() as session, statements(session) as found:
            volunteers.listing(session, here, Show.ALL, 1, now=three.now)
        sent.append(len(found))
        three.crowd(30)
    assert sent == [2, 2]


def test_a_look_at_one_of_them_is_written_down(three):
    with three.work() as session:
        page = volunteers.read(
            session,
            three.people["Ann"],
            area_ids=frozenset({three.area_id()}),
            staff_id=three.coordinator(),
            now=three.now,
        )
    assert page.phone.startswith("07700")
    assert three.one(AuditRow, action="looked_up").thing_id == three.people["Ann"]


def test_a_check_is_seen_by_someone_on_a_day_that_can_be(three):
    person_id, staff_id, today = three.people["Ann"], three.coordinator(), three.now.date()

    def see(name, seen_on, until=None):
        with three.work() as session:
            offers.record_check(session, person_id, name, seen_on, expires_on=until, staff_id=staff_id, now=three.now)

    see("id_seen", today)
    assert (three.one(Check).staff_id, three.one(Offer, person_id=person_id).status) == (staff_id, "active")
    for wrong in (("nothing", today), ("id_seen", today + timedelta(days=1)), ("id_seen", today, today)):
        with pytest.raises(BadInput):
            see(*wrong)
