"""Community areas: where the scheme works. The starting rows are Wiltshire's; `area_changes` changes them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from matcher.store.models import Area, AreaSlug

# Slug, name, easting and northing of the main town's middle, and how far from it the area reaches, in metres.
# The reach is a circle, so it is only near to the real boundary: a home belongs to the nearest area that holds it.
_STARTING = (
    ("amesbury", "Amesbury", 415_500, 141_500, 9_000),
    ("bradford-on-avon", "Bradford on Avon", 382_700, 160_900, 6_000),
    ("calne", "Calne", 399_800, 171_000, 8_000),
    ("chippenham", "Chippenham", 392_000, 173_200, 9_000),
    ("corsham", "Corsham", 386_900, 170_500, 6_000),
    ("devizes", "Devizes", 400_400, 161_400, 9_000),
    ("malmesbury", "Malmesbury", 393_300, 187_200, 9_000),
    ("marlborough", "Marlborough", 418_800, 169_200, 10_000),
    ("melksham", "Melksham", 390_600, 163_700, 7_000),
    ("pewsey", "Pewsey", 416_300, 160_100, 9_000),
    ("salisbury", "Salisbury", 414_400, 130_000, 6_000),
    ("south-west-wiltshire", "South West Wiltshire", 391_000, 131_000, 13_000),
    ("southern-wiltshire", "Southern Wiltshire", 418_000, 123_500, 9_000),
    ("tidworth", "Tidworth", 423_500, 149_000, 9_000),
    ("trowbridge", "Trowbridge", 385_600, 157_900, 6_000),
    ("warminster", "Warminster", 387_300, 145_000, 9_000),
    ("westbury", "Westbury", 387_300, 151_200, 6_000),
    ("wootton-bassett-and-cricklade", "Royal Wootton Bassett and Cricklade", 406_800, 184_500, 9_000),
)


def id_of(session: Session, slug: str) -> int | None:
    """Of the area whose page has this address, or once had it: a form or a link may be older than its name."""
    return session.scalar(select(AreaSlug.area_id).where(AreaSlug.slug == slug)) if slug else None


def address_now(session: Session, slug: str, area_ids: Collection[int]) -> str:
    """The address which that area has now, if it is one of these; else nothing, which chooses all of them."""
    area_id = id_of(session, slug)
    return session.get_one(Area, area_id).slug if area_id in area_ids and area_id else ""


def load_starting_rows(session: Session) -> None:
    """Put the starting areas in; what the scheme has changed stays so, its renamed and its closed areas too."""
    given_out = {*session.scalars(select(AreaSlug.slug))}
    rows = [
        {"slug": slug, "name": name, "easting": easting, "northing": northing, "covers_m": covers}
        for slug, name, easting, northing, covers in _STARTING
        if slug not in given_out
    ]
    if rows:
        session.execute(insert(Area).on_conflict_do_nothing(), rows)
