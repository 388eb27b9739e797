"""Two records of one person become one: nothing is lost, nothing is told twice, and who is two people stays so."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from matcher.domain.lifecycle import MatchStatus, NotificationStatus, OfferStatus, VisitStatus
from matcher.domain.roles import LinkPurpose
from matcher.services import (
    audit_chain,
    audit_page,
    calendar_feed,
    concerns,
    erasure,
    links,
    offers,
    on_duty,
    outbox,
    replies,
    stand_downs,
    stories,
    upkeep,
)
from matcher.services.access import Grant
from matcher.services.audit_page import AuditChoice
from matcher.services.merging import rows
from matcher.services.outbox import Owed
from matcher.services.replies import Inbound
from matcher.store.models import (
    Badge,
    Check,
    Home,
    Match,
    MergedPerson,
    Notification,
    Occurrence,
    Offer,
    OfferKind,
    Person,
    PrivateLink,
    StandDown,
    Story,
    Visit,
)
from tests.matcher.services.merged import AGAIN, JOAN, fill, join_up, merge, two_of
from tests.worlds import World


def test_every_key_to_a_person_is_one_that_a_merge_knows() -> None:
    """A table that is new has to say how it comes along."""
    assert set(rows.HOW) == rows.keys_to("people") | rows.keys_to("offers")


def test_whatever_led_to_the_record_that_goes_leads_to_who_is_kept(world: World) -> None:
    world.offer("Tom")
    two, staff_id = join_up(world), world.coordinator()
    fill(world, two, staff_id)
    before = {key: _leads(world, key, two.gone_id) for key in rows.HOW}
    assert [key for key, count in before.items() if not count] == ["merged_people.person_id"]
    merge(world, two, staff_id=staff_id)
    assert world.breaches() == {}
    assert {key: _leads(world, key, two.gone_id) for key in rows.HOW} == {
        **dict.fromkeys(rows.HOW, 0),
        "merged_people.person_id": 1,
    }


def _leads(world: World, key: str, person_id: int) -> int:
    table, column = key.split(".")
    of_offer = key in rows.keys_to("offers")
    wanted = "(select id from offers where person_id = :person)" if of_offer else "(:person)"
    return int(world.execute(f"select count(*) from {table} where {column} in {wanted}", person=person_id)[0][0])


def test_one_of_two_questions_about_one_visit_stays_and_both_links_and_both_codes_answer_it(world: World) -> None:
    two, need = join_up(world), world.post("Eileen")
    first, again = world.ask_all([JOAN, AGAIN], need)
    token = world.link(Grant(LinkPurpose.MATCH, person_id=two.gone_id, match_id=again), days=1)
    world.deliver()
    merge(world, two)
    asked = {match.id: match for match in world.all(Match)}
    assert {match_id: match.status for match_id, match in asked.items()} == {first: "proposed", again: "withdrawn"}
    with world.work() as session:
        assert links.open_link(session, token, LinkPurpose.MATCH, now=world.now).match_id == first
        text = Inbound("their answer", world.home(JOAN).phone, f"YES {asked[again].code}")
        replies.receive(session, text, now=world.now)
    assert world.one(Visit).match_id == first
    world.deliver()
    for number, (words, said) in enumerate((("NO", "ARE still booked"), ("YES", "ARE booked"))):
        with world.work() as session:
            late = Inbound(f"late {number}", world.home(JOAN).phone, f"{words} {asked[again].code}")
            replies.receive(session, late, now=world.now)
        assert any(said in envelope.message.text for envelope in world.deliver())
    assert world.breaches() == {}


def test_of_two_questions_the_one_that_reached_them_stays_and_the_other_is_not_sent(world: World) -> None:
    two, need = join_up(world), world.post("Eileen")
    world.ask(AGAIN, need)
    world.deliver()
    world.execute("update matches set delivered_at = :now", now=world.now)
    world.ask(JOAN, need)
    merge(world, two)
    assert [(match.person_id, match.status) for match in world.all(Match)] == [
        (two.kept_id, MatchStatus.PROPOSED),
        (two.kept_id, MatchStatus.WITHDRAWN),
    ]
    assert [message.shown_as for message in world.deliver() if "Joan" in message.message.text] == []
    assert world.breaches() == {}


def test_nobody_is_asked_to_go_where_they_go_already_and_one_more_is_looked_for(world: World) -> None:
    two, need = join_up(world), world.post("Eileen", helpers=2)
    world.ask_all([JOAN, AGAIN], need)
    world.yes(JOAN)
    merge(world, two)
    assert [match.status for match in world.all(Match)] == ["accepted", "withdrawn"]
    assert world.one(Occurrence).next_round_at == world.now
    assert world.breaches() == {}


def test_visits_thanks_and_whom_they_helped_come_along(world: World) -> None:
    two, need = join_up(world), world.post("Eileen")
    world.ask(AGAIN, need)
    world.yes(AGAIN)
    world.later(hours=3)
    world.done(AGAIN)
    world.how(need, "well", "Thank you so much")
    merge(world, two)
    assert world.visit(JOAN).status is VisitStatus.DONE
    assert world.execute("select usual_id from arrangements") in ([], [(two.kept_id,)])
    assert world.breaches() == {}


def test_what_was_chosen_for_their_help_comes_as_a_whole_from_one_of_the_two(world: World) -> None:
    two = join_up(world, kinds=frozenset({"snow", "errand"}), travel_minutes=45, visits_per_week=1)
    merge(world, two, "offer", "phone")
    offer = world.one(Offer)
    assert (offer.person_id, offer.travel_minutes, offer.visits_per_week) == (two.kept_id, 45, 1)
    assert {one.kind_slug for one in world.all(OfferKind)} == {"snow", "errand"}


def test_an_offer_that_ended_never_takes_the_place_of_one_that_stands(world: World) -> None:
    two = join_up(world)
    world.execute("update offers set status = 'stopped', stopped_at = made_at where person_id = :p", p=two.kept_id)
    merge(world, two)
    assert world.one(Offer).status is OfferStatus.ACTIVE
    assert world.all(OfferKind)


@pytest.mark.parametrize("paused", [JOAN, AGAIN])
def test_whoever_has_paused_under_either_record_is_not_asked(world: World, paused: str) -> None:
    two, need = join_up(world), world.post("Eileen")
    with world.work() as session:
        on_duty.pause(session, world.people[paused], now=world.now)
    merge(world, two)
    world.round()
    assert world.who_was_asked(need) == []


def test_a_resident_becomes_one_with_a_volunteer_and_their_request_comes_along(world: World) -> None:
    world.post("Joan asks", person={"first_name": JOAN, "surname": ""})
    world.offer(AGAIN, person={"first_name": JOAN, "surname": "Miller"})
    two = two_of(world, "Joan asks", AGAIN)
    merge(world, two)
    assert world.one(Offer).person_id == two.kept_id
    assert world.home("Joan asks").surname == "Miller"
    assert world.breaches() == {}


def test_who_signed_up_twice_may_have_been_asked_to_help_themselves(world: World) -> None:
    need = world.post("Joan asks", person={"first_name": JOAN})
    world.offer(AGAIN, person={"first_name": JOAN})
    world.ask(AGAIN, need)
    world.no(AGAIN, reason="other")
    merge(world, two_of(world, "Joan asks", AGAIN))
    assert world.breaches() == {}


def test_a_check_that_both_hold_is_the_one_that_is_good_for_longer(world: World) -> None:
    two = join_up(world)
    for person_id, until in ((two.kept_id, date(2026, 1, 1)), (two.gone_id, date(2028, 1, 1))):
        with world.work() as session:
            seen = {"expires_on": until, "staff_id": None, "now": world.now}
            offers.record_check(session, person_id, "dbs_adults", date(2025, 1, 1), **seen)
    merge(world, two)
    assert world.one(Check).expires_on == date(2028, 1, 1)


def test_a_worry_that_stopped_one_record_stops_both_as_one(world: World) -> None:
    two, need, staff_id = join_up(world), world.post("Eileen"), world.coordinator()
    world.ask(JOAN, need)
    world.yes(JOAN)
    with world.work() as session:
        concerns.raise_concern(session, concerns.Worry(("safety",), "He asked for her card."), "k" * 22, now=world.now)
    concern_id = world.execute("select id from concerns")[0][0]
    with world.work() as session:
        stand_downs.stop(session, concern_id, two.gone_id, staff_id=staff_id, now=world.now)
    merge(world, two, staff_id=staff_id)
    assert world.visit(JOAN).status is VisitStatus.HANDED_BACK
    stop = world.one(StandDown)
    assert (stop.person_id, stop.handed_back, stop.was_active) == (two.kept_id, 1, True)
    assert (world.one(Offer).status, world.one(Offer).stood_down_at) == (OfferStatus.PAUSED, world.now)
    assert world.breaches() == {}


def test_who_is_stopped_and_has_nothing_to_hand_back_is_not_told_a_second_time(world: World) -> None:
    two, staff_id = join_up(world), world.coordinator()
    with world.work() as session:
        concerns.raise_concern(session, concerns.Worry(("safety",), "He asked for her card."), "k" * 22, now=world.now)
    concern_id = world.execute("select id from concerns")[0][0]
    with world.work() as session:
        stand_downs.stop(session, concern_id, two.gone_id, staff_id=staff_id, now=world.now)
    world.deliver()
    merge(world, two, staff_id=staff_id)
    assert world.deliver() == ()


@pytest.mark.parametrize(
    ("sent", "left"),
    [((), ["pending"]), ((JOAN,), ["sent"]), ((AGAIN,), ["sent"]), ((JOAN, AGAIN), ["sent", "sent"])],
)
def test_what_both_are_told_goes_out_once(world: World, sent: tuple[str, ...], left: list[str]) -> None:
    two = join_up(world)
    with world.work() as session:
        for name in (JOAN, AGAIN):
            news = Owed("month_thanks", ("person_id", world.people[name]), world.people[name])
            outbox.owe(session, news, now=world.now)
    world.execute("delete from notifications where template <> 'month_thanks'")
    world.execute("update notifications set event = 'month_thanks:2026-10'")
    for name in sent:
        world.execute("update notifications set status = 'sent' where person_id = :p", p=world.people[name])
    merge(world, two)
    kept = [one.status.value for one in world.all(Notification) if one.status is not NotificationStatus.DROPPED]
    assert kept == left
    assert {one.person_id for one in world.all(Notification)} == {two.kept_id}


def test_that_they_want_no_texts_holds_whichever_number_stays(world: World) -> None:
    two = join_up(world)
    world.post("Joan asks", person={"first_name": JOAN, "surname": "Miller"})
    world.execute("update needs set resident_id = :p", p=two.kept_id)
    with world.work() as session:
        replies.receive(session, Inbound("x", world.home(AGAIN).phone, "STOP"), now=world.now)
    merge(world, two)
    assert world.person(JOAN).texts_stopped_at == world.now
    assert world.execute("select contact from needs") == [("phone",)]
    assert world.one(Offer).status is OfferStatus.PAUSED


def test_a_badge_comes_along_and_of_two_that_of_who_is_kept_stays(world: World) -> None:
    two, staff_id = join_up(world), world.coordinator()
    for number, person_id in enumerate(two.ids, start=11):
        world.execute(
            "insert into badges (person_id, number, staff_id, given_at) values (:p, :n, :s, :now)",
            p=person_id,
            n=number,
            s=staff_id,
            now=world.now,
        )
    merge(world, two, staff_id=staff_id)
    assert [(one.person_id, one.number) for one in world.all(Badge)] == [(two.kept_id, 11)]


def test_old_links_and_calendars_open_what_they_opened(world: World) -> None:
    two, need = join_up(world), world.post("Eileen", when="tomorrow")
    world.ask(AGAIN, need, at=world.now + timedelta(days=1))
    world.yes(AGAIN)
    me = world.link(Grant(LinkPurpose.ME, person_id=two.gone_id), days=1)
    with world.work() as session:
        calendar = calendar_feed.new_address(session, two.gone_id, now=world.now)
    merge(world, two)
    with world.work() as session:
        for token, purpose in ((me, LinkPurpose.ME), (calendar, LinkPurpose.CALENDAR)):
            assert links.open_link(session, token, purpose, now=world.now).person_id == two.kept_id
        assert b"VEVENT" in calendar_feed.feed(session, two.kept_id, world.scheme, now=world.now)


def test_what_is_said_of_the_old_number_in_the_audit_leads_to_who_is_kept(world: World) -> None:
    two, need = join_up(world), world.post("Eileen")
    world.ask(AGAIN, need)
    world.no(AGAIN)
    gone_offer = world.one(Offer, person_id=two.gone_id).id
    merge(world, two)
    with world.work() as session:
        audit_chain.seal(session, now=world.now)
        by_kept, by_gone = (
            {
                (line.did, line.thing, line.thing_id)
                for line in audit_page.read(session, AuditChoice(person_id=number), now=world.now).lines
            }
            for number in (two.kept_id, two.gone_id)
        )
    assert by_kept == by_gone
    assert ("declined", "match", world.one(Match).id) in by_kept
    assert ("merged into", "person", two.gone_id) in by_kept
    assert any(thing == "offer" and number == gone_offer for _, thing, number in by_kept)
    assert world.breaches() == {}


def test_whoever_deletes_their_details_later_is_deleted_under_both(world: World) -> None:
    two = join_up(world)
    with world.work() as session:
        reach = stories.Reach("text", JOAN, world.home(AGAIN).phone)
        draft = stories.StoryDraft("It was slippery.", "worry", "team", reach=reach)
        stories.tell_story(session, draft, now=world.now)
    merge(world, two)
    with world.work() as session:
        erasure.erase_person(session, two.kept_id, now=world.now)
    assert world.all(Home) == []
    assert {one.first_name for one in world.all(Person)} == {erasure.NOBODYS_NAME}
    assert world.one(Story).words == ""
    assert world.breaches() == {}


def test_a_record_that_was_merged_into_one_that_is_merged_leads_to_the_last(world: World) -> None:
    two = join_up(world)
    world.offer("Joan thrice", person={"first_name": JOAN})
    merge(world, two)
    merge(world, two_of(world, "Joan thrice", JOAN))
    last = world.people["Joan thrice"]
    assert {(one.person_id, one.kept_id) for one in world.all(MergedPerson)} == {
        (two.kept_id, last),
        (two.gone_id, last),
    }
    assert world.breaches() == {}


def test_what_was_written_for_the_old_record_meanwhile_comes_along_with_the_clock(world: World) -> None:
    two = join_up(world)
    merge(world, two)
    world.link(Grant(LinkPurpose.ME, person_id=two.gone_id), days=1)
    assert "merged whole" in world.breaches()
    for _ in range(2):
        with world.work() as session:
            upkeep.keep_up(session, now=world.now)
        assert world.breaches() == {}
    assert world.all(PrivateLink, person_id=two.gone_id) == []


def test_who_was_merged_while_a_round_thought_is_not_asked_by_it_and_the_others_are(world: World) -> None:
    world.post("Joan asks", person={"first_name": JOAN}, kind="errand")
    world.offer(AGAIN, person={"first_name": JOAN, "surname": ""})
    world.offer("Ann")
    need = world.post("Eileen", helpers=2)
    opened = world.open_round()
    assert opened is not None
    merge(world, two_of(world, "Joan asks", AGAIN))
    assert world.close_round(opened)
    assert world.who_was_asked(need) == ["Ann"]
    assert world.breaches() == {}


def test_nothing_goes_out_about_a_merge(world: World) -> None:
    two = join_up(world)
    world.deliver()
    merge(world, two)
    assert world.deliver() == ()
