"""The year before the demo's day: it keeps every rule that a scheme keeps, and leaves the day itself as it is."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, time, timedelta

import pytest
from sqlalchemy import func, select, text

from matcher.domain.lifecycle import MatchStatus, NotificationStatus, OccurrenceStatus, VisitStatus
from matcher.domain.localtime import at_local, local_day
from matcher.domain.stories import Level
from matcher.engine.solve import solve_round
from matcher.services import cold_review, news, rounds, upkeep
from matcher.services.demo.past import remember, who
from matcher.services.demo.past.diary import ASKS_A_WEEK
from matcher.services.demo.past.story import Days
from matcher.services.demo.past.who import USUAL_VISITS
from matcher.services.demo.past.year import draw_year
from matcher.services.demo.tour import read_tour
from matcher.services.demo.world import draw_world
from matcher.services.impact_report import report
from matcher.services.impact_report.scope import Wanted, everywhere
from matcher.services.impact_report.scope import read as read_scope
from matcher.services.proposals import LIVE_ASKS_MOST
from matcher.services.round_reader import read_problem
from matcher.services.verify import verify
from matcher.store.models import ColdSpell, Match, Need, Notification, Occurrence, Person, Staff, Story, Visit
from tests.matcher.services.demos import Filled

pytestmark = pytest.mark.xdist_group("demo")

# Each is a rule that some row of the past would break.
BROKEN = {
    "the answer comes before the question": "select id from matches where answered_at < asked_at",
    "asked before the request was made": """
        select m.id from matches m join occurrences o on o.id = m.occurrence_id join needs n on n.id = o.need_id
        where m.asked_at < n.posted_at or m.asked_at < o.open_since""",
    "asked before they offered help": "select m.id from matches m join offers o on o.id = m.offer_id "
    "where m.asked_at < o.made_at",
    "asked for a kind that they do not offer": """
        select m.id from matches m join occurrences o on o.id = m.occurrence_id join needs n on n.id = o.need_id
        where not exists (select from offer_kinds k where k.offer_id = m.offer_id and k.kind_slug = n.kind_slug)""",
    "asked for a time outside what suits the resident": """
        select m.id from matches m join occurrences o on o.id = m.occurrence_id
        where not tstzrange(m.starts_at, m.ends_at) <@ o.windows""",
    "asked for a time at which they are never free": """
        select m.id from matches m where not exists (
            select from availability_rules r where r.offer_id = m.offer_id
            and r.weekday = extract(isodow from m.starts_at at time zone 'Europe/London') - 1
            and r.opens <= (m.starts_at at time zone 'Europe/London')::time
            and r.closes >= (m.ends_at at time zone 'Europe/London')::time)""",
    "the visit is before its yes": "select id from visits where starts_at < held_at",
    "done before it began": "select id from visits where ended_at <= starts_at or on_way_at < held_at",
    "without a check that the kind of help asks for": """
        select v.id from visits v join occurrences o on o.id = v.occurrence_id join needs n on n.id = o.need_id
        join kinds k on k.slug = n.kind_slug join levels l on l.code = k.level_code cross join unnest(l.checks) as c
        where not exists (select from checks s where s.person_id = v.person_id and s.name = c
                          and s.seen_on <= (v.starts_at at time zone 'Europe/London')::date)""",
    "more visits in seven days than they offered": f"""
        select v.id from visits v join offers o on o.person_id = v.person_id
        where (select count(*) from visits w where w.person_id = v.person_id
               and w.starts_at >= v.starts_at and w.starts_at < v.starts_at + interval '6 days')
              > coalesce(o.visits_per_week, {USUAL_VISITS})""",
    "asked more often in seven days than is fair": f"""
        select m.id from matches m where m.arrangement_id is null
        and (select count(*) from matches w where w.offer_id = m.offer_id and w.arrangement_id is null
             and w.asked_at >= m.asked_at and w.asked_at < m.asked_at + interval '6 days') > {ASKS_A_WEEK}""",
    "too many questions at a time": f"""
        select m.id from matches m where m.arrangement_id is null
        and (select count(*) from matches w where w.offer_id = m.offer_id and w.arrangement_id is null
             and w.asked_at <= m.asked_at
             and m.asked_at < coalesce(w.answered_at, w.withdrawn_at, w.lapsed_at)) > {LIVE_ASKS_MOST}""",
    "asked by night": "select id from matches where arrangement_id is null "
    "and extract(hour from asked_at at time zone 'Europe/London') not between 8 and 19",
    "somebody helps themselves": """
        select v.id from visits v join occurrences o on o.id = v.occurrence_id join needs n on n.id = o.need_id
        where n.resident_id = v.person_id""",
    "thanks that do not say that they are made up": "select id from feedback "
    "where thanks <> '' and thanks not like '%(made up)'",
    "decided before it was said": """
        select d.id from decisions d join decision_stories l on l.decision_id = d.id join stories s on s.id = l.story_id
        where least(d.looked_on, d.decided_on) < s.told_at::date or d.decided_on < d.looked_on""",
    "somebody who is not made up": "select id from people where not is_made_up",
}


@pytest.fixture(scope="module")
def lived(filled: Filled) -> Iterator[Filled]:
    """The demo with its past, which is taken back when these tests are over."""
    session = filled.session
    staff_id = session.scalars(select(Staff.id)).one()
    remember(session, draw_world(session, now=filled.now), staff_id, now=filled.now)
    session.flush()
    yield filled
    session.rollback()


@pytest.mark.parametrize("rule", BROKEN)
def test_nothing_in_it_breaks_a_rule(lived: Filled, rule: str) -> None:
    assert lived.session.execute(text(BROKEN[rule])).scalars().all() == []


def test_every_invariant_is_kept(lived: Filled) -> None:
    assert [finding for finding in verify(lived.session, now=lived.now) if not finding.is_kept] == []


def test_it_goes_back_a_year_and_is_over(lived: Filled) -> None:
    session = lived.session
    first, last = session.execute(select(func.min(Visit.starts_at), func.max(Visit.ended_at))).one()

    assert lived.now - first > timedelta(days=366)
    assert last < lived.now - timedelta(days=1)
    assert session.scalars(select(Visit.status).distinct()).all() == [VisitStatus.DONE]
    assert session.execute(select(func.count(Visit.id))).scalar_one() > 1000
    assert session.scalars(select(Match.id).where(Match.status == MatchStatus.PROPOSED)).all() == []


def test_it_leaves_the_clock_nothing_to_do_and_owes_nobody_a_word(lived: Filled) -> None:
    session = lived.session
    with session.begin_nested() as undone:
        done = upkeep.keep_up(session, now=lived.now)
        told = news.tell(session, now=at_local(local_day(lived.now), time(news.HOUR_OF_NEWS)))
        undone.rollback()
    waits = Notification.status.in_((NotificationStatus.PENDING, NotificationStatus.LEASED))

    assert (done.erased, done.lapsed, done.asked_how, done.thawed, done.reminded, told) == (0, 0, 0, 0, 0, 0)
    assert session.scalars(select(Notification.template).where(waits, Notification.owed_at < lived.now)).all() == []


def test_the_day_is_as_it_was_and_its_first_round_still_asks_christopher_for_eileens_path(lived: Filled) -> None:
    tour = read_tour(lived.session)
    asked = set()
    for area_id in rounds.areas_due(lived.session, now=lived.now):
        problem = read_problem(lived.session, area_id, now=lived.now)
        path = {one.id for one in problem.occurrences if one.need_id == tour.need_id}
        asked |= {ask.person_id for ask in solve_round(problem).asks if ask.occurrence_id in path}

    opened = select(func.count(Occurrence.id)).where(Occurrence.status == OccurrenceStatus.OPEN)
    assert asked == {tour.volunteer_id}
    assert lived.session.execute(opened.where(Occurrence.open_since < lived.now)).scalar_one() == 0


def test_the_impact_report_adds_up_and_has_something_to_say_in_each_part(lived: Filled) -> None:
    session, today = lived.session, local_day(lived.now)
    scope = read_scope(session, everywhere(session), Wanted(first=today - timedelta(days=364)), now=lived.now)
    found = report.read(session, scope, now=lived.now)
    within = (Visit.starts_at >= scope.begins_at, Visit.starts_at < scope.ends_at)
    minutes = (
        select(func.sum(func.coalesce(Visit.minutes_taken, Need.minutes)))
        .join(Occurrence, Occurrence.id == Visit.occurrence_id)
        .join(Need, Need.id == Occurrence.need_id)
    )

    assert found.visits == found.met.met == session.execute(select(func.count(Visit.id)).where(*within)).scalar_one()
    assert found.minutes == session.execute(minutes.where(*within)).scalar_one()
    assert sum(count for _, count in found.met.reasons) == found.met.unmet > 0
    assert found.waits.median is not None
    assert min(found.ties.new, found.ties.again, found.ties.second_kind, found.ties.both_ways) > 0
    assert [home.months for home in found.at_home if 0 < home.helped_since < home.first_helped] == [6, 12]
    assert found.informal.times > 0
    assert found.money is not None
    assert found.money.cost_rows
    assert found.money.central.left == sum(line.pounds for line in found.money.central.lines)


def test_last_winters_cold_has_a_review_that_adds_up(lived: Filled) -> None:
    session = lived.session
    spells = session.scalars(select(ColdSpell).order_by(ColdSpell.id)).all()
    reviews = [cold_review.read(session, one.id, area_ids={one.area_id}, now=lived.now) for one in spells]

    assert len(reviews) == 4
    for review in reviews:
        total = review.total
        assert total.asked == total.met + total.unmet + total.called_off
        assert total.open == 0
        assert review.called_up
    assert sum(review.total.met for review in reviews) > 5
    assert sum(review.warm_well for review in reviews) > 0


def test_stories_are_told_at_every_level_and_none_by_anybody(lived: Filled) -> None:
    told = lived.session.scalars(select(Story)).all()

    assert {story.level for story in told} == set(Level)
    assert all(story.words.startswith("An example, told by nobody") for story in told)


def test_who_was_erased_since_is_nobody_and_what_was_done_for_them_counts(lived: Filled) -> None:
    helped = (
        select(func.count(Visit.id))
        .join(Occurrence, Occurrence.id == Visit.occurrence_id)
        .join(Need, Need.id == Occurrence.need_id)
        .join(Person, Person.id == Need.resident_id)
        .where(Person.erased_at.is_not(None))
    )

    assert lived.session.execute(helped).scalar_one() > 20
    kept = select(Need.id).join(Person, Person.id == Need.resident_id).where(Person.erased_at < Need.closed_at)
    assert lived.session.scalars(kept).all() == []


def test_the_same_people_on_the_same_day_have_the_same_past(lived: Filled) -> None:
    days = Days(local_day(lived.now))
    kinds, givers = who.read_kinds(lived.session), who.read_givers(lived.session, days)[:90]
    with lived.session.begin_nested() as undone:
        getters = who.draw_getters(lived.session, random.Random(1), (), days, now=lived.now)[:12]
        undone.rollback()
    one, other = (draw_year(random.Random(2), givers, getters, kinds, days) for _ in range(2))

    assert one == other
    assert any(occasion.askings for request in one for occasion in request.occasions)


@pytest.mark.parametrize(
    ("today", "cold"),
    [
        (date(2026, 11, 26), date(2026, 1, 12)),
        (date(2026, 1, 20), date(2025, 1, 12)),
        (date(2026, 2, 11), date(2026, 1, 12)),
        (date(2028, 2, 10), date(2027, 1, 12)),
    ],
)
def test_the_cold_was_in_the_last_winter_that_is_over_and_inside_the_past(today: date, cold: date) -> None:
    days = Days(today)

    assert days.cold == cold
    assert days.first + timedelta(days=30) < days.cold
