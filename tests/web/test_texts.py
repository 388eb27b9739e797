"""Messages, as coordinators read and change them; without a script."""

from __future__ import annotations

from flask.testing import FlaskClient

from matcher.domain.messages import events
from matcher.services import handed_over, outbox
from matcher.store.session import unit_of_work
from tests.web.conftest import World, error_beside, press
from tests.worlds import SCHEME
from web import clock

PLACE = "/team/messages/need_posted"
OURS = "{scheme}: we have it, {ref}. Your page: {link} Tel {tel}"


def signed_in(client: FlaskClient, token: str) -> None:
    press(client, f"/sign-in/{token}")


def test_every_text_stands_there_with_its_length_and_grade(
    client: FlaskClient, world: World, sign_in_token: str
) -> None:
    assert client.get("/team/messages").location == "/sign-in"
    signed_in(client, sign_in_token)
    shown = client.get("/team/messages").text
    assert shown.count(" of 160 characters") == shown.count("Reading grade") == len(events())
    assert all(f'id="{event}"' in shown for event in events())
    assert "Can you help? By text" in shown
    assert "Can you help? By email" in shown
    assert "Nobody has texted STOP" in shown
    assert "/team/messages" in client.get("/team").text


def test_a_text_is_measured_without_being_kept(client: FlaskClient, world: World, sign_in_token: str) -> None:
    signed_in(client, sign_in_token)
    shown = press(client, PLACE, do="look", text=OURS, subject="Hello {ref}", standing="0").text
    assert "of 160 characters" in shown
    assert "we have it, K7Q-4MX. Your page: http://127.0.0.1:8000/r/tttt" in shown
    assert "By email, under: Hello K7Q-4MX" in shown
    assert OURS in shown.replace("&#39;", "'")
    long = press(client, PLACE, do="look", text=OURS + "!" * 120, subject="Hello", standing="0").text
    assert "sent as 2 texts" in long
    assert "take out" in long
    for odd in ("{scheme}: {", "{nobody}", "{0}", "", "{scheme}: {ref!r:>9}", "x" * 4000):
        assert press(client, PLACE, do="look", text=odd, subject=odd, standing="x").status_code == 200
    assert "Nobody has changed it" in client.get(PLACE).text


def test_other_words_are_kept_sent_and_taken_back(client: FlaskClient, world: World, sign_in_token: str) -> None:
    signed_in(client, sign_in_token)
    assert press(client, PLACE, do="save", text=OURS, subject="Yours", standing="0").location == f"{PLACE}?said=changed"
    shown = client.get(f"{PLACE}?said=changed").text
    assert "<b>Changed.</b>" in shown
    assert "It holds now" in shown
    assert "Your own words" in client.get("/team/messages").text
    number = shown.split('name="standing" value="')[1].split('"')[0]
    assert press(client, PLACE, f"{PLACE}/back", standing=number).location == f"{PLACE}?said=back"
    assert "ended by Sam" in client.get(PLACE).text


def test_what_may_not_stand_is_told_beside_it_and_kept_typed(
    client: FlaskClient, world: World, sign_in_token: str
) -> None:
    signed_in(client, sign_in_token)
    typed = "{scheme}: {ref}, ring {tel} – we’ll help"
    refused = press(client, PLACE, do="save", text=typed, subject="Yours", standing="0")
    assert refused.status_code == 422
    assert "must still name {link}" in error_beside(refused.text, "text")
    assert typed in refused.text
    for words, subject, name in (("", "Yours", "text"), (OURS, "", "subject"), (OURS, "x" * 700, "subject")):
        refused = press(client, PLACE, do="save", text=words, subject=subject, standing="0")
        assert refused.status_code == 422
        assert error_beside(refused.text, name)


def test_of_two_who_write_at_once_the_second_is_told_and_loses_nothing(
    client: FlaskClient, world: World, sign_in_token: str
) -> None:
    signed_in(client, sign_in_token)
    press(client, PLACE, do="save", text=OURS, subject="Yours", standing="0")
    mine = OURS.replace("we have it", "thank you")
    refused = press(client, PLACE, do="save", text=mine, subject="Mine", standing="0")
    assert "Somebody has changed this text" in error_beside(refused.text, "text")
    assert mine in refused.text
    number = refused.text.split('name="standing" value="')[1].split('"')[0]
    assert press(client, PLACE, do="save", text=mine, subject="Mine", standing=number).status_code == 303
    assert press(client, PLACE, f"{PLACE}/back", standing="0").status_code == 409


def test_there_is_no_such_text(client: FlaskClient, world: World, sign_in_token: str) -> None:
    signed_in(client, sign_in_token)
    for path in ("/team/messages/no_such_thing", "/team/messages/%00"):
        assert client.get(path).status_code in (400, 404)
    assert press(client, PLACE, "/team/messages/nothing", do="save", text=OURS, subject="a").status_code == 404
    assert press(client, PLACE, "/team/messages/nothing/back").status_code == 404


def test_what_was_not_delivered_stands_there_too(client: FlaskClient, world: World, sign_in_token: str) -> None:
    with unit_of_work() as session:
        for envelope in outbox.claim_due(session, SCHEME, frozenset(), now=clock.now(), limit=1):
            handed_over.mark_uncertain(session, envelope.notification_id, "the line was cut", now=clock.now())
    signed_in(client, sign_in_token)
    assert "the line was cut" in client.get("/team/messages").text
