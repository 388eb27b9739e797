"""Areas as an administrator changes them: named, redrawn, added and closed, after a look at whom it touches."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import astuple, dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, Conflict, NotFound
from matcher.services import area_closing, area_drafts, audit, borders, place_points, setting_changes, staff
from matcher.services.area_drafts import AreaDraft, CheckedArea
from matcher.services.borders import Redrawn
from matcher.services.setting_changes import Difference, differences, mark
from matcher.store.models import Area, Staff, StaffArea

_NEW_ID = 2**62  # while it has none; of two that are as near, a home belongs to the older
_NONE = "none"


@dataclass(frozen=True, slots=True)
class AreaView:
    """An area as it is."""

    area_id: int
    name: str
    slug: str
    where: str
    covers_m: int
    closed_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Somebody may live, ask and work there."""
        return self.closed_at is None


@dataclass(frozen=True, slots=True)
class Moving:
    """How many people, open requests and places would leave one area for another, by name."""

    before: str
    after: str
    people: int
    needs: int
    places: int


@dataclass(frozen=True, slots=True)
class AreaPreview:
    """What would change, and whom it touches. people, needs: that are in the area now; stranded: homes that no area
    would hold; postcodes: that it would hold; given: of the team, who would look after it.
    """

    changes: tuple[Difference, ...]
    people: int
    needs: int
    moving: tuple[Moving, ...]
    stranded: int
    postcodes: int
    given: tuple[str, ...]

    @property
    def mark(self) -> str:
        """Of exactly these changes, and of who moves by them: a border next door may have been redrawn meanwhile."""
        return mark(self.changes, [astuple(one) for one in self.moving], self.stranded, self.given)


def areas(session: Session) -> tuple[AreaView, ...]:
    """Every area, the open ones first."""
    rows = session.scalars(select(Area).order_by(Area.closed_at.is_not(None), Area.name))
    return tuple(map(_view, rows))


def read(session: Session, area_id: int) -> AreaView:
    """One area. NotFound if there is none."""
    row = session.get(Area, area_id)
    if row is None:
        raise NotFound
    return _view(row)


def preview_new(session: Session, draft: AreaDraft, *, by: int, area_ids: Collection[int]) -> AreaPreview:
    """What a new area would be and take; nothing is written. BadInput, with its field, for what cannot be."""
    return _look(session, None, area_drafts.check(session, draft, _NEW_ID), by=by, area_ids=area_ids).preview


def preview(
    session: Session, area_id: int, draft: AreaDraft, *, by: int, area_ids: Collection[int], now: datetime
) -> AreaPreview:
    """What would change and whom it touches; nothing is written. BadInput, with its field, for what cannot be.

    area_ids: whose homes the reader may give and take.
    """
    view = read(session, area_id)
    looked = _look(session, view, area_drafts.check(session, draft, area_id), by=by, area_ids=area_ids)
    if view.is_open and not draft.is_open:
        area_closing.check(session, area_id, looked.redrawn, by=by, now=now)
    return looked.preview


def add(
    session: Session, draft: AreaDraft, looked_at: str, *, by: int, area_ids: Collection[int], now: datetime
) -> int:
    """Add the area that was looked at: its id. Conflict if it would be another by now; else as `preview_new`."""
    _lock_all(session)
    checked = area_drafts.check(session, draft, _NEW_ID)
    looked = _look(session, None, checked, by=by, area_ids=area_ids)
    _check_mark(looked.preview, looked_at)
    row = Area(name=checked.name)
    _write(row, checked, now)
    session.add(row)
    session.flush()
    _settle(session, row.id, looked, by=by, action="added_area", now=now)
    return row.id


def change(
    session: Session,
    area_id: int,
    draft: AreaDraft,
    looked_at: str,
    *,
    by: int,
    area_ids: Collection[int],
    now: datetime,
) -> None:
    """Make the changes that were looked at. Conflict if they are others by now; else as `preview`."""
    _lock_all(session)
    view, checked = read(session, area_id), area_drafts.check(session, draft, area_id)
    looked = _look(session, view, checked, by=by, area_ids=area_ids)
    if view.is_open and not checked.is_open:
        area_closing.check(session, area_id, looked.redrawn, by=by, now=now)
    _check_mark(looked.preview, looked_at)
    if looked.preview.changes:
        if checked.is_open:
            _write(session.get_one(Area, area_id), checked, now)
            session.flush()
        _settle(session, area_id, looked, by=by, action="changed_area", now=now)
        if not checked.is_open:
            area_closing.leave(session, area_id)
            _write(session.get_one(Area, area_id), checked, now)
            session.flush()


@dataclass(frozen=True, slots=True)
class _Look:
    """A preview, with what stands behind it by id. keepers: who of the team would be given the area."""

    preview: AreaPreview
    redrawn: Redrawn
    keepers: tuple[int, ...]


def _look(
    session: Session, view: AreaView | None, checked: CheckedArea, *, by: int, area_ids: Collection[int]
) -> _Look:
    area_id = checked.border.area_id
    before = borders.standing(session)
    others = tuple(one for one in before if one.area_id != area_id)
    redrawn = borders.redraw(session, before, (*others, checked.border) if checked.is_open else others)
    _check_theirs(session, redrawn, {*area_ids, area_id})
    keepers = _keepers(session, by) if checked.is_open and (view is None or not view.is_open) else {}
    names = {**area_names(session), area_id: view.name if view else checked.name}
    preview = AreaPreview(
        changes=_differences(session, view, checked),
        people=borders.people_by_area(session)[area_id],
        needs=borders.needs_by_area(session)[area_id],
        moving=tuple(
            Moving(names[one.from_id], names[one.to_id], len(one.people), len(one.needs), len(one.places))
            for one in redrawn.going
        ),
        stranded=redrawn.stranded,
        postcodes=redrawn.postcodes.get(area_id, 0),
        given=tuple(keepers.values()),
    )
    return _Look(preview, redrawn, tuple(keepers))


def area_names(session: Session) -> Mapping[int, str]:
    """Every area by name, the closed ones too."""
    rows = session.execute(select(Area.id, Area.name))
    return {area_id: name for area_id, name in rows}  # noqa: C416 (a Row is not a pair to dict())


def _lock_all(session: Session) -> None:
    """One change of the borders at a time, and nobody comes to live in an area while it is closed."""
    session.execute(select(Area.id).order_by(Area.id).with_for_update()).all()


def _check_mark(preview: AreaPreview, looked_at: str) -> None:
    if preview.mark != looked_at:
        raise Conflict("Somebody has changed this since you looked at it.")


def _check_theirs(session: Session, redrawn: Redrawn, area_ids: Collection[int]) -> None:
    """Nobody takes homes out of an area that they do not look after, nor puts any in."""
    foreign = {end for one in redrawn.going for end in (one.from_id, one.to_id)} - {*area_ids}
    if foreign:
        names = area_names(session)
        raise BadInput(
            f"Homes or places would move from or to {' and '.join(sorted(names[one] for one in foreign))}, which you do"
            " not look after: somebody who looks after all of them has to do it",
            field="covers",
        )


def _keepers(session: Session, by: int) -> dict[int, str]:
    """Who would look after an area from its first day: whoever looks after every other one, and who adds it."""
    theirs = (
        select(func.count())
        .select_from(StaffArea)
        .join(Area, Area.id == StaffArea.area_id)
        .where(StaffArea.staff_id == Staff.id, Area.closed_at.is_(None))
        .scalar_subquery()
    )
    everywhere = select(func.count()).select_from(Area).where(Area.closed_at.is_(None)).scalar_subquery()
    wanted = select(Staff.id, Staff.name).where(Staff.active, (theirs == everywhere) | (Staff.id == by))
    return {staff_id: name for staff_id, name in session.execute(wanted.order_by(Staff.name, Staff.id))}  # noqa: C416


def _differences(session: Session, view: AreaView | None, checked: CheckedArea) -> tuple[Difference, ...]:
    border = checked.border
    where = place_points.reference(border.easting, border.northing)
    return differences(
        (
            ("is_open", "Open", _yes(view is not None and view.is_open), _yes(checked.is_open)),
            ("name", "Name", view.name if view else _NONE, checked.name),
            ("slug", "Its page", f"/area/{view.slug}" if view else _NONE, f"/area/{checked.slug}"),
            ("where", "Middle", view.where if view else _NONE, where),
            ("covers", "Reach", km_words(view.covers_m) if view else _NONE, km_words(border.covers_m)),
        )
    )


def _write(row: Area, checked: CheckedArea, now: datetime) -> None:
    border = checked.border
    row.name, row.slug = checked.name, checked.slug
    row.easting, row.northing, row.covers_m = border.easting, border.northing, border.covers_m
    row.closed_at = None if checked.is_open else row.closed_at or now


def _settle(session: Session, area_id: int, looked: _Look, *, by: int, action: str, now: datetime) -> None:
    """What belongs elsewhere goes there, the area is looked after, and it is kept who did what."""
    borders.move(session, looked.redrawn, instead={_NEW_ID: area_id})
    staff.give_area(session, looked.keepers, area_id)
    for staff_id in looked.keepers:
        audit.record(session, audit.staff(by), "changed_staff", ("staff", staff_id), "areas", now=now)
    moved = tuple(_moved(one) for one in looked.preview.moving)
    setting_changes.keep(session, "area", str(area_id), (*looked.preview.changes, *moved), staff_id=by, now=now)
    fields = [one.field for one in looked.preview.changes]
    audit.record(session, audit.staff(by), action, ("area", area_id), *fields, now=now)


def _moved(one: Moving) -> Difference:
    return Difference(
        "area_id",
        "Moved",
        f"in {one.before}",
        f"in {one.after}: people {one.people}, open requests {one.needs}, places {one.places}",
    )


def km_words(metres: int) -> str:
    """`6 km`, `6.5 km`."""
    return f"{metres / 1000:g} km"


def _view(row: Area) -> AreaView:
    return AreaView(
        area_id=row.id,
        name=row.name,
        slug=row.slug,
        where=place_points.reference(row.easting, row.northing),
        covers_m=row.covers_m,
        closed_at=row.closed_at,
    )


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"
