"""`verify` finds nothing in a healthy world, and finds each breach by name once the constraints are taken away."""

from copy import copy
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from matcher.services import people
from matcher.services.verify import INVARIANTS, verify
from matcher.store.models import Match, Visit
from tests.worlds import World, within


@pytest.fixture(scope="module")
def healthy(fresh_database, worker_name):
    """A session of the owner of the database, who may take constraints away, and a world where all is well."""
    engine = create_engine(fresh_database(f"verify_{worker_name}").owner_url)
    with engine.connect() as connection, connection.begin() as everything:
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            yield session, a_day_in(World(partial(within, session), datetime(2026, 1, 14, 7, 30, tzinfo=UTC)))
        everything.rollback()
    engine.dispose()


def a_day_in(world):
    """Christopher holds Eileen's visit, Ann has done Gwen's, Edith's is called off; everything is told."""
    for name in ("Christopher", "Ann"):
        world.offer(name, travel_mode="car")
    hers, done, off = world.post("Eileen"), world.post("Gwen"), world.post("Edith", person={"postcode": "BA15 1HL"})
    world.ask("Christopher", hers)
    world.ask("Ann", done)
    world.yes("Christopher")
    world.yes("Ann")
    world.done("Ann")
    world.ask("Ann", off, at=world.now + timedelta(hours=4))
    world.yes("Ann")
    world.cancel(off)
    world.offer("Bridget")
    world.ask("Bridget", world.post("Mary", helpers=2))
    world.yes("Bridget")
    world.round()
    world.deliver()
    return world


@pytest.fixture
def world(healthy):
    session, shared = healthy
    world = copy(shared)
    world.people = dict(shared.people)
    untouched = session.begin_nested()
    yield world
    untouched.rollback()
    session.expunge_all()


@pytest.fixture
def breaks(world):
    """`breaks(*statements)`: the owner of the database takes constraints away and does worse; what is found then."""

    def run(*statements):
        for statement in statements:
            with world.work() as session:
                session.execute(text(statement))
        return world.breaches()

    return run


def test_a_healthy_world_keeps_every_promise(world):
    with world.work() as session:
        findings = verify(session, now=world.now)
    assert [finding.name for finding in findings] == [invariant.name for invariant in INVARIANTS]
    assert all(finding.is_kept and finding.promise for finding in findings)


def test_an_empty_database_keeps_every_promise(session, now):
    assert all(finding.is_kept for finding in verify(session, now=now))


COPY_OF_A_VISIT = """
    with one as (select * from visits where id = {visit}),
    asked as (
        insert into matches (occurrence_id, offer_id, person_id, status, starts_at, ends_at, distance_band, reach_m,
                             weight_min, breakdown, sentence, asked_at, answered_at)
        select one.occurrence_id, o.id, o.person_id, 'accepted', one.starts_at, one.ends_at, '', 1, 0, '[]', '',
               one.held_at, one.held_at
        from one, offers o where o.person_id = {person} returning *)
    insert into visits (match_id, occurrence_id, person_id, place, helpers, starts_at, ends_at, during, status, held_at)
    select asked.id, asked.occurrence_id, asked.person_id, {place}, one.helpers, one.starts_at, one.ends_at,
           one.during, 'held', one.held_at from asked, one
"""


def copied(world, of, to, *, place):
    return COPY_OF_A_VISIT.format(visit=world.visit(of).id, person=world.people[to], place=place)


def test_two_holders_of_one_place_are_a_breach(world, breaks):
    found = breaks(
        "drop index uq_visits_one_holder_of_a_place",
        "drop index uq_visits_one_place_each",
        copied(world, "Christopher", "Ann", place=1),
    )
    occurrence_id = world.visit("Christopher").occurrence_id
    assert f"occurrence {occurrence_id} place 1 is held 2 times" in found["single holder"]
    assert f"occurrence {occurrence_id} has 2 holders for 1" in found["single holder"]


def test_a_holder_beyond_the_helpers_wanted_is_a_breach(world, breaks):
    found = breaks(
        "alter table visits drop constraint ck_visits_place_is_wanted", copied(world, "Christopher", "Ann", place=2)
    )
    assert found["single holder"] == (f"occurrence {world.visit('Christopher').occurrence_id} has 2 holders for 1",)


def test_one_person_in_two_visits_at_once_is_a_breach(world, breaks):
    found = breaks(
        "alter table visits drop constraint ex_visits_one_place_at_a_time",
        copied(world, "Bridget", "Christopher", place=2),
    )
    (words,) = found["single holder"]
    assert words.startswith(f"person {world.people['Christopher']} is in visits ")


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("delete from console_messages; delete from notifications where template = 'visit_held_resident'", "resident"),
        (
            "delete from console_messages; delete from notifications where template = 'visit_held_volunteer'",
            "volunteer",
        ),
    ],
)
def test_a_visit_that_nobody_is_told_of_is_a_breach(breaks, statement, words):
    assert any(f"its {words} is owed no message" in line for line in breaks(statement)["told = held"])


def test_a_message_of_a_visit_that_was_dropped_is_a_breach_of_two_promises(breaks):
    found = breaks(
        "delete from console_messages",
        "update notifications set status = 'dropped' where template = 'visit_held_volunteer'",
    )
    assert any("its volunteer is owed no message" in line for line in found["told = held"])
    assert any("was dropped while it was still true" in line for line in found["no message dropped"])


def test_a_yes_without_a_visit_is_a_breach(world, breaks):
    match_id = world.visit("Christopher").match_id
    found = breaks(
        "update notifications set visit_id = null",
        "delete from private_links",
        f"delete from visits where match_id = {match_id}",
        f"update occurrences set status = 'open' where id = {world.one(Match, id=match_id).occurrence_id}",
    )
    assert f"match {match_id} is accepted and has no visit" in found["told = held"]


def test_a_visit_on_a_match_that_nobody_accepted_is_a_breach(world, breaks):
    match_id = world.visit("Christopher").match_id
    found = breaks(f"update matches set status = 'declined' where id = {match_id}")
    assert found["told = held"] == (
        f"visit {world.visit('Christopher').id} stands on match {match_id}, which is declined",
    )


def test_someone_told_of_anothers_visit_is_a_breach(world, breaks):
    visit, ann = world.visit("Christopher"), world.people["Ann"]
    found = breaks(
        f"update notifications set person_id = {ann} where template = 'visit_held_volunteer' and visit_id = {visit.id}"
    )
    assert any(f"told person {ann} of visit {visit.id} of someone else" in line for line in found["told = held"])


def test_a_visit_that_was_called_off_in_silence_is_a_breach(world, breaks):
    found = breaks("delete from console_messages; delete from notifications where template = 'visit_cancelled'")
    assert found["told = held"] == (
        f"visit {world.visit('Ann').id} was called off and its volunteer is owed no message",
    )


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (
            "update occurrences set status = 'open', next_round_at = now() where status = 'filled'",
            "is open with 1 of 1",
        ),
        ("update visits set status = 'handed_back' where status = 'held'", "is filled with 0 of 1"),
        ("update visits set status = 'handed_back' where status = 'done'", "is done with 0 of 1"),
    ],
)
def test_an_occurrence_that_says_other_than_its_visits_is_a_breach(breaks, statement, words):
    assert any(words in line for line in breaks(statement)["filled = held"])


def test_a_need_that_no_round_considered_is_a_breach_after_a_minute(world, breaks):
    lost = world.post("Lost", person={"postcode": "BA15 1HL"})
    world.deliver()
    world.later(seconds=60)
    assert world.breaches() == {}
    world.later(seconds=1)
    occurrence_id = world.occurrence_id(lost)
    assert breaks() == {"no need lost": (f"occurrence {occurrence_id} was never considered and carries no reason",)}
    assert breaks("update occurrences set reason_code = 'not_yet' where considered_at is null") == {}


def test_an_open_need_without_an_occurrence_is_a_breach(breaks):
    found = breaks(
        "insert into needs (reference, resident_id, area_id, kind_slug, details, urgency, minutes, helpers, recurrence,"
        " first_day, bands, contact, status, posted_at) select 'LOST', resident_id, area_id, kind_slug, details,"
        " urgency, minutes, helpers, recurrence, first_day, bands, contact, 'open', posted_at from needs limit 1"
    )
    (words,) = found["no need lost"]
    assert words.endswith("is open and has no occurrence")


def test_an_open_occurrence_that_no_round_will_look_at_is_a_breach(breaks):
    found = breaks("update occurrences set next_round_at = null where status = 'open'")
    (words,) = found["no need lost"]
    assert words.endswith("is open and no round will look at it again")


def test_a_message_owed_twice_is_a_breach(world, breaks):
    found = breaks(
        "alter table notifications drop constraint uq_notifications_event_person_id_staff_id_referral_id_channel",
        "insert into notifications (event, template, person_id, channel, values, status, owed_at, due_at, attempts)"
        " select event, template, person_id, channel, '{}', 'sent', owed_at, due_at, 1 from notifications"
        " where template = 'match_asked' limit 1",
    )
    (words,) = found["no message doubled"]
    assert words.startswith("event match_asked:")
    assert words.endswith("is owed 2 times over text")


@pytest.mark.parametrize("status", ["dropped", "failed"])
def test_a_message_that_was_sent_and_says_that_it_was_not_is_a_breach(breaks, status):
    found = breaks(f"update notifications set status = '{status}', sent_at = null where template = 'offer_made'")
    assert all(line.endswith(f"was copied as sent and is {status}") for line in found["no message doubled"])
    assert len(found["no message doubled"]) == 3


@pytest.mark.parametrize("status", ["pending", "leased"])
def test_a_message_that_was_forgotten_is_a_breach(world, breaks, status):
    statement = f"update notifications set status = '{status}' where template = 'need_posted'"
    assert "no message dropped" not in breaks(statement)
    world.later(hours=6, seconds=1)
    lines = breaks()["no message dropped"]
    assert len(lines) == 2
    assert all(line.endswith(f"(need_posted) has been {status} for too long") for line in lines)


def test_a_question_that_was_never_owed_is_a_breach(world, breaks):
    world.offer("Mabel")
    match_id = world.ask("Mabel", world.post("Lost", person={"postcode": "BA15 1HL"}))
    found = breaks(f"delete from notifications where match_id = {match_id}")
    assert found["no message dropped"] == (f"match {match_id} waits for an answer to a question that was never owed",)


def test_two_open_rounds_of_an_area_are_a_breach(world, breaks):
    area_id = world.area_id()
    found = breaks(
        "drop index uq_rounds_one_open",
        *[
            "insert into rounds (area_id, fence, status, opened_at, lease_until, considered, asked, unserved, skipped)"
            f" values ({area_id}, {fence}, 'open', now(), now(), 0, 0, 0, 0)"
            for fence in (91, 92)
        ],
    )
    assert found == {"rounds whole": (f"area {area_id} has 2 open rounds",)}


@pytest.mark.parametrize("status", ["open", "abandoned"])
def test_a_question_out_of_half_a_round_is_a_breach(world, breaks, status):
    found = breaks(
        "update matches set round_id = (select max(id) from rounds)", f"update rounds set status = '{status}'"
    )
    assert all(f", which is {status}" in line for line in found["rounds whole"])
    assert len(found["rounds whole"]) == len(world.all(Match))


def test_someone_who_is_stopped_and_still_asked_or_expected_is_a_breach(world, breaks):
    world.ask("Christopher", world.post("Una", when="tomorrow"), at=world.now + timedelta(days=1, hours=3))
    staff_id, person_id = world.coordinator(), world.people["Christopher"]
    found = breaks(
        "insert into concerns (reference, about, words, raised_at) values ('ABC-DEF', '{other}', 'x', now())",
        "insert into stand_downs (concern_id, person_id, was_active, handed_back, staff_id, set_at)"
        f" select id, {person_id}, true, 0, {staff_id}, now() from concerns",
    )
    stopped = f"person {person_id} is stopped and"
    asked = world.execute(
        "select id from matches where person_id = :id and status = 'proposed' order by id::text", id=person_id
    )
    assert (world.asked("Christopher"),) in asked
    visit_id = world.visit("Christopher").id
    assert found == {
        "stopped": (
            f"{stopped} holds visit {visit_id}",
            *(f"{stopped} is asked by match {match_id}" for (match_id,) in asked),
            f"{stopped} their offer is active",
        )
    }


def test_a_visit_of_two_people_who_are_kept_apart_is_a_breach(world, breaks):
    """Whenever it was agreed; one that was over before may still be spoken of."""
    with world.work() as session:
        people.keep_apart(session, world.people["Christopher"], world.people["Eileen"], now=world.now)
    said = f"visit {world.visit('Christopher').id} pairs two people who are kept apart"
    assert world.breaches() == {"kept apart": (said,)}
    assert breaks("update never_pairs set set_at = (select max(ends_at) from visits where status = 'held')") == {}


def test_an_ask_between_two_people_who_are_kept_apart_is_a_breach(world):
    world.offer("Ann")
    match_id = world.ask("Ann", world.post("Gwen"))
    with world.work() as session:
        people.keep_apart(session, world.people["Gwen"], world.people["Ann"], now=world.now)
    said = f"match {match_id} asks one of two people who are kept apart about the other"
    assert world.breaches() == {"kept apart": (said,)}


def arrange(world, usual="Christopher"):
    """An arrangement for Eileen's need, as its table would hold it."""
    (need_id,) = world.execute("select id from needs where resident_id = :id", id=world.people["Eileen"])[0]
    (arrangement_id,) = world.execute(
        "insert into arrangements (need_id, resident_id, usual_id, at, status, offered_at, agreed_at)"
        " values (:need, :resident, :usual, '09:30', 'live', :now, :now) returning id",
        need=need_id,
        resident=world.people["Eileen"],
        usual=world.people[usual],
        now=world.now,
    )[0]
    return arrangement_id


def test_an_arrangement_keeps_every_promise_and_its_visit_is_told_in_words_of_its_own(world, breaks):
    arrangement_id = arrange(world)
    assert world.breaches() == {}
    visit_id = world.visit("Christopher").id
    given = f"update matches set arrangement_id = {arrangement_id} where id = {world.visit('Christopher').match_id}"
    lines = [f"visit {visit_id} is held and its {who} is owed no message" for who in ("resident", "volunteer")]
    assert breaks(given) == {"told = held": tuple(lines)}
    told = "update notifications set template = replace(template, 'held', 'usual')"
    assert breaks(f"{told} where visit_id = {visit_id}") == {}


def test_two_arrangements_for_one_need_are_a_breach(world, breaks):
    breaks("drop index uq_arrangements_one_live")
    arrange(world)
    arrange(world, "Ann")
    (words,) = world.breaches()["regular visits"]
    assert words.endswith("has 2 arrangements")


@pytest.mark.parametrize(
    ("worse", "ending"),
    [
        ("update needs set status = 'cancelled', closed_at = now()", "which is cancelled"),
        (
            (
                "insert into never_pairs select least(usual_id, resident_id), greatest(usual_id, resident_id),"
                " agreed_at - interval '1 day' from arrangements"
            ),
            "pairs two people who are kept apart",
        ),
        (
            (
                "update matches set arrangement_id = (select id from arrangements)"
                " where status = 'accepted' and person_id = (select usual_id from arrangements);"
                " update arrangements set status = 'ended', ended_at = agreed_at"
            ),
            "which has ended",
        ),
    ],
)
def test_an_arrangement_that_should_have_ended_is_a_breach(world, breaks, worse, ending):
    arrange(world)
    lines = breaks(*worse.split(";"))["regular visits"]
    assert any(line.endswith(ending) for line in lines)


def test_an_arrangement_that_gives_a_visit_to_another_need_is_a_breach(world, breaks):
    arrangement_id = arrange(world, "Ann")
    found = breaks(
        f"update matches set arrangement_id = {arrangement_id} where person_id = {world.people['Ann']}"
        " and status = 'accepted'"
    )
    assert any(line.endswith("and about another need") for line in found["regular visits"])


def test_a_need_that_waits_too_long_for_company_is_a_breach(world, breaks):
    world.later(minutes=1)
    need = world.post("Lost", kind="errand", person={"postcode": "BA15 1HL"})
    occurrence_id = world.occurrence_id(need)
    world.deliver()
    assert world.breaches() == {}
    world.later(minutes=6, seconds=1)
    words = f"occurrence {occurrence_id} has waited too long for company"
    assert world.breaches() == {"no need lost": (words,)}


def test_a_breach_is_told_in_ids_and_never_in_private_words(world, breaks):
    found = breaks(
        "drop index uq_visits_one_holder_of_a_place",
        copied(world, "Christopher", "Ann", place=1),
        "delete from console_messages; delete from notifications",
        "update occurrences set next_round_at = null",
    )
    said = str(found)
    homes = [world.home(name) for name in world.people]
    private = {word for home in homes for word in (home.phone, home.postcode, home.house, home.surname)}
    assert not [word for word in {*private, *world.people} if word in said]


def test_many_breaches_are_counted_and_ten_are_told(world, breaks):
    with world.work() as session:
        world.execute("update matches set round_id = (select max(id) from rounds)")
        world.execute("update rounds set status = 'abandoned'")
        world.execute(
            "insert into matches (round_id, occurrence_id, offer_id, person_id, status, starts_at, ends_at,"
            " distance_band, reach_m, weight_min, breakdown, sentence, asked_at, answered_at) select round_id,"
            " occurrence_id, offer_id, person_id, 'declined', starts_at, ends_at, '', 1, 0, '[]', '', asked_at,"
            " asked_at"
            " from matches, generate_series(1, 9)"
        )
        finding = next(one for one in verify(session, now=world.now) if one.name == "rounds whole")
    assert finding.count == len(world.all(Match))
    assert len(finding.breaches) == 10
    assert len(world.all(Visit)) == 4
