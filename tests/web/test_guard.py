from __future__ import annotations

import inspect
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from flask_limiter.util import get_qualified_name
from sqlalchemy import select

from matcher.domain.roles import LinkPurpose
from matcher.services import organisations, page_links, stories
from matcher.services.access import Action
from matcher.services.organisations import OrganisationDraft
from matcher.services.stories import StoryDraft
from matcher.store.models import Area, Staff
from matcher.store.session import unit_of_work
from tests.databases import Addresses
from tests.web.conftest import World, press, rows_everywhere
from web.guard import SAFE_METHODS, declared_of
from web.limits import limiter


def test_every_route_declares_its_action(app: Flask) -> None:
    silent = [rule.rule for rule in app.url_map.iter_rules() if declared_of(app, rule.endpoint) is None]
    assert silent == []


def test_every_route_that_takes_a_form_says_how_it_is_sealed(app: Flask) -> None:
    open_doors = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.methods - SAFE_METHODS and declared_of(app, rule.endpoint).is_sealed is None  # type: ignore
    ]
    assert open_doors == []


def test_a_token_in_an_address_is_always_a_link_with_a_purpose(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        assert ("<token:token>" in rule.rule) == (declared_of(app, rule.endpoint).link is not None)  # type: ignore


def test_every_form_behind_a_private_link_has_a_limit(app: Flask) -> None:
    found = {}
    for rule in app.url_map.iter_rules():
        if "<token:token>" in rule.rule and "POST" in rule.methods:  # type: ignore[operator]
            view = inspect.unwrap(app.view_functions[rule.endpoint])
            limits = limiter.limit_manager.decorated_limits(get_qualified_name(view))
            found[rule.rule] = [str(limit.limit) for limit in limits if "post" in (limit.methods or ("post",))]
    assert len(found) > 15
    assert [rule for rule, limits in found.items() if "60 per 1 minute" not in limits] == []


def test_the_sixty_first_answer_of_a_minute_waits_and_reading_never_does(client: FlaskClient, world: World) -> None:
    at = f"/m/{world.ask}"
    token = re.search(r'form_token" value="(\w+)"', client.get(at).text)[1]  # type: ignore[index]
    answers = [client.post(f"{at}/reason", data={"form_token": token}).status_code for _ in range(61)]
    assert answers == [303] * 60 + [429]
    assert {client.get(at).status_code for _ in range(70)} == {200}


def a_story() -> str:
    """The token of a story that was just told."""
    with unit_of_work() as session:
        draft = StoryDraft("Nobody could get up the hill.", "worry", "public")
        return stories.tell_story(session, draft, now=datetime.now(UTC)).token


def at_work() -> str:
    """The token of the page of an organisation that was just given a code."""
    now = datetime.now(UTC)
    with unit_of_work() as session:
        draft = OrganisationDraft("The surgery", "01632 960 300", "", "bradford-on-avon")
        areas = frozenset(session.scalars(select(Area.id)))
        staff_id = session.scalars(select(Staff.id)).one()
        organisation_id, _ = organisations.give_code(session, draft, area_ids=areas, staff_id=staff_id, now=now)
        return page_links.at_work_link(session, organisation_id, now=now)


def filled_in(rule: str, tokens: dict[LinkPurpose | None, str], link: LinkPurpose | None) -> str:
    address = rule.replace("<token:token>", tokens.get(link, "x" * 22))
    for pattern, value in (
        (r"<any\(.*?\):path>", "check"),
        (r"<any\(.*?\):why>", "taken"),
        (r"<any\(.*?\):what>", "kinds"),
        (r"<any\(.*?\):choice>", "ask"),
        (r"<any\(.*?\):kind>", "picture"),
        (r"<int.*?>", "1"),
        (r"<string.*?>", "K7QM4"),
    ):
        address = re.sub(pattern, value, address)
    return address


def test_no_form_is_taken_without_its_token_and_nothing_changes(
    app: Flask, client: FlaskClient, world: World, sign_in_token: str, database: Addresses
) -> None:
    tokens: dict[LinkPurpose | None, str] = {
        LinkPurpose.STATUS: world.status,
        LinkPurpose.MATCH: world.ask,
        LinkPurpose.ME: world.me,
        LinkPurpose.SIGN_IN: sign_in_token,
        LinkPurpose.STORY: a_story(),
        LinkPurpose.AT_WORK: at_work(),
        LinkPurpose.VISIT: press(client, f"/m/{world.ask}", f"/m/{world.ask}/yes").location[-22:],
    }
    before = rows_everywhere(database.owner_url)
    tried = 0
    for rule in app.url_map.iter_rules():
        if rule.methods - SAFE_METHODS:  # type: ignore[operator]
            declared = declared_of(app, rule.endpoint)
            address = filled_in(rule.rule, tokens, declared.link)  # type: ignore[union-attr]
            if declared.action is Action.TEXT_BACK:  # type: ignore[union-attr]
                assert client.post(address).status_code == 404  # in the trial set-up only: see test_notify
                continue
            for typed in ({}, {"form_token": ""}, {"form_token": "0" * 64}):
                answer = client.post(address, data=typed)
                assert answer.status_code in (400, 303), (address, answer.status_code)
                if answer.status_code == 303:
                    assert answer.location == "/sign-in"
                tried += 1
    assert tried > 40
    assert rows_everywhere(database.owner_url) == before


def test_a_form_from_another_site_is_refused_even_with_its_token(client: FlaskClient, world: World) -> None:
    shown = client.get(f"/m/{world.ask}").text
    token = re.search(r'form_token" value="(\w+)"', shown)[1]  # type: ignore[index]
    answer = client.post(f"/m/{world.ask}/yes", data={"form_token": token}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 400
    assert "Please press the button again" in answer.text


def test_the_token_of_one_page_does_not_open_another(client: FlaskClient, world: World) -> None:
    token = re.search(r'form_token" value="(\w+)"', client.get(f"/me/{world.me}").text)[1]  # type: ignore[index]
    assert client.post(f"/m/{world.ask}/yes", data={"form_token": token}).status_code == 400


def test_answers_work_without_cookies(cookieless: FlaskClient, world: World) -> None:
    assert press(cookieless, f"/m/{world.ask}", f"/m/{world.ask}/yes").location.startswith("/visits/")


def test_get_and_head_change_nothing_on_any_page(
    app: Flask, client: FlaskClient, world: World, sign_in_token: str, database: Addresses
) -> None:
    visit = press(client, f"/m/{world.ask}", f"/m/{world.ask}/yes").location[-22:]
    tokens: dict[LinkPurpose | None, str] = {
        LinkPurpose.STATUS: world.status,
        LinkPurpose.MATCH: world.ask,
        LinkPurpose.ME: world.me,
        LinkPurpose.SIGN_IN: sign_in_token,
        LinkPurpose.STORY: a_story(),
        LinkPurpose.VISIT: visit,
    }
    before = rows_everywhere(database.owner_url)
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        address = filled_in(rule.rule, tokens, declared_of(app, rule.endpoint).link)  # type: ignore[union-attr]
        for method in ("GET", "HEAD") * 3:
            answer = client.open(address, method=method)
            assert answer.status_code < 500, address
    assert rows_everywhere(database.owner_url) == before


@pytest.mark.parametrize("noun", ["r", "m", "me", "visits", "sign-in"])
def test_what_one_may_not_know_of_looks_like_what_is_not_there(client: FlaskClient, world: World, noun: str) -> None:
    nowhere = client.get(f"/{noun}/no/such/page")
    wrong_purpose = world.status if noun != "r" else world.ask
    for address in (f"/{noun}/{'x' * 22}", f"/{noun}/{wrong_purpose}", f"/{noun}/short"):
        answer = client.get(address)
        assert (answer.status_code, answer.data) == (404, nowhere.data), address
        assert set(answer.headers.keys()) == set(nowhere.headers.keys())


def test_a_link_ends_with_its_time(client: FlaskClient, world: World) -> None:
    with time_machine.travel(datetime.now(UTC) + timedelta(days=400)):
        for address in (f"/r/{world.status}", f"/m/{world.ask}", f"/me/{world.me}"):
            assert client.get(address).status_code == 404


def test_a_nul_and_a_flood_are_refused(client: FlaskClient, world: World) -> None:
    assert client.get("/ask?d=%00").status_code == 400
    assert client.post(f"/m/{world.ask}/no", data={"form_token": "\0"}).status_code == 400
    assert client.post("/ask", data={"kind": "x" * 2_000_000}).status_code == 413
    many = {f"f{number}": "x" for number in range(5000)}
    assert client.post("/ask", data=many).status_code in (400, 413)
    multipart = client.post("/ask", data=many, content_type="multipart/form-data")
    assert multipart.status_code in (400, 413)


def test_an_id_too_large_for_the_database_names_nothing(client: FlaskClient, world: World) -> None:
    for number in ("99999999999999999999999", str(2**63), "-1", "1e3"):
        assert client.post(f"/me/{world.me}/visits/{number}").status_code == 404
