import pytest

from matcher.config import SETTINGS, Config, broker_url, client_url, limits_url
from matcher.domain.errors import SetupError


def test_an_empty_environment_gives_the_defaults():
    config = Config.from_env({})
    assert (config.port, config.origin, config.home.name) == (8000, "http://127.0.0.1:8000", ".gritbin")
    assert config.postcodes == ("BA", "SN", "SP", "GL")
    assert not config.embedded


def test_every_setting_is_read():
    asked = set()

    class Watched(dict):
        def get(self, key, default=None):
            asked.add(key)
            return default

    Config.from_env(Watched())
    assert asked == {setting.name for setting in SETTINGS}


def test_the_origin_follows_the_port():
    assert Config.from_env({"PORT": "8123"}).origin == "http://127.0.0.1:8123"


@pytest.mark.parametrize("form", ["postgres://a:b@c/d", "postgresql://a:b@c/d", "postgresql+psycopg://a:b@c/d"])
def test_any_form_of_database_address_becomes_sqlalchemys(form):
    assert Config.from_env({"DATABASE_URL": form}).database_url == "postgresql+psycopg://a:b@c/d"


def test_the_owner_is_the_serving_role_unless_another_is_named():
    only = {"DATABASE_URL": "postgresql://serving@c/d"}
    assert Config.from_env(only).database_owner_url == "postgresql+psycopg://serving@c/d"
    both = {**only, "DATABASE_OWNER_URL": "postgresql://owner@c/d"}
    assert Config.from_env(both).database_owner_url == "postgresql+psycopg://owner@c/d"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("PORT", "²"),
        ("DATABASE_URL", "mysql://user:hunter2hunter2@here/db"),
        ("DATABASE_OWNER_URL", "here/db"),
        ("REDIS_URL", "127.0.0.1:6379"),
        ("GRITBIN_SECRET_KEY", "hunter2"),
        ("GRITBIN_ORIGIN", "help.example.org"),
        ("GRITBIN_SMTP_URL", "mail.example.org"),
        ("GRITBIN_WORKERS", "0"),
        ("GRITBIN_LOG_LEVEL", "chatty"),
        ("GRITBIN_POSTCODES", "SN15"),
    ],
)
def test_a_bad_value_is_refused_by_the_name_of_its_variable_and_no_secret_is_repeated(name, value):
    with pytest.raises(SetupError) as refusal:
        Config.from_env({name: value})
    assert name in refusal.value.message
    assert "hunter2" not in refusal.value.message


@pytest.mark.parametrize(
    "given", ["unix:///run/v?db=3", "redis+unix:///run/v?db=3", "redis+socket:///run/v?virtual_host=3"]
)
def test_a_socket_has_three_spellings_for_three_readers(given):
    assert broker_url(given) == "redis+socket:///run/v?virtual_host=3"
    assert client_url(given) == "unix:///run/v?db=3"
    assert limits_url(given) == "redis+unix:///run/v?db=3"


@pytest.mark.parametrize("reader", [broker_url, client_url, limits_url])
def test_an_address_by_tcp_is_the_same_for_all(reader):
    assert reader("redis://:password@broker:6379/1") == "redis://:password@broker:6379/1"


@pytest.mark.parametrize(
    ("settings", "holds_back"),
    [
        ({}, True),
        ({"GRITBIN_EMBEDDED": "1"}, False),
        ({"GRITBIN_EMBEDDED": "1", "GRITBIN_SMTP_URL": "smtp://127.0.0.1"}, True),
        ({"GRITBIN_EMBEDDED": "1", "GRITBIN_HOLD_BACK": "on"}, True),
        ({"GRITBIN_HOLD_BACK": "off"}, False),
    ],
)
def test_only_a_trial_that_writes_to_nobody_holds_nothing_back_unless_it_is_said(settings, holds_back):
    assert Config.from_env(settings).holds_back is holds_back


def test_a_word_that_is_neither_on_nor_off_is_refused():
    with pytest.raises(SetupError, match="GRITBIN_HOLD_BACK must be on or off"):
        Config.from_env({"GRITBIN_HOLD_BACK": "yes"})
