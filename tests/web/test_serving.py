"""Gunicorn serves the pages as they are to be served."""

import gc

import pytest
from gunicorn.app.wsgiapp import WSGIApplication

from matcher.cli.serve import pages_command
from matcher.config import Config
from web import serving


@pytest.fixture
def server(monkeypatch):
    """Gunicorn, as it reads the command that starts it."""
    _, _, *command = pages_command(Config.from_env({}), "127.0.0.1:0")
    monkeypatch.setattr("sys.argv", command)
    yield WSGIApplication("%(prog)s [OPTIONS]").cfg
    gc.unfreeze()


def test_before_it_forks_what_is_there_is_kept_for_good_so_that_no_answer_waits_for_a_search_of_all_of_it(server):
    gc.unfreeze()
    server.when_ready(None)
    assert server.preload_app
    assert serving.__name__ in server.config
    assert gc.get_freeze_count() > 10_000
