"""The page of files to save: who may have what, and what is typed wrong."""

from __future__ import annotations

from matcher.services.staff import StaffRoleName
from tests.web.conftest import HOUSE, PHONE, SignIn, error_beside, press

EXPORT = "/team/export"
WHY = "We move to another system."


def test_a_file_without_names_is_a_link_that_needs_no_script(signed_in: SignIn) -> None:
    client = signed_in(StaffRoleName.COORDINATOR)
    assert (
        f'href="{EXPORT}/visits.csv?first=2026-01-01&amp;last=2026-12-31"'
        in client.get(f"{EXPORT}?first=2026-01-01&last=2026-12-31").text
    )
    saved = client.get(f"{EXPORT}/requests.csv")
    assert saved.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert saved.headers["Content-Disposition"].startswith('attachment; filename="requests-')
    assert saved.headers["Cache-Control"] == "no-store"
    assert saved.data.startswith(b"\xef\xbb\xbfarea,kind,asked_on,")
    assert saved.data.count(b"\r\n") == 2
    assert HOUSE not in saved.text


def test_days_that_cannot_be_are_said_beside_them_and_kept(signed_in: SignIn) -> None:
    client = signed_in(StaffRoleName.COORDINATOR)
    for query in ("first=soon", "first=2026-03-01&last=2026-02-01", "last=1066-10-14"):
        answer = client.get(f"{EXPORT}/visits.csv?{query}")
        assert answer.status_code == 422
        assert "There is a problem" in answer.text
        assert f'value="{query.split("=")[1].split("&")[0]}"' in answer.text


def test_names_are_saved_for_a_reason_that_then_stands_on_the_page(signed_in: SignIn) -> None:
    client = signed_in()
    refused = press(client, EXPORT, f"{EXPORT}/names", what="residents", why="why not")
    assert (refused.status_code, error_beside(refused.text, "why")[:7]) == (422, "Say why")
    assert ">why not</textarea>" in refused.text
    assert error_beside(press(client, EXPORT, f"{EXPORT}/names", what="homes", why=WHY).text, "what")
    saved = press(client, EXPORT, f"{EXPORT}/names", what="residents", why=WHY)
    assert (saved.status_code, f"+44{PHONE[1:]}" in saved.text, HOUSE in saved.text) == (200, True, True)
    shown = client.get(EXPORT).text
    assert "Residents, with names: 1 person" in shown
    assert WHY in shown


def test_a_coordinator_sees_no_names_and_cannot_send_for_them(signed_in: SignIn) -> None:
    client = signed_in(StaffRoleName.COORDINATOR)
    assert "With names" not in client.get(EXPORT).text
    assert press(client, "/team/badges", f"{EXPORT}/names", what="residents", why=WHY).status_code == 404
    assert client.get(f"{EXPORT}/residents.csv").status_code == 404
