"""Is everything alive: heartbeats of the parts, the oldest thing waiting, in figures and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import NeedStatus, NotificationStatus, OccurrenceStatus
from matcher.services import cold_hints, spending
from matcher.store.models import Heartbeat, Need, Notification, Occurrence

# A stopped scheduler is an alarm within two minutes.
SILENT_FOR: Mapping[str, timedelta] = {
    "worker": timedelta(seconds=60),
    "beat": timedelta(seconds=90),
    "sweep": timedelta(seconds=90),
    "round": timedelta(seconds=90),
}
UNCONSIDERED_FOR = timedelta(seconds=60)
UNSENT_FOR = timedelta(seconds=120)


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """One part: is it well, how long since it was heard of (or how old the oldest thing waiting is), in words."""

    ok: bool
    age_s: float | None
    detail: str

    def as_json(self) -> dict[str, Any]:
        """The shape of `/health`."""
        return {"ok": self.ok, "age_s": self.age_s, "detail": self.detail}


def beat(session: Session, part: str, *, now: datetime) -> None:
    """A part shows that it lives."""
    session.execute(
        insert(Heartbeat).values(part=part, at=now).on_conflict_do_update(index_elements=["part"], set_={"at": now})
    )


def last_heard(session: Session, part: str) -> datetime | None:
    """When this part last showed that it lives."""
    return session.scalar(select(Heartbeat.at).where(Heartbeat.part == part))


def checks(session: Session, *, now: datetime, texts_a_day: int | None = None) -> dict[str, HealthCheck]:
    """Every check that the database can answer: database, worker, beat, sweep, round, outbox; and texts, where there
    is a most of them.
    """
    heard = dict(session.execute(select(Heartbeat.part, Heartbeat.at)).all())
    found = {"database": HealthCheck(ok=True, age_s=0.0, detail="it answers")}
    for part, limit in SILENT_FOR.items():
        found[part] = _heard(part, heard.get(part), limit, now)
    unconsidered = _age(session.scalar(_oldest_unconsidered()), now)
    if unconsidered > UNCONSIDERED_FOR.total_seconds():
        found["round"] = HealthCheck(ok=False, age_s=round(unconsidered, 1), detail="a need waits to be considered")
    found |= _weather(session, now)
    unsent = _age(session.scalar(_oldest_unsent(now)), now)
    found["outbox"] = HealthCheck(
        ok=unsent <= UNSENT_FOR.total_seconds(),
        age_s=round(unsent, 1),
        detail="nothing waits" if not unsent else "the oldest message that is due",
    )
    return found if texts_a_day is None else found | {"texts": _texts(session, texts_a_day, now)}


def database_down(detail: str) -> dict[str, HealthCheck]:
    """What can be said when the database does not answer."""
    return {"database": HealthCheck(ok=False, age_s=None, detail=detail)}


def status_of(found: Mapping[str, HealthCheck]) -> str:
    """ok, degraded (something is not well) or down (the database does not answer)."""
    if not found["database"].ok:
        return "down"
    return "ok" if all(check.ok for check in found.values()) else "degraded"


def _heard(part: str, at: datetime | None, limit: timedelta, now: datetime) -> HealthCheck:
    if at is None:
        return HealthCheck(ok=False, age_s=None, detail=f"{part} has never been heard of")
    age = max(0.0, (now - at).total_seconds())
    return HealthCheck(ok=age <= limit.total_seconds(), age_s=round(age, 1), detail="since it was last heard of")


def _weather(session: Session, now: datetime) -> dict[str, HealthCheck]:
    """A check for each source of weather that the scheme looks at; none where it looks at none."""
    return {
        source.key: HealthCheck(
            ok=source.is_well,
            age_s=round(_age(source.read_at, now), 1) if source.read_at else None,
            detail=source.problem or ("since it was last read" if source.read_at else "it was never read"),
        )
        for source in cold_hints.sources(session, now=now)
    }


def _texts(session: Session, most: int, now: datetime) -> HealthCheck:
    """What went today of the texts that may be paid for in a day."""
    went = spending.texts_today(session, now=now)
    words = f"{went:,} of {most:,} texts went today"
    spent = f"{words}: what can wait waits for tomorrow"
    return HealthCheck(ok=went < most, age_s=None, detail=words if went < most else spent)


def _oldest_unconsidered() -> Any:
    return (
        select(func.min(Occurrence.open_since))
        .join(Need, Need.id == Occurrence.need_id)
        .where(
            Occurrence.status == OccurrenceStatus.OPEN,
            Need.status == NeedStatus.OPEN,
            Occurrence.considered_at.is_(None),
            Occurrence.reason_code.is_(None),
        )
    )


def _oldest_unsent(now: datetime) -> Any:
    # A leased one is due again once its lease has run out: its sender stopped half-way.
    owed = (NotificationStatus.PENDING, NotificationStatus.LEASED)
    return select(func.min(Notification.due_at)).where(Notification.status.in_(owed), Notification.due_at <= now)


def _age(at: datetime | None, now: datetime) -> float:
    return max(0.0, (now - at).total_seconds()) if at else 0.0
