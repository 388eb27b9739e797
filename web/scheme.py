"""The scheme as pages and messages name it: as the operator gave it, and where the team has set it, as they did."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import current_app, g

from matcher.config import Config
from matcher.domain.errors import Unavailable
from matcher.domain.messages.longest import Sender
from matcher.domain.preferences import SendingLimits
from matcher.services import next_door, quiet_hours, settings
from matcher.services.settings import HOURS, PHONE
from matcher.services.wording_desk import Scheme
from matcher.store.session import reading

_LAST = "team_settings"  # as this process last read them


@dataclass(frozen=True, slots=True)
class SchemeView:
    """Who runs this and how to reach them, as every page shows it. usual_*: the operator's.

    adult_care: the number of those who act when an adult is being harmed; empty: it is ours. closed_by_operator: why no
    new requests are taken, where the team cannot change it.
    """

    name: str
    area: str
    usual_phone: str
    usual_hours: str
    elsewhere: Mapping[str, str]
    adult_care: str
    closed_by_operator: str

    @property
    def phone(self) -> str:
        """The number to call."""
        return team_settings().get(PHONE, self.usual_phone)

    @property
    def hours(self) -> str:
        """When it is answered. "8am to 8pm" stays on one line; the days before it may break."""
        return re.sub(r"(?<=[ap]m) to (?=\d)", "\u00a0to\u00a0", team_settings().get(HOURS, self.usual_hours))

    def next_door(self, postcode: str) -> str:
        """Who helps where we do not, by the beginning of a postcode; empty if we know of nobody."""
        with reading() as session:
            return next_door.helpers_at(session, postcode, self.elsewhere)


def scheme_view(config: Config) -> SchemeView:
    """The scheme for the templates of an application with these settings."""
    return SchemeView(
        config.scheme, config.area, config.phone, config.hours, config.elsewhere, config.adult_care, config.closed
    )


def team_settings() -> Mapping[str, str]:
    """What the team has set, read once for each request; as last read by this process while nobody can say."""
    if "team_settings" not in g:
        try:
            with reading() as session:
                current_app.extensions[_LAST] = settings.standing(session)
        except Unavailable:
            pass
        read_no_more()
    found: Mapping[str, str] = g.team_settings
    return found


def read_no_more() -> None:
    """Something is wrong here: the page goes by what is known, and does not wait for the database again."""
    if "team_settings" not in g:
        g.team_settings = current_app.extensions.get(_LAST, {})


def scheme_now() -> Scheme:
    """The scheme as messages name it: its address comes from the settings, never from a request."""
    usual: Scheme = current_app.config["SCHEME"]
    return replace(usual, phone=team_settings().get(PHONE, usual.phone))


def limits_now() -> SendingLimits | None:
    """When, and how many, messages go to one person; None where nothing is held back."""
    usual: SendingLimits | None = current_app.config["LIMITS"]
    return usual and replace(usual, quiet=quiet_hours.hours_in(team_settings()))


def sender() -> Sender:
    """Who writes, as it stands in every message."""
    scheme = scheme_now()
    return Sender(scheme.name, scheme.phone, scheme.origin)
