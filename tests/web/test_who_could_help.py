from __future__ import annotations

import re
from datetime import UTC, datetime

from flask.testing import FlaskClient

from matcher.services import matches, offers
from matcher.store.models import Match, NeverPair, Visit
from matcher.store.session import reading, unit_of_work
from tests.web.conftest import HOUSE, NOTE, POSTCODE, World, christopher, press


def signed_in(client: FlaskClient, token: str) -> str:
    """The address of the page of the one visit on the board."""
    press(client, f"/sign-in/{token}")
    (path,) = {*re.findall(r"/team/who/[0-9]+", client.get("/team").text)}
    return path


def test_from_the_board_to_who_could_help_is_one_press(client: FlaskClient, world: World, sign_in_token: str) -> None:
    shown = client.get(signed_in(client, sign_in_token)).text
    assert "Christopher" in shown
    assert "asked, no answer yet" in shown
    assert "There is nobody else to ask" in shown
    assert not any(mark in shown for mark in (HOUSE, POSTCODE, NOTE, "07700"))


def test_somebody_is_asked_and_then_given_the_visit(client: FlaskClient, world: World, sign_in_token: str) -> None:
    path = signed_in(client, sign_in_token)
    press(client, f"/m/{world.ask}", f"/m/{world.ask}/open")
    with reading() as session:
        match = session.get_one(Match, world.match_id)
        offer_id = match.offer_id
    answer = press(client, path, f"{path}/ask", offer=str(offer_id))
    assert answer.status_code == 422
    assert "They cannot be asked about this visit any more" in answer.text


def test_giving_a_visit_needs_the_tick(client: FlaskClient, world: World, sign_in_token: str) -> None:
    path = signed_in(client, sign_in_token)
    answer = press(client, path, f"{path}/assign", offer="1")
    assert answer.status_code == 422
    assert "Tick that you have spoken to them" in answer.text
    with reading() as session:
        assert session.query(Visit).count() == 0


def test_what_is_no_offer_is_refused_in_words(client: FlaskClient, world: World, sign_in_token: str) -> None:
    path = signed_in(client, sign_in_token)
    for typed in ("", "x", "-1", "9" * 40, "٣", "<b>"):
        answer = press(client, path, f"{path}/ask", offer=typed)
        assert answer.status_code == 422
        assert "There is a problem" in answer.text


def test_a_visit_there_is_not_is_no_page(client: FlaskClient, world: World, sign_in_token: str) -> None:
    signed_in(client, sign_in_token)
    assert client.get("/team/who/999999").status_code == 404


def test_who_could_help_is_for_coordinators_alone(client: FlaskClient, world: World) -> None:
    assert client.get("/team/who/1").status_code in (302, 303, 404)


def test_a_visit_is_kept_for_one_and_then_for_nobody(client: FlaskClient, world: World, sign_in_token: str) -> None:
    path, offer = signed_in(client, sign_in_token), str(christophers(world))
    answer = press(client, path, f"{path}/pin", offer=offer)
    assert (answer.status_code, "Select a reason" in answer.text) == (422, True)
    assert press(client, path, f"{path}/pin", offer=offer, why="spoke", scope="need").status_code == 303
    shown = client.get(path).text
    assert "Kept for Christopher" in shown
    assert "with every visit of this need" in shown
    press(client, path, f"{path}/unpin")
    assert "Kept for" not in client.get(path).text


def test_two_are_never_paired_with_a_reason_alone(client: FlaskClient, world: World, sign_in_token: str) -> None:
    path, offer = signed_in(client, sign_in_token), str(christophers(world))
    assert press(client, path, f"{path}/apart", offer=offer, why="whim").status_code == 422
    assert press(client, path, f"{path}/apart", offer=offer, why="asked").status_code == 303
    with reading() as session:
        assert session.query(NeverPair).count() == 1


def test_what_keeping_them_apart_hands_back_is_said_where_it_is_pressed(
    client: FlaskClient, world: World, sign_in_token: str
) -> None:
    path, offer = signed_in(client, sign_in_token), christophers(world)
    asked = client.get(f"{path}?about={offer}").text
    with unit_of_work() as session:
        matches.accept(session, world.match_id, now=datetime.now(UTC))
    shown = client.get(path).text
    assert f'href="{path}?about={offer}#about">If it should never be Christopher' in shown
    assert "handed back" not in shown + asked
    before = client.get(f"{path}?about={offer}").text
    assert "1 visit to come between them is handed back and looked for anew" in before
    assert f"{path}/pin" not in before
    answer = press(client, path, f"{path}/apart", offer=str(offer), why="safety")
    assert "Nothing that was to come between them stands" in client.get(answer.location).text
    with reading() as session:
        assert session.query(Visit).one().status == "handed_back"


def test_each_press_ends_on_a_page_that_says_what_happened(
    client: FlaskClient, world: World, sign_in_token: str
) -> None:
    with unit_of_work() as session:
        for phone, name in (("07700900222", "Ann"), ("07700900333", "Joan")):
            offers.make_offer(session, christopher(phone, name), now=datetime.now(UTC))
    path, told = signed_in(client, sign_in_token), []
    for verb, words in (
        ("ask", {"name": "Ann B"}),
        ("pin", {"name": "Joan B", "why": "spoke"}),
        ("unpin", {}),
        ("assign", {"name": "Joan B", "spoken": "yes"}),
    ):
        offer = re.search(
            rf'id="offer-(\d+)" tabindex="-1"><div><h3>\d\. {words.pop("name", "")}', client.get(path).text
        )
        answer = press(client, path, f"{path}/{verb}", offer=offer[1] if offer else "0", **words)
        shown = client.get(answer.location).text
        told += re.findall(r'role="status"><p><b>(.*?)</b>', shown)
    assert told == ["Ann B is being asked.", "Kept for Joan B.", "Kept for nobody.", "Joan B has the visit."]
    assert "Joan B said yes: nobody else is asked." in shown
    assert not re.search(r"<b class=.gn-need__\w+.>", shown)  # it is urgent no more
    assert 'role="status"' not in client.get(path).text


def test_what_is_wrong_stands_at_its_field(client: FlaskClient, world: World, sign_in_token: str) -> None:
    with unit_of_work() as session:
        offers.make_offer(session, christopher("07700900222", "Ann"), now=datetime.now(UTC))
    path = signed_in(client, sign_in_token)
    (offer,) = re.findall(r'id="offer-(\d+)"', client.get(path).text)
    for verb, field in (("assign", f"spoken-{offer}"), ("pin", "why-pin"), ("apart", "why-apart")):
        refused = press(client, path, f"{path}/{verb}", offer=offer).text
        assert f'<a href="#{field}">' in refused
        assert re.search(r'class="govuk-error-summary"[^>]* tabindex="-1"', refused)  # so that the eye is led to it
        assert re.search(rf'id="{field}"[^>]* aria-describedby="{field}-error"', refused)
        assert refused.count('class="govuk-error-message"') == 1


def christophers(world: World) -> int:
    with reading() as session:
        return session.get_one(Match, world.match_id).offer_id
