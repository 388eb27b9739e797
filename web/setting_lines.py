"""Every setting as the team reads it: its value, and where it is changed. No key, password or secret is among them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import NamedTuple

from matcher.config import Config
from matcher.domain import doorwords
from matcher.domain.preferences import SENDING_LIMITS, hours_words
from matcher.domain.retention import PERIODS, USUAL, days_of
from matcher.services import quiet_hours, retention, taking_requests
from matcher.services.next_door import Neighbours
from matcher.services.retention import Promised
from matcher.services.settings import CLOSED, HOURS, PHONE, QUIET

RELEASE = "Part of the release"
BY_TEAM = "Set by the team"
NUMBER, REQUESTS = "/team/settings/number", "/team/settings/closed"
COVERAGE = "/team/settings/coverage"
QUIET_HOURS, DOOR_WORDS = "/team/settings/quiet-hours", "/team/door-words"
KEPT_FOR = "/team/settings/kept"


class SettingLine(NamedTuple):
    """A setting: what it is, its value in words, and who fixes it. href: where the team changes it, if it may."""

    name: str
    value: str
    fixed_by: str
    href: str = ""


class TeamHas(NamedTuple):
    """What the team has set: settings by name, the door words, who helps next door, and how long things are kept."""

    settings: Mapping[str, str] = MappingProxyType({})
    words: Collection[str] = frozenset(doorwords.WORDS)
    next_door: tuple[Neighbours, ...] = ()
    promised: Promised = retention.promised(USUAL)


def setting_lines(config: Config, team: TeamHas) -> tuple[tuple[str, tuple[SettingLine, ...]], ...]:
    """In groups, with the heading of each."""
    return (
        ("Who we are", _who_we_are(config, team.settings, team.next_door)),
        ("Messages", _messages(config, team.settings)),
        ("How long we keep what people told us", _kept(team.promised)),
        ("Safety", _safety(config, team.words)),
    )


def _who_we_are(config: Config, team: Mapping[str, str], rows: tuple[Neighbours, ...]) -> tuple[SettingLine, ...]:
    phone = team.get(PHONE, config.phone)
    named = {**config.elsewhere, **{row.part: _next_door(row) for row in rows}}
    elsewhere = "; ".join(f"{part}: {words}" for part, words in sorted(named.items()))
    return (
        SettingLine("Name of the scheme", config.scheme, _by(config, "GRITBIN_SCHEME")),
        SettingLine("Name of the area", config.area, _by(config, "GRITBIN_AREA")),
        SettingLine(
            "New requests over the web",
            config.closed or team.get(CLOSED) or taking_requests.OPEN_WORDS.capitalize(),
            BY_TEAM if CLOSED in team and not config.closed else _by(config, "GRITBIN_CLOSED"),
            REQUESTS,
        ),
        SettingLine("Number to call", phone, BY_TEAM if PHONE in team else _by(config, "GRITBIN_PHONE"), NUMBER),
        SettingLine(
            "When it is answered",
            team.get(HOURS, config.hours),
            BY_TEAM if HOURS in team else _by(config, "GRITBIN_HOURS"),
            NUMBER,
        ),
        SettingLine("Number of adult social care", config.adult_care or phone, _by(config, "GRITBIN_ADULT_CARE")),
        SettingLine("Postcodes we cover", " ".join(config.postcodes), _by(config, "GRITBIN_POSTCODES")),
        SettingLine(
            "Who helps next door",
            elsewhere or "Nobody is named",
            BY_TEAM if rows else _by(config, "GRITBIN_ELSEWHERE"),
            COVERAGE,
        ),
        SettingLine("Address of these pages", config.origin, _by(config, "GRITBIN_ORIGIN")),
    )


def _next_door(row: Neighbours) -> str:
    words = row.words or "nobody is named"
    return f"{words} (left to others)" if row.is_left else words


def _messages(config: Config, team: Mapping[str, str]) -> tuple[SettingLine, ...]:
    limits = SENDING_LIMITS
    quiet = hours_words(quiet_hours.hours_in(team))
    return (
        SettingLine(
            "Quiet hours, in which only what must goes", quiet, BY_TEAM if QUIET in team else RELEASE, QUIET_HOURS
        ),
        SettingLine("Most messages to one person", f"{limits.an_hour} an hour, {limits.a_day} a day", RELEASE),
        SettingLine("What can wait does so", _on(config.holds_back), _by(config, "GRITBIN_HOLD_BACK")),
        SettingLine(
            "Most texts to pay for in a day",
            f"{config.texts_a_day:,}" if config.holds_back else "No limit, as nothing waits",
            _by(config, "GRITBIN_TEXTS_A_DAY"),
        ),
        SettingLine(
            "Most volunteers one coordinator writes to at once",
            f"{config.broadcast_alone:,}",
            _by(config, "GRITBIN_BROADCAST_ALONE"),
        ),
        SettingLine("Texts go by GOV.UK Notify", _on(bool(config.notify.key)), _by(config, "GRITBIN_NOTIFY_KEY")),
        SettingLine("E-mail goes by our own server", _on(bool(config.smtp_url)), _by(config, "GRITBIN_SMTP_URL")),
        SettingLine("Messages come from", config.mail_from, _by(config, "GRITBIN_MAIL_FROM")),
    )


def _kept(promised: Promised) -> tuple[SettingLine, ...]:
    usual = days_of(USUAL)
    lines = (
        SettingLine(
            one.words,
            f"{days:,} {'day' if days == 1 else 'days'}",
            BY_TEAM if days != usual[name] else "As it came",
            KEPT_FOR,
        )
        for name, one in PERIODS.items()
        for days in [getattr(promised, f"{name}_days")]
    )
    return (*lines, SettingLine("Answers that were not sent", f"{promised.unsent_hours} hours", RELEASE))


def _safety(config: Config, words: Collection[str]) -> tuple[SettingLine, ...]:
    weather, by = config.weather, RELEASE if words == frozenset(doorwords.WORDS) else BY_TEAM
    return (
        SettingLine("Door words", f"{len(words)}, from {min(words)} to {max(words)}", by, DOOR_WORDS),
        SettingLine("A new phone is asked for a code", _on(config.asks_device), _by(config, "GRITBIN_DEVICE_CODE")),
        SettingLine("Weather warnings are read", _on(bool(weather.warnings_url)), _by(config, "GRITBIN_WARNINGS_URL")),
        SettingLine("The forecast is read", _on(bool(weather.forecast_url)), _by(config, "GRITBIN_FORECAST_URL")),
    )


def _by(config: Config, name: str) -> str:
    return f"Set by the operator: {name}" if name in config.given else f"As it came; the operator can set {name}"


def _on(is_so: bool) -> str:
    return "Yes" if is_so else "No"
