"""The made-up Wiltshire: on a winter morning, and late on a summer evening when the day's times have passed."""

from __future__ import annotations

import math
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from matcher.domain.errors import SetupError
from matcher.domain.geo import chord_m
from matcher.domain.kinds import KINDS
from matcher.domain.lifecycle import ArrangementStatus, NeedStatus, NotificationStatus
from matcher.domain.places import PlaceKind
from matcher.domain.recurrence import Recurrence
from matcher.domain.stories import Reader
from matcher.domain.timewindow import TimeWindow
from matcher.engine.problem import ReasonCode, RoundProblem
from matcher.engine.solve import solve_round
from matcher.services import (
    invitation_batches,
    needs,
    not_heard,
    not_heard_picture,
    outreach_reading,
    rounds,
    story_reading,
)
from matcher.services.demo.snow import let_it_snow
from matcher.services.demo.tour import read_tour
from matcher.services.demo.world import draw_world
from matcher.services.round_reader import read_problem
from matcher.store.models import (
    Area,
    Arrangement,
    Check,
    ColdSpell,
    Decision,
    Home,
    Match,
    Need,
    Notification,
    Occurrence,
    Offer,
    Person,
    Place,
    Postcode,
    Staff,
    Visit,
    WarmCheck,
)
from tests.databases import Addresses
from tests.matcher.services.demos import MORNING, Filled, fill, with_postcodes

# One worker makes the world of these, once.
pytestmark = pytest.mark.xdist_group("demo")

NEIGHBOURS = {"Christopher", "Amina", "Tomasz", "Joan"}
MINUTES = {kind.slug: kind.minutes for kind in KINDS}


def _count(session: Session, table: Any) -> int:
    return session.execute(select(func.count()).select_from(table)).scalar_one()


def _problems(filled: Filled) -> list[RoundProblem]:
    due = rounds.areas_due(filled.session, now=filled.now)
    return [read_problem(filled.session, area_id, now=filled.now) for area_id in due]


def test_places_stories_and_an_answer_say_that_they_are_made_up(filled: Filled) -> None:
    session = filled.session
    assert {place.kind for place in session.scalars(select(Place)) if "(made up)" in place.name} >= {
        PlaceKind.GRIT_BIN,
        PlaceKind.SALT_STORE,
    }
    assert all("(made up)" in place.name for place in session.scalars(select(Place)))
    shelf = story_reading.shelf(session, Reader.PUBLIC, page=1, now=filled.now)
    assert [story.words.split(":")[0] for story in shelf.stories] == ["An example, told by nobody"] * 2
    assert [decision.title for decision in session.scalars(select(Decision))] == ["Salt for our own paths (made up)"]


def test_somebody_was_heard_nobody_of_one_group_and_each_sheet_visit_and_card_is_made_up(filled: Filled) -> None:
    session, every = filled.session, frozenset(filled.session.scalars(select(Area.id)))
    shown = not_heard.read(session, every, now=filled.now)
    planned, made = outreach_reading.outings(session, every, now=filled.now)
    (pile,) = invitation_batches.batches(session, every)

    assert not_heard_picture.finding(shown) == (
        "We have heard nobody from people who work nights; fewer than expected from people under 25"
    )
    assert {source for row in (*shown.groups, *shown.areas) for source in row.sources} == {
        "Made up for the demo, 1 January 2025"
    }
    assert (planned.group, planned.made_on, made.group) == ("night_workers", None, "boat dwellers")
    assert made.heard.startswith("An example, told by nobody")
    assert all(name.endswith("(made up)") for name in (planned.who, made.who, pile.title))
    assert "example" in pile.because
    assert 0 < pile.pressed.total < pile.copies


def test_a_snow_day_is_cold_wherever_somebody_asks_and_makes_up_nobody_new(filled: Filled) -> None:
    session, people = filled.session, _count(filled.session, Person)
    staff_id = session.scalars(select(Staff.id)).one()
    try:
        let_it_snow(session, draw_world(session, now=filled.now), staff_id, now=filled.now)
        asking = set(session.scalars(select(Need.area_id)))
        icy = select(Occurrence).join(Need).where(Need.recurrence == Recurrence.WHEN_ICY)
        called_up = select(func.count()).where(Notification.template == "cold_called_up")

        assert {spell.area_id for spell in session.scalars(select(ColdSpell))} == asking
        assert len(session.scalars(icy).all()) >= 20
        assert session.execute(called_up).scalar_one() >= 50
        assert _count(session, WarmCheck) >= 5
        assert _count(session, Person) == people
    finally:
        session.rollback()


def test_the_same_day_gives_the_same_world(filled: Filled) -> None:
    assert draw_world(filled.session, now=filled.now) == draw_world(filled.session, now=filled.now)


def test_another_day_has_the_same_people_at_the_same_homes(filled: Filled) -> None:
    one, other = (draw_world(filled.session, now=filled.now + timedelta(days=days)) for days in (0, 3))

    assert [helper.offer.person for helper in one.helpers] == [helper.offer.person for helper in other.helpers]
    assert [ask.person for ask in one.asks] == [ask.person for ask in other.asks]


def test_there_are_300_volunteers_60_residents_and_a_day_of_needs_of_every_kind(filled: Filled) -> None:
    needs_by_kind = dict(filled.session.execute(select(Need.kind_slug, func.count()).group_by(Need.kind_slug)).all())
    residents = filled.session.execute(select(func.count(Need.resident_id.distinct()))).scalar_one()

    assert _count(filled.session, Offer) == 300
    assert 58 <= residents <= 66
    assert 60 <= sum(needs_by_kind.values()) <= 80
    assert needs_by_kind.keys() == MINUTES.keys()


def test_one_weekly_need_has_a_usual_person_and_one_who_stands_in(filled: Filled) -> None:
    (arrangement,) = filled.session.scalars(select(Arrangement)).all()
    usual, stand_in = (filled.session.get_one(Person, id_) for id_ in (arrangement.usual_id, arrangement.stand_in_id))

    assert arrangement.status is ArrangementStatus.LIVE
    assert usual.is_made_up
    assert stand_in.is_made_up


def test_some_people_both_give_and_get(filled: Filled) -> None:
    both = select(func.count(Need.resident_id.distinct())).join(Offer, Offer.person_id == Need.resident_id)

    assert filled.session.execute(both).scalar_one() >= 4


def test_checks_are_seen_of_about_six_in_ten_and_a_dbs_check_of_four(filled: Filled) -> None:
    seen = dict(filled.session.execute(select(Check.name, func.count()).group_by(Check.name)).all())

    assert 160 <= seen["id_seen"] == seen["reference"] <= 200
    assert 100 <= seen["dbs_adults"] <= 140
    assert 60 <= seen["licence_seen"] <= 120


def test_everyone_is_marked_as_made_up(filled: Filled) -> None:
    assert filled.session.scalars(select(Person.first_name).where(~Person.is_made_up)).all() == []
    assert filled.session.scalars(select(Staff.name)).all() == ["Demo coordinator"]


def test_every_postcode_is_real_and_inside_its_area(filled: Filled) -> None:
    rows = filled.session.execute(
        select(Postcode, Area)
        .select_from(Home)
        .join(Postcode, Postcode.code == func.replace(Home.postcode, " ", ""))
        .join(Person, Person.id == Home.person_id)
        .join(Area, Area.id == Person.area_id)
        .where(Postcode.withdrawn_on.is_(None))
    ).all()

    assert len(rows) == _count(filled.session, Person)
    for postcode, area in rows:
        away = math.hypot(postcode.easting - area.easting, postcode.northing - area.northing)
        assert away <= area.covers_m, f"{postcode.code} is outside {area.name}"
    assert {area.name for _, area in rows} == {"Bradford on Avon", "Trowbridge", "Devizes", "Marlborough"}


def test_nobody_can_be_rung_or_written_to(filled: Filled) -> None:
    homes = filled.session.scalars(select(Home)).all()

    assert all(re.fullmatch(r"\+44(1632960|7700900)\d{3}", home.phone) for home in homes)
    assert all(home.email == "" or home.email.endswith("@example.org") for home in homes)
    assert len({home.phone for home in homes}) == len({home.house for home in homes}) == len(homes)
    assert "+441632960100" not in {home.phone for home in homes}, "the scheme's own number"


def test_who_helps_whom_is_left_to_the_worker(filled: Filled) -> None:
    assert _count(filled.session, Match) == _count(filled.session, Visit) == 0


def test_only_those_who_ask_today_and_the_three_of_the_regular_visit_are_written_to(filled: Filled) -> None:
    owed = filled.session.execute(
        select(Notification.template, func.count())
        .where(Notification.status == NotificationStatus.PENDING)
        .group_by(Notification.template)
    ).all()

    assert {template: count for template, count in owed} == {  # noqa: C416 (a Row is not a pair to dict())
        "need_posted": _count(filled.session, Need),
        "arrangement_made_resident": 1,
        "arrangement_made_volunteer": 1,
        "arrangement_stand_in": 1,
    }


def test_the_day_has_weekly_needs_one_for_two_helpers_and_one_that_waits_for_a_word(filled: Filled) -> None:
    found = filled.session.scalars(select(Need)).all()

    assert sum(need.rrule is not None for need in found) >= 5
    assert any(need.helpers == 2 for need in found)
    assert {need.kind_slug for need in found if need.status is NeedStatus.PAUSED} == {"other"}


def test_no_window_has_passed_and_some_are_today_or_tomorrow(filled: Filled) -> None:
    starts = filled.session.execute(select(func.min(Occurrence.starts_at), func.max(Occurrence.starts_at))).one()

    assert filled.now <= starts[0] < filled.now + timedelta(hours=12)
    assert starts[1] > filled.now + timedelta(days=5)


def test_eileens_neighbours_are_within_reach_and_free_for_her_path(filled: Filled) -> None:
    need_id = read_tour(filled.session).need_id
    path, volunteers = next(
        (occurrence, problem.volunteers)
        for problem in _problems(filled)
        for occurrence in problem.occurrences
        if occurrence.need_id == need_id
    )
    names = dict(filled.session.execute(select(Person.id, Person.first_name)).all())
    near = [one for one in volunteers if names[one.person_id] in NEIGHBOURS and one.reach_m < 5_000]
    neighbours = [one for one in near if chord_m(one.point, path.point) < 300]

    assert {names[one.person_id] for one in neighbours} == NEIGHBOURS
    for one in neighbours:
        assert "snow" in one.kinds
        assert len(one.kinds) > 1
        assert any(_holds_a_visit(free, window, path.minutes) for free in one.free for window in path.windows)


def _holds_a_visit(free: TimeWindow, window: TimeWindow, minutes: int) -> bool:
    both = free.intersection(window)
    return both is not None and both.minutes >= minutes


def test_the_first_round_asks_christopher_for_eileens_path(filled: Filled) -> None:
    tour = read_tour(filled.session)
    asked = {
        ask.person_id
        for problem in _problems(filled)
        for ask in solve_round(problem).asks
        if tour.need_id in {one.need_id for one in problem.occurrences if one.id == ask.occurrence_id}
    }

    assert asked == {tour.volunteer_id}


def test_every_occurrence_gets_an_ask_or_a_reason_and_one_has_nobody(filled: Filled) -> None:
    reasons = set()
    for problem in _problems(filled):
        allocation = solve_round(problem)
        answered = {one.occurrence_id for one in (*allocation.asks, *allocation.unserved)}
        reasons |= {one.reason for one in allocation.unserved}
        assert answered == {one.id for one in problem.occurrences}

    assert ReasonCode.NOBODY_DOES_THIS in reasons


@pytest.mark.parametrize("hour", range(24))
def test_at_any_hour_there_is_time_left_for_every_need(filled: Filled, hour: int) -> None:
    now = filled.now.replace(hour=hour, minute=50)

    for ask in draw_world(filled.session, now=now).asks:
        windows = needs.check_windows(ask, now)
        assert max(window.minutes for window in windows) >= max(MINUTES[ask.kind], 60), ask


def test_a_second_time_changes_nothing(filled: Filled) -> None:
    before = _count(filled.session, Person)

    assert fill(filled.session, filled.now) is False
    assert _count(filled.session, Person) == before
    filled.session.rollback()


def test_when_interrupted_nobody_is_known(database: Addresses) -> None:
    def interrupt(done: int, _total: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    engine = create_engine(with_postcodes(database).serving_url)
    with Session(engine) as session:
        with pytest.raises(KeyboardInterrupt), session.begin():
            fill(session, MORNING, interrupt)
        assert _count(session, Person) == _count(session, Home) == _count(session, Notification) == 0
    engine.dispose()


def test_without_the_postcodes_it_says_what_to_do(session: Session) -> None:
    with pytest.raises(SetupError, match="GRITBIN_POSTCODES"):
        fill(session, MORNING)
