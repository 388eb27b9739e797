"""What is counted from done visits and given yeses."""

from datetime import timedelta

import pytest

from matcher.services import impact


def wait(world, kind="snow"):
    with world.work() as session:
        return impact.usual_wait(session, kind, now=world.now)


@pytest.fixture
def twenty(world):
    """Twenty requests: yes after 1, 2, ... 16 hours; four that nobody was found for."""
    world.offer("Christopher")
    need = world.post()
    world.ask("Christopher", need)
    world.yes("Christopher")
    world.execute(
        """
        with more as (
            insert into needs (reference, resident_id, area_id, kind_slug, details, urgency, minutes, helpers,
                               recurrence, first_day, bands, contact, status, posted_at, closed_at)
            select 'N' || n, resident_id, area_id, kind_slug, details, urgency, minutes, helpers, recurrence, first_day,
                   bands, contact, 'closed', posted_at - make_interval(hours => 100 + n), posted_at
            from needs, generate_series(2, 20) n where id = :id returning *),
        dated as (
            insert into occurrences (need_id, area_id, windows, starts_at, ends_at, helpers, door_word, status,
                                     open_since, closed_at)
            select m.id, m.area_id, windows, starts_at, ends_at, o.helpers, door_word, 'done', m.posted_at, m.posted_at
            from more m, occurrences o where o.need_id = :id and substr(m.reference, 2)::int <= 16
            returning *),
        asked as (
            insert into matches (occurrence_id, offer_id, person_id, status, starts_at, ends_at, distance_band,
                                 reach_m, weight_min, breakdown, sentence, asked_at, answered_at)
            select s.id, offer_id, person_id, 'accepted', a.starts_at, a.ends_at, distance_band, reach_m, weight_min,
                   breakdown, sentence, s.open_since, s.open_since from dated s, matches a returning *)
        insert into visits (match_id, occurrence_id, person_id, place, helpers, starts_at, ends_at, during, status,
                            held_at, ended_at)
        select a.id, a.occurrence_id, a.person_id, 1, 1, a.starts_at, a.ends_at, tstzrange(a.starts_at, a.ends_at),
               'done', m.posted_at + make_interval(hours => substr(m.reference, 2)::int), a.ends_at
        from asked a join dated s on s.id = a.occurrence_id join more m on m.id = s.need_id
        """,
        id=need.need_id,
    )
    return need


def test_three_in_four_had_a_yes_by_then(world, twenty):
    assert wait(world) == timedelta(hours=15)


def test_fewer_than_twenty_tell_nothing(world, twenty):
    world.execute("update needs set kind_slug = 'call' where reference = 'N2'")
    assert wait(world) is None
    assert wait(world, "call") is None


def test_where_a_yes_is_not_what_most_get_nothing_is_promised(world, twenty):
    world.execute("delete from visits where occurrence_id in (select max(occurrence_id) from visits)")
    assert wait(world) is not None
    world.execute("delete from visits where occurrence_id in (select max(occurrence_id) from visits)")
    assert wait(world) is None


def test_what_was_long_ago_tells_nothing(world, twenty):
    world.later(days=190)
    assert wait(world) is None
