"""Places: added, changed and taken away by the team; what is left in them said by anyone who looks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import ColumnElement, and_, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, NotFound
from matcher.domain.places import WITH_SALT, WITH_STOCK, PlaceKind, Stock, UseRule, default_rule
from matcher.services import addresses, audit, place_points
from matcher.store.code_point import to_degrees
from matcher.store.models import Area, Place, StockPhoto, StockReport

Chosen = TypeVar("Chosen", PlaceKind, UseRule, Stock)

LONGEST = 80
UNDO_WITHIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class PlaceDraft:
    """A place as it was typed. use_rule: empty for what holds for its kind until somebody has agreed otherwise."""

    kind: str
    name: str
    where: str
    landmark: str = ""
    looked_after_by: str = ""
    use_rule: str = ""
    agreed_by: str = ""
    refill_round: str = ""
    stock: str = ""


@dataclass(frozen=True, slots=True)
class CheckedPlace:
    """A draft that can be kept."""

    area_id: int
    kind: PlaceKind
    name: str
    easting: int
    northing: int
    landmark: str
    looked_after_by: str
    use_rule: UseRule | None
    agreed_by: str
    refill_round: str
    stock: Stock | None


def check(session: Session, draft: PlaceDraft, area_ids: Collection[int]) -> CheckedPlace:
    """BadInput, with its field, for what cannot be kept, or stands in an area that is not theirs."""
    kind = _one_of(PlaceKind, draft.kind, "Select what stands there", "kind")
    if not draft.name.strip():
        raise BadInput("Enter a name for the place, like Top of the hill", field="name")
    for field in ("name", "landmark", "looked_after_by", "agreed_by", "refill_round"):
        check_words(getattr(draft, field), field)
    easting, northing = place_points.find_point(session, draft.where)
    rule, agreed_by = _rule(kind, draft)
    return CheckedPlace(
        area_id=_area(session, easting, northing, area_ids).id,
        kind=kind,
        name=_plain(draft.name),
        easting=easting,
        northing=northing,
        landmark=_plain(draft.landmark),
        looked_after_by=_plain(draft.looked_after_by),
        use_rule=rule,
        agreed_by=agreed_by,
        refill_round=_plain(draft.refill_round),
        stock=_stock(kind, draft.stock),
    )


def check_words(words: str, field: str) -> None:
    """BadInput for what is too long or holds what nobody types."""
    if len(words) > LONGEST:
        raise BadInput(f"Use {LONGEST} letters or fewer", field=field)
    if not words.isprintable():
        raise BadInput("Use letters, figures and signs only", field=field)


def add_place(session: Session, draft: PlaceDraft, *, area_ids: Collection[int], staff_id: int, now: datetime) -> int:
    """Add it: its id. BadInput if one of that kind and name is there already."""
    checked = check(session, draft, area_ids)
    place = Place(added_at=now)
    _write(place, checked)
    session.add(place)
    _flush(session)
    _note(session, place, checked.stock, staff_id, now)
    audit.record(session, audit.staff(staff_id), "added_place", ("place", place.id), now=now)
    return place.id


def change_place(
    session: Session, place_id: int, draft: PlaceDraft, *, area_ids: Collection[int], staff_id: int, now: datetime
) -> None:
    """Change it, but for its kind: what is of another kind is another place. NotFound if it is not theirs."""
    place = _theirs(session, place_id, area_ids)
    checked = check(session, draft, area_ids)
    if checked.kind is not place.kind:
        raise BadInput("Take this place away and add one of the other kind", field="kind")
    _write(place, checked)
    _flush(session)
    _note(session, place, checked.stock, staff_id, now)
    audit.record(session, audit.staff(staff_id), "changed_place", ("place", place.id), now=now)


def take_away(session: Session, place_id: int, *, area_ids: Collection[int], staff_id: int, now: datetime) -> None:
    """It is no longer there."""
    place = _theirs(session, place_id, area_ids)
    place.gone_at = now
    audit.record(session, audit.staff(staff_id), "took_place_away", ("place", place.id), now=now)


def note_level(
    session: Session, place_id: int, stock: str, *, area_ids: Collection[int], staff_id: int, now: datetime
) -> None:
    """One of the team looked."""
    place = _theirs(session, place_id, area_ids)
    _note(session, place, _level(place.kind, stock), staff_id, now)


def report_level(session: Session, place_id: int, stock: str, key: str, *, now: datetime) -> None:
    """Somebody passed by and looked. A second press of one page changes nothing. NotFound for what is not public."""
    place = public_place(session, place_id)
    row = {
        "place_id": place.id,
        "place_kind": place.kind,
        "stock": _level(place.kind, stock),
        "said_at": now,
        "key": key,
    }
    session.execute(insert(StockReport).values(row).on_conflict_do_nothing(index_elements=["key"]))


def undo_report(session: Session, place_id: int, key: str, *, now: datetime) -> None:
    """They pressed the wrong button: what was known before holds again, and a photo of it is erased. Twice is once;
    too late is not at all.
    """
    undone = update(StockReport).where(just_said(place_id, key, now)).values(undone_at=now).returning(StockReport.id)
    if report_id := session.scalar(undone):
        session.execute(delete(StockPhoto).where(StockPhoto.report_id == report_id))


def just_said(place_id: int, key: str, now: datetime) -> ColumnElement[bool]:
    """Picks out what was told from the page with that key, while it can be taken back."""
    return and_(
        StockReport.place_id == place_id,
        StockReport.key == key,
        StockReport.undone_at.is_(None),
        StockReport.said_at > now - UNDO_WITHIN,
    )


def public_place(session: Session, place_id: int) -> Place:
    """One that everybody may know of. NotFound for private stock, and for what is gone."""
    place = session.get(Place, place_id)
    if place is None or place.gone_at is not None or place.use_rule is UseRule.PRIVATE:
        raise NotFound
    return place


def same_place(session: Session, checked: CheckedPlace) -> Place | None:
    """The one of that area, kind and name, whatever its capitals."""
    there = select(Place).where(Place.area_id == checked.area_id, Place.kind == checked.kind, Place.gone_at.is_(None))
    return session.scalar(there.where(func.lower(Place.name) == func.lower(checked.name)))


def _theirs(session: Session, place_id: int, area_ids: Collection[int]) -> Place:
    place = session.get(Place, place_id, with_for_update=True)
    if place is None or place.gone_at is not None or place.area_id not in area_ids:
        raise NotFound
    return place


def _write(place: Place, checked: CheckedPlace) -> None:
    place.area_id, place.kind, place.name = checked.area_id, checked.kind, checked.name
    place.easting, place.northing = checked.easting, checked.northing
    place.lat, place.lon = to_degrees().transform(checked.easting, checked.northing)
    place.landmark, place.looked_after_by = checked.landmark, checked.looked_after_by
    place.use_rule, place.agreed_by = checked.use_rule, checked.agreed_by
    place.refill_round = checked.refill_round


def _flush(session: Session) -> None:
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError as error:
        if "uq_places_name" not in str(error.orig):
            raise
        raise BadInput("There is one of that kind and name already. Choose another name", field="name") from None


def _note(session: Session, place: Place, stock: Stock | None, staff_id: int, now: datetime) -> None:
    if stock is not None:
        session.add(StockReport(place_id=place.id, place_kind=place.kind, stock=stock, said_at=now, staff_id=staff_id))


def _level(kind: PlaceKind, stock: str) -> Stock:
    if kind not in WITH_STOCK:
        raise NotFound
    return _one_of(Stock, stock, "Select how much is left", "stock")


def _stock(kind: PlaceKind, stock: str) -> Stock | None:
    if not stock:
        return None
    if kind not in WITH_STOCK:
        raise BadInput("Nothing is kept there that could run out: leave this empty", field="stock")
    return _level(kind, stock)


def _rule(kind: PlaceKind, draft: PlaceDraft) -> tuple[UseRule | None, str]:
    agreed_by = _plain(draft.agreed_by)
    if kind not in WITH_SALT:
        if draft.use_rule or agreed_by:
            raise BadInput("There is no salt there: leave this empty", field="use_rule")
        return None, ""
    rule = default_rule(kind) if not draft.use_rule else _one_of(UseRule, draft.use_rule, _RULE, "use_rule")
    if rule is UseRule.ANY_PATH and not agreed_by:
        raise BadInput("Enter who agreed that it may be used on any path", field="agreed_by")
    return rule, agreed_by if rule is UseRule.ANY_PATH else ""


_RULE = "Select what the salt may be used for"


def _area(session: Session, easting: int, northing: int, area_ids: Collection[int]) -> Area:
    area = addresses.area_at(session, easting, northing)
    if area is None:
        raise BadInput("That is outside the area we cover", field="where")
    if area.id not in area_ids:
        raise BadInput(f"That is in {area.name}, which is not one of your areas", field="where")
    return area


def _one_of(enum: type[Chosen], value: str, message: str, field: str) -> Chosen:
    try:
        return enum(value)
    except ValueError:
        raise BadInput(message, field=field) from None


def _plain(words: str) -> str:
    return " ".join(words.split())
