from __future__ import annotations

from flask.testing import FlaskClient

from tests.web.conftest import World, press


def test_an_address_is_made_by_a_press_and_its_feed_can_be_read(client: FlaskClient, world: World) -> None:
    press(client, f"/m/{world.ask}", f"/m/{world.ask}/yes")
    made = press(client, f"/me/{world.me}", f"/me/{world.me}/calendar")
    assert made.status_code == 303
    shown = client.get(made.location)
    assert f"{made.location}.ics" in shown.text
    feed = client.get(f"{made.location}.ics")
    assert feed.content_type == "text/calendar; charset=utf-8"
    assert feed.text.count("BEGIN:VEVENT") == 1
    assert feed.headers["Cache-Control"] == "no-store"


def test_a_new_address_ends_the_one_before_and_leaves_other_links_alone(client: FlaskClient, world: World) -> None:
    first, second = (press(client, f"/me/{world.me}", f"/me/{world.me}/calendar").location for _ in range(2))
    assert [client.get(f"{address}.ics").status_code for address in (first, second)] == [404, 200]
    assert client.get(first).status_code == 404
    assert client.get(f"/me/{world.me}").status_code == 200


def test_a_calendar_s_address_opens_nothing_else(client: FlaskClient, world: World) -> None:
    token = press(client, f"/me/{world.me}", f"/me/{world.me}/calendar").location[-22:]
    assert [client.get(f"/{noun}/{token}").status_code for noun in ("me", "m", "r", "visits")] == [404] * 4


def test_the_visit_page_offers_a_file(client: FlaskClient, world: World) -> None:
    visit = press(client, f"/m/{world.ask}", f"/m/{world.ask}/yes").location
    assert f"{visit}/visit.ics" in client.get(visit).text
    file = client.get(f"{visit}/visit.ics")
    assert file.headers["Content-Disposition"] == 'attachment; filename="visit.ics"'
    assert "METHOD:PUBLISH" in file.text
