"""The declarative base: how names of constraints and types of columns are chosen, once."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import BigInteger, DateTime, Enum, ForeignKey, Identity, MetaData
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# Of a key that holds a person beside what it leads to: a merge changes both ends before it is looked at.
BOTH_ENDS: dict[str, Any] = {"deferrable": True, "initially": "IMMEDIATE"}


class Declared(DeclarativeBase):
    """All tables. Timestamps are aware; enums are stored by value as text with a check."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: DateTime(timezone=True)}  # noqa: RUF012 (SQLAlchemy reads a plain dict)


Id = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]


def status_column(enum: type[StrEnum], default: StrEnum) -> Any:
    """A StrEnum stored by value, not null, checked by the database."""
    return mapped_column(_by_value(enum), default=default, nullable=False)


def choice_column(enum: type[StrEnum], **options: Any) -> Any:
    """A StrEnum stored by value with no default."""
    return mapped_column(_by_value(enum), **options)


def link_to(target: str, **options: Any) -> Any:
    """A foreign key with an index, since every one of ours is followed both ways."""
    key = {name: options.pop(name) for name in ("ondelete", "deferrable", "initially") if name in options}
    options.setdefault("index", True)
    return mapped_column(BigInteger, ForeignKey(target, **key), **options)


def _by_value(enum: type[StrEnum]) -> Enum:
    return Enum(
        enum,
        values_callable=lambda members: [member.value for member in members],
        native_enum=False,
        create_constraint=True,
        length=32,
        name=enum.__name__.lower(),
    )
