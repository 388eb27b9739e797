"""The scheme as messages go out for it: as the operator gave it, and where the team has set it, as they did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.preferences import SendingLimits
from matcher.services import quiet_hours, settings
from matcher.services.settings import PHONE
from matcher.services.wording_desk import Scheme
from matcher.store.models import SettingChange


def as_set(session: Session, scheme: Scheme) -> Scheme:
    """As it stands now, with the numbers that those messages name which were owed before."""
    found = settings.standing(session)
    past = session.execute(
        select(SettingChange.changed_at, SettingChange.before)
        .where(SettingChange.thing == settings.THING, SettingChange.key == PHONE)
        .order_by(SettingChange.id)
    )
    return replace(
        scheme,
        phone=found.get(PHONE, scheme.phone),
        limits=_limits(scheme.limits, found),
        earlier_phones=tuple((until, before) for until, before in past),
    )


def _limits(usual: SendingLimits | None, found: Mapping[str, str]) -> SendingLimits | None:
    quiet = quiet_hours.of_limits(usual, found)
    return replace(usual, quiet=quiet) if usual and quiet else usual
