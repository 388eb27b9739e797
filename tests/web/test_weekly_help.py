"""A volunteer tells once what they do every week."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.web.conftest import World, error_beside, press


def test_it_is_told_once_said_again_and_ended(client: FlaskClient, world: World) -> None:
    own = f"/me/{world.me}/weekly"
    assert f'href="{own}"' in client.get(f"/me/{world.me}").text
    assert press(client, own, kind="errand", days=["0", "1", "2", "3", "4", "5", "6"]).location == own
    assert "Shopping or an errand, every day" in client.get(own).text
    assert press(client, own, f"{own}/1/still").location == own
    assert press(client, own, f"{own}/2/still").status_code == 404
    assert press(client, own, f"{own}/1/end").location == own
    assert "every day" not in client.get(own).text


def test_what_is_missing_stands_beside_it_and_the_rest_stays(client: FlaskClient, world: World) -> None:
    own = f"/me/{world.me}/weekly"
    refused = press(client, own, kind="errand", days=["9"])
    assert refused.status_code == 422
    assert error_beside(refused.text, "days") == "Select the days you help on"
    assert 'value="errand" selected' in refused.text
    refused = press(client, own, kind="\0", days=["0"])
    assert refused.status_code in (400, 422)
