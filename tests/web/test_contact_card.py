"""A request saved in a telephone: who rings, the reference, and the way back; nothing of anyone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import vobject
from flask import Flask
from flask.testing import FlaskClient

from matcher.store.models import Need
from matcher.store.session import reading
from tests.web.conftest import HOUSE, NOTE, PHONE, POSTCODE, World


def test_the_card_names_us_the_reference_and_the_page_and_nothing_private(client: FlaskClient, world: World) -> None:
    answer = client.get(f"/r/{world.status}/contact.vcf")
    assert answer.content_type == "text/vcard; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    card = vobject.readOne(answer.text)
    with reading() as session:
        reference = session.get_one(Need, world.need_id).reference
    assert (card.fn.value, card.tel.value) == ("Good Neighbours", "01632 960 100")
    assert card.note.value == f"Your reference is {reference}."
    assert card.url.value.endswith(f"/r/{world.status}")
    assert not any(mark in answer.text for mark in (HOUSE, NOTE, PHONE, POSTCODE, "Eileen"))


def test_it_is_offered_once_the_request_is_sent_and_is_there_for_no_other_link(
    client: FlaskClient, world: World
) -> None:
    assert f'href="/r/{world.status}/contact.vcf"' in client.get(f"/r/{world.status}/sent").text
    for token in (world.ask, world.me, "A" * 22):
        assert client.get(f"/r/{token}/contact.vcf").status_code == 404


@pytest.mark.parametrize("name", ["Salt; Grit, and \\ Co", "Two\r\nlines"])
def test_a_scheme_with_signs_in_its_name_is_one_name(app_with: Callable[..., Flask], world: World, name: str) -> None:
    answer = app_with(GRITBIN_SCHEME=name).test_client().get(f"/r/{world.status}/contact.vcf")
    assert vobject.readOne(answer.text).fn.value == " ".join(name.split())
