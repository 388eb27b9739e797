"""Who did what, and the chain of hashes that shows whether it still says so."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from matcher.store.models.declared import Declared, Id, link_to


class AuditRow(Declared):
    """Who did what to which thing: ids and names of fields, never values. Append-only by trigger and by role."""

    __tablename__ = "audit"

    id: Mapped[Id]
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str]
    action: Mapped[str]
    thing: Mapped[str]
    thing_id: Mapped[int] = mapped_column(BigInteger)
    fields: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)

    __table_args__ = (
        Index("ix_audit_actor", "actor"),
        Index("ix_audit_thing", "thing", "thing_id"),
        # Words of one piece only: a name, an address or a note has no place here, so that what is hashed may stay.
        CheckConstraint(
            "actor ~ '^(system|(staff|person):[0-9]+)$' and action ~ '^[a-z_]+$' and thing ~ '^[a-z_]+$'"
            " and array_to_string(fields, ' ') ~ '^[A-Za-z0-9_ -]*$'",
            name="names_only",
        ),
    )


class AuditLink(Declared):
    """A row's place in the chain: its hash is of the hash before it and of all that the row says.

    Only the function `audit_seal` writes it; not even the owner changes it while the triggers stand.
    """

    __tablename__ = "audit_chain"

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    audit_id: Mapped[int] = link_to("audit.id", unique=True, index=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_at: Mapped[datetime]


class AuditWaiting(Declared):
    """A row that has no link yet: put here by a trigger in the transaction that writes it, taken away by its link."""

    __tablename__ = "audit_waiting"

    audit_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
