"""What matters about who comes, on the pages where it is asked, told and read."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from matcher.store.models import NeedWish, OfferTrait
from matcher.store.session import reading
from tests.web import test_offers
from tests.web.conftest import World, press
from tests.web.test_desk import CALL, read_back, send, words
from tests.web.test_desk import handler as handler
from tests.web.test_needs import KIND, WHEN, WHERE, WHO

DOG = "Someone at ease with a dog"


def kept() -> set[tuple[str, bool]]:
    with reading() as session:
        return {(row.trait.value, row.is_must) for row in session.scalars(select(NeedWish))}


def answered(client: FlaskClient, kind: str = "snow", **who: object) -> str:
    typed = ({**KIND, "kind": kind}, WHEN, WHERE, {**WHO, **who})
    for path, answers in zip(("/ask", "/ask/when", "/ask/where", "/ask/who"), typed, strict=True):
        assert press(client, path, **answers).status_code == 303
    return client.get("/ask/check").text


def test_a_wish_is_read_back_and_kept(client: FlaskClient) -> None:
    check = answered(client, wishes=["calm_with_dogs", "speaks_polish"])
    assert all(said in check for said in (DOG, "Someone who speaks Polish", "If we can find them"))
    press(client, "/ask/check")
    assert kept() == {("calm_with_dogs", False), ("speaks_polish", False)}


def test_a_must_is_a_must(client: FlaskClient) -> None:
    assert "A must" in answered(client, kind="indoor", wishes=["woman"], is_must="yes")
    press(client, "/ask/check")
    assert kept() == {("woman", True)}


def test_who_asks_for_nothing_keeps_nothing(client: FlaskClient) -> None:
    assert "Who comes" not in answered(client, is_must="yes")
    press(client, "/ask/check")
    assert kept() == set()


def test_what_does_not_fit_the_help_is_not_offered_and_is_no_answer(client: FlaskClient) -> None:
    answered(client, wishes=["woman", "white", "step_free_car", "calm_with_dogs"])
    shown = client.get("/ask/who?change=1").text
    assert DOG in shown
    assert "A woman" not in shown
    press(client, "/ask/check")
    assert kept() == {("calm_with_dogs", False)}


def test_the_desk_reads_it_back_and_sees_it_again(handler: FlaskClient) -> None:
    asked = {"wishes": ["calm_with_dogs"], "is_must": "yes"}
    assert "Who comes: someone at ease with a dog, a must." in words(read_back(handler, **asked))
    sent = send(handler, **asked)
    assert kept() == {("calm_with_dogs", True)}
    assert f"{DOG}: a must" in handler.get(sent.location).text


def test_the_desk_is_told_what_cannot_be_asked_for(handler: FlaskClient) -> None:
    assert CALL["kind"] == "snow"
    wrong = read_back(handler, wishes=["woman"])
    assert "“A woman” cannot be asked for with this kind of help" in wrong.text
    assert kept() == set()


def test_a_volunteer_tells_it_in_their_settings_and_takes_it_back(app: Flask, world: World) -> None:
    client, at = app.test_client(), f"/me/{world.me}/settings"
    for traits in (["speaks_polish", "calm_with_dogs", "white"], []):
        assert press(client, f"{at}/kinds", kinds=["snow"], traits=traits).status_code == 303
        with reading() as session:
            told = {row.value for row in session.scalars(select(OfferTrait.trait))}
        assert told == set(traits) - {"white"}
        assert ("I speak Polish" in client.get(at).text) is bool(traits)


def test_it_is_changed_after_posting_and_what_was_chosen_before_is_not_shown(client: FlaskClient, world: World) -> None:
    own = f"/r/{world.status}"
    for chosen, must, expected in (
        (["calm_with_dogs", "white", "woman"], "yes", {("calm_with_dogs", True)}),
        (["speaks_polish"], "", {("speaks_polish", False)}),
        ([], "yes", set()),
    ):
        sent = press(client, f"{own}/change", f"{own}/change/who", wishes=chosen, is_must=must)
        assert sent.location == own
        assert kept() == expected
        shown = client.get(f"{own}/change").text
        assert DOG in shown
        assert " checked" not in shown.split("Change who comes")[1]


def test_a_volunteer_tells_it_as_they_join_and_reads_it_before_they_send(client: FlaskClient) -> None:
    check_at = test_offers.answer_all(client, traits=["calm_with_dogs", "white"])
    assert "I am at ease with dogs" in client.get(check_at).text
    press(client, check_at)
    with reading() as session:
        assert [row.value for row in session.scalars(select(OfferTrait.trait))] == ["calm_with_dogs"]
