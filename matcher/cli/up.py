"""`gritbin up`: everything that a trial needs, on one machine, until it is told to end."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import uuid4

import click

from matcher.cli import health
from matcher.cli.leftovers import Ledger
from matcher.cli.release import load_areas, migrate_database
from matcher.cli.serve import pages_command, pretend_notify_command, worker_command
from matcher.cli.settings import DATABASE
from matcher.cli.supervision import Supervisor
from matcher.cli.welcome import fill_demo_once, load_starting_rows, places_to_go
from matcher.config import SETTINGS, Config, NotifySettings, client_url
from matcher.domain.errors import SetupError
from matcher.store.embedded import Postgres, Valkey
from matcher.store.home import Home
from matcher.store.processes import Program, wait_until

_SERVERS, _SERVICE = 1, 2  # the stages: the service rests on the servers
_START_WITHIN_S = 60.0
_HEALTHY_WITHIN_S = 60.0
_LAST_WORDS = 3


class StopAsked(BaseException):
    """Someone asked us to end: Ctrl-C, SIGTERM or a closed terminal. Not an error, so nothing may swallow it."""


def _settings_in_words() -> str:
    width = max(len(setting.name) for setting in SETTINGS)
    lines = (f"{s.name:<{width}}  {s.meaning}{f' ({s.default})' if s.default else ''}" for s in SETTINGS)
    return "\b\nSettings, from the environment:\n" + "\n".join(f"  {line}" for line in lines)


@click.command(epilog=_settings_in_words())
@click.option("--empty", is_flag=True, help="Start without the made-up people of the demo.")
@click.option("--snow-day", is_flag=True, help="The demo on a snow day, where it has not been made up yet.")
def up(*, empty: bool, snow_day: bool) -> None:
    """Start everything on this machine and keep it running. Ctrl-C ends it."""
    if empty and snow_day:
        raise click.UsageError("--empty starts without the demo, --snow-day is a day of it: leave one of them out.")
    config = Config.from_env(os.environ)
    home = Home.prepare(config.home)
    ledger = Ledger(home.path)
    ledger.claim()
    ledger.end_leftovers()
    _must_be_free(config.port)
    home.turn_over_logs()
    supervisor = Supervisor(ledger, _tell)
    try:
        with _stopping_when_asked():
            running = _start_everything(config, home, supervisor, empty=empty, snow_day=snow_day)
            _say_where_to_go(running)
            supervisor.watch()
    except StopAsked:
        _tell("Ending ...")
    finally:
        supervisor.end_all()


def _start_everything(config: Config, home: Home, supervisor: Supervisor, *, empty: bool, snow_day: bool) -> Config:
    """Servers, tables, postcodes, demo, then pages and worker. Returns the settings they run with."""
    config = _with_secrets(config, home)
    config = _with_database(config, home, supervisor)
    config = _with_broker(config, home, supervisor)
    config = _with_notify(config, home, supervisor)
    migrate_database(config)
    load_areas(config)
    load_starting_rows(config)
    if not empty and not fill_demo_once(config, is_snow_day=snow_day) and snow_day:
        _tell("People are known here already: for the snow day, start with another GRITBIN_HOME.")
    for program in _service(config, home):
        supervisor.add(program, stage=_SERVICE)
    _wait_until_healthy(config, supervisor, home)
    return config


def _with_secrets(config: Config, home: Home) -> Config:
    return replace(config, secret_key=config.secret_key or home.secret("key"))


def _with_database(config: Config, home: Home, supervisor: Supervisor) -> Config:
    if config.database_url:
        return config
    postgres = Postgres(home)
    _start_server(postgres.prepare(), postgres.is_ready, supervisor)
    postgres.ensure_database(DATABASE)
    return replace(
        config,
        database_url=postgres.serving_url(DATABASE),
        database_owner_url=postgres.owner_url(DATABASE),
        embedded=True,
    )


def _with_broker(config: Config, home: Home, supervisor: Supervisor) -> Config:
    if config.redis_url:
        return config
    valkey = Valkey(home)
    _start_server(valkey.prepare(), valkey.is_ready, supervisor)
    return replace(config, redis_url=client_url(valkey.url))


def _with_notify(config: Config, home: Home, supervisor: Supervisor) -> Config:
    """A trial sends through a stand-in for GOV.UK Notify, so that what becomes of its messages is seen as in life."""
    if not config.embedded or config.notify.key:
        return config
    port, token = _free_port(), home.secret("notify")
    program = pretend_notify_command(port, callback=f"http://127.0.0.1:{config.port}/notify/delivery")
    environ = {**os.environ, "GRITBIN_NOTIFY_TOKEN": token}
    supervisor.add(Program("notify", program, home.log("notify"), environ), stage=_SERVERS)
    key = f"trial-{uuid4()}-{uuid4()}"
    return replace(config, notify=NotifySettings(key, f"http://127.0.0.1:{port}", "text", "email", token))


def _free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def _start_server(program: Program, is_ready: Callable[[], bool], supervisor: Supervisor) -> None:
    supervisor.add(program, stage=_SERVERS)
    wait_until(lambda: is_ready() or supervisor.has_died(program.name), within_s=_START_WITHIN_S)
    if not is_ready():
        raise SetupError(_did_not_start(program))


def _service(config: Config, home: Home) -> Iterator[Program]:
    """The pages, and one worker with the clock of the sweeps."""
    environ = {**os.environ, **_environ(config)}
    environ.pop("DATABASE_OWNER_URL", None)  # what serves may not change tables
    timetable = home.path / "timetable"
    for left in home.path.glob("timetable*"):
        left.unlink()  # a kill may have torn it; every entry is an interval, so nothing is lost
    pages = pages_command(config, f"127.0.0.1:{config.port}")
    yield Program("web", pages, home.log("web"), environ)
    yield Program("worker", worker_command(config, timetable=timetable), home.log("worker"), environ)


def _environ(config: Config) -> dict[str, str]:
    return {
        "DATABASE_URL": config.database_url,
        "REDIS_URL": config.redis_url,
        "PORT": str(config.port),
        "GRITBIN_HOME": str(config.home),
        "GRITBIN_SECRET_KEY": config.secret_key,
        "GRITBIN_ORIGIN": config.origin,
        "GRITBIN_EMBEDDED": "1" if config.embedded else "",
        "GRITBIN_NOTIFY_KEY": config.notify.key,
        "GRITBIN_NOTIFY_URL": config.notify.url,
        "GRITBIN_NOTIFY_TEXT_TEMPLATE": config.notify.text_template,
        "GRITBIN_NOTIFY_EMAIL_TEMPLATE": config.notify.email_template,
        "GRITBIN_NOTIFY_TOKEN": config.notify.token,
        "PYTHONUNBUFFERED": "1",
    }


def _wait_until_healthy(config: Config, supervisor: Supervisor, home: Home) -> None:
    """Raises SetupError if the pages never come; says which other part is late, and goes on."""
    answers = wait_until(
        lambda: health.is_ready(config.port) or supervisor.has_died("web"), within_s=_START_WITHIN_S
    ) and not supervisor.has_died("web")
    if not answers:
        raise SetupError(_did_not_start(Program("web", (), home.log("web"))))

    def all_well() -> bool:
        supervisor.look()
        return not health.unwell(config.port)

    if not wait_until(all_well, within_s=_HEALTHY_WITHIN_S):
        _tell(f"Not well yet: {', '.join(health.unwell(config.port))}. The logs are in {home.log('web').parent}")


def _did_not_start(program: Program) -> str:
    words = program.log.read_text(errors="replace").strip().splitlines()[-_LAST_WORDS:] if program.log.exists() else []
    return f"{program.name} did not start: {' / '.join(words) or 'it said nothing'}. All it said is in {program.log}"


def _must_be_free(port: int) -> None:
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind(("127.0.0.1", port))
        except PermissionError as error:
            raise SetupError(f"Port {port} is for the system only. Choose another: PORT=8001 ./run") from error
        except OSError as error:
            raise SetupError(f"Port {port} is in use. Choose another: PORT={port + 1} ./run") from error


@contextmanager
def _stopping_when_asked() -> Iterator[None]:
    """While inside, a signal to end raises StopAsked; from then on further ones are ignored: we are ending."""
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(*_: object) -> None:
        for each in signals:
            signal.signal(each, signal.SIG_IGN)
        raise StopAsked

    for each in signals:
        signal.signal(each, stop)
    yield


def _say_where_to_go(config: Config) -> None:
    _tell(f"\n{config.scheme} is open.\n")
    places = places_to_go(config)
    width = max(len(place.words) for place in places)
    for place in places:
        click.echo(f"  {place.words:<{width}}  {place.address}")
    click.echo(f"\nEverything it keeps is in {config.home}. Ctrl-C ends it.")


def _tell(words: str) -> None:
    click.echo(words)
    sys.stdout.flush()
