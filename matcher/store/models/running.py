"""What keeps the service running: heartbeats, drafts of forms."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from matcher.store.models.declared import Declared


class Heartbeat(Declared):
    """When a part of the service last showed that it lives."""

    __tablename__ = "heartbeats"

    part: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class Draft(Declared):
    """Answers of a form that is not finished; erased after a day. The key is kept as a hash."""

    __tablename__ = "drafts"

    key_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    purpose: Mapped[str]
    answers: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    expires_at: Mapped[datetime] = mapped_column(index=True)
