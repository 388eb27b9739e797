"""A story with a place or a request, on the pages of the team and on nobody else's."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from matcher.domain.roles import StaffRoleName
from tests.web.conftest import World, error_beside, press
from tests.web.test_concerns import as_
from tests.web.test_places import add
from tests.web.test_stories import only, put_out, tell


def test_a_coordinator_puts_a_story_with_a_place_and_a_request_and_nobody_but_the_team_sees_it(
    app: Flask, client: FlaskClient, world: World
) -> None:
    ruth, pat = as_(app, StaffRoleName.COORDINATOR), as_(app, StaffRoleName.CONNECTOR)
    own = tell(client)
    put_out(ruth)
    reference, story = only().reference, f"/team/stories/{only().id}"
    place_id = add(name="Quiddity bin")
    for at in (f"/team/places/{place_id}", f"/team/needs/{world.need_id}"):
        wrong = press(ruth, at, f"{at}/stories", reference="AAA-AAA")
        assert (wrong.status_code, error_beside(wrong.text, "reference")) == (
            422,
            "We have no story with that reference",
        )
        assert 'value="AAA-AAA"' in wrong.text
        assert press(ruth, at, f"{at}/stories", reference=reference).location == at
        assert story in ruth.get(at).text
        assert at in ruth.get(story).text
        assert at not in pat.get(story).text  # who keeps stories looks after neither
        assert pat.post(f"{at}/stories", data={"reference": reference}).status_code in (400, 404)
    public = (f"/places/{place_id}", f"/r/{world.status}", f"/m/{world.ask}", f"/me/{world.me}")
    for path in (*public, "/stories", "/said-did", "/area/bradford-on-avon", "/area/calne", own):
        shown = client.get(path)
        assert shown.status_code == 200, path
        assert reference not in shown.text or path == own
        assert "Quiddity bin" not in shown.text or "Quincepaste" not in shown.text
    for at in (f"/team/places/{place_id}", f"/team/needs/{world.need_id}"):
        assert press(ruth, at, f"{at}/stories", gone=str(only().id)).location == at
        assert at not in ruth.get(story).text
