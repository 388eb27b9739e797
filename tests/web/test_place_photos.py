"""A photo on the page of a place: sent by anyone with a press or after it, looked at by the team, removed at once."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from matcher.domain.roles import StaffRoleName
from matcher.services.made_safe import SENT_BYTES
from matcher.store.models import StockPhoto
from matcher.store.session import reading
from tests import sent_files
from tests.sent_files import MARK
from tests.web.conftest import World, error_beside, press
from tests.web.test_concerns import as_
from tests.web.test_desk import hidden, words
from tests.web.test_places import add, told
from web.forms.pieces import MOST_SENT

SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"


def file(content: bytes, name: str = "../conigre hill.jpg") -> dict[str, Any]:
    """As a browser sends it: under a name that says more than it should."""
    return {"picture": (io.BytesIO(content), name)}


def tell(client: FlaskClient, page: str, **typed: Any) -> Any:
    """One press."""
    return client.post(f"{page}/level", data={**hidden(client.get(page).text), "stock": "empty", **typed})


def kept() -> list[bytes]:
    with reading() as session:
        return [one.content for one in session.query(StockPhoto)]


@pytest.fixture
def ruth(app: Flask, world: World) -> FlaskClient:
    return as_(app, StaffRoleName.COORDINATOR)


def test_the_page_asks_for_a_photo_of_the_bin_and_of_nobody(cookieless: FlaskClient, app: Flask) -> None:
    shown = cookieless.get(f"/places/{add()}").text
    assert (
        'type="file" accept="image/jpeg,image/png,image/webp" capture="environment" aria-describedby="picture-hint"'
        in shown
    )
    assert "Show no people, faces, doors or number plates" in shown
    assert 'enctype="multipart/form-data"' in shown


def test_it_comes_with_the_press_or_after_it_and_nobody_is_asked_who_they_are(
    cookieless: FlaskClient, app: Flask
) -> None:
    page = f"/places/{add()}"
    thanked = cookieless.get(tell(cookieless, page, **file(sent_files.photo())).location)
    assert "You told us that it is empty. The team knows now, and sees your photo." in words(thanked)
    assert 'type="file"' not in thanked.text
    without = tell(cookieless, page, **file(b"", ""))
    asked = cookieless.get(without.location)
    assert "Send the photo" in words(asked)
    none = cookieless.post(f"{page}/photo", data={**hidden(asked.text), **file(b"", "")})
    assert error_beside(none.text, "picture") == "Choose a photo, or leave it: we know how full it is"
    sent = cookieless.post(f"{page}/photo", data={**hidden(none.text), **file(sent_files.photo("PNG"))})
    assert (sent.status_code, sent.location) == (303, without.location)
    assert told() == ["empty", "empty"]
    assert len(kept()) == 2
    assert cookieless.post(f"{page}/undo", data=hidden(cookieless.get(sent.location).text)).location == page
    assert (told(), len(kept())) == (["empty"], 1)


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b"", "The picture must be a JPEG, PNG or WebP file"),
        (SVG, "The picture must be a JPEG, PNG or WebP file"),
        (
            sent_files.HEIC,
            (
                "That picture is a HEIC file, which we cannot use. On an iPhone, choose it from Photos, not from Files."
                " Or send a screenshot of it"
            ),
        ),
        (sent_files.photo()[:300], "The picture must be a JPEG, PNG or WebP file"),
        (sent_files.png_that_claims(6000, 5000), "The picture has too many dots. Send a smaller copy of it"),
        (bytes(SENT_BYTES + 1), "The picture must be smaller than 8 MB"),
    ],
    ids=["empty", "a drawing with a script", "of an iPhone", "cut short", "a bomb", "huge"],
)
def test_a_file_that_cannot_be_used_is_said_beside_it_and_what_was_pressed_is_kept(
    cookieless: FlaskClient, app: Flask, content: bytes, wrong: str
) -> None:
    page = f"/places/{add()}"
    answer = tell(cookieless, page, **file(content))
    assert (answer.status_code, error_beside(answer.text, "picture")) == (422, wrong)
    assert "<title>Error:" in answer.text
    assert "You told us that it is empty" in words(answer)
    assert (told(), kept()) == (["empty"], [])
    again = cookieless.post(f"{page}/photo", data={**hidden(answer.text), **file(content)})
    assert (again.status_code, error_beside(again.text, "picture")) == (422, wrong)
    mended = cookieless.post(f"{page}/photo", data={**hidden(again.text), **file(sent_files.photo())})
    assert (mended.status_code, told(), len(kept())) == (303, ["empty"], 1)


def test_what_is_too_large_to_be_read_at_all_has_a_page_of_its_own(cookieless: FlaskClient, app: Flask) -> None:
    answer = tell(cookieless, f"/places/{add()}", **file(bytes(MOST_SENT)))
    assert (answer.status_code, "8 MB" in answer.text) == (413, True)


def test_it_waits_as_a_press_does_and_only_a_form_of_ours_brings_it(cookieless: FlaskClient, app: Flask) -> None:
    page = f"/places/{add()}"
    form = hidden(cookieless.get(tell(cookieless, page).location).text)
    assert cookieless.post(f"{page}/photo", data={**form, "form_token": "0" * 64}).status_code == 400
    answers = [cookieless.post(f"{page}/photo", data={**form, **file(b"x")}).status_code for _ in range(31)]
    assert answers == [422] * 30 + [429]


def test_private_stock_takes_no_photo(cookieless: FlaskClient, app: Flask) -> None:
    form = hidden(cookieless.get(f"/places/{add()}").text)
    secret = add(kind="salt_store")
    assert cookieless.post(f"/places/{secret}/photo", data={**form, **file(sent_files.photo())}).status_code == 404


def test_the_team_sees_it_where_it_looks_after_the_place_and_removes_it_at_once(
    cookieless: FlaskClient, ruth: FlaskClient
) -> None:
    place_id = add(landmark="By the bus shelter")
    assert "photo" not in words(ruth.get(f"/team/places/{place_id}"))
    tell(cookieless, f"/places/{place_id}", **file(sent_files.photo()))
    at = f"/team/places/{place_id}/photos/1"
    means = 'alt="Top of the hill, by the bus shelter: empty, as a passer-by saw it today, '
    for page in (f"/team/places/{place_id}", "/team/places/salt"):
        shown = ruth.get(page).text
        assert f'src="{at}.jpg" {means}' in shown, page
    answer = ruth.get(f"{at}.jpg")
    assert (answer.content_type, answer.headers["Cache-Control"]) == ("image/jpeg", "no-store")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == 'inline; filename="picture.jpg"'
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert (answer.data[:3], MARK in answer.data, b"Exif" in answer.data) == (b"\xff\xd8\xff", False, False)
    assert press(ruth, f"/team/places/{place_id}", f"{at}/remove").location == f"/team/places/{place_id}"
    assert (ruth.get(f"{at}.jpg").status_code, kept(), told()) == (404, [], ["empty"])
    assert press(ruth, f"/team/places/{place_id}", f"{at}/remove").status_code == 404


def test_it_stands_on_the_refill_list_until_somebody_says_something_else(
    cookieless: FlaskClient, ruth: FlaskClient
) -> None:
    page = f"/places/{add()}"
    tell(cookieless, page, **file(sent_files.photo()))
    tell(cookieless, page, stock="half")
    assert "<img" not in ruth.get("/team/places/salt").text
    assert "1 photo from passers-by" in words(ruth.get(f"/team{page}"))


def test_nobody_else_is_given_a_byte_of_it(app: Flask, cookieless: FlaskClient, ruth: FlaskClient) -> None:
    page = f"/places/{add()}"
    thanked = tell(cookieless, page, **file(sent_files.photo())).location
    address = f"/team{page}/photos/1"
    (photo,) = kept()
    assert ruth.get(f"{address}.jpg").data == photo
    others = [cookieless, *(as_(app, role) for role in (StaffRoleName.BOARD_MEMBER, StaffRoleName.SAFEGUARDING_LEAD))]
    for other in others:
        answer = other.get(f"{address}.jpg")
        assert (answer.status_code in (303, 404), photo in answer.data) == (True, False)
        assert other.post(f"{address}/remove").status_code in (303, 404)
    public = [cookieless.get(path) for path in (page, thanked, "/area/bradford-on-avon", f"{page}/photos/1.jpg")]
    for answer in (*public, ruth.get("/team/places.csv")):
        assert (photo[:200] in answer.data, b"/photos/" in answer.data, b".jpg" in answer.data) == (False,) * 3
    assert kept() == [photo]
