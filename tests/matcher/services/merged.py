"""Joan, who is on the list twice, with something of every kind under the record that goes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from matcher.services.merging import into_one
from matcher.services.merging.into_one import Merge
from matcher.services.merging.refusals import Two
from tests.worlds import World

JOAN, AGAIN = "Joan", "Joan again"
# One row of each table that leads to a person and that nothing else here writes.
_ROWS = """
    insert into checks (person_id, name, seen_on) values (:p, 'dbs_adults', '2025-01-02');
    insert into badges (person_id, number, staff_id, given_at) values (:p, 4711, :staff, :now);
    insert into channel_choices (person_id, about, channel) values (:p, 'visits', 'text');
    insert into inbound_texts (provider_id, person_id, kind, is_to_read, received_at) values ('x', :p, 'yes',
        false, :now);
    insert into informal_help (area_id, helper_id, kind_slug, day, minutes, told_at) values (:area, :p, 'snow',
        '2026-01-01', 30, :now);
    insert into informal_help (area_id, resident_id, kind_slug, day, minutes, told_at) values (:area, :p,
        'snow', '2026-01-01', 30, :now);
    insert into weekly_help (area_id, helper_id, kind_slug, weekdays, minutes, first_day, last_day, told_at) values
        (:area, :p, 'snow', '{0,3}', 30, '2026-01-01', '2026-04-01', :now);
    insert into acceptance_models (night, fitted_at, asks, coefficients, resolved, is_open, bins) values
        ('2026-01-01', :now, 0, '{}', 0, false, '[]');
    insert into leanings (model_id, person_id, leaning) select id, :p, 0.5 from acceptance_models;
    insert into leaning_resets (person_id, reset_at) values (:p, :now);
    insert into own_codes (person_id, code_hash, channel, tries_left, sent_at, ends_at) values (:p, 'x', 'text',
        3, :now, :later);
    insert into pins (need_id, person_id, staff_id, why, set_at) select max(id), :p, :staff, 'spoke', :now from
        needs;
    insert into concerns (reference, about, words, raised_at) values ('C1', '{safety}', 'words', :now);
    insert into stand_downs (concern_id, person_id, was_active, handed_back, staff_id, set_at, lifted_at,
        lifted_by) select max(id), :p, true, 0, :staff, :now, :now, :staff from concerns;
    insert into cold_spells (area_id, began_at, ends_at, started_by) values (:area, :now, :later, 'staff:1');
    insert into warm_checks (cold_spell_id, person_id, asked_at, is_to_ring) select max(id), :p, :now, false
        from cold_spells;
    insert into growth_asks (person_id, visit_id, about, asked_at, rests_until) select :p, max(id),
        'anything_else', :now, :month from visits;
    insert into offer_traits (offer_id, trait) select id, 'woman' from offers where person_id = :p;
    insert into offer_motives (offer_id, motive) select id, 'meet_people' from offers where person_id = :p;
    insert into never_pairs (person_a, person_b, set_at) select least(:p, o), greatest(:p, o), :now from
        unnest(array[:lower, :higher]) as o;
    insert into apart_choices (person_a, person_b, staff_id, why, set_at) select person_a, person_b, :staff,
        'asked', :now from never_pairs;
    insert into two_people (person_a, person_b, staff_id, said_at) select person_a, person_b, :staff, :now from
        never_pairs;
    insert into people (first_name, area_id, cell_id, created_at, erased_at) select 'A neighbour', area_id,
        cell_id, :now, :now from people where id = :p;
    insert into merged_people (person_id, kept_id, staff_id, merged_at) select max(id), :p, :staff, :now from
        people;
    insert into availability_exceptions (offer_id, during, is_free) select id, tstzrange(:now, :later), false
        from offers where person_id = :p;
    insert into hand_choices (match_id, staff_id, set_aside, why, engine_offer_id, is_assigned, chosen_at)
        select max(m.id), :staff, '{}', null, max(m.offer_id), false, :now from matches m where person_id = :p;
"""


def join_up(world: World, *, first: str = JOAN, again: str = AGAIN, **changes: Any) -> Two:
    """Both records of her offer help; the second under another telephone."""
    world.offer(first, person={"surname": "Miller"})
    world.offer(again, person={"surname": "Miller", "first_name": first}, **changes)
    return two_of(world, first, again)


def two_of(world: World, kept: str, gone: str) -> Two:
    """Who stays, and who goes into them."""
    return Two(world.people[kept], world.people[gone])


def fill(world: World, two: Two, staff_id: int) -> None:
    """Everything that may lead to a person leads to the record that goes."""
    world.offer("Ann")
    need = world.post("Eileen")
    world.ask(AGAIN, need)
    world.yes(AGAIN)
    world.later(hours=3)
    world.done(AGAIN)
    world.post("Joan asks", person={"first_name": JOAN, "surname": "Miller"}, kind="errand")
    world.execute(
        "update needs set resident_id = :p where resident_id = :q", p=two.gone_id, q=world.people["Joan asks"]
    )
    weekly = world.post("Eileen", kind="errand", when="tomorrow")
    for usual, stand_in in ((two.gone_id, world.people["Ann"]), (world.people["Ann"], two.gone_id)):
        world.execute(
            "insert into arrangements (need_id, resident_id, usual_id, stand_in_id, at, status, offered_at, ended_at)"
            " values (:need, :resident, :usual, :stand_in, '09:00', 'ended', :now, :now)",
            need=weekly.need_id,
            resident=world.people["Eileen"],
            usual=usual,
            stand_in=stand_in,
            now=world.now,
        )
    own = world.execute("select id from needs where resident_id = :p", p=two.gone_id)[0][0]
    world.execute(
        "insert into arrangements (need_id, resident_id, usual_id, at, status, offered_at, ended_at)"
        " values (:need, :gone, :usual, '09:00', 'ended', :now, :now)",
        need=own,
        gone=two.gone_id,
        usual=world.people["Ann"],
        now=world.now,
    )
    values = {
        "p": two.gone_id,
        "lower": world.people["Tom"],
        "higher": world.people["Ann"],
        "staff": staff_id,
        "area": world.area_id(),
        "now": world.now,
        "later": world.now + timedelta(hours=12),
        "month": world.now + timedelta(days=28),
    }
    for statement in _ROWS.split(";\n")[:-1]:
        named = {name: value for name, value in values.items() if f":{name}" in statement}
        world.execute(statement, **named)


def merge(world: World, two: Two, *taken: str, staff_id: int | None = None, is_lost: bool = False) -> None:
    """A coordinator of every area merges them. is_lost: the number that goes is theirs no more."""
    by = staff_id or world.coordinator()
    areas = frozenset(area_id for (area_id,) in world.execute("select id from areas"))
    with world.work() as session:
        into_one.merge(session, Merge(two, frozenset(taken), is_lost), area_ids=areas, staff_id=by, now=world.now)
