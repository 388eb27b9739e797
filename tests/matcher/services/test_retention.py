"""What is over goes after its time, by itself; what is under way stays; and every table says how long it is kept."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from matcher.domain.retention import ASKER_KEPT, PERIODS, PERSON_KEPT, USUAL, WORDS_KEPT, WORRY_KEPT, days_of
from matcher.services import (
    concern_work,
    concerns,
    consents,
    leaving,
    needs,
    referrals,
    retention,
    stand_downs,
    visit_reports,
    warm_checks,
)
from matcher.services.consents import Given
from matcher.services.needs import NeedDraft
from matcher.services.referrals import ReferralDraft
from matcher.store.models import (
    Concern,
    ConcernTelling,
    Declared,
    Feedback,
    Home,
    Need,
    NeedNote,
    NeedWish,
    Occurrence,
    Offer,
    Referral,
    StandDown,
    VisitReport,
)

DOCS = Path(__file__).parents[3] / "docs" / "privacy.md"
MOMENT = timedelta(seconds=1)


def sweep(world):
    with world.work() as session:
        return retention.erase_old(session, now=world.now)


def wish(world, *, is_on):
    with world.work() as session:
        warm_checks.wish(session, world.people["Eileen"], is_on=is_on, now=world.now)


def known(world, name):
    return any(home.person_id == world.people[name] for home in world.all(Home))


@pytest.fixture
def over(world):
    """Eileen asked, Christopher came, and that was all."""
    world.offer("Christopher")
    need = world.post(note="Ring the bell.", wishes=frozenset({"calm_with_dogs"}))
    world.ask("Christopher", need)
    world.yes("Christopher")
    world.done("Christopher")
    world.how(need, "well", "Bless you")
    world.later(minutes=6)  # Done can be undone no more: both are thanked
    world.deliver()
    return need


def test_whose_last_request_is_long_over_is_nobody_we_know(world, over):
    world.now = world.one(Need).closed_at + PERSON_KEPT - MOMENT
    assert sweep(world) == 0
    assert known(world, "Eileen")
    world.now += MOMENT
    assert sweep(world) == 1
    assert not known(world, "Eileen")
    assert world.all(NeedNote) == world.all(NeedWish) == []
    assert world.one(Feedback).thanks == ""
    assert known(world, "Christopher")  # who still offers
    assert world.deliver() == ()  # nobody is told
    assert sweep(world) == 0
    assert world.breaches() == {}


def test_who_asks_still_is_kept_however_long_ago_they_came(world, over):
    world.now += PERSON_KEPT - timedelta(days=2)
    world.post(when="tomorrow")
    world.now += timedelta(days=2)
    assert sweep(world) == 0
    assert known(world, "Eileen")


def test_a_weekly_request_keeps_whoever_asked(world):
    world.post(is_weekly=True)
    world.now += 3 * PERSON_KEPT
    assert sweep(world) == 0
    assert known(world, "Eileen")


def test_a_volunteer_is_kept_as_long_as_they_offer_and_goes_after_they_have_left(world, over):
    world.now += 3 * PERSON_KEPT
    sweep(world)
    with world.work() as session:
        leaving.leave(session, world.people["Christopher"], now=world.now)
    world.deliver()
    world.now += PERSON_KEPT - MOMENT
    assert sweep(world) == 0
    world.now += MOMENT
    assert sweep(world) == 1
    assert not known(world, "Christopher")


def test_who_offers_again_has_not_left(world):
    world.offer("Christopher")
    with world.work() as session:
        leaving.leave(session, world.people["Christopher"], now=world.now)
    world.now += PERSON_KEPT - MOMENT
    world.offer("Christopher")
    assert world.one(Offer).stopped_at is None
    world.now += PERSON_KEPT
    assert sweep(world) == 0


def test_somebody_the_team_may_have_to_ring_is_kept_until_it_has(world, over):
    with world.work() as session:
        visit_reports.report_problem(session, world.visit("Christopher").id, "bigger", "Two paths", now=world.now)
    with world.work() as session:
        leaving.leave(session, world.people["Christopher"], now=world.now)
    world.now += WORDS_KEPT
    sweep(world)
    assert known(world, "Christopher")
    assert known(world, "Eileen")
    assert world.one(VisitReport).words == "Two paths"


def worry(world, name=None):
    """Somebody tells us of a worry, of this neighbour's visit if they are named, and a coordinator opens it."""
    told = concerns.Worry(("money",), "He asked for her card.")
    with world.work() as session:
        if name:
            concerns.raise_from_visit(session, told, world.visit(name).id, now=world.now)
        else:
            concerns.raise_concern(session, told, "a" * 22, now=world.now)
    (worry,) = world.all(Concern)
    with world.work() as session:
        concern_work.open_concern(session, worry.id, staff_id=world.coordinator(), now=world.now)
    return worry.id


def close(world, concern_id):
    with world.work() as session:
        concern_work.close_concern(session, concern_id, staff_id=world.coordinator(), now=world.now)


def leave(world, name):
    with world.work() as session:
        leaving.leave(session, world.people[name], now=world.now)
    world.deliver()


def would_erase(world):
    with world.work() as session:
        return dict(retention.count_old(session, USUAL, now=world.now))["person"]


def test_nobody_of_a_visit_is_erased_while_a_worry_of_it_is_open(world, over):
    concern_id = worry(world, "Christopher")
    leave(world, "Christopher")
    world.now += PERSON_KEPT + timedelta(days=1)
    assert (would_erase(world), sweep(world)) == (0, 0)
    assert known(world, "Eileen")
    assert known(world, "Christopher")
    close(world, concern_id)
    assert (would_erase(world), sweep(world)) == (2, 2)
    assert not known(world, "Eileen")
    assert not known(world, "Christopher")


def test_a_worry_of_one_visit_keeps_nobody_of_another(world, over):
    world.offer("Ann")
    world.ask("Ann", world.post("Gwen"))
    world.yes("Ann")
    world.done("Ann")
    worry(world, "Ann")
    world.now += PERSON_KEPT + timedelta(days=1)
    assert (would_erase(world), sweep(world)) == (1, 1)
    assert known(world, "Gwen")
    assert not known(world, "Eileen")


@pytest.fixture
def stopped(world):
    """A worry that names no visit has stopped Christopher, who has left since: its number."""
    world.offer("Christopher")
    concern_id = worry(world)
    with world.work() as session:
        christopher = world.people["Christopher"]
        stand_downs.stop(session, concern_id, christopher, staff_id=world.coordinator(), now=world.now)
    leave(world, "Christopher")
    world.now += PERSON_KEPT
    return concern_id


def test_whom_a_worry_has_stopped_is_known_as_long_as_it_is_open_and_its_words_are_kept(world, stopped):
    assert (would_erase(world), sweep(world)) == (0, 0)
    close(world, stopped)
    world.now += WORRY_KEPT - MOMENT
    assert (would_erase(world), sweep(world)) == (0, 0)
    world.now += MOMENT
    assert would_erase(world) == 1
    sweep(world)
    assert not known(world, "Christopher")


def test_who_was_let_back_is_kept_no_longer_than_anybody_once_the_worry_is_closed(world, stopped):
    with world.work() as session:
        row = world.one(StandDown)
        stand_downs.lift(session, stopped, row.id, staff_id=world.coordinator(), now=world.now)
    assert would_erase(world) == 0
    close(world, stopped)
    assert (would_erase(world), sweep(world)) == (1, 1)


def test_who_wishes_to_be_asked_in_the_cold_is_kept_until_they_do_not(world, over):
    wish(world, is_on=True)
    world.now += 3 * PERSON_KEPT
    sweep(world)
    assert known(world, "Eileen")
    wish(world, is_on=False)
    sweep(world)
    assert not known(world, "Eileen")


def test_thanks_go_after_a_year_though_the_two_still_meet(world):
    world.offer("Christopher")
    need = world.post(is_weekly=True)
    world.ask("Christopher", need)
    world.yes("Christopher")
    world.done("Christopher")
    world.how(need, "well", "Bless you")
    world.now += WORDS_KEPT - MOMENT
    assert sweep(world) == 0
    world.now += MOMENT
    assert sweep(world) == 1
    assert world.one(Feedback).thanks == ""


def test_who_asked_for_someone_else_goes_though_that_other_asks_still(world):
    given = Given(consents.SELF, "relative", "spoken")
    asked = ReferralDraft(first_name="Nora", phone="07700 900444", given=given, is_told=True)
    draft = NeedDraft("snow", "tomorrow", frozenset({"am"}), world.draft("Eileen"), "letter")
    with world.work() as session:
        posted = referrals.post_for_someone(session, draft, asked, now=world.now)
        need_id = session.get_one(Referral, posted.referral_id).need_id
        needs.cancel_need(session, need_id, actor="person:1", now=world.now)
    world.deliver()
    world.now += ASKER_KEPT - timedelta(days=1)
    world.people["Eileen"] = world.execute("select resident_id from needs")[0][0]
    world.post(when="day", day=(world.now + timedelta(days=9)).date(), person={"phone": world.home("Eileen").phone})
    assert sweep(world) == 0
    world.now += timedelta(days=1)
    assert sweep(world) == 1
    row = world.one(Referral)
    assert (row.first_name, row.phone, row.is_told) == ("A neighbour", "", False)


def test_who_asked_for_somebody_is_kept_while_a_worry_of_a_visit_to_them_is_open(world):
    given = Given(consents.SELF, "relative", "spoken")
    asked = ReferralDraft(first_name="Nora", phone="07700 900444", given=given, is_told=True)
    draft = NeedDraft("snow", "today", frozenset({"am"}), world.draft("Eileen"), "letter")
    world.offer("Christopher")
    with world.work() as session:
        posted = referrals.post_for_someone(session, draft, asked, now=world.now)
    world.ask("Christopher", posted, occurrence_id=world.one(Occurrence).id)
    world.yes("Christopher")
    world.done("Christopher")
    world.later(minutes=6)
    world.deliver()
    concern_id = worry(world, "Christopher")
    world.now += ASKER_KEPT + timedelta(days=1)
    sweep(world)
    assert world.one(Referral).first_name == "Nora"
    close(world, concern_id)
    sweep(world)
    assert world.one(Referral).phone == ""


def test_a_worry_goes_a_year_after_it_was_closed_and_what_is_open_stays(world):
    staff_id, worry = world.coordinator(), concerns.Worry(("money",), "He asked for her card.", "Nora", "n@example.org")
    with world.work() as session:
        for key in ("a" * 22, "b" * 22):
            concerns.raise_concern(session, worry, key, now=world.now)
        over, waits = [concern.id for concern in world.all(Concern)]
        concern_work.open_concern(session, over, staff_id=staff_id, now=world.now)
        concern_work.note_told(session, over, "police", "phone", "Sgt Sample", staff_id=staff_id, now=world.now)
        concern_work.close_concern(session, over, staff_id=staff_id, now=world.now)
    world.now += WORRY_KEPT - MOMENT
    assert sweep(world) == 0
    world.now += MOMENT
    assert sweep(world) == 1
    assert world.one(ConcernTelling).words == ""
    kept = {row.id: (row.words, row.name, row.reach) for row in world.all(Concern)}
    assert kept == {over: (concerns.ERASED, "", ""), waits: ("He asked for her card.", "Nora", "n@example.org")}
    assert sweep(world) == 0


def test_every_table_says_what_it_holds_of_a_person_and_how_long():
    rows = [line.split("|")[1] for line in DOCS.read_text().splitlines() if line.startswith("| `")]
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert sorted(named) == sorted(Declared.metadata.tables)


def test_the_page_says_by_which_figures_it_goes():
    said, usual = DOCS.read_text(), days_of(USUAL)
    for name, one in PERIODS.items():
        row = f"| {one.words} | {usual[name]} days | {one.shortest} to {one.longest:,} | {one.why} |"
        assert row in said
    for line, kept in (("`people`", PERSON_KEPT), ("`referrals`", ASKER_KEPT), ("`feedback`", WORDS_KEPT)):
        (row,) = (row for row in said.splitlines() if row.startswith(f"| {line}"))
        assert f"{kept.days} days" in row
