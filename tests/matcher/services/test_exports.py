"""Sheets to save: no name in those that anyone of the team may have, a reason for those with names, few never told."""

import csv
import io
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from matcher.domain.errors import BadInput, NotFound
from matcher.services import exports
from matcher.services.export_sheets import SHEETS
from matcher.services.exports import Days
from matcher.store.models import AuditRow, Export

WITHOUT = [sheet.key for sheet in SHEETS if not sheet.has_names]
WITH = [sheet.key for sheet in SHEETS if sheet.has_names]
DAYS = Days(date(2026, 1, 1), date(2026, 1, 31))
WHY = "We move to another system in March."


def save(world, key, days=DAYS, areas=None):
    """The rows of a sheet without names, as a spreadsheet reads them, and all that was written."""
    out = io.StringIO(newline="")
    with world.work() as session:
        count = exports.write(session, key, days, out, area_ids={world.area_id()} if areas is None else areas)
    return read(out, count)


def read(out, count):
    assert out.getvalue().startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(out.getvalue().removeprefix("\ufeff"))))
    assert len(rows) == count
    return rows, out.getvalue()


def save_with_names(world, key, why=WHY):
    out, staff_id = io.StringIO(newline=""), world.coordinator()
    with world.work() as session:
        people = exports.write_with_names(
            session, key, DAYS, out, why=why, area_ids={world.area_id()}, staff_id=staff_id, now=world.now
        )
    return read(out, people)[0]


@pytest.fixture
def day(world):
    """Eileen was helped by Christopher; Mary waits."""
    world.offer("Christopher", person={"email": "christopher@example.org"}, visits_per_week=2)
    need = world.post("Eileen", note="The side door is open")
    world.ask("Christopher", need)
    world.later(minutes=90)
    world.yes("Christopher")
    world.later(hours=2)
    world.done("Christopher", minutes=40)
    world.how(need, "well", "Bless him")
    world.post("Mary")
    world.deliver()
    return world


@pytest.mark.parametrize("key", WITHOUT)
def test_without_names_holds_rows_and_nothing_that_says_who(day, key):
    rows, written = save(day, key)
    assert rows
    for name in ("Eileen", "Christopher", "Mary"):
        home = day.home(name)
        private = (name, home.surname, home.phone, home.phone[-6:], home.house, home.postcode, home.postcode[:4])
        assert not [one for one in private if one in written]
    words = [row[0] for row in day.execute("select door_word from occurrences union select reference from needs")]
    assert not [word for word in (*words, "side door", "Bless", "@example.org") if word in written]


def test_what_the_rows_say(day):
    (one, _), _ = save(day, "requests")
    assert (one["kind"], one["asked_on"], one["times_of_day"], one["status"]) == (
        "Clearing snow or ice",
        "2026-01-14",
        "am",
        "closed",
    )
    (visit,), _ = save(day, "visits")
    assert (visit["status"], visit["minutes_planned"], visit["minutes_taken"], visit["is_regular"]) == (
        "done",
        "30",
        "40",
        "no",
    )
    (asked,), _ = save(day, "asks")
    assert (asked["status"], asked["hours_to_answer"], asked["why_not"]) == ("accepted", "1.5", "")
    (offer,), _ = save(day, "offers")
    assert (offer["kinds"], offer["visits_done"], offer["since"]) == ("Clearing snow or ice", "1", "2026-01")


def test_other_areas_and_other_days_are_not_in_it(day):
    for key in WITHOUT:
        assert save(day, key, areas={day.area_id("salisbury")})[0] == []
    later = Days(date(2026, 2, 1), date(2026, 2, 28))
    assert save(day, "requests", later)[0] == save(day, "counts", later)[0] == []
    assert len(save(day, "requests", Days(date(2026, 1, 14), date(2026, 1, 14)))[0]) == 2


def test_few_are_never_counted_exactly_in_what_may_be_published(day):
    (row,), _ = save(day, "counts")
    assert (row["month"], row["asked_for"], row["met"]) == ("2026-01", "fewer than 5", "fewer than 5")
    for number in range(4):
        day.post(f"Neighbour {number}")
    (row,), _ = save(day, "counts")
    assert (row["asked_for"], row["met"]) == ("6", "fewer than 5")


def test_a_few_that_were_not_met_are_not_told_by_subtraction(day):
    for number in range(8):
        day.post(f"Neighbour {number}")
    day.execute("update occurrences set status = 'done', closed_at = starts_at")
    assert (save(day, "counts")[0][0]["asked_for"], save(day, "counts")[0][0]["met"]) == ("10", "10")
    day.execute("update occurrences set status = 'unmet' where id in (select max(id) from occurrences)")
    assert (save(day, "counts")[0][0]["asked_for"], save(day, "counts")[0][0]["met"]) == ("10", "all but fewer than 5")


def test_a_cell_that_a_spreadsheet_would_run_is_told_to_be_text(day):
    with day.work() as session:
        session.execute(text("update areas set name = '=1+1' where slug = 'bradford-on-avon'"))
        session.execute(text("update people set first_name = '  @SUM(A1)'"))
    assert {row["area"] for row in save(day, "requests")[0]} == {"'=1+1"}
    assert {row["first_name"] for row in save_with_names(day, "volunteers")} == {"'  @SUM(A1)"}


def test_names_need_a_reason_and_it_is_written_down_who_saved_them(day):
    for why in ("", "because", "x" * 301, " " * 40):
        with pytest.raises(BadInput) as refused:
            save_with_names(day, "residents", why)
        assert refused.value.field == "why"
    assert day.all(Export) == []
    rows = save_with_names(day, "residents")
    assert {(row["first_name"], row["requests"]) for row in rows} == {("Eileen", "1"), ("Mary", "1")}
    assert {row["postcode"] for row in rows} == {day.home("Eileen").postcode, day.home("Mary").postcode}
    kept = day.one(Export)
    assert (kept.what, kept.why, kept.people) == ("residents", WHY, 2)
    noted = day.one(AuditRow, action="exported")
    assert (noted.thing, noted.thing_id, noted.fields) == ("export", kept.id, ["residents"])
    with day.work() as session:
        (shown,) = exports.saved_with_names(session)
    assert (shown.name, shown.by, shown.why) == ("Residents, with names", "Ruth", WHY)


def test_who_was_erased_is_in_no_file_with_names(day):
    with day.work() as session:
        session.execute(text("update people set erased_at = now() where first_name = 'Christopher'"))
    assert save_with_names(day, "volunteers") == []


@pytest.mark.parametrize("key", [*WITH, "homes", ""])
def test_names_are_never_had_without_a_reason(day, key):
    with pytest.raises(NotFound):
        save(day, key)


def test_a_reason_does_not_open_what_needs_none(day):
    with pytest.raises(NotFound):
        save_with_names(day, "requests")


def test_days_that_cannot_be(day):
    with pytest.raises(BadInput, match="before"):
        save(day, "visits", Days(date(2026, 1, 2), date(2026, 1, 1)))
    with pytest.raises(BadInput, match="five years"):
        save(day, "visits", Days(date(2020, 1, 1), date(2020, 1, 1) + timedelta(days=exports.LONGEST_DAYS + 1)))
