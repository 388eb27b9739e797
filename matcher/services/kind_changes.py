"""Kinds of help as the scheme sets them up: on or off, how long they take, and the level of checks they need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, Conflict, NotAllowed, NotFound
from matcher.domain.kinds import CHECK_WORDS
from matcher.domain.lifecycle import NeedStatus, OfferStatus, VisitStatus
from matcher.domain.localtime import local_day
from matcher.services import audit, kinds, setting_changes
from matcher.services.kinds import KindView
from matcher.services.setting_changes import Difference, differences, mark
from matcher.store.models import Check, KindRow, LevelRow, Need, Occurrence, Offer, OfferKind, Visit

SHORTEST_MIN, LONGEST_MIN = 5, 480  # as the constraint has it


@dataclass(frozen=True, slots=True)
class LevelView:
    """A level of checks: what has to be seen of a helper before the first visit."""

    code: str
    name: str
    checks: frozenset[str]
    checks_words: str


@dataclass(frozen=True, slots=True)
class KindDraft:
    """What a kind is to be from now on."""

    is_on: bool
    minutes: int
    level: str


@dataclass(frozen=True, slots=True)
class KindPreview:
    """What would change, and whom it would concern. helpers: who offer it now; able: those of them whose checks do for
    the new level; requests: open ones of this kind; held: visits held by who would no longer do.
    """

    changes: tuple[Difference, ...]
    helpers: int
    able: int
    requests: int
    held: int

    @property
    def mark(self) -> str:
        """Of exactly these changes."""
        return mark(self.changes)


def read(session: Session, slug: str) -> KindView:
    """One kind. NotFound if there is none by that name."""
    found = next((kind for kind in kinds.list_kinds(session) if kind.slug == slug), None)
    if found is None:
        raise NotFound
    return found


def levels(session: Session) -> tuple[LevelView, ...]:
    """The levels, the mildest first."""
    rows = session.scalars(select(LevelRow).order_by(func.cardinality(LevelRow.checks), LevelRow.code))
    return tuple(LevelView(row.code, row.name, frozenset(row.checks), _checks_words(row.checks)) for row in rows)


def preview(session: Session, slug: str, draft: KindDraft, *, may_level: bool, now: datetime) -> KindPreview:
    """What would change and for whom; nothing is written. may_level: they look after the levels of checks.

    BadInput, with its field, for what cannot be; NotAllowed for another level from somebody else.
    """
    kind, by_code = read(session, slug), {level.code: level for level in levels(session)}
    if not SHORTEST_MIN <= draft.minutes <= LONGEST_MIN:
        raise BadInput(f"Usual minutes must be a number from {SHORTEST_MIN} to {LONGEST_MIN}", field="minutes")
    if draft.level not in by_code:
        raise BadInput("Select a level of checks", field="level")
    if draft.level != kind.level and not may_level:
        raise NotAllowed("Only the safeguarding lead changes which checks a kind of help needs.")
    helpers = _helpers(session, slug)
    able = _with_checks(session, helpers, by_code[draft.level].checks, local_day(now))
    return KindPreview(
        changes=_differences(kind, draft, by_code),
        helpers=len(helpers),
        able=len(able),
        requests=_open_requests(session, slug),
        held=_held_by_others(session, slug, by_code[draft.level].checks, now),
    )


def change(
    session: Session, slug: str, draft: KindDraft, looked_at: str, *, may_level: bool, staff_id: int, now: datetime
) -> None:
    """Make the changes that were looked at. Conflict if they are others by now; else as `preview`."""
    row = session.get(KindRow, slug, with_for_update=True)
    if row is None:
        raise NotFound
    changes = preview(session, slug, draft, may_level=may_level, now=now).changes
    if mark(changes) != looked_at:
        raise Conflict("Somebody has changed this since you looked at it.")
    if not changes:
        return
    row.is_on, row.minutes, row.level_code = draft.is_on, draft.minutes, draft.level
    setting_changes.keep(session, "kind", slug, changes, staff_id=staff_id, now=now)
    fields = (slug, *(one.field for one in changes))
    audit.record(session, audit.staff(staff_id), "changed_kind", ("kind", row.position), *fields, now=now)


def _differences(kind: KindView, draft: KindDraft, by_code: Mapping[str, LevelView]) -> tuple[Difference, ...]:
    before, after = by_code[kind.level], by_code[draft.level]
    return differences(
        (
            ("is_on", "Can be asked for", _yes(kind.is_on), _yes(draft.is_on)),
            ("minutes", "Usual minutes", str(kind.minutes), str(draft.minutes)),
            ("level", "Checks", f"{before.name}: {before.checks_words}", f"{after.name}: {after.checks_words}"),
        )
    )


def _helpers(session: Session, slug: str) -> set[int]:
    wanted = select(Offer.person_id).join(OfferKind, OfferKind.offer_id == Offer.id)
    return {*session.scalars(wanted.where(OfferKind.kind_slug == slug, Offer.status == OfferStatus.ACTIVE))}


def _with_checks(session: Session, person_ids: set[int], checks: frozenset[str], on: date) -> set[int]:
    """Those of them who hold all of these checks on that day."""
    if not checks:
        return person_ids
    holding = (
        select(Check.person_id)
        .where(Check.name.in_(checks), Check.expires_on.is_(None) | (Check.expires_on >= on))
        .group_by(Check.person_id)
        .having(func.count() == len(checks))
    )
    return person_ids & {*session.scalars(holding)}


def _open_requests(session: Session, slug: str) -> int:
    going_on = (NeedStatus.OPEN, NeedStatus.PAUSED)
    wanted = select(func.count()).select_from(Need).where(Need.kind_slug == slug, Need.status.in_(going_on))
    return session.execute(wanted).scalar_one()


def _held_by_others(session: Session, slug: str, checks: frozenset[str], now: datetime) -> int:
    """Visits to come that somebody holds who has not all of these checks."""
    holders = session.scalars(
        select(Visit.person_id)
        .join(Occurrence, Occurrence.id == Visit.occurrence_id)
        .join(Need, Need.id == Occurrence.need_id)
        .where(Need.kind_slug == slug, Visit.status == VisitStatus.HELD, Visit.starts_at > now)
    ).all()
    able = _with_checks(session, {*holders}, checks, local_day(now))
    return sum(person_id not in able for person_id in holders)


def _checks_words(checks: list[str]) -> str:
    return ", ".join(CHECK_WORDS.get(check, check) for check in CHECK_WORDS if check in checks) or "none"


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"
