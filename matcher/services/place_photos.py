"""Photos of what is left in a place: sent by anyone with what they said, seen by the team alone, soon gone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, delete, exists, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from matcher.domain.errors import BadInput, NotFound
from matcher.domain.places import STOCK_WORDS
from matcher.domain.retention import Kept
from matcher.domain.stories import Piece
from matcher.services import audit, places
from matcher.services.made_safe import Safe, made_safe
from matcher.store.models import Place, StockPhoto, StockReport
from matcher.store.models.pictures import PICTURE_TYPE

MOST_OF_A_PLACE = 5  # the newest stay: whoever looks after it needs no more, and nobody can fill the disk


@dataclass(frozen=True, slots=True)
class PlacePhoto:
    """What can be said of a photo without looking at it. is_latest: nobody has said anything of the place since."""

    report_id: int
    stock_words: str
    said_at: datetime
    width: int
    height: int
    is_latest: bool


def add_photo(session: Session, place_id: int, sent: bytes, key: str, *, now: datetime) -> None:
    """Keep a photo with what was told from the page with that key. A second one changes nothing. Of a place the newest
    MOST_OF_A_PLACE are kept.

    BadInput for a file that cannot be used, and where nothing was told that could still be taken back.
    """
    places.public_place(session, place_id)
    told = select(StockReport.id).where(places.just_said(place_id, key, now)).with_for_update()
    report_id = session.scalar(told)
    if report_id is None:  # and no picture is read for nothing
        raise BadInput("Choose the photo again, then press how full it is now", field=Piece.PICTURE)
    safe = made_safe(Piece.PICTURE, sent)
    row = {
        "report_id": report_id,
        "content": safe.content,
        "width": safe.width,
        "height": safe.height,
        "sent_at": now,
    }
    session.execute(insert(StockPhoto).values(row).on_conflict_do_nothing(index_elements=["report_id"]))
    of_place = select(StockPhoto.report_id).join(StockReport).where(StockReport.place_id == place_id)
    older = of_place.order_by(StockPhoto.sent_at.desc(), StockPhoto.report_id.desc()).offset(MOST_OF_A_PLACE)
    session.execute(delete(StockPhoto).where(StockPhoto.report_id.in_(older)))


def by_place(session: Session, area_ids: Collection[int]) -> Mapping[int, tuple[PlacePhoto, ...]]:
    """Of each place of these areas that has any: the newest first."""
    later = aliased(StockReport)
    since = exists().where(later.place_id == StockReport.place_id, _is_later(later), later.undone_at.is_(None))
    columns = (StockPhoto.report_id, StockReport.place_id, StockReport.stock, StockReport.said_at)
    measures = (StockPhoto.width, StockPhoto.height, (~since).label("is_latest"))
    found: defaultdict[int, list[PlacePhoto]] = defaultdict(list)
    newest_first = (StockReport.said_at.desc(), StockReport.id.desc())
    for row in session.execute(_theirs(area_ids, *columns, *measures).order_by(*newest_first)):
        photo = PlacePhoto(
            row.report_id, STOCK_WORDS[row.stock], row.said_at, row.width, row.height, is_latest=row.is_latest
        )
        found[row.place_id].append(photo)
    return {place_id: tuple(photos) for place_id, photos in found.items()}


def photo(session: Session, place_id: int, report_id: int, area_ids: Collection[int]) -> Safe:
    """The photo itself. NotFound if it is of no place of theirs, or gone."""
    wanted = _theirs(area_ids, StockPhoto.content)
    content = session.scalar(wanted.where(Place.id == place_id, StockPhoto.report_id == report_id))
    if content is None:
        raise NotFound
    return Safe(Piece.PICTURE, PICTURE_TYPE, content)


def remove(
    session: Session, place_id: int, report_id: int, *, area_ids: Collection[int], staff_id: int, now: datetime
) -> None:
    """Erase it at once; what was said stays. NotFound if it is of no place of theirs, or gone."""
    wanted = _theirs(area_ids, StockPhoto.report_id)
    there = wanted.where(Place.id == place_id, StockPhoto.report_id == report_id)
    erased = delete(StockPhoto).where(StockPhoto.report_id.in_(there)).returning(StockPhoto.report_id)
    if session.scalar(erased) is None:
        raise NotFound
    audit.record(session, audit.staff(staff_id), "removed_photo", ("place", place_id), now=now)


def old(kept: Kept, now: datetime) -> Select[int]:
    """Those whose time is over, and those of what is no longer there or was taken back."""
    later = aliased(StockReport)
    since = exists().where(
        later.place_id == StockReport.place_id,
        _is_later(later),
        later.undone_at.is_(None),
        later.said_at <= now - kept.photo,
    )
    over = (
        select(StockReport.id)
        .join(Place, Place.id == StockReport.place_id)
        .where(or_(since, StockReport.undone_at.is_not(None), Place.gone_at.is_not(None)))
    )
    is_old = or_(StockPhoto.sent_at <= now - kept.photo_most, StockPhoto.report_id.in_(over))
    return select(StockPhoto.report_id).where(is_old)


def erase_old(session: Session, kept: Kept, *, now: datetime) -> int:
    """Erase those; how many."""
    gone = delete(StockPhoto).where(StockPhoto.report_id.in_(old(kept, now))).returning(StockPhoto.report_id)
    return len(session.execute(gone).all())


def _theirs(area_ids: Collection[int], *columns: Any) -> Select[Any]:
    """Photos of what stands in these areas."""
    return (
        select(*columns)
        .select_from(StockPhoto)
        .join(StockReport, StockReport.id == StockPhoto.report_id)
        .join(Place, Place.id == StockReport.place_id)
        .where(Place.area_id.in_(area_ids), Place.gone_at.is_(None), StockReport.undone_at.is_(None))
    )


def _is_later(later: Any) -> Any:
    is_same = later.said_at == StockReport.said_at
    return or_(later.said_at > StockReport.said_at, and_(is_same, later.id > StockReport.id))
