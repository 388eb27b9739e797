"""A scheme with something to say in every part of the impact report."""

from __future__ import annotations

from matcher.domain.worth import CostOf
from matcher.services import rates, staff
from tests.worlds import World

NAMES = ("Eileen", "Gertrude", "Olive", "Ivy", "Stan", "Dot")
# Of one visit to clear snow and six requests: to each who asks a visit of every kind of help, and one that nobody came
# to, by now for each reason there is.
MANY = """
    with more as (
        insert into needs (reference, resident_id, area_id, kind_slug, details, urgency, minutes, helpers,
                           recurrence, first_day, bands, contact, status, posted_at, closed_at)
        select 'N' || m.id * 1000 + k.position * 10 + n, resident_id, area_id, k.slug, '{}', m.urgency, m.minutes,
               m.helpers, recurrence, first_day, bands, contact, 'closed', posted_at - make_interval(hours => n),
               posted_at
        from needs m, kinds k, generate_series(1, 2) n returning *),
    dated as (
        insert into occurrences (need_id, area_id, windows, starts_at, ends_at, helpers, door_word, status, open_since,
                                 closed_at, reason_code)
        select m.id, m.area_id, o.windows, o.starts_at, o.ends_at, o.helpers, o.door_word,
               case right(m.reference, 1) when '1' then 'done' else 'unmet' end, m.posted_at,
               m.posted_at, came.reason
        from more m, (select * from occurrences order by id limit 1) o,
             (values (0, 'nobody_near'), (1, 'nobody_checked'), (2, 'all_asked_enough'),
             (3, 'kept_for_another'), (4, 'nobody_as_asked'), (5, 'window_passed')) as came (place, reason)
        where m.resident_id % 6 = came.place
        returning *),
    asked as (
        insert into matches (occurrence_id, offer_id, person_id, status, starts_at, ends_at, distance_band, reach_m,
                             weight_min, breakdown, sentence, asked_at, answered_at)
        select d.id, offer_id, person_id, 'accepted', a.starts_at - row_number() over () * interval '1 hour',
               a.ends_at - row_number() over () * interval '1 hour', distance_band, reach_m, weight_min, breakdown,
               sentence, d.open_since, d.open_since
        from dated d, matches a where d.status = 'done' returning *)
    insert into visits (match_id, occurrence_id, person_id, place, helpers, starts_at, ends_at, during, status,
                        held_at, ended_at)
    select id, occurrence_id, person_id, 1, 1, starts_at, ends_at, tstzrange(starts_at, ends_at), 'done',
           asked_at + interval '9 minutes' * id, ends_at
    from asked
"""


def fill(world: World) -> str:
    """A scheme with something in every part of the report; a link by which its coordinator signs in."""
    ruth = world.coordinator()
    world.offer("Christopher")
    need, *_ = [world.post(name, when="tomorrow") for name in NAMES]
    world.ask("Christopher", need)
    world.yes("Christopher")
    world.done("Christopher", minutes=45)
    world.execute(MANY)
    with world.work() as session:
        rates.load_starting_rows(session, now=world.now)
        way_in = staff.sign_in_link(session, "ruth@example.org", now=world.now)
    for what in CostOf:
        world.execute(
            "insert into scheme_costs (area_id, what, quantity, unit_pounds, unsure, source, spent_on, entered_at,"
            " entered_by) values (:area, :what, 3.5, 71.4321, 0.25, 'Invoices of the winter', now(), now(), :ruth)",
            area=world.area_id(),
            what=what.value,
            ruth=ruth,
        )
    for kind, words in (("snow", "a fall on ice"), ("lift", "a missed appointment at the hospital")):
        world.execute(
            "insert into avoided_costs (kind_slug, event, chance, chance_source, price_key, price_use, share,"
            " share_why, not_proved, on_at, on_by) values (:kind, :words, 0.001, 'A study of three winters',"
            " 'fall_admission', 'event', 0.2, 'The family and the gritters help as well',"
            " 'That anybody fell less often', now(), :ruth)",
            kind=kind,
            words=words,
            ruth=ruth,
        )
    return f"/sign-in/{way_in}"
