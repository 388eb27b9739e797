"""Erased: everyone who was to meet them is told, nobody is asked any more, and no word of theirs is left anywhere."""

from datetime import timedelta

import pytest

from matcher.domain.errors import NotFound
from matcher.domain.lifecycle import MatchStatus, NeedStatus, OfferStatus, VisitStatus
from matcher.domain.roles import LinkPurpose
from matcher.services import erasure, impact, links, need_page, own_page, thanks, visit_reports
from matcher.services.access import Grant
from matcher.store.models import Feedback, Home, Match, Need, NeedNote, Offer, Person, VisitReport
from tests.matcher.services.test_private import EILEEN, NOTE

NAME = "Quillonia"
HERS = ("Zanzibarqu", "Quillwortham", "987123", "987 123", "quokka", "Xylophonica", "BA151HL")
THANKS = "Bless you, says Xylophonica"


def erase(world, need, name="Eileen"):
    with world.work() as session:
        erasure.erase_person(session, world.people[name], need_id=need.need_id, now=world.now)


def let_through(world):
    by, areas = world.coordinator(), frozenset({world.area_id()})
    with world.work() as session:
        thanks.let_through(session, world.one(Feedback).id, area_ids=areas, staff_id=by, now=world.now)


@pytest.fixture
def need(world):
    world.offer("Christopher")
    return world.post(person={**EILEEN, "first_name": NAME}, contact="email", note=NOTE)


def traces(world):
    """Marks of hers that stand anywhere in the database."""
    rows = repr(world.picture()) + repr(world.execute("select to_jsonb(l)::text from private_links l"))
    return [mark for mark in (*HERS, NAME) if mark in rows]


def test_nothing_of_hers_is_left_once_the_receipt_has_gone(world, need):
    world.ask("Christopher", need)
    world.yes("Christopher")
    world.deliver()
    world.done("Christopher")
    world.how(need, "well", THANKS)
    let_through(world)
    world.deliver()
    assert NAME in traces(world)
    erase(world, need)
    assert world.one(Feedback).thanks_shown is None
    (receipt,) = world.deliver()
    assert receipt.recipient == EILEEN["email"]
    assert need.reference in receipt.message.text
    assert traces(world) == []


def test_who_was_coming_is_told_and_who_was_asked_is_not_kept_waiting(world, need):
    world.offer("Ann")
    world.ask_all(["Christopher", "Ann"], need)
    world.yes("Christopher")
    other = world.post(person={**EILEEN, "first_name": NAME}, contact="email", when="tomorrow")
    world.ask("Ann", other, at=world.now.replace(day=world.now.day + 1))
    world.deliver()
    erase(world, need)
    assert world.visit("Christopher").status is VisitStatus.CANCELLED
    assert world.all(Match)[-1].status is MatchStatus.WITHDRAWN
    assert {row.status for row in world.all(Need)} == {NeedStatus.CANCELLED}
    told = {envelope.recipient: envelope.message.text for envelope in world.deliver()}
    assert "help for A neighbour is off" in told[world.home("Christopher").phone]
    assert len(told) == 3  # Christopher, Ann, and her own receipt
    assert world.breaches() == {}


def test_she_is_told_nothing_more_but_that_it_is_done(world, need):
    world.ask("Christopher", need)
    world.yes("Christopher")
    erase(world, need)
    assert [what for what, status in world.owed("Eileen") if status == "pending"] == ["details_erased"]
    hers = [envelope.message.subject for envelope in world.deliver() if envelope.recipient == EILEEN["email"]]
    assert hers == ["Your details are deleted"]


@pytest.mark.parametrize("contact", ["phone", "letter"])
def test_where_a_receipt_would_have_to_name_her_there_is_none(world, contact):
    need = world.post(contact=contact)
    erase(world, need)
    assert "details_erased" not in dict(world.owed())


def test_her_links_end_with_her_details(world, need):
    token = world.link(Grant(LinkPurpose.STATUS, person_id=world.people["Eileen"], need_id=need.need_id), hours=9)
    erase(world, need)
    with world.work() as session, pytest.raises(NotFound):
        links.open_link(session, token, LinkPurpose.STATUS, now=world.now)


def test_what_was_done_is_still_counted_and_the_pages_of_others_still_open(world, need):
    world.ask("Christopher", need)
    world.yes("Christopher")
    world.done("Christopher")
    erase(world, need)
    with world.work() as session:
        assert impact.done_this_month(session, now=world.now + timedelta(days=1)) == 1
        (past,) = own_page.read(session, world.people["Christopher"], now=world.now).past
        assert past.resident == "A neighbour"
        assert need_page.read(session, need.need_id, now=world.now).resident == "A neighbour"
    assert world.breaches() == {}


def test_a_round_over_what_is_left_asks_nobody_about_it(world, need):
    erase(world, need)
    world.round()
    assert world.who_was_asked(need) == []


def test_who_helps_others_too_is_no_longer_counted_on(world, need):
    world.offer("Eileen", person={**EILEEN, "first_name": NAME})
    other = world.post("Ann", when="tomorrow")
    world.ask("Eileen", other, at=world.now.replace(day=world.now.day + 1))
    world.yes("Eileen")
    erase(world, need)
    assert world.visit("Eileen").status is VisitStatus.HANDED_BACK
    assert world.one(Offer, person_id=world.people["Eileen"]).status is OfferStatus.STOPPED
    world.round()
    assert world.who_was_asked(other) == ["Eileen", "Christopher"]
    assert world.breaches() == {}


def test_twice_is_once_and_whoever_asks_again_is_someone_new(world, need):
    erase(world, need)
    before = world.picture()
    erase(world, need)
    assert world.picture() == before
    assert world.all(Home, person_id=world.people["Eileen"]) == world.all(NeedNote) == []
    erased = world.people["Eileen"]
    world.post(person={**EILEEN, "first_name": NAME}, contact="email")
    assert world.people["Eileen"] != erased
    assert world.one(Person, id=erased).erased_at == world.now


def test_what_ends_is_said_before(world, need):
    with world.work() as session:
        assert erasure.what_ends(session, world.people["Eileen"]) == erasure.Ending(needs=1, is_volunteer=False)
        assert erasure.what_ends(session, world.people["Christopher"]) == erasure.Ending(needs=0, is_volunteer=True)


def test_what_the_team_has_dealt_with_goes_and_what_waits_for_them_stays(world, need):
    world.ask("Christopher", need)
    world.yes("Christopher")
    visit_id = world.visit("Christopher").id
    staff_id = world.coordinator()
    areas = frozenset({world.area_id()})
    with world.work() as session:
        visit_reports.report_problem(session, visit_id, "bigger", f"{NAME} has two paths", now=world.now)
        (row,) = visit_reports.open_reports(session, areas)
        visit_reports.close_report(session, row.report_id, area_ids=areas, staff_id=staff_id, now=world.now)
        visit_reports.report_problem(session, visit_id, "no_answer", "Nobody came to the door", now=world.now)
    erase(world, need)
    assert [report.words for report in world.all(VisitReport)] == ["", "Nobody came to the door"]
