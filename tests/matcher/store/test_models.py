"""The invariants are constraints: whatever the code does, the database itself refuses to break them."""

from datetime import timedelta

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from matcher.store.models import Match, Occurrence, Visit
from matcher.store.roles import driver_url

VISIT = """
    insert into visits (match_id, occurrence_id, person_id, place, helpers, starts_at, ends_at, during, status, held_at)
    values (:match, :occurrence, :person, :place, :helpers, :starts, :ends, tstzrange(:during_from, :during_to),
            :status, :starts)
"""


@pytest.fixture
def insert(world):
    """`insert(sql, **values)`, each in a savepoint of its own."""
    return world.execute


@pytest.fixture
def refuses(world):
    """`refuses(name, sql, **values)`: the database says no, by the constraint of that name."""

    def check(constraint, statement, **values):
        with pytest.raises(DBAPIError) as refused:
            world.execute(statement, **values)
        assert refused.value.orig.diag.constraint_name == constraint

    return check


@pytest.fixture
def ask(world):
    """`ask(name, need)`: someone was asked about a need, and could say yes."""

    def propose(name, need, **when):
        if name not in world.people:
            world.offer(name)
        return world.one(Match, id=world.ask(name, need, **when))

    return propose


def a_visit(match, **changes):
    return {
        "match": match.id,
        "occurrence": match.occurrence_id,
        "person": match.person_id,
        "place": 1,
        "helpers": 1,
        "starts": match.starts_at,
        "ends": match.ends_at,
        "during_from": match.starts_at - timedelta(minutes=5),
        "during_to": match.ends_at + timedelta(minutes=5),
        "status": "held",
    } | changes


@pytest.mark.parametrize("first", ["held", "on_way", "done"])
def test_a_place_has_one_holder(world, ask, insert, refuses, first):
    need = world.post()
    christopher, ann = ask("Christopher", need), ask("Ann", need)
    insert(VISIT, **a_visit(christopher, status=first))
    refuses("uq_visits_one_holder_of_a_place", VISIT, **a_visit(ann))


@pytest.mark.parametrize("ended", ["handed_back", "no_show", "cancelled"])
def test_a_place_that_was_given_up_is_free_again(world, ask, insert, ended):
    need = world.post()
    christopher, ann = ask("Christopher", need), ask("Ann", need)
    insert(VISIT, **a_visit(christopher, status=ended))
    insert(VISIT, **a_visit(ann))
    assert len(world.all(Visit)) == 2


def test_there_is_no_place_beyond_the_helpers_wanted(world, ask, refuses):
    match = ask("Christopher", world.post())
    refuses("ck_visits_place_is_wanted", VISIT, **a_visit(match, place=2))
    refuses("ck_visits_place_is_wanted", VISIT, **a_visit(match, place=0))


def test_a_visit_cannot_claim_more_helpers_than_its_occurrence_wants(world, ask, refuses):
    match = ask("Christopher", world.post())
    refuses("fk_visits_helpers", VISIT, **a_visit(match, place=2, helpers=2))


def test_an_occurrence_cannot_want_fewer_helpers_than_hold_a_place(world, ask, insert, refuses):
    need = world.post(helpers=2)
    match = ask("Christopher", need)
    insert(VISIT, **a_visit(match, place=2, helpers=2))
    refuses("ck_visits_place_is_wanted", "update occurrences set helpers = 1")


def test_nobody_holds_two_places_of_one_occurrence(world, ask, insert, refuses):
    first = ask("Christopher", world.post(helpers=2))
    insert(VISIT, **a_visit(first, helpers=2))
    insert("update matches set status = 'accepted', answered_at = asked_at where id = :id", id=first.id)
    (second,) = insert(
        "insert into matches (occurrence_id, offer_id, person_id, status, starts_at, ends_at, distance_band,"
        " reach_m, weight_min, breakdown, sentence, asked_at) select occurrence_id, offer_id, person_id, 'proposed',"
        " starts_at + interval '2 hours', ends_at + interval '2 hours', '', 1, 0, '[]', '', asked_at"
        " from matches where id = :id returning id",
        id=first.id,
    )
    again = world.one(Match, id=second.id)
    refuses("uq_visits_one_place_each", VISIT, **a_visit(again, place=2, helpers=2))


def test_nobody_is_in_two_places_at_once(world, ask, insert, refuses):
    eileen, gwen = world.post("Eileen"), world.post("Gwen")
    first = ask("Christopher", eileen)
    second = ask("Christopher", gwen, at=first.ends_at)
    insert(VISIT, **a_visit(first))
    # The visits only touch, but each has five minutes around it.
    refuses("ex_visits_one_place_at_a_time", VISIT, **a_visit(second))


def test_what_is_done_is_not_in_the_way_of_what_comes(world, ask, insert):
    first = ask("Christopher", world.post("Eileen"))
    second = ask("Christopher", world.post("Gwen"), at=first.ends_at)
    insert(VISIT, **a_visit(first, status="done"))
    insert(VISIT, **a_visit(second))


def test_the_padding_holds_the_visit(world, ask, refuses):
    match = ask("Christopher", world.post())
    late = match.starts_at + timedelta(minutes=1)
    refuses("ck_visits_padding_holds_the_visit", VISIT, **a_visit(match, during_from=late))


def test_a_yes_becomes_one_visit(world, ask, insert, refuses):
    match = ask("Christopher", world.post())
    insert(VISIT, **a_visit(match, status="handed_back"))
    refuses("uq_visits_match_id", VISIT, **a_visit(match))


def test_a_visit_is_of_whom_was_asked_about_what(world, ask, refuses):
    match, other = ask("Christopher", world.post("Eileen")), ask("Ann", world.post("Gwen"))
    refuses("fk_visits_match", VISIT, **a_visit(match, person=other.person_id))
    refuses("fk_visits_match", VISIT, **a_visit(match, occurrence=other.occurrence_id))


def test_an_area_has_one_open_round(world, insert, refuses):
    opened = "insert into rounds (area_id, fence, status, opened_at, lease_until, considered, asked, unserved, skipped)"
    opened += " values (:area, :fence, :status, now(), now(), 0, 0, 0, 0)"
    insert(opened, area=world.area_id(), fence=1, status="closed")
    insert(opened, area=world.area_id(), fence=2, status="open")
    insert(opened, area=world.area_id("devizes"), fence=1, status="open")
    refuses("uq_rounds_one_open", opened, area=world.area_id(), fence=3, status="open")
    refuses("uq_rounds_area_id_fence", opened, area=world.area_id(), fence=2, status="closed")


OWE = """
    insert into notifications (event, template, person_id, staff_id, channel, values, status, owed_at, due_at, attempts)
    values ('need_posted:1', 'need_posted', :person, :staff, :channel, '{}', 'pending', now(), now(), 0)
"""


def test_one_message_for_each_event_person_and_channel(world, insert, refuses):
    world.offer("Ann")
    ann = world.people["Ann"]
    insert(OWE, person=ann, staff=None, channel="text")
    insert(OWE, person=ann, staff=None, channel="email")
    refuses(
        "uq_notifications_event_person_id_staff_id_referral_id_channel", OWE, person=ann, staff=None, channel="text"
    )


def test_a_message_goes_to_one_person_or_one_member_of_staff(world, refuses):
    world.offer("Ann")
    refuses("ck_notifications_one_recipient", OWE, person=None, staff=None, channel="text")
    refuses(
        "ck_notifications_one_recipient", OWE, person=world.people["Ann"], staff=world.coordinator(), channel="text"
    )


def test_nobody_is_asked_twice_at_once_about_the_same(world, ask, insert, refuses):
    match = ask("Christopher", world.post())
    again = (
        "insert into matches (occurrence_id, offer_id, person_id, status, starts_at, ends_at, distance_band,"
        " reach_m, weight_min, breakdown, sentence, asked_at, answered_at) select occurrence_id, offer_id, person_id,"
        " cast(:status as text), starts_at, ends_at, '', 1, 0, '[]', '', asked_at,"
        " case when cast(:status as text) = 'proposed' then null else asked_at end"
        " from matches where id = :id"
    )
    insert(again, id=match.id, status="declined")
    refuses("uq_matches_one_live_ask", again, id=match.id, status="proposed")


def test_an_answer_has_its_time_and_a_question_has_none(world, ask, refuses):
    ask("Christopher", world.post())
    refuses("ck_matches_answer_has_its_time", "update matches set status = 'declined'")
    refuses("ck_matches_answer_has_its_time", "update matches set answered_at = now()")


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("withdrawn_has_its_time", "status = 'withdrawn'"),
        ("withdrawn_has_its_time", "withdrawn_at = now()"),
        ("lapsed_has_its_time", "status = 'lapsed'"),
        ("lapsed_has_its_time", "lapsed_at = now()"),
        ("answer_has_its_time", "status = 'withdrawn', withdrawn_at = now(), answered_at = now()"),
        ("late_yes_is_late", "late_yes_at = now()"),
    ],
)
def test_each_way_an_ask_can_end_has_a_time_of_its_own(world, ask, refuses, constraint, change):
    ask("Christopher", world.post())
    refuses(f"ck_matches_{constraint}", f"update matches set {change}")


def test_a_pair_is_kept_apart_once_the_lower_id_first(world, insert, refuses):
    world.offer("Ann")
    world.offer("Tom")
    low, high = sorted((world.people["Ann"], world.people["Tom"]))
    pair = "insert into never_pairs (person_a, person_b, set_at) values (:a, :b, now())"
    refuses("ck_never_pairs_kept_once", pair, a=high, b=low)
    refuses("ck_never_pairs_kept_once", pair, a=low, b=low)
    insert(pair, a=low, b=high)
    refuses("pk_never_pairs", pair, a=low, b=high)


@pytest.mark.parametrize(
    ("table", "column", "constraint"),
    [
        ("needs", "status", "ck_needs_needstatus"),
        ("occurrences", "status", "ck_occurrences_occurrencestatus"),
        ("notifications", "status", "ck_notifications_notificationstatus"),
        ("offers", "status", "ck_offers_offerstatus"),
        ("needs", "contact", "ck_needs_contact"),
        ("needs", "recurrence", "ck_needs_recurrence"),
        ("offers", "travel_mode", "ck_offers_travelmode"),
    ],
)
def test_a_word_that_is_not_in_the_list_is_refused(world, ask, refuses, table, column, constraint):
    ask("Christopher", world.post())
    refuses(constraint, f"update {table} set {column} = 'lost'")


def test_a_need_has_one_occurrence_at_a_time(world, insert, refuses):
    occurrence = world.one(Occurrence, need_id=world.post().need_id)
    copied = (
        "insert into occurrences"
        " (need_id, area_id, windows, starts_at, ends_at, helpers, door_word, status, open_since)"
        " select need_id, area_id, windows, starts_at, ends_at, helpers, door_word, status, open_since"
        " from occurrences where id = :id"
    )
    refuses("uq_occurrences_need_id_starts_at", copied, id=occurrence.id)


def test_the_role_that_serves_cannot_change_the_audit(world, session):
    world.post()
    for statement in ("update audit set actor = 'nobody'", "delete from audit", "truncate audit cascade"):
        with pytest.raises(DBAPIError) as refused, session.begin_nested():
            session.execute(text(statement))
        assert isinstance(refused.value.orig, errors.InsufficientPrivilege)
        assert "permission denied" in str(refused.value.orig)


def test_the_owner_cannot_change_the_audit_either(lasting_world, database):
    lasting_world.post()
    for statement in ("update audit set actor = 'nobody'", "delete from audit", "truncate audit cascade"):
        with psycopg.connect(driver_url(database.owner_url)) as owner:
            with pytest.raises(errors.InsufficientPrivilege, match="audit rows are never changed"):
                owner.execute(statement)
            owner.rollback()
    assert lasting_world.execute("select actor from audit")


def test_the_role_that_serves_cannot_change_a_table(session):
    for statement in (
        "drop table visits",
        "alter table visits drop constraint uq_visits_match_id",
        "create table t ()",
    ):
        with pytest.raises(DBAPIError) as refused, session.begin_nested():
            session.execute(text(statement))
        assert isinstance(refused.value.orig, errors.InsufficientPrivilege)


def test_what_is_private_about_a_home_stands_in_one_table_only(session):
    rows = session.execute(
        text(
            "select column_name, string_agg(table_name, ' ' order by table_name) from information_schema.columns"
            " where table_schema = 'public' and column_name in"
            " ('surname', 'phone', 'house', 'postcode', 'born_on', 'note') group by column_name"
        )
    )
    found = {column: tables for column, tables in rows}  # noqa: C416 (a Row is not a pair to dict())
    assert found.pop("note") == "need_notes"
    # Who asked for someone else, or told a story, leaves a number of their own; an organisation and a scheme next door
    # have one for everybody.
    assert found.pop("phone") == "homes next_door organisations referrals story_tellers"
    assert set(found.values()) == {"homes"}
