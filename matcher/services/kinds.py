"""Kinds of help as pages and other services read them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput
from matcher.domain.kinds import KINDS, LEVELS
from matcher.domain.lifecycle import Urgency
from matcher.store.models import KindRow, LevelRow


@dataclass(frozen=True, slots=True)
class KindView:
    """A kind of help with its level."""

    slug: str
    name: str
    hint: str
    offer_name: str
    safe_label: str
    job_words: str
    bring: str
    minutes: int
    urgency: Urgency
    is_triaged: bool
    is_on: bool
    level: str
    needs_words: str
    checks: frozenset[str]
    rules: tuple[str, ...]


def list_kinds(session: Session) -> tuple[KindView, ...]:
    """Every kind, in the order people read them."""
    rows = session.execute(
        select(KindRow, LevelRow).join(LevelRow, KindRow.level_code == LevelRow.code).order_by(KindRow.position)
    )
    return tuple(_view(kind, level) for kind, level in rows)


def get_kind(session: Session, slug: str) -> KindView:
    """One kind. BadInput if there is none by that name."""
    for kind in list_kinds(session):
        if kind.slug == slug:
            return kind
    raise BadInput("Select what you need help with", field="kind")


def get_open_kind(session: Session, slug: str) -> KindView:
    """One that can be asked for. BadInput if there is none by that name, or while it is off."""
    kind = get_kind(session, slug)
    if not kind.is_on:
        raise BadInput(f"“{kind.name}” cannot be asked for at the moment. Call us if it cannot wait", field="kind")
    return kind


def load_starting_rows(session: Session) -> None:
    """Put the starting levels and kinds in; rows that the scheme has changed stay as they are."""
    levels = [
        {
            "code": level.code,
            "name": level.name,
            "checks": sorted(level.checks),
            "rules": list(level.rules),
            "needs_words": level.needs_words,
        }
        for level in LEVELS
    ]
    kinds = [
        {
            "slug": kind.slug,
            "position": position,
            "name": kind.name,
            "hint": kind.hint,
            "offer_name": kind.offer_name,
            "safe_label": kind.safe_label,
            "job_words": kind.job_words,
            "bring": kind.bring,
            "minutes": kind.minutes,
            "level_code": kind.level,
            "urgency": kind.urgency,
            "is_triaged": kind.is_triaged,
        }
        for position, kind in enumerate(KINDS)
    ]
    session.execute(insert(LevelRow).on_conflict_do_nothing(), levels)
    session.execute(insert(KindRow).on_conflict_do_nothing(), kinds)


def _view(kind: KindRow, level: LevelRow) -> KindView:
    return KindView(
        slug=kind.slug,
        name=kind.name,
        hint=kind.hint,
        offer_name=kind.offer_name,
        safe_label=kind.safe_label,
        job_words=kind.job_words,
        bring=kind.bring,
        minutes=kind.minutes,
        urgency=kind.urgency,
        is_triaged=kind.is_triaged,
        is_on=kind.is_on,
        level=level.code,
        needs_words=level.needs_words,
        checks=frozenset(level.checks),
        rules=tuple(level.rules),
    )
