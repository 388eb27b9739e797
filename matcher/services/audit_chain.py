"""The audit's chain of hashes: sealed by the upkeep, checked by `verify` and on the page.

Sealing is no part of the transaction that writes a row. A lock that every writer took would make them wait for each
other until they commit, and two that also want each other's rows would stop each other; docs/decisions.md has what it
would cost. A trigger notes each row as waiting in its own transaction instead, so that nothing can be left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from matcher.store.models import AuditLink, AuditRow, AuditWaiting

BATCH = 5_000
CHECKED_ON_THE_PAGE = 5_000
SHORTEST_SEAL = 12  # hexadecimal digits: two links with the same ones are as good as impossible

# Every row is one breach, in words. A link is recomputed from the one before it as that stands, so that a row that
# was changed is found by itself and not with all that follow it.
_BROKEN = """
    select case
        when a.id is null then 'audit row ' || l.audit_id || ' is gone, and its link ' || l.position || ' is left'
        when l.before_position is distinct from nullif(l.position - 1, 0)
            then 'the chain has no link ' || (l.position - 1) || ', before audit row ' || l.audit_id
        else 'audit row ' || l.audit_id || ' does not say what was sealed as link ' || l.position
    end
    from (select position, audit_id, hash, lag(hash) over chain as before, lag(position) over chain as before_position
          from audit_chain {since} window chain as (order by position)) l
    left join audit a on a.id = l.audit_id
    where {whole}
      (a.id is null or l.before_position is distinct from nullif(l.position - 1, 0)
       or l.hash <> audit_hash(coalesce(l.before, ''::bytea), a))
"""
_LEFT_OUT = """
    select 'audit row ' || a.id || ' is in no chain and does not wait for one'
    from audit a left join audit_chain l on l.audit_id = a.id left join audit_waiting w on w.audit_id = a.id
    where l.audit_id is null and w.audit_id is null
    union all
    select 'audit row ' || w.audit_id || ' is gone before it was sealed'
    from audit_waiting w left join audit a on a.id = w.audit_id where a.id is null
"""
BREACHES = " union all ".join((_BROKEN.format(since="", whole=""), _LEFT_OUT))
# The newest links, and the one before them to begin with.
_NEWEST = _BROKEN.format(since="where position >= :since", whole="(l.position > :since or :since = 0) and")


@dataclass(frozen=True, slots=True)
class ChainStatus:
    """How far the chain goes and whether it holds. complete_to: everything written before then is sealed.

    seal: the newest hash in letters, which stands for all before it; empty while nothing is sealed.
    """

    complete_to: datetime
    links: int
    waiting: int
    seal: str
    breaches: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SealFound:
    """A seal that somebody wrote down is in the chain: all up to there is as it was then."""

    position: int
    sealed_at: datetime


def seal(session: Session, *, now: datetime) -> int:
    """Give a batch of waiting rows their links; how many. None if somebody else is sealing."""
    return int(session.scalar(select(func.audit_seal(now, BATCH))) or 0)


def newest(session: Session) -> AuditLink | None:
    """The last link."""
    return session.scalar(select(AuditLink).order_by(AuditLink.position.desc()).limit(1))


def status(session: Session, *, now: datetime) -> ChainStatus:
    """How it stands; the newest links are recomputed, `verify` does all of them."""
    last = newest(session)
    links = last.position if last else 0
    oldest, waiting = session.execute(
        select(func.min(AuditRow.at), func.count()).join(AuditWaiting, AuditWaiting.audit_id == AuditRow.id)
    ).one()
    found = session.scalars(text(_NEWEST), {"since": max(0, links - CHECKED_ON_THE_PAGE)}).all()
    return ChainStatus(
        complete_to=min(oldest or now, now),
        links=links,
        waiting=waiting,
        seal=last.hash.hex() if last else "",
        breaches=tuple(found[:10]),
    )


def find_seal(session: Session, typed: str) -> SealFound | None:
    """The link with this seal; its first twelve letters are enough. None for what is in no chain."""
    letters = "".join(typed.split()).lower()
    if not SHORTEST_SEAL <= len(letters) <= 64 or not set(letters) <= set("0123456789abcdef"):
        return None
    wanted = select(AuditLink).where(func.encode(AuditLink.hash, "hex").startswith(letters))
    found = session.scalar(wanted.order_by(AuditLink.position).limit(1))
    return SealFound(found.position, found.sealed_at) if found else None
