"""Every setting, from the environment, in one place. `gritbin up --help` lists SETTINGS."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, urlencode, urlsplit

from matcher.domain.errors import SetupError

QUEUE = "gritbin"  # where the pages ring and the workers listen


class Setting(NamedTuple):
    """One environment variable: its name, what it is without one, and what it means."""

    name: str
    default: str
    meaning: str


SETTINGS = (
    Setting("PORT", "8000", "the port the pages are served on"),
    Setting("GRITBIN_HOME", ".gritbin", "the folder for data, secrets and logs"),
    Setting("DATABASE_URL", "", "a PostgreSQL of your own, as the serving role; empty: one is started here"),
    Setting("DATABASE_OWNER_URL", "", "the same database, as the role that migrates; empty: DATABASE_URL"),
    Setting("REDIS_URL", "", "a Redis or Valkey of your own; empty: one is started here"),
    Setting("GRITBIN_SECRET_KEY", "", "signs sessions and links; `gritbin up` makes one and keeps it"),
    Setting("GRITBIN_ORIGIN", "", "the address people reach it at; empty: http://127.0.0.1:PORT"),
    Setting("GRITBIN_SCHEME", "Good Neighbours", "the scheme's name, on every page and message"),
    Setting("GRITBIN_AREA", "Wiltshire", "the area's name"),
    Setting("GRITBIN_PHONE", "01632 960 100", "the number people call instead"),
    Setting("GRITBIN_ELSEWHERE", "", "schemes next door, by postcode area: BS=Bristol Helpers 0117 496 0100; GL=..."),
    Setting("GRITBIN_ADULT_CARE", "", "the number of adult social care, shown beside 999; empty: GRITBIN_PHONE"),
    Setting("GRITBIN_HOURS", "8am to 8pm", "when that number is answered"),
    Setting("GRITBIN_CLOSED", "", "no new requests over the web while this is set; its words stand on the pages"),
    Setting(
        "GRITBIN_SMTP_URL",
        "",
        "smtp://user:password@host:port; empty: the trial's outbox, else a list",
    ),
    Setting("GRITBIN_NOTIFY_KEY", "", "an API key of GOV.UK Notify: texts go out by it, and e-mail unless SMTP is set"),
    Setting("GRITBIN_NOTIFY_URL", "https://api.notifications.service.gov.uk", "where Notify is"),
    Setting("GRITBIN_NOTIFY_TEXT_TEMPLATE", "", "the id of the text template in Notify that holds ((text))"),
    Setting("GRITBIN_NOTIFY_EMAIL_TEMPLATE", "", "the id of the e-mail template that holds ((subject)) and ((text))"),
    Setting("GRITBIN_NOTIFY_TOKEN", "", "the bearer token with which Notify tells us what was delivered"),
    Setting("GRITBIN_WARNINGS_URL", "", "where weather warnings are: an Atom feed of the Met Office's, or GeoJSON"),
    Setting("GRITBIN_WARNINGS_KEY", "", "the key it asks for, sent as x-api-key"),
    Setting("GRITBIN_FORECAST_URL", "", "a forecast like Open-Meteo's: https://api.open-meteo.com/v1/forecast"),
    Setting("GRITBIN_MAIL_FROM", "neighbours@example.org", "the address messages come from"),
    Setting(
        "GRITBIN_HOLD_BACK",
        "",
        "on: what can wait does so at night, or when it is much (docs/operators.md); off; empty: off in a trial",
    ),
    Setting("GRITBIN_TEXTS_A_DAY", "5000", "the most texts to pay for in a day; then only what must arrive goes"),
    Setting(
        "GRITBIN_BROADCAST_ALONE", "50", "how many volunteers one coordinator may write to at once without another"
    ),
    Setting(
        "GRITBIN_DEVICE_CODE",
        "",
        "on: a phone we do not know is sent a code before it shows an address; off; empty: on where Notify sends texts",
    ),
    Setting("GRITBIN_PROXIES", "0", "how many proxies of your own stand in front: that many addresses are believed"),
    Setting("GRITBIN_WORKERS", "2", "how many processes serve pages"),
    Setting("GRITBIN_LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING or ERROR"),
    Setting("GRITBIN_POSTCODES", "BA SN SP GL", "the postcode areas to load, as letters with spaces"),
    Setting("GRITBIN_EMBEDDED", "", "set to 1 by `gritbin up` when it started the database itself; not by hand"),
)
_DEFAULTS = {setting.name: setting.default for setting in SETTINGS}
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_DATABASE_SCHEMES = ("postgres", "postgresql", "postgresql+psycopg")
_BROKER_SCHEMES = ("redis", "rediss", "unix", "redis+unix", "redis+socket")
_SHORTEST_SECRET = 16
_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_NOTIFY_KEY = re.compile(rf"{_UUID}-{_UUID}$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class NotifySettings:
    """An account of GOV.UK Notify. Without a key nothing goes by it."""

    key: str = field(repr=False)
    url: str
    text_template: str
    email_template: str
    token: str = field(repr=False)

    @property
    def is_on_this_machine(self) -> bool:
        """It is a stand-in, and reaches nobody."""
        return urlsplit(self.url).hostname in ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class WeatherSettings:
    """Where the weather is told of. What has no address is not asked."""

    warnings_url: str
    warnings_key: str = field(repr=False)
    forecast_url: str


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of one process, checked. Database addresses are in SQLAlchemy's form. given: the names of those that
    the environment holds.
    """

    database_url: str
    database_owner_url: str
    redis_url: str
    port: int
    home: Path
    secret_key: str
    origin: str
    scheme: str
    area: str
    phone: str
    hours: str
    closed: str
    elsewhere: Mapping[str, str]
    adult_care: str
    smtp_url: str
    notify: NotifySettings
    weather: WeatherSettings
    mail_from: str
    holds_back: bool
    texts_a_day: int
    broadcast_alone: int
    asks_device: bool
    proxies: int
    workers: int
    log_level: str
    postcodes: tuple[str, ...]
    embedded: bool
    given: frozenset[str] = frozenset()

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Config:
        """Read and check the settings. Raises SetupError, which names the variable that is wrong."""
        given = {name: value for name in _DEFAULTS if (value := environ.get(name, "").strip())}
        values = {**_DEFAULTS, **given}
        port = _whole_number("PORT", values["PORT"], at_most=65535)
        database_url = _database_url("DATABASE_URL", values["DATABASE_URL"])
        return cls(
            database_url=database_url,
            database_owner_url=_database_url("DATABASE_OWNER_URL", values["DATABASE_OWNER_URL"]) or database_url,
            redis_url=_known_scheme("REDIS_URL", values["REDIS_URL"], _BROKER_SCHEMES),
            port=port,
            home=Path(values["GRITBIN_HOME"]).expanduser().absolute(),
            secret_key=_secret(values["GRITBIN_SECRET_KEY"]),
            origin=_origin(values["GRITBIN_ORIGIN"] or f"http://127.0.0.1:{port}"),
            scheme=values["GRITBIN_SCHEME"],
            area=values["GRITBIN_AREA"],
            phone=values["GRITBIN_PHONE"],
            hours=values["GRITBIN_HOURS"],
            closed=values["GRITBIN_CLOSED"],
            elsewhere=_elsewhere(values["GRITBIN_ELSEWHERE"]),
            adult_care=values["GRITBIN_ADULT_CARE"],
            smtp_url=_known_scheme("GRITBIN_SMTP_URL", values["GRITBIN_SMTP_URL"], ("smtp", "smtps")),
            notify=_notify(values),
            weather=_weather(values),
            mail_from=values["GRITBIN_MAIL_FROM"],
            holds_back=_is_on("GRITBIN_HOLD_BACK", values["GRITBIN_HOLD_BACK"] or _usually_holds_back(values)),
            texts_a_day=_whole_number("GRITBIN_TEXTS_A_DAY", values["GRITBIN_TEXTS_A_DAY"], at_most=10_000_000),
            broadcast_alone=_whole_number(
                "GRITBIN_BROADCAST_ALONE", values["GRITBIN_BROADCAST_ALONE"], at_most=1_000_000
            ),
            asks_device=_is_on(
                "GRITBIN_DEVICE_CODE",
                values["GRITBIN_DEVICE_CODE"] or ("on" if values["GRITBIN_NOTIFY_KEY"] else "off"),
            ),
            proxies=_whole_number("GRITBIN_PROXIES", values["GRITBIN_PROXIES"], at_least=0, at_most=8),
            workers=_whole_number("GRITBIN_WORKERS", values["GRITBIN_WORKERS"], at_most=64),
            log_level=_log_level(values["GRITBIN_LOG_LEVEL"]),
            postcodes=_postcode_areas(values["GRITBIN_POSTCODES"]),
            embedded=values["GRITBIN_EMBEDDED"] == "1",
            given=frozenset(given),
        )


def broker_url(redis_url: str) -> str:
    """The form Celery reads: a socket is `redis+socket://PATH?virtual_host=DB`; redis:// stays as it is."""
    address = urlsplit(redis_url)
    if not _is_socket(address):
        return redis_url
    return f"redis+socket://{address.path}?{urlencode({'virtual_host': _number_of(address)})}"


def client_url(redis_url: str) -> str:
    """The form redis-py reads: a socket is `unix://PATH?db=DB`; redis:// stays as it is."""
    address = urlsplit(redis_url)
    return f"unix://{address.path}?db={_number_of(address)}" if _is_socket(address) else redis_url


def limits_url(redis_url: str) -> str:
    """The form Flask-Limiter reads: a socket is `redis+unix://PATH?db=DB`; redis:// stays as it is."""
    return f"redis+{client_url(redis_url)}" if _is_socket(urlsplit(redis_url)) else redis_url


def _elsewhere(value: str) -> Mapping[str, str]:
    """Postcode area -> who helps there and their number."""
    pairs = [part.partition("=") for part in value.split(";") if part.strip()]
    found = {area.strip().upper(): words.strip() for area, _, words in pairs}
    if not all(area.isalpha() and len(area) <= 2 and words for area, words in found.items()):
        raise SetupError("GRITBIN_ELSEWHERE must look like “BS=Bristol Helpers 0117 496 0100; GL=...”.")
    return found


def _is_socket(address: SplitResult) -> bool:
    return address.scheme in ("unix", "redis+unix", "redis+socket")


def _number_of(address: SplitResult) -> int:
    """Which of the broker's numbered databases: 0 unless the address says so."""
    pairs = dict(part.partition("=")[::2] for part in address.query.split("&"))
    return int(pairs.get("virtual_host") or pairs.get("db") or 0)


def _database_url(name: str, value: str) -> str:
    _known_scheme(name, value, _DATABASE_SCHEMES)
    return f"postgresql+psycopg://{value.partition('://')[2]}" if value else ""


def _known_scheme(name: str, value: str, schemes: tuple[str, ...]) -> str:
    if value and urlsplit(value).scheme not in schemes:
        expected = " or ".join(f"{scheme}://" for scheme in schemes[:2])
        raise SetupError(
            f"{name} must be an address that starts with {expected}."
        )  # never the value: it may hold a password
    return value


def _whole_number(name: str, value: str, *, at_least: int = 1, at_most: int) -> int:
    if not value.isascii() or not value.isdigit() or not at_least <= int(value) <= at_most:
        raise SetupError(f"{name} must be a whole number from {at_least} to {at_most}, not “{value}”.")
    return int(value)


def _is_on(name: str, value: str) -> bool:
    if value not in ("on", "off"):
        raise SetupError(f"{name} must be on or off, not “{value}”.")
    return value == "on"


def _usually_holds_back(values: Mapping[str, str]) -> str:
    """Whoever tries it out at night wants to see what it says; nobody is woken by the outbox page."""
    writes_to_someone = values["GRITBIN_SMTP_URL"] or (
        values["GRITBIN_NOTIFY_KEY"] and not _notify(values).is_on_this_machine
    )
    return "off" if values["GRITBIN_EMBEDDED"] == "1" and not writes_to_someone else "on"


def _secret(value: str) -> str:
    if value and len(value) < _SHORTEST_SECRET:
        raise SetupError(f"GRITBIN_SECRET_KEY must be at least {_SHORTEST_SECRET} characters long.")
    return value


def _notify(values: Mapping[str, str]) -> NotifySettings:
    key, token = values["GRITBIN_NOTIFY_KEY"], values["GRITBIN_NOTIFY_TOKEN"]
    if key and not _NOTIFY_KEY.search(key):
        raise SetupError("GRITBIN_NOTIFY_KEY must be a whole API key of GOV.UK Notify: its name and two long ids.")
    for name in ("GRITBIN_NOTIFY_TEXT_TEMPLATE", "GRITBIN_NOTIFY_EMAIL_TEMPLATE"):
        if key and not values[name]:
            raise SetupError(f"{name} must be set where GRITBIN_NOTIFY_KEY is.")
    if token and len(token) < _SHORTEST_SECRET:
        raise SetupError(f"GRITBIN_NOTIFY_TOKEN must be at least {_SHORTEST_SECRET} characters long.")
    return NotifySettings(
        key=key,
        url=_known_scheme("GRITBIN_NOTIFY_URL", values["GRITBIN_NOTIFY_URL"], ("https", "http")),
        text_template=values["GRITBIN_NOTIFY_TEXT_TEMPLATE"],
        email_template=values["GRITBIN_NOTIFY_EMAIL_TEMPLATE"],
        token=token,
    )


def _weather(values: Mapping[str, str]) -> WeatherSettings:
    web = ("https", "http")
    return WeatherSettings(
        warnings_url=_known_scheme("GRITBIN_WARNINGS_URL", values["GRITBIN_WARNINGS_URL"], web),
        warnings_key=values["GRITBIN_WARNINGS_KEY"],
        forecast_url=_known_scheme("GRITBIN_FORECAST_URL", values["GRITBIN_FORECAST_URL"], web),
    )


def _origin(value: str) -> str:
    address = urlsplit(value)
    if address.scheme not in ("http", "https") or not address.netloc or address.path.strip("/"):
        raise SetupError(f"GRITBIN_ORIGIN must look like https://help.example.org, not “{value}”.")
    return value.rstrip("/")


def _log_level(value: str) -> str:
    if value.upper() not in _LEVELS:
        raise SetupError(f"GRITBIN_LOG_LEVEL must be one of {', '.join(_LEVELS)}, not “{value}”.")
    return value.upper()


def _postcode_areas(value: str) -> tuple[str, ...]:
    areas = tuple(value.upper().replace(",", " ").split())
    if not areas or not all(area.isalpha() and area.isascii() and len(area) <= 2 for area in areas):
        raise SetupError(f"GRITBIN_POSTCODES must be postcode areas like “BA SN”, not “{value}”.")
    return areas
