"""The impact report as pages: who may read and change it, what is typed wrong, what the print leaves out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import select

from matcher.cli import gritbin
from matcher.services import matches, rates, visits
from matcher.services.staff import StaffRoleName
from matcher.store.models import Visit
from matcher.store.session import unit_of_work
from tests.web.conftest import HOUSE, PHONE, SignIn, World, press, sign_in

REPORT = "/team/impact"


@pytest.fixture
def signed_in(client: FlaskClient, world: World) -> SignIn:
    """`signed_in(role)`: a member of staff of Bradford on Avon, in a scheme with prices."""
    with unit_of_work() as session:
        rates.load_starting_rows(session, now=datetime.now(UTC))
    return lambda role=StaffRoleName.COORDINATOR: sign_in(client, role, areas=frozenset({"bradford-on-avon"}))


def test_a_coordinator_reads_prints_and_saves_it(signed_in: SignIn) -> None:
    client = signed_in()
    for path in (REPORT, f"{REPORT}/print"):
        answer = client.get(f"{path}?first=2026-01-01&last=2026-03-31&area=bradford-on-avon")
        assert answer.status_code == 200
        assert "Thursday 1 January 2026 to Tuesday 31 March 2026, Bradford on Avon" in " ".join(answer.text.split())
        assert "A study of volunteer schemes in winter with matched controls" in answer.text
    saved = client.get(f"{REPORT}/sheet.csv?first=2026-01-01&last=2026-03-31")
    assert saved.headers["Content-Disposition"] == 'attachment; filename="impact-2026-01-01-to-2026-03-31.csv"'
    assert saved.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert saved.data.startswith(b"\xef\xbb\xbfpart,what,detail,figure,unit,source\r\n")


@pytest.mark.parametrize(
    "query",
    ["first=yesterday", "last=2026-13-01", "first=2026-03-01&last=2026-02-01", "first=1066-01-01", "first=2001-01-01"],
)
def test_days_that_cannot_be_are_said_and_kept(signed_in: SignIn, query: str) -> None:
    answer = signed_in().get(f"{REPORT}?{query}")
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert query.split("=")[1].split("&")[0] in answer.text


def test_with_visits_done_every_part_of_it_is_shown(signed_in: SignIn, world: World) -> None:
    now = datetime.now(UTC)
    with unit_of_work() as session:
        matches.accept(session, world.match_id, now=now)
        visits.complete(session, session.scalars(select(Visit.id)).one(), minutes=50, now=now)
    last = (now + timedelta(days=2)).date()
    answer = signed_in().get(f"{REPORT}?last={last}")
    assert answer.status_code == 200
    for said in (
        "as the volunteers timed them",
        "Clearing snow or ice took the most time",
        "The only request had a yes",
    ):
        assert said in " ".join(answer.text.split())
    assert answer.text.count('role="img"') == 8  # four pictures, each for a wide and for a narrow page


def test_a_board_member_reads_all_of_it_and_changes_nothing(signed_in: SignIn) -> None:
    client = signed_in(StaffRoleName.BOARD_MEMBER)
    for path in (REPORT, f"{REPORT}/print", f"{REPORT}/sheet.csv", f"{REPORT}/prices", f"{REPORT}/prices/rlw_uk"):
        answer = client.get(path)
        assert answer.status_code == 200, path
        for private in ("Eileen", "Christopher", "Barnes", HOUSE, PHONE):
            assert private not in answer.text, path
        assert 'action="/team/impact/' not in answer.text
        assert "Change the price" not in answer.text
    for path in (f"{REPORT}/costs", f"{REPORT}/savings"):
        assert client.get(path).status_code == 404
    changed = press(client, f"{REPORT}/prices/rlw_uk", pounds="1", year="2026", source_title="Me", version="1")
    assert changed.status_code == 404


def test_others_know_of_no_report(signed_in: SignIn, cookieless: FlaskClient) -> None:
    client = signed_in(StaffRoleName.CALL_HANDLER)
    paths = (REPORT, f"{REPORT}/print", f"{REPORT}/sheet.csv", f"{REPORT}/prices", f"{REPORT}/costs")
    assert [client.get(path).status_code for path in paths] == [404] * len(paths)
    assert {cookieless.get(path).location for path in paths} == {"/sign-in"}


def test_a_price_is_changed_in_place_and_what_is_wrong_is_kept(signed_in: SignIn) -> None:
    client, path = signed_in(), f"{REPORT}/prices/nlw_2026"
    typed = {"version": "1", "pounds": "a lot", "year": "2027-28", "source_title": "A letter", "publisher": "HMG"}
    refused = press(client, path, path, **typed)
    assert refused.status_code == 422
    assert "Enter an amount in pounds, like 12.71" in refused.text
    assert 'value="a lot"' in refused.text
    assert press(client, path, path, **{**typed, "pounds": "£13.21"}).location == path
    page = client.get(path).text
    assert "£13.21" in page
    assert "£12.71" in page
    assert "by Sal" in page
    late = press(client, path, path, **{**typed, "pounds": "9"})
    assert late.status_code == 409
    assert client.get(f"{REPORT}/prices/no-such").status_code == 404


def test_rates_are_chosen(signed_in: SignIn) -> None:
    client, path = signed_in(), f"{REPORT}/prices"
    typed = {"version": "1", "low_key": "nlw_2026", "central_key": "rlw_uk", "high_key": "homecare_min_price"}
    refused = press(client, path, path, **typed, anyway_most="30")
    assert refused.status_code == 422
    assert "Enter where this share comes from" in refused.text
    taken = press(client, path, path, **typed, anyway_most="30", anyway_source="What volunteers told us")
    assert taken.location == path
    assert "What volunteers told us" in client.get(REPORT).text


def test_costs_are_typed_in_and_taken_out(signed_in: SignIn) -> None:
    client, path = signed_in(), f"{REPORT}/costs"
    today = datetime.now(UTC).date().isoformat()
    typed = {"what": "staff", "area": "bradford-on-avon", "quantity": "2.5", "pounds": "20", "unsure": "10"}
    for wrong, message in (
        ({"spent_on": "soon"}, "Enter a day, like 2026-12-24"),
        ({"spent_on": today, "area": "salisbury"}, "Select an area"),
        ({"spent_on": today, "quantity": "some"}, "Enter how many, like 12.5"),
        ({"spent_on": today}, "Enter where the figure comes from"),
    ):
        refused = press(client, path, path, **{**typed, **wrong})
        assert refused.status_code == 422
        assert message in refused.text
    assert press(client, path, path, **typed, spent_on=today, source="Timesheets").location == path
    assert "£50.00" in client.get(path).text
    assert "£50.00" in client.get(f"{REPORT}?last={today}").text
    press(client, path, f"{path}/1/withdraw")
    assert "Nothing has been typed in yet" in client.get(path).text


def test_a_saving_is_claimed_with_all_that_it_needs(signed_in: SignIn) -> None:
    client, path = signed_in(), f"{REPORT}/savings"
    assert "Savings to others are not claimed" in client.get(path).text
    typed = {"kind_slug": "snow", "event": "a fall on ice", "chance": "0.05", "price_key": "fall_admission"}
    said = {"chance_source": "A guess", "share": "20", "share_why": "Others help", "not_proved": "That they fell less"}
    refused = press(client, path, path, **typed, **{**said, "not_proved": ""})
    assert refused.status_code == 422
    assert "Enter what this does not prove" in refused.text
    assert press(client, path, path, **typed, **said).location == path
    again = press(client, path, path, **typed, **said)
    assert again.status_code == 422
    assert "The same hour is never counted twice" in again.text
    report = client.get(REPORT).text
    assert "That they fell less" in report
    press(client, path, f"{path}/1/off")
    assert "That they fell less" not in client.get(REPORT).text


def test_what_leaves_on_paper_counts_no_few_people_exactly(signed_in: SignIn) -> None:
    client = signed_in()
    printed = " ".join(client.get(f"{REPORT}/print").text.split())
    assert '<dt>People asked</dt><dd><span class="gn-figs__n gn-figs__n--words">fewer than 5</span>' in printed
    assert '<dt>People asked</dt><dd><span class="gn-figs__n">1</span>' in " ".join(client.get(REPORT).text.split())


def test_the_command_line_prints_the_sheet_of_the_page(
    signed_in: SignIn, world: World, seeded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    with unit_of_work() as session:
        matches.accept(session, world.match_id, now=now)
        visits.complete(session, session.scalars(select(Visit.id)).one(), minutes=50, now=now)
    monkeypatch.setenv("DATABASE_URL", seeded)
    first, last = ((now + timedelta(days=days)).date().isoformat() for days in (-9, 2))
    where = "bradford-on-avon"
    page = signed_in().get(f"{REPORT}/sheet.csv?first={first}&last={last}&area={where}")
    done = CliRunner().invoke(gritbin, ["impact", "--from", first, "--to", last, "--area", where, "--csv"])
    assert "told by the volunteer,50,minutes" in page.text
    assert done.stdout_bytes == page.data
