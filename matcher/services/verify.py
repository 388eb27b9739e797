"""The invariants, checked from the rows: what `gritbin verify` prints and every fault test ends with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from matcher.services import audit_chain
from matcher.services.batching import BATCH
from matcher.services.merging import rows

CONSIDERED_WITHIN = timedelta(seconds=60)
LAPSED_WITHIN = timedelta(minutes=5)
# Longer than a lease and every wait between tries: a message older than this was forgotten.
SENT_WITHIN = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Invariant:
    """A promise and the query that finds breaches of it: each row is one breach, in words without private data."""

    name: str
    promise: str
    breaches: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One promise, kept or not. `breaches` are at most ten, in words."""

    name: str
    promise: str
    count: int
    breaches: tuple[str, ...]

    @property
    def is_kept(self) -> bool:
        """True if nothing breaks it."""
        return self.count == 0


INVARIANTS: tuple[Invariant, ...] = (
    Invariant(
        "single holder",
        "no place of an occurrence is held twice, none beyond the helpers wanted, nobody is in two visits at once",
        """
        select 'occurrence ' || occurrence_id || ' place ' || place || ' is held ' || count(*) || ' times'
        from visits where status in ('held', 'on_way', 'done')
        group by occurrence_id, place having count(*) > 1
        union all
        select 'occurrence ' || v.occurrence_id || ' has ' || count(*) || ' holders for ' || o.helpers
        from visits v join occurrences o on o.id = v.occurrence_id
        where v.status in ('held', 'on_way', 'done')
        group by v.occurrence_id, o.helpers having count(*) > o.helpers
        union all
        select 'person ' || a.person_id || ' is in visits ' || a.id || ' and ' || b.id || ' at once'
        from visits a join visits b on a.person_id = b.person_id and a.id < b.id and a.during && b.during
        where a.status in ('held', 'on_way') and b.status in ('held', 'on_way')
        """,
    ),
    Invariant(
        "told = held",
        "whoever was told that a visit is theirs holds it or was told that it ended; whoever holds one is told",
        """
        select 'visit ' || v.id || ' is held and its ' || w.who || ' is owed no message'
        from visits v join matches m on m.id = v.match_id
             cross join (values ('resident'), ('volunteer')) as w(who)
        where v.status in ('held', 'on_way')
          and not exists (select from notifications n where n.visit_id = v.id and n.status <> 'dropped' and n.template
                          = case when m.arrangement_id is null then 'visit_held_' else 'visit_usual_' end || w.who)
        union all
        select 'match ' || m.id || ' is accepted and has no visit'
        from matches m where m.status = 'accepted'
          and not exists (select from visits v where v.match_id = m.id)
        union all
        select 'visit ' || v.id || ' stands on match ' || m.id || ', which is ' || m.status
        from visits v join matches m on m.id = v.match_id where m.status <> 'accepted'
        union all
        select 'message ' || n.id || ' told person ' || n.person_id || ' of visit ' || v.id || ' of someone else'
        from notifications n join visits v on v.id = n.visit_id
        where n.template in ('visit_held_volunteer', 'visit_usual_volunteer') and n.person_id <> v.person_id
        union all
        select 'visit ' || v.id || ' was called off and its volunteer is owed no message'
        from visits v where v.status = 'cancelled'
          and not exists (select from notifications n where n.visit_id = v.id and n.template = 'visit_cancelled')
        """,
    ),
    Invariant(
        "filled = held",
        "an occurrence is filled exactly when its places are held",
        """
        select 'occurrence ' || o.id || ' is ' || o.status || ' with ' || count(v.id) || ' of ' || o.helpers
        from occurrences o
        left join visits v on v.occurrence_id = o.id and v.status in ('held', 'on_way', 'done')
        group by o.id
        having (o.status = 'open' and count(v.id) >= o.helpers)
            or (o.status in ('filled', 'done') and count(v.id) = 0)
        """,
    ),
    Invariant(
        "no need lost",
        "every open need was considered within a minute, or carries a reason; every open need has an occurrence",
        """
        select 'occurrence ' || o.id || ' was never considered and carries no reason'
        from occurrences o join needs n on n.id = o.need_id
        where o.status = 'open' and n.status = 'open' and o.considered_at is null and o.reason_code is null
          and o.open_since < :now - :considered_within
        union all
        select 'occurrence ' || o.id || ' has waited too long for company'
        from occurrences o join needs n on n.id = o.need_id
        where o.status = 'open' and n.status = 'open' and o.considered_at is null and o.reason_code = 'gathering'
          and o.open_since < :now - :batch - :considered_within
        union all
        select 'need ' || n.id || ' is open and has no occurrence'
        from needs n where n.status = 'open' and n.recurrence = 'once'
          and not exists (select from occurrences o where o.need_id = n.id)
        union all
        select 'need ' || n.id || ' is open and nothing of it is left to do'
        from needs n where n.status = 'open' and n.recurrence = 'once'
          and exists (select from occurrences o where o.need_id = n.id)
          and not exists (select from occurrences o where o.need_id = n.id and o.status in ('open', 'filled'))
        union all
        select 'match ' || m.id || ' waits for an answer about a time that has passed'
        from matches m where m.status = 'proposed' and m.ends_at < :now - :lapsed_within
        union all
        select 'occurrence ' || o.id || ' is open and no round will look at it again'
        from occurrences o join needs n on n.id = o.need_id
        where o.status = 'open' and n.status = 'open' and o.next_round_at is null
        """,
    ),
    Invariant(
        "no message doubled",
        "one message for each event, person and channel, and one copy of each as sent",
        """
        select 'event ' || event || ' is owed ' || count(*) || ' times over ' || channel
        from notifications group by event, person_id, staff_id, channel having count(*) > 1
        union all
        select 'message ' || n.id || ' was copied as sent and is ' || n.status
        from console_messages c join notifications n on n.id = c.notification_id
        where n.status = 'dropped' or n.status = 'failed' and n.sent_at is null
        """,
    ),
    Invariant(
        "no message dropped",
        "every message owed is sent, waits its turn, stands on a list, or says something that is over",
        """
        select 'message ' || id || ' (' || template || ') has been ' || status || ' for too long'
        from notifications
        where status in ('pending', 'leased') and due_at < :now - :sent_within
        union all
        select 'message ' || n.id || ' (' || n.template || ') was dropped while it was still true'
        from notifications n join visits v on v.id = n.visit_id
        where n.status = 'dropped' and n.instead_of_id is null
          and n.template in ('visit_held_resident', 'visit_held_volunteer',
                             'visit_usual_resident', 'visit_usual_volunteer')
          and v.status in ('held', 'on_way')
        union all
        select 'match ' || m.id || ' waits for an answer to a question that was never owed'
        from matches m where m.status = 'proposed'
          and not exists (select from notifications n where n.match_id = m.id and n.template = 'match_asked')
        union all
        select 'match ' || m.id || ' waits for an answer to a question that was dropped'
        from matches m join notifications n on n.match_id = m.id and n.template = 'match_asked'
        where m.status = 'proposed' and m.opened_at is null and n.status = 'dropped' and n.instead_of_id is null
          and m.starts_at < :now - :lapsed_within
        """,
    ),
    Invariant(
        "rounds whole",
        "one open round at most for each area, and every ask belongs to a round that closed",
        """
        select 'area ' || area_id || ' has ' || count(*) || ' open rounds'
        from rounds where status = 'open' group by area_id having count(*) > 1
        union all
        select 'match ' || m.id || ' comes from round ' || r.id || ', which is ' || r.status
        from matches m join rounds r on r.id = m.round_id where r.status <> 'closed'
        """,
    ),
    Invariant(
        "kept apart",
        "nobody is expected at the home of someone they are kept apart from, nor asked about it",
        """
        select 'visit ' || v.id || ' pairs two people who are kept apart'
        from visits v
        join occurrences o on o.id = v.occurrence_id join needs n on n.id = o.need_id
        join never_pairs p on p.person_a = least(v.person_id, n.resident_id)
                          and p.person_b = greatest(v.person_id, n.resident_id)
        where v.status in ('held', 'on_way') and v.ends_at > p.set_at
        union all
        select 'match ' || m.id || ' asks one of two people who are kept apart about the other'
        from matches m
        join occurrences o on o.id = m.occurrence_id join needs n on n.id = o.need_id
        join never_pairs p on p.person_a = least(m.person_id, n.resident_id)
                          and p.person_b = greatest(m.person_id, n.resident_id)
        where m.status = 'proposed'
        order by 1
        """,
    ),
    Invariant(
        "stopped",
        "whom a worry has stopped is asked nothing and expected nowhere",
        """
        select 'person ' || s.person_id || ' is stopped and their offer is ' || o.status
        from stand_downs s join offers o on o.person_id = s.person_id
        where s.lifted_at is null and (o.status = 'active' or o.stood_down_at is null)
        union all
        select 'person ' || s.person_id || ' is stopped and is asked by match ' || m.id
        from stand_downs s join matches m on m.person_id = s.person_id
        where s.lifted_at is null and m.status = 'proposed'
        union all
        select 'person ' || s.person_id || ' is stopped and holds visit ' || v.id
        from stand_downs s join visits v on v.person_id = s.person_id
        where s.lifted_at is null and v.status in ('held', 'on_way')
        order by 1
        """,
    ),
    Invariant(
        "regular visits",
        "one arrangement for each need, never of two who are kept apart; it gives only visits to its own need, and "
        "none once it has ended",
        """
        select 'need ' || need_id || ' has ' || count(*) || ' arrangements'
        from arrangements where status = 'live' group by need_id having count(*) > 1
        union all
        select 'arrangement ' || a.id || ' holds for need ' || n.id || ', which is ' || n.status
        from arrangements a join needs n on n.id = a.need_id
        where a.status = 'live' and n.status in ('cancelled', 'closed')
        union all
        select 'arrangement ' || a.id || ' pairs two people who are kept apart'
        from arrangements a join never_pairs p on p.person_a = least(a.usual_id, a.resident_id)
                                              and p.person_b = greatest(a.usual_id, a.resident_id)
        where a.status = 'live' and p.set_at < :now - :lapsed_within
        union all
        select 'match ' || m.id || ' is of arrangement ' || a.id || ' and about another need'
        from matches m join arrangements a on a.id = m.arrangement_id join occurrences o on o.id = m.occurrence_id
        where o.need_id <> a.need_id
        union all
        select 'visit ' || v.id || ' is held by arrangement ' || a.id || ', which has ended'
        from visits v join matches m on m.id = v.match_id join arrangements a on a.id = m.arrangement_id
        where v.status = 'held' and a.status = 'ended' and v.starts_at > a.ended_at
        union all
        select 'match ' || m.id || ' is of an arrangement and was left as a question'
        from matches m where m.arrangement_id is not null and m.status <> 'accepted'
        """,
    ),
    Invariant(
        "merged whole",
        "no row leads to a record that was merged into another",
        rows.BREACHES,
    ),
    Invariant(
        "audit unbroken",
        "every row of the audit says what it said when it was sealed; none is gone, none was slipped in",
        audit_chain.BREACHES,
    ),
)


def verify(session: Session, *, now: datetime) -> tuple[Finding, ...]:
    """Check every invariant; one finding each."""
    return tuple(_check(session, invariant, now) for invariant in INVARIANTS)


def _check(session: Session, invariant: Invariant, now: datetime) -> Finding:
    values = {
        "now": now,
        "considered_within": CONSIDERED_WITHIN,
        "sent_within": SENT_WITHIN,
        "lapsed_within": LAPSED_WITHIN,
        "batch": BATCH,
    }
    used = {name: value for name, value in values.items() if f":{name}" in invariant.breaches}
    found = session.execute(text(invariant.breaches), used).scalars().all()
    return Finding(invariant.name, invariant.promise, len(found), tuple(found[:10]))
