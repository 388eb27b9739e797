"""A picture and a voice note on the telling page, where they are seen and heard, and that they are then for nobody."""

from __future__ import annotations

import io
import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from matcher.domain.roles import StaffRoleName
from matcher.domain.stories import Piece
from tests import sent_files
from tests.sent_files import MARK
from tests.web.conftest import error_beside, press
from tests.web.test_concerns import as_
from tests.web.test_desk import hidden, words
from tests.web.test_stories import READERS, STORY, only, put_out
from web.forms.pieces import MOST_SENT

SHOWS = "The steps under snow"


def files(**sent: bytes) -> dict[str, Any]:
    """As a browser sends them: under names that say more than they should."""
    return {f"{kind}_file": (io.BytesIO(content), "../conigre hill.jpg") for kind, content in sent.items()}


def send(client: FlaskClient, **typed: Any) -> Any:
    """The first page, with what it holds already."""
    shown = client.get("/tell").text
    return client.post("/tell", data={**hidden(shown), **STORY, **typed})


def tell(client: FlaskClient, *, shared: tuple[str, ...] = tuple(Piece), **typed: Any) -> str:
    """A story with a picture and a voice note; its own page."""
    sent = files(picture=sent_files.photo(), voice=sent_files.wav())
    assert send(client, **sent, shows=SHOWS, **typed).status_code == 303
    press(client, "/tell/means")
    press(client, "/tell/readers", **READERS, shared=list(shared))
    return str(press(client, "/tell/check").location).removesuffix("/told")


def sources(page: Any) -> list[str]:
    return re.findall(r'<(?:img|audio)[^>]* src="(/[^"]+/(?:picture|voice|[\w-]{22}))"', page.text)


def test_a_photo_and_a_voice_are_told_with_the_words_and_seen_and_heard_by_all_once_they_are_out(
    app: Flask, client: FlaskClient
) -> None:
    own = tell(client)
    assert {client.get(path).status_code for path in sources(client.get(own))} == {200}
    public = [f"/stories/{only().id}/{kind}" for kind in Piece]
    assert {client.get(path).status_code for path in public} == {404}
    ruth = as_(app, StaffRoleName.COORDINATOR)
    assert {ruth.get(path).status_code for path in sources(ruth.get(f"/team/stories/{only().id}"))} == {200}
    put_out(ruth)
    shown = client.get("/stories")
    assert sources(shown) == public
    assert f'alt="{SHOWS}"' in shown.text
    assert "autoplay" not in shown.text
    assert 'controls preload="none"' in shown.text
    assert sources(as_(app, StaffRoleName.BOARD_MEMBER).get("/board")) == [f"/board{path}" for path in public]
    for path, kind, name in zip(public, ("image/jpeg", "audio/wav"), ("picture.jpg", "voice.wav"), strict=True):
        answer = client.get(path)
        assert MARK not in answer.data
        assert (answer.content_type, answer.headers["Cache-Control"]) == (kind, "no-store")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"] == f'inline; filename="{name}"'
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert client.get(path, headers={"Range": "bytes=0-9"}).data == answer.data[:10]  # to play from any point


def test_its_picture_goes_alone_and_with_the_story_from_every_address(app: Flask, client: FlaskClient) -> None:
    own = tell(client)
    ruth, board = as_(app, StaffRoleName.COORDINATOR), as_(app, StaffRoleName.BOARD_MEMBER)
    put_out(ruth)
    number = only().id
    at = [(client, own), (client, f"/stories/{number}"), (board, f"/board/stories/{number}")]
    at += [(ruth, f"/team/stories/{number}")]

    def there(kind: str) -> set[int]:
        return {who.get(f"{path}/{kind}").status_code for who, path in at}

    assert (there("picture"), there("voice")) == ({200}, {200})
    press(client, own, f"{own}/picture/take-out")
    assert (there("picture"), there("voice")) == ({404}, {200})
    assert STORY["words"] in words(client.get("/stories"))
    press(client, f"{own}/withdraw")
    assert (there("picture"), there("voice")) == ({404}, {404})


def test_who_did_not_tick_that_others_may_see_it_reads_what_to_do_about_it(client: FlaskClient) -> None:
    shown = " ".join(client.get(f"{tell(client, shared=(Piece.VOICE,))}/readers").text.split())
    assert "Your picture stays with the team, whoever may read your words" in shown
    assert "voice note stay" not in shown
    both = " ".join(client.get(f"{tell(client, shared=())}/readers").text.split())
    assert "Your picture and voice note stay with the team" in both
    assert "with the team, whoever" not in client.get(f"{tell(client)}/readers").text


def test_without_words_it_is_told_too_and_what_was_chosen_outlives_what_is_wrong(client: FlaskClient) -> None:
    wrong = send(client, words="", about="", **files(picture=sent_files.photo(), voice=sent_files.mp3()))
    assert wrong.status_code == 422
    assert error_beside(wrong.text, "shows") == "Enter what the picture shows"
    assert error_beside(wrong.text, "about") == "Select what it is about"
    assert error_beside(wrong.text, "words") == ""
    kept = sources(wrong)
    assert [client.get(path).content_type for path in kept] == ["image/jpeg", "audio/mpeg"]
    again = client.post("/tell", data={**hidden(wrong.text), **STORY, "words": "", "shows": SHOWS, "without": "voice"})
    assert again.status_code == 303
    press(client, "/tell/means")
    press(client, "/tell/readers", **READERS)
    check = client.get("/tell/check")
    assert sources(check) == kept[:1]
    assert "Only the team" in words(check)
    press(client, "/tell/check")
    assert (only().words, client.get(kept[0]).status_code) == ("", 404)


def test_a_file_that_cannot_be_used_is_said_beside_it_and_the_one_before_is_kept(client: FlaskClient) -> None:
    svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    shown = send(client, shows=SHOWS, about="", **files(picture=sent_files.photo())).text
    for sent, field, wrong in (
        (files(picture=svg), "picture", "The picture must be a JPEG, PNG or WebP file"),
        (files(voice=svg), "voice", "The voice note must be an MP3, M4A, OGG or WAV file"),
        (files(picture=bytes(9 * 1024**2)), "picture", "The picture must be smaller than 8 MB"),
    ):
        answer = client.post("/tell", data={**hidden(shown), **STORY, "shows": SHOWS, **sent})
        assert (answer.status_code, error_beside(answer.text, field)) == (422, wrong)
        assert hidden(answer.text)["picture"] == hidden(shown)["picture"]
        assert STORY["words"] in answer.text
        assert SHOWS in answer.text
    gone = client.post("/tell", data={**hidden(shown), **STORY, "shows": SHOWS, "picture": "x" * 22})
    assert error_beside(gone.text, "picture") == "Choose the picture again. We keep it for 24 hours"
    answer = client.post("/tell", data={**hidden(shown), **files(picture=bytes(MOST_SENT))})
    assert (answer.status_code, "8 MB" in answer.text) == (413, True)


def test_after_many_files_the_next_one_waits(client: FlaskClient) -> None:
    shown = client.get("/tell").text
    answers = [client.post("/tell", data={**hidden(shown), **files(picture=b"x")}).status_code for _ in range(31)]
    assert answers == [422] * 30 + [429]


def test_a_call_handler_attaches_the_drawing_that_came_by_post(app: Flask, client: FlaskClient) -> None:
    pat = as_(app, StaffRoleName.CALL_HANDLER)
    at = "/team/stories/new"
    typed = {**hidden(pat.get(at).text), **STORY, **READERS, "how": "post", "is_read_back": "y"}
    wrong = pat.post(at, data={**typed, "about": "", "shows": SHOWS, **files(picture=sent_files.photo("PNG"))}).text
    assert error_beside(wrong, "about")
    sent = {**typed, **hidden(wrong), "shows": SHOWS, "shared": "picture"}
    assert pat.post(at, data=sent).status_code == 303
    assert put_out(as_(app, StaffRoleName.CONNECTOR)).status_code == 303
    assert f'alt="{SHOWS}"' in client.get("/stories").text
