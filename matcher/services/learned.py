"""What was learned from the answers: kept night by night, used by rounds once it has passed its gate, shown, reset."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ScalarSelect, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from matcher.domain.localtime import local_day
from matcher.services import audit
from matcher.store.bulk import among, insert_rows
from matcher.store.models import AcceptanceModel, Leaning, LeaningReset, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """One fit: coefficients by name, leanings by person, and how well it foretold the latest answers."""

    asks: int
    coefficients: Mapping[str, float]
    leaning: Mapping[int, float]
    resolved: int
    mean_predicted: float | None
    mean_said_yes: float | None
    slope: float | None
    is_open: bool
    bins: Sequence[tuple[float, float, int]]


@dataclass(frozen=True, slots=True)
class Calibration:
    """How the newest fit did. `is_open`: it passed its gate, so that rounds tell people apart."""

    fitted_at: datetime
    asks: int
    resolved: int
    mean_predicted: float | None
    mean_said_yes: float | None
    slope: float | None
    is_open: bool
    bins: tuple[tuple[float, float, int], ...]


def keep(session: Session, fitted: Fitted, *, now: datetime) -> bool:
    """Keep this night's fit. False, and nothing changes, if the night has one: twice is once."""
    row = {
        "night": local_day(now),
        "fitted_at": now,
        "asks": fitted.asks,
        "coefficients": dict(fitted.coefficients),
        "resolved": fitted.resolved,
        "mean_predicted": fitted.mean_predicted,
        "mean_said_yes": fitted.mean_said_yes,
        "slope": fitted.slope,
        "is_open": fitted.is_open,
        "bins": [list(one) for one in fitted.bins],
    }
    added = insert(AcceptanceModel).values(row).on_conflict_do_nothing().returning(AcceptanceModel.id)
    model_id = session.scalar(added)
    if model_id is None:
        return False
    people = [
        {"model_id": model_id, "person_id": person_id, "leaning": leaning}
        for person_id, leaning in sorted(fitted.leaning.items())
    ]
    if people:
        session.execute(insert_rows(Leaning, people))
    return True


def lock_known(session: Session, person_ids: Collection[int]) -> set[int]:
    """Those of them who have not been erased, locked: until the night is kept, nobody forgets and nobody is erased."""
    known = select(Person.id).where(among(Person.id, person_ids), Person.erased_at.is_(None)).order_by(Person.id)
    return set(session.scalars(known.with_for_update(read=True, key_share=True)))


def has_tonights(session: Session, *, now: datetime) -> bool:
    """True if this night's fit is kept already."""
    return session.scalar(select(AcceptanceModel.id).where(AcceptanceModel.night == local_day(now))) is not None


def newest_id() -> ScalarSelect[int]:
    """The newest fit, which rounds use: where its gate is shut, it thinks the same of everyone, and cautiously."""
    return select(AcceptanceModel.id).order_by(AcceptanceModel.night.desc()).limit(1).scalar_subquery()


def coefficients(session: Session) -> Mapping[str, float]:
    """Those that rounds use; empty before the first night."""
    found = session.scalar(select(AcceptanceModel.coefficients).where(AcceptanceModel.id == newest_id()))
    return found or {}


def leaning_of(session: Session, person_id: int) -> float | None:
    """What rounds lean to for someone; None if nothing is thought of them."""
    theirs = select(Leaning.leaning).where(Leaning.model_id == newest_id(), Leaning.person_id == person_id)
    return session.scalar(theirs)


def reset(session: Session, person_id: int, *, now: datetime) -> None:
    """Forget what is thought of someone, at once and for the fits to come. Twice is once, from the later moment on."""
    session.get_one(Person, person_id, with_for_update=True)  # a night that is just being kept is over first
    session.execute(delete(Leaning).where(Leaning.person_id == person_id))
    added = insert(LeaningReset).values(person_id=person_id, reset_at=now)
    session.execute(added.on_conflict_do_update(index_elements=["person_id"], set_={"reset_at": now}))
    audit.record(session, audit.person(person_id), "reset_leaning", ("person", person_id), now=now)


def reset_at(session: Session, person_id: int) -> datetime | None:
    """When they last had it forgotten."""
    return session.scalar(select(LeaningReset.reset_at).where(LeaningReset.person_id == person_id))


def resets(session: Session) -> Mapping[int, datetime]:
    """Everyone who had it forgotten, and when."""
    return {row.person_id: row.reset_at for row in session.scalars(select(LeaningReset))}


def calibration(session: Session) -> Calibration | None:
    """Of the newest fit; None before the first."""
    newest = session.scalar(select(AcceptanceModel).order_by(AcceptanceModel.night.desc()).limit(1))
    if newest is None:
        return None
    return Calibration(
        fitted_at=newest.fitted_at,
        asks=newest.asks,
        resolved=newest.resolved,
        mean_predicted=newest.mean_predicted,
        mean_said_yes=newest.mean_said_yes,
        slope=newest.slope,
        is_open=newest.is_open,
        bins=tuple((float(at), float(said), int(count)) for at, said, count in newest.bins),
    )
