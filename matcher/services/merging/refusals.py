"""When two records may not become one person, each reason in a sentence that says what to do.

Whoever is on both sides of one request, or in two places at once, is two people, whatever else they share. And nothing
that keeps somebody safe is lost on the way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from matcher.domain.localtime import local_day
from matcher.services.proposals import CODE_STANDS


@dataclass(frozen=True, slots=True)
class Two:
    """Who is kept, and who goes into them."""

    kept_id: int
    gone_id: int

    @property
    def ids(self) -> tuple[int, int]:
        """Both, the lower id first: the order in which they are locked."""
        return (min(self.kept_id, self.gone_id), max(self.kept_id, self.gone_id))


@dataclass(frozen=True, slots=True)
class Refusal:
    """A query that finds what stands in the way, and the sentence about what it found."""

    query: str
    told: Callable[[Any], str]


# Requests of one of them that the other helped with, is to help with or is asked about. What came to nothing is no
# sign of two people: whoever signed up twice may well have been asked to help themselves.
_BOTH_SIDES = """
    select n.reference from needs n
    where n.resident_id in (:kept, :gone) and (
        exists (select from matches m join occurrences o on o.id = m.occurrence_id
                left join visits v on v.match_id = m.id
                where o.need_id = n.id
                  and (m.status = 'proposed' or v.status in ('held', 'on_way', 'done', 'no_show'))
                  and m.person_id in (:kept, :gone) and m.person_id <> n.resident_id)
        or exists (select from arrangements a where a.need_id = n.id
                   and (a.usual_id in (:kept, :gone) and a.usual_id <> n.resident_id
                        or a.stand_in_id in (:kept, :gone) and a.stand_in_id <> n.resident_id))
        or exists (select from pins p left join occurrences o on o.id = p.occurrence_id
                   where p.lifted_at is null and n.id in (p.need_id, o.need_id)
                     and p.person_id in (:kept, :gone) and p.person_id <> n.resident_id))
    order by n.id limit 1
"""
_HELPED_OUTSIDE = """
    select 1 from informal_help
    where (helper_id, resident_id) in ((:kept, :gone), (:gone, :kept)) limit 1
"""
_TWO_VISITS = """
    select a.starts_at from visits a join visits b
      on a.person_id = :kept and b.person_id = :gone and (a.during && b.during or a.occurrence_id = b.occurrence_id)
    where a.status in ('held', 'on_way', 'done') and b.status in ('held', 'on_way', 'done')
    order by a.starts_at limit 1
"""
_ONE_CODE = """
    select live.code from matches live join matches other on other.code = live.code
    where live.status = 'proposed' and (live.person_id, other.person_id) in ((:kept, :gone), (:gone, :kept))
      and (other.status = 'proposed' or other.asked_at > :stands_since) limit 1
"""
_APART = "select 1 from never_pairs where person_a = least(:kept, :gone) and person_b = greatest(:kept, :gone)"
_APART_AND_EXPECTED = """
    with apart as (
        select case when person_a in (:kept, :gone) then person_b else person_a end as from_id,
               case when person_a in (:kept, :gone) then person_a else person_b end as own_id
        from never_pairs where person_a in (:kept, :gone) or person_b in (:kept, :gone)),
    meets as (
        select m.person_id as helper_id, n.resident_id, n.reference
        from matches m join occurrences o on o.id = m.occurrence_id join needs n on n.id = o.need_id
        left join visits v on v.match_id = m.id
        where m.status = 'proposed' or v.status in ('held', 'on_way')
        union all
        select helper.id, n.resident_id, n.reference
        from arrangements a join needs n on n.id = a.need_id
        cross join lateral (values (a.usual_id), (a.stand_in_id)) as helper(id)
        where a.status in ('offered', 'live'))
    select meets.reference from apart join meets
      on (meets.helper_id, meets.resident_id) in ((:kept, apart.from_id), (:gone, apart.from_id),
                                                  (apart.from_id, :kept), (apart.from_id, :gone))
    limit 1
"""
_MADE_UP = "select 1 from people where id in (:kept, :gone) having count(distinct is_made_up) = 2"


def _at_once(starts_at: datetime) -> str:
    day = local_day(starts_at)
    return (
        f"Both have a visit at the same time on {day.day} {day:%B %Y}. Nobody is in two places at once. "
        "If they are one person, hand one of the two visits back first."
    )


REFUSALS: tuple[Refusal, ...] = (
    Refusal(
        _BOTH_SIDES,
        lambda ref: (
            f"One of them asked for help in request {ref}, and the other helped, is to help or is being asked to. "
            "Nobody helps themselves: they are two people. If they are one, call off what is still to come there first."
        ),
    ),
    Refusal(_HELPED_OUTSIDE, lambda _: "One of them told us of help by the other. They are two people."),
    Refusal(_TWO_VISITS, _at_once),
    Refusal(
        _ONE_CODE,
        lambda code: (
            f"Both were sent a question with the same code, {code}: an answer by text could count for the wrong one. "
            "Merge them once the question is answered or over."
        ),
    ),
    Refusal(
        _APART,
        lambda _: (
            "These two are kept apart from each other. Nobody is kept apart from themselves: they are two people."
        ),
    ),
    Refusal(
        _APART_AND_EXPECTED,
        lambda ref: (
            f"One of them is kept apart from somebody whom the other is to meet, or is asked to, in request {ref}. "
            "Have that visit or question handed back first."
        ),
    ),
    Refusal(_MADE_UP, lambda _: "One of them is made up for the trial and the other is real."),
)


def why_not(session: Session, two: Two, *, now: datetime) -> tuple[str, ...]:
    """Every reason why they cannot be merged now."""
    known = {"kept": two.kept_id, "gone": two.gone_id, "stands_since": now - CODE_STANDS}
    found = ((refusal, session.scalar(text(refusal.query), known)) for refusal in REFUSALS)
    return tuple(refusal.told(it) for refusal, it in found if it is not None)
