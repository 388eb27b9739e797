import stat

import psycopg
import pytest
import redis
from kombu import Connection
from sqlalchemy import text

from matcher.config import broker_url, client_url
from matcher.domain.errors import SetupError
from matcher.store import embedded
from matcher.store.embedded import Postgres, Valkey
from matcher.store.home import Home
from matcher.store.roles import driver_url


def test_the_serving_role_may_write_rows_but_not_change_tables(database):
    with psycopg.connect(driver_url(database.serving_url)) as serving:
        serving.execute("insert into heartbeats (part, at) values ('test', now())")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            serving.execute("alter table heartbeats add column more text")


def test_the_serving_role_never_changes_an_audit_row(database):
    with (
        psycopg.connect(driver_url(database.serving_url)) as serving,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        serving.execute("update audit set actor = 'nobody'")


def test_nobody_gets_in_without_the_password(servers):
    open_door = driver_url(servers.owner_url).replace(
        psycopg.conninfo.conninfo_to_dict(driver_url(servers.owner_url))["password"], "guess"
    )
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(open_door)


def test_celery_and_redis_speak_to_the_embedded_valkey(redis_url):
    assert redis.Redis.from_url(client_url(redis_url)).ping()
    with Connection(broker_url(redis_url)) as connection:
        connection.ensure_connection(max_retries=1)


def test_one_test_does_not_see_the_rows_of_another(session):
    session.execute(text("insert into heartbeats (part, at) values ('left behind', now())"))
    session.commit()
    with session.get_bind().engine.connect() as another:
        assert another.scalar(text("select count(*) from heartbeats")) == 0


def test_a_machine_without_the_wheel_is_told_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(embedded, "find_spec", lambda name: None)
    home = Home.prepare(tmp_path / "h")
    with pytest.raises(SetupError, match=r"Install Valkey and name it, like REDIS_URL=redis://"):
        Valkey(home)
    with pytest.raises(SetupError, match=r"Install PostgreSQL and name it, like DATABASE_URL=postgresql://"):
        Postgres(home)


def test_stale_sockets_of_a_killed_server_are_cleared(tmp_path):
    home = Home.prepare(tmp_path / "h")
    (home.sockets() / "valkey").touch()
    (home.sockets() / ".s.PGSQL.5432.lock").touch()
    Valkey(home).prepare()
    Postgres(home, durable=False).prepare()
    assert list(home.sockets().iterdir()) == []


def test_secrets_are_made_once_and_are_for_their_owner_only(tmp_path):
    home = Home.prepare(tmp_path / "h")
    made = home.secret("key")
    assert stat.S_IMODE((tmp_path / "h" / "secret-key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "h").stat().st_mode) == 0o700
    assert Home.prepare(tmp_path / "h").secret("key") == made


def test_a_home_with_a_long_path_keeps_its_sockets_elsewhere(tmp_path):
    deep = tmp_path / ("a" * 90) / "home"
    sockets = Home.prepare(deep).sockets()
    assert len(str(sockets / ".s.PGSQL.5432")) <= 103
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    sockets.rmdir()


def test_a_home_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(SetupError, match=r"cannot be written .* Set GRITBIN_HOME to a folder of yours"):
        Home.prepare(tmp_path / "file" / "home")
