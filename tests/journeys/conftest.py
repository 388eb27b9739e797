"""What the journeys share: one running Gritbin for all of them, a fresh database for each, and people with browsers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect

from matcher.store import session as store_session
from tests.journeys.running import Running, own_broker

expect.set_options(timeout=15_000)  # the machine may be busy with other tests


@pytest.fixture(scope="session")
def _empty_database(fresh_database: Callable[[str], Any], worker_name: str) -> Callable[[], str]:
    """The address of an empty database, always the same one, so that what runs need not be told."""
    return lambda: fresh_database(f"journeys_{worker_name}").serving_url


@pytest.fixture(scope="session")
def _running(
    servers: Any, _empty_database: Callable[[], str], worker_name: str, tmp_path_factory: Any
) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("running")
    running = Running(folder, _empty_database(), own_broker(servers.redis_url, "journeys", worker_name))
    try:
        running.start_pages()
        yield running
    finally:
        running.stop()


@pytest.fixture
def running(_running: Running, _empty_database: Callable[[], str]) -> Iterator[Running]:
    """The pages, over an empty database; the worker as the test before left it."""
    store_session.configure(_empty_database())
    _running.forget_limits()
    yield _running
    store_session.dispose()


@pytest.fixture
def story(running: Running) -> Running:
    """Everything runs, the worker too."""
    running.start_worker()
    return running


@pytest.fixture
def quiet(running: Running) -> Running:
    """The pages alone: no row changes but by what the test does."""
    running.stop_worker()
    return running


@pytest.fixture
def someone(running: Running, new_context: Callable[..., BrowserContext]) -> Iterator[Callable[..., Page]]:
    """`someone(...)`: a person with a browser of their own. Whatever their pages complain of fails the test."""
    complaints: list[str] = []

    def open_browser(**options: Any) -> Page:
        # The page that stands in without a signal is for the tests that ask for it: it would also stand in for a route.
        usual = {"locale": "en-GB", "timezone_id": "Europe/London", "service_workers": "block"}
        page = new_context(base_url=running.origin, **{**usual, **options}).new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda line: complaints.extend(_complaint(page, line)))
        return page

    yield open_browser
    assert complaints == []


def _complaint(page: Page, line: ConsoleMessage) -> list[str]:
    """What a browser says of a broken script, a file that is not there, or something the policy forbids.

    The answer 422 to a form with an error in it is meant, and so is a line that a test cuts: Chromium says so too.
    """
    is_meant = "422" in line.text or "ERR_INTERNET_DISCONNECTED" in line.text
    return [] if line.type != "error" or is_meant else [f"{page.url}: {line.text}"]
