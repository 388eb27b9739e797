"""What an area is to be, as it is typed: its name, the address of its page, its middle and its reach, all checked."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput
from matcher.domain.wording import clean_line
from matcher.services import place_points
from matcher.services.borders import Border
from matcher.store.models import Area, AreaSlug

LONGEST_NAME, LONGEST_SLUG = 60, 60
SHORTEST_M, LONGEST_M = 200, 50_000
_GRID_ENDS = (700_000, 1_300_000)  # easting and northing, in metres
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class AreaDraft:
    """What an area is to be. slug: of its page, made from the name if empty. where: its middle, as people write it."""

    name: str
    slug: str
    where: str
    covers_m: int
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class CheckedArea:
    """A draft that can be kept."""

    name: str
    slug: str
    border: Border
    is_open: bool


def check(session: Session, draft: AreaDraft, area_id: int) -> CheckedArea:
    """BadInput, with its field, for what cannot be kept, or is another area's."""
    name = clean_line(draft.name, LONGEST_NAME, noun="The name", field="name")
    if not name:
        raise BadInput("Enter the name of the area", field="name")
    namesakes = select(Area.id).where(func.lower(Area.name) == name.lower(), Area.closed_at.is_(None))
    if draft.is_open and session.scalar(namesakes.where(Area.id != area_id)) is not None:
        raise BadInput(f"There is an area called {name} already", field="name")
    if not SHORTEST_M <= draft.covers_m <= LONGEST_M:
        raise BadInput(f"The reach must be from {SHORTEST_M / 1000:g} to {LONGEST_M // 1000} km", field="covers")
    easting, northing = place_points.find_point_anywhere(session, draft.where)
    if not (0 <= easting <= _GRID_ENDS[0] and 0 <= northing <= _GRID_ENDS[1]):
        raise BadInput(place_points.MESSAGE, field="where")
    slug = _check_slug(session, draft.slug.strip().lower() or slug_of(name), area_id)
    return CheckedArea(name, slug, Border(area_id, easting, northing, draft.covers_m), draft.is_open)


def _check_slug(session: Session, slug: str, area_id: int) -> str:
    if not _SLUG.fullmatch(slug) or len(slug) > LONGEST_SLUG:
        raise BadInput(
            f"The address may have small letters, figures and single hyphens, {LONGEST_SLUG} at most, like box-hill",
            field="slug",
        )
    holder = session.get(AreaSlug, slug)
    if holder is not None and holder.area_id != area_id:
        name = session.get_one(Area, holder.area_id).name
        raise BadInput(f"/area/{slug} leads to {name}, or did so once: choose another address", field="slug")
    return slug


def slug_of(name: str) -> str:
    """An address made from a name: `Royal Wootton Bassett` becomes `royal-wootton-bassett`."""
    plain = unicodedata.normalize("NFKD", name.replace("'", "")).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_SLUG].strip("-")
