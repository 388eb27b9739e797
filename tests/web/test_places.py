"""Places on the pages: anyone tells what is left by one press; the team adds, changes, reads in and takes away."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from matcher.services import places
from matcher.services.places import PlaceDraft
from matcher.store.models import Area, Place, StockReport
from matcher.store.session import reading, unit_of_work
from tests.conftest import Addresses
from tests.web.conftest import World, press, rows_everywhere

TYPED = {"kind": "grit_bin", "name": "Top of the hill", "where": "BA15 1LF", "stock": "full"}


def add(**changes: str) -> int:
    draft = PlaceDraft(**{"kind": "grit_bin", "name": "Top of the hill", "where": "BA15 1LF", **changes})
    with unit_of_work() as session:
        areas = set(session.scalars(select(Area.id)))
        return places.add_place(session, draft, area_ids=areas, staff_id=1, now=datetime.now(UTC))


@pytest.fixture
def ruth(client: FlaskClient, sign_in_token: str) -> FlaskClient:
    press(client, f"/sign-in/{sign_in_token}")
    return client


def told() -> list[str]:
    with reading() as session:
        return [one.stock.value for one in session.scalars(select(StockReport)) if one.undone_at is None]


def test_what_is_left_is_told_by_one_press_with_no_account_and_taken_back(
    cookieless: FlaskClient, app: object, database: Addresses
) -> None:
    page = f"/places/{add()}"
    before = rows_everywhere(database.owner_url)
    shown = cookieless.get(page)
    for _ in range(3):
        cookieless.get(page)
        cookieless.head(page)
    assert "Nobody has told us yet how full it is" in shown.text
    assert "public paths and roads only" in shown.text
    assert rows_everywhere(database.owner_url) == before
    token, key = (re.search(rf'name="{name}" value="([^"]+)"', shown.text)[1] for name in ("form_token", "key"))  # type: ignore[index]
    form = {"form_token": token, "key": key, "stock": "empty"}
    first = cookieless.post(f"{page}/level", data=form)
    assert (first.status_code, first.location) == (303, f"{page}?d={key}")
    cookieless.post(f"{page}/level", data=form)
    assert told() == ["empty"]
    thanked = cookieless.get(first.location).text
    assert "You told us that it is empty" in thanked
    assert "undo" not in cookieless.get(page).text
    assert cookieless.post(f"{page}/undo", data=form).location == page
    assert told() == []


def test_a_level_that_is_none_or_a_form_of_another_page_is_refused(cookieless: FlaskClient, app: object) -> None:
    page = f"/places/{add()}"
    shown = cookieless.get(page).text
    token, key = (re.search(rf'name="{name}" value="([^"]+)"', shown)[1] for name in ("form_token", "key"))  # type: ignore[index]
    refused = cookieless.post(f"{page}/level", data={"form_token": token, "key": key, "stock": "lots"})
    assert (refused.status_code, "Select how much is left" in refused.text) == (422, True)
    for wrong in ({"key": "x" * 22}, {"key": ""}, {"key": "short"}, {"form_token": "0" * 64}):
        typed = {"form_token": token, "key": key, "stock": "full", **wrong}
        assert cookieless.post(f"{page}/level", data=typed).status_code == 400
    assert told() == []


def test_the_thirty_first_report_of_an_hour_waits(cookieless: FlaskClient, app: object) -> None:
    page = f"/places/{add()}"
    answers = []
    for _ in range(31):
        shown = cookieless.get(page).text
        token, key = (re.search(rf'name="{name}" value="([^"]+)"', shown)[1] for name in ("form_token", "key"))  # type: ignore[index]
        answers.append(cookieless.post(f"{page}/level", data={"form_token": token, "key": key, "stock": "half"}))
    assert [answer.status_code for answer in answers] == [303] * 30 + [429]


def test_private_stock_is_not_there_for_the_public(client: FlaskClient, app: object) -> None:
    secret = add(kind="salt_store", looked_after_by="The farm")
    assert client.get(f"/places/{secret}").status_code == 404
    shown = client.get(f"/places/{add(looked_after_by='A team of ours')}").text
    assert "A team of ours" not in shown


def test_the_team_adds_changes_looks_and_takes_away(ruth: FlaskClient, world: World) -> None:
    assert "No grit bin or salt store is on the list yet" in ruth.get("/team/places").text
    assert press(ruth, "/team/places/add", **TYPED).location == "/team/places"
    with reading() as session:
        place = session.scalars(select(Place)).one()
    one = f"/team/places/{place.id}"
    listed = ruth.get("/team/places").text
    assert "0 of 1 salt store may be used on private paths" in listed
    assert "Public paths and roads only" in listed
    changed = {
        "kind": "grit_bin",
        "name": "Hill",
        "where": "BA15 1DE",
        "use_rule": "any_path",
        "agreed_by": "the parish",
    }
    assert press(ruth, one, **changed).location == "/team/places"
    assert "Any path, agreed by the parish" in ruth.get("/team/places").text
    press(ruth, one, f"{one}/level", stock="empty")
    assert told() == ["full", "empty"]
    press(ruth, one, f"{one}/level", stock="lots")
    assert told() == ["full", "empty"]
    press(ruth, one, f"{one}/gone")
    assert ruth.get(one).status_code == 404
    assert ruth.get(f"/places/{place.id}").status_code == 404


def test_what_cannot_be_kept_stands_beside_its_field_and_what_was_typed_stays(ruth: FlaskClient, world: World) -> None:
    for field, wrong, words in (
        ("where", "over there", "Enter a postcode, a grid reference"),
        ("name", "", "Enter a name for the place"),
        ("kind", "", "Select what stands there"),
        ("use_rule", "any_path", "Enter who agreed that it may be used on any path"),
    ):
        refused = press(ruth, "/team/places/add", **{**TYPED, field: wrong})
        assert (refused.status_code, words in refused.text) == (422, True)
        assert f'value="{TYPED["where"] if field != "where" else wrong}"' in refused.text
        assert "<title>Error:" in refused.text


def test_the_list_is_chosen_from_and_the_map_has_its_numbers(ruth: FlaskClient, world: World) -> None:
    for number in range(27):
        add(name=f"Bin {number:02}", stock="empty" if number == 5 else "")
    first, second = ruth.get("/team/places").text, ruth.get("/team/places?page=2").text
    for shown, numbers in ((first, range(1, 26)), (second, (26, 27))):
        assert re.findall(r'data-number="(\d+)"', shown) == [str(number) for number in numbers]
        assert re.findall(r'gn-place__n">(\d+)<', shown) == [str(number) for number in numbers]
    chosen = ruth.get("/team/places?stock=empty").text
    assert re.findall(r">(Bin \d\d)<", chosen) == ["Bin 05"]
    for odd in ("?page=0", "?page=x", "?page=999", "?area=x&kind=y&stock=z"):
        assert ruth.get(f"/team/places{odd}").status_code == 200


def test_a_file_is_shown_before_it_is_kept_with_every_row_that_is_wrong(ruth: FlaskClient, world: World) -> None:
    assert 'value="places" checked' in ruth.get("/team/import?what=places").text
    sheet = b"kind,name,where,use_rule\ngrit bin,Hill,BA15 1LF,\nfountain,Spring,BA15 1LF,\ngrit bin,<b>,nowhere,\n"
    shown = press(ruth, "/team/import", what="places", file=(io.BytesIO(sheet), "places.csv")).location
    said = ruth.get(shown).text
    for words in (
        "Write 1 place?",
        "2 cells cannot be used",
        "One of: aed, defib",
        "1 new, 0 there already",
    ):
        assert words in said
    with reading() as session:
        assert session.scalars(select(Place)).all() == []
    assert press(ruth, shown).location == "/team/places"
    assert "Hill" in ruth.get("/team/places").text
    csv = ruth.get("/team/places.csv")
    assert csv.data.startswith("\ufeffarea,kind,name".encode())
    assert "attachment" in csv.headers["Content-Disposition"]


def test_where_salt_is_short(ruth: FlaskClient, world: World) -> None:
    add(refill_round="Tuesday", stock="half")
    shown = ruth.get("/team/places/salt").text
    assert "1 village has homes with no salt to use" in shown
    assert "Ask the owner of a bin near, or for a store" in shown
    assert "Tuesday" in shown
