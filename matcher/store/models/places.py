"""What the council and others put in: grit bins, salt stores and the like, and what people said is left in them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from matcher.domain.places import WITH_SALT, WITH_STOCK, PlaceKind, Stock, UseRule
from matcher.store.models.declared import Declared, Id, choice_column, link_to
from matcher.store.models.pictures import PICTURE_BYTES


def _kinds(column: str, kinds: frozenset[PlaceKind]) -> str:
    return f"{column} in ({', '.join(repr(kind.value) for kind in sorted(kinds))})"


class Place(Declared):
    """Something that stands there for everyone, or whose owner lets it be used.

    landmark: how to find it, in words. refill_round: of the lorry or van that fills it up. gone_at: taken away.
    """

    __tablename__ = "places"

    id: Mapped[Id]
    area_id: Mapped[int] = link_to("areas.id")
    kind: Mapped[PlaceKind] = choice_column(PlaceKind)
    name: Mapped[str]
    landmark: Mapped[str] = mapped_column(default="", server_default="")
    easting: Mapped[int]
    northing: Mapped[int]
    lat: Mapped[float]
    lon: Mapped[float]
    looked_after_by: Mapped[str] = mapped_column(default="", server_default="")
    use_rule: Mapped[UseRule | None] = choice_column(UseRule, nullable=True)
    agreed_by: Mapped[str] = mapped_column(default="", server_default="")
    refill_round: Mapped[str] = mapped_column(default="", server_default="")
    added_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("id", "kind"),
        CheckConstraint("btrim(name) <> ''", name="has_a_name"),
        CheckConstraint(f"({_kinds('kind', WITH_SALT)}) = (use_rule is not null)", name="salt_has_a_use_rule"),
        # Nobody may use salt on any path unless it is written down who agreed to it.
        CheckConstraint("(use_rule is not distinct from 'any_path') = (agreed_by <> '')", name="somebody_agreed"),
        CheckConstraint("gone_at >= added_at", name="gone_after_it_came"),
        Index(
            "uq_places_name",
            "area_id",
            "kind",
            func.lower(text("name")),
            unique=True,
            postgresql_where=text("gone_at is null"),
        ),
    )


class StockReport(Declared):
    """Somebody looked what is left: one of the team, or anyone who passed by and pressed a button.

    key: of the page they pressed it on, so that a second press is the same report, and that they can take it back.
    The latest that was not taken back is what is left now.
    """

    __tablename__ = "stock_reports"

    id: Mapped[Id]
    place_id: Mapped[int] = mapped_column(BigInteger)
    place_kind: Mapped[PlaceKind] = choice_column(PlaceKind)
    stock: Mapped[Stock] = choice_column(Stock)
    said_at: Mapped[datetime]
    staff_id: Mapped[int | None] = link_to("staff.id")
    key: Mapped[str | None] = mapped_column(unique=True)
    undone_at: Mapped[datetime | None]

    __table_args__ = (
        ForeignKeyConstraint(["place_id", "place_kind"], ["places.id", "places.kind"], name="fk_stock_reports_place"),
        CheckConstraint(_kinds("place_kind", WITH_STOCK), name="of_what_holds_stock"),
        CheckConstraint("num_nonnulls(staff_id, key) = 1", name="by_one_of_the_team_or_anyone"),
        CheckConstraint("undone_at >= said_at", name="undone_after_it_was_said"),
        Index("ix_stock_reports_latest", "place_id", "place_kind", "said_at", "id"),
    )


class StockPhoto(Declared):
    """What it looked like when somebody passed by, as it was made safe. One to a report; for the team alone."""

    __tablename__ = "stock_photos"

    report_id: Mapped[int] = link_to("stock_reports.id", primary_key=True, index=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    width: Mapped[int]
    height: Mapped[int]
    sent_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint(f"octet_length(content) between 1 and {PICTURE_BYTES}", name="small"),
        CheckConstraint("substring(content from 1 for 3) = '\\xffd8ff'", name="a_jpeg"),
        CheckConstraint("width > 0 and height > 0", name="measured"),
    )
