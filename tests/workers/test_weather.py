"""Looking at the weather over the line: within bounds of time and size, where the settings say and nowhere else."""

import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from matcher.config import WeatherSettings
from matcher.domain.geo import Point
from matcher.store.models import Area, ColdHint, WeatherSource
from tests.matcher.domain.weather.feeds import forecast
from tests.matcher.services.test_weather_looks import feed, soon


class Sky(BaseHTTPRequestHandler):
    """Answers each path as it was told to, and remembers what was asked with which key."""

    says: dict
    asked: list

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.asked.append((self.path, self.headers.get("x-api-key")))
        status, body = self.says[path]
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/other")
        self.end_headers()
        for part in body if isinstance(body, Iterator) else [body]:
            try:
                self.wfile.write(part)
                self.wfile.flush()
            except OSError:
                return

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def sky(workers, monkeypatch):
    """`sky.at("/warnings")`: the settings name it; `sky.says[path] = (status, body)`."""
    handler = type("OneSky", (Sky,), {"says": {}, "asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    handler.url = f"http://127.0.0.1:{server.server_address[1]}"

    def look(warnings="", forecast=""):
        urls = [f"{handler.url}{path}" if path else "" for path in (warnings, forecast)]
        settings = WeatherSettings(warnings_url=urls[0], warnings_key="k-1", forecast_url=urls[1])
        monkeypatch.setattr("workers.weather.config", type("Settings", (), {"weather": settings}))
        workers.weather.look()

    handler.look = staticmethod(look)
    yield handler
    server.shutdown()
    server.server_close()


def problem(world):
    return world.one(WeatherSource).problem


def test_nothing_is_asked_unless_the_settings_say_where(world, sky):
    sky.look()
    assert (sky.asked, world.all(WeatherSource)) == ([], [])


def test_warnings_are_fetched_with_the_key_and_noted(world, sky):
    sky.says["/warnings"] = (200, feed(soon(world)))
    sky.look("/warnings")
    assert sky.asked == [("/warnings", "k-1")]
    assert [hint.area_id for hint in world.all(ColdHint)] == [world.area_id()]
    assert problem(world) == ""


def test_an_atom_feed_leads_to_the_latest_warnings(world, sky):
    link = f'<link rel="related" href="{sky.url}/issued"/>'
    sky.says["/feed"] = (200, f'<feed xmlns="http://www.w3.org/2005/Atom">{link}</feed>'.encode())
    sky.says["/issued"] = (200, feed(soon(world)))
    sky.look("/feed")
    assert sky.asked == [("/feed", "k-1"), ("/issued", "k-1")]
    assert len(world.all(ColdHint)) == 1


def test_one_question_for_the_forecast_of_every_area_tells_of_nobodys_home_and_no_key(world, sky):
    areas = len(world.all(Area))
    sky.says["/forecast"] = (200, json.dumps([forecast(world.now, ground=[-3.0] * 48)] * areas).encode())
    sky.look(forecast="/forecast")
    ((path, key),) = sky.asked
    assert key is None
    assert path.startswith("/forecast?latitude=")
    assert path.count(",") == 2 * (areas - 1) + 2
    assert len(world.all(ColdHint)) == areas


def test_the_middle_of_an_area_is_told_to_a_hundredth_of_a_degree(workers):
    settings = WeatherSettings("", "", "https://forecast.example.org/v1?apikey=x")
    address = workers.weather.forecast_address(settings, [Point(51.34712, -2.2503), Point(51.0, -1.8)])
    assert address.startswith("https://forecast.example.org/v1?apikey=x&latitude=51.35,51.00&longitude=-2.25,-1.80&")


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (500, b"", "It answered 500."),
        (403, b"no key", "It answered 403."),
        (302, b"", "It answered 302."),
        (200, b"<html>", "The feed is neither JSON nor sound XML."),
        (200, b"", "It is empty."),
        (200, b"{" * 10, "It is not JSON"),
    ],
)
def test_what_is_no_answer_is_noted_and_takes_nothing_away(world, sky, status, body, why):
    sky.says["/warnings"] = (200, feed(soon(world)))
    sky.look("/warnings")
    sky.says["/warnings"] = (status, body)
    sky.look("/warnings")
    assert problem(world).startswith(why)
    assert len(world.all(ColdHint)) == 1
    assert ("/other", "k-1") not in sky.asked


def test_too_much_is_not_read_to_its_end(world, sky, monkeypatch):
    monkeypatch.setattr("workers.fetching.LARGEST_BYTES", 100_000)
    sent = []

    def endless():
        while True:
            sent.append(1)
            yield b" " * 10_000

    sky.says["/warnings"] = (200, endless())
    sky.look("/warnings")
    assert problem(world) == "It sent more than 8 MB."
    assert len(sent) < 1000


def test_one_that_drips_is_left_in_time(world, sky, monkeypatch):
    monkeypatch.setattr("workers.fetching.WHOLE_S", 0.5)

    def drip():
        for _ in range(100):
            time.sleep(0.05)
            yield b" "

    sky.says["/warnings"] = (200, drip())
    began = time.monotonic()
    sky.look("/warnings")
    assert problem(world) == "It was too slow."
    assert time.monotonic() - began < 3


def test_one_that_does_not_answer_is_left_in_time_and_the_other_is_still_asked(world, sky, monkeypatch):
    monkeypatch.setattr("workers.fetching.READ_S", 0.2)
    sky.says["/warnings"] = (200, iter([]))

    def silent(handler):
        if handler.path == "/warnings":
            time.sleep(0.6)
        return Sky.do_GET(handler)

    monkeypatch.setattr(sky, "do_GET", silent)
    areas = len(world.all(Area))
    sky.says["/forecast"] = (200, json.dumps([forecast(world.now, ground=[3.0] * 48)] * areas).encode())
    sky.look("/warnings", "/forecast")
    found = {source.name: source.problem for source in world.all(WeatherSource)}
    assert found == {"warnings": "It did not answer in time.", "forecast": ""}


def test_nobody_there_is_noted_without_address_or_key(world, workers, monkeypatch):
    settings = WeatherSettings("http://127.0.0.1:9/secret", "k-1", "")
    monkeypatch.setattr("workers.weather.config", type("Settings", (), {"weather": settings}))
    workers.weather.look()
    assert problem(world) == "It could not be reached, or broke off."
