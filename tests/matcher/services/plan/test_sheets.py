from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from geopy.distance import geodesic

from matcher.domain.geo import Point
from matcher.domain.lifecycle import Urgency
from matcher.domain.timewindow import TimeWindow
from matcher.services.plan.sheets import read_plan_sheets
from matcher.services.spreadsheets import BadCells

EXAMPLES = Path(__file__).parents[4] / "docs/examples"
NEED = {"id": "N1", "kind": "lift", "postcode": "BA15 1JD", "start": "2026-12-24T09:00", "end": "2026-12-24T11:00"}
VOLUNTEER = {"id": "V1", "postcode": "ba151xa", "reach_km": "5", "kinds": "lift", "weekly": "any"}


def at(*when):
    return datetime(*when, tzinfo=UTC)


@pytest.fixture
def read(tmp_path):
    """`read(needs, volunteers)`: rows as dicts, all columns of the first one used."""

    def write(name, rows):
        columns = list(dict.fromkeys(column for row in rows for column in row))
        lines = ["\t".join(columns), *("\t".join(row.get(column, "") for column in columns) for row in rows)]
        (tmp_path / name).write_text("\n".join(lines))
        return tmp_path / name

    def sheets(needs=(NEED,), volunteers=(VOLUNTEER,)):
        return read_plan_sheets(write("needs.csv", needs), write("volunteers.csv", volunteers))

    return sheets


def need(read, **cells):
    return read([NEED | cells]).problem.needs[0]


def volunteer(read, **cells):
    return read(volunteers=[VOLUNTEER | cells]).problem.volunteers[0]


def complaints(read, needs=(NEED,), volunteers=(VOLUNTEER,)):
    with pytest.raises(BadCells) as caught:
        read(needs, volunteers)
    return [(cell.file, cell.line, cell.column) for cell in caught.value.cells]


def test_what_is_left_out_has_its_default(read):
    one = need(read)
    assert (one.minutes, one.helpers, one.urgency, one.requires) == (120, 1, Urgency.NORMAL, frozenset())
    someone = volunteer(read)
    assert (someone.checks, someone.visits_per_week, someone.reach_m) == (frozenset(), None, 5000.0)


def test_what_is_said_is_kept(read):
    one = need(read, minutes="45", helpers="2", urgency="Urgent", requires="DBS; licence ;")
    assert (one.minutes, one.helpers, one.urgency) == (45, 2, Urgency.URGENT)
    assert one.requires == {"dbs", "licence"}
    assert volunteer(read, max_visits="0").visits_per_week == 0
    assert volunteer(read, reach_km="1,5").reach_m == 1500.0


def test_a_row_in_which_every_cell_is_bad_has_every_cell_named(read):
    bad = {
        "reach_km": "far",
        "kinds": ";",
        "weekly": "some",
        "away": "soon",
        "max_visits": "some",
        "max_minutes": "lots",
    }
    assert [cell[2] for cell in complaints(read, volunteers=[VOLUNTEER | bad])] == list(bad)


@pytest.mark.parametrize(
    "written",
    [
        *(
            "24/12/2026 7.30am",
            "24/12/26 07:30",
            "24.12.2026 at 7:30 a.m.",
            "24 December 2026 at 07:30",
            "24th Dec 26 7.30 AM",
        ),
        *("Thu, 24 Dec 2026, 7:30am", "2026-12-24 7.30am", "2026-12-24T07:30:00.000+00:00", "24-12-2026 07:30 Z"),
    ],
)
def test_a_time_may_be_written_as_people_write_it(read, written):
    assert need(read, start=written, end="11am").window == TimeWindow(at(2026, 12, 24, 7, 30), at(2026, 12, 24, 11))


def test_an_end_may_be_a_time_of_the_same_day_and_midnight_is_its_end(read):
    assert need(read, end="5:00 PM").window.end == at(2026, 12, 24, 17)
    assert need(read, end="12pm").window.end == at(2026, 12, 24, 12)
    assert need(read, end="24:00").window.end == need(read, end="25/12/2026 12am").window.end == at(2026, 12, 25)


@pytest.mark.parametrize(
    ("written", "minutes"),
    [("45 mins", 45), ("2 hours", 120), ("1:30", 90), ("1 h 30 min", 90), ("1.5 hours", 90), ("1hr", 60), ("30m", 30)],
)
def test_a_length_may_be_written_as_people_write_it(read, written, minutes):
    assert need(read, minutes=written).minutes == minutes


def test_numbers_urgency_and_distances_may_be_written_as_people_write_them(read):
    assert need(read, helpers="two").helpers == 2
    assert [need(read, urgency=word).urgency for word in ("High", "medium")] == [Urgency.URGENT, Urgency.NORMAL]
    assert [volunteer(read, reach_km=far).reach_m for far in ("3 km", "4 miles")] == pytest.approx([3000, 6437.376])
    assert complaints(read, volunteers=[VOLUNTEER | {"reach_km": "300 m"}]) == [("volunteers.csv", 2, "reach_km")]


@pytest.mark.parametrize("weekly", ["Thu 9am-1pm", "Thu 9.00 to 13.00", "Mon 1-2pm, Thu 9-1pm", "Thu 09:00–13:00"])
def test_hours_of_the_week_may_be_written_as_people_write_them(read, weekly):
    free = volunteer(read, weekly=weekly).free
    assert TimeWindow(at(2026, 12, 24, 9), at(2026, 12, 24, 13)) in free
    assert len(free) == weekly.count(",") + 1


def test_hours_that_only_their_end_says_are_of_the_afternoon_are(read):
    ((start, end),) = [(one.start, one.end) for one in volunteer(read, weekly="Thu 2-5pm").free]
    assert (start, end) == (at(2026, 12, 24, 14), at(2026, 12, 24, 17))


def test_headings_are_known_by_their_letters_and_may_stand_below_a_title(tmp_path):
    (tmp_path / "n.csv").write_text(
        "Help wanted in December,,,,\n,,,,\nID,Kind,Post Code,START,End\nN1,lift,BA15 1JD,24/12/2026 9am,11am\n"
    )
    (tmp_path / "v.csv").write_text("Id,Postcode,Reach (km),Kinds,Weekly,Max visits\nV1,BA15 1XA,3,lift,anytime,2\n")
    sheets = read_plan_sheets(tmp_path / "n.csv", tmp_path / "v.csv")
    assert sheets.problem.needs[0].window == TimeWindow(at(2026, 12, 24, 9), at(2026, 12, 24, 11))
    assert (sheets.problem.volunteers[0].reach_m, sheets.problem.volunteers[0].visits_per_week) == (3000, 2)


def test_a_column_that_is_not_there_is_told_once_beside_every_bad_cell_of_the_others(read):
    lacking = {name: cell for name, cell in NEED.items() if name != "kind"}
    bad = [lacking | {"start": "soon"}, lacking | {"id": "N2", "postcode": "nowhere"}]
    assert complaints(read, bad) == [
        ("needs.csv", 1, "kind"),
        ("needs.csv", 2, "start"),
        ("needs.csv", 3, "postcode"),
    ]
    without_place = {name: cell for name, cell in NEED.items() if name != "postcode"}
    bad = [without_place, without_place | {"id": "N2", "end": "late"}]
    assert complaints(read, bad) == [("needs.csv", 1, "postcode"), ("needs.csv", 3, "end")]


def test_a_line_of_totals_is_one_thing_to_mend(read):
    total = dict.fromkeys(NEED, "") | {"id": "Total:", "minutes": "6"}
    assert complaints(read, [NEED, total]) == [("needs.csv", 3, "")]


def test_needs_whose_visit_would_take_a_whole_long_window_are_told(read):
    sheets = read([NEED | {"end": "5pm"}, NEED | {"id": "N2", "end": "5pm", "minutes": "60"}, NEED | {"id": "N3"}])
    assert sheets.very_long == ("N1",)


@pytest.mark.parametrize("hidden", ["\x00", "\x1b[2J", "\x7f"])
def test_what_no_one_types_is_refused_and_never_reaches_the_terminal(read, hidden):
    with pytest.raises(BadCells) as caught:
        read(
            [NEED | {"id": f"N{hidden}1", "kind": f"li{hidden}ft"}], [VOLUNTEER | {"id": f"V{hidden}", "kinds": hidden}]
        )
    assert [cell.column for cell in caught.value.cells] == ["id", "kind", "id", "kinds"]
    assert hidden not in str(caught.value)


def test_labels_are_equal_whatever_their_capitals_and_blanks(read):
    assert {need(read, kind="Dog  Walking").kind} == volunteer(read, kinds=" dog walking;Lifts").kinds - {"lifts"}


def test_times_are_london_s_unless_they_name_an_offset(read):
    summer = {"start": "2026-07-01T09:00", "end": "2026-07-01 11:00:00"}
    assert need(read, **summer).window == TimeWindow(at(2026, 7, 1, 8), at(2026, 7, 1, 10))
    offset = {"start": "2026-07-01T09:00Z", "end": "2026-07-01T11:00+00:00"}
    assert need(read, **offset).window == TimeWindow(at(2026, 7, 1, 9), at(2026, 7, 1, 11))


def test_times_and_days_are_read_as_a_british_spreadsheet_writes_them(read):
    need_at_nine = need(read, start="1/7/2026 9:00", end="01/07/2026 11:00:00")
    assert need_at_nine.window == TimeWindow(at(2026, 7, 1, 8), at(2026, 7, 1, 10))
    away = volunteer(read, away="21/12/2026 - 24/12/2026; 26/12/2026").free
    assert away == (
        TimeWindow(at(2026, 12, 25), at(2026, 12, 26)),
        TimeWindow(at(2026, 12, 27), at(2026, 12, 28)),
    )


def test_an_hour_that_the_clocks_show_twice_is_told_apart_by_its_offset(read):
    twice = {"start": "2026-10-25T01:30+01:00", "end": "2026-10-25T01:30+00:00"}
    assert need(read, **twice).window.minutes == 60
    with pytest.raises(BadCells, match="its offset, as the clocks show that hour twice, such as 2026-10-25T01:30"):
        need(read, start="25/10/2026 01:30", end="25/10/2026 05:00")
    with pytest.raises(BadCells, match="the clocks skip that hour"):
        need(read, start="29/03/2026 01:30", end="29/03/2026 05:00")


def test_the_wishes_of_a_coordinator_are_kept(read):
    rows = [NEED | {"helpers": "2", "requires_one": "DBS", "pinned": "V1", "never": " V2 ;"}]
    people = [VOLUNTEER | {"max_minutes": "90", "never_with": "V2"}, VOLUNTEER | {"id": "V2", "max_minutes": ""}]
    problem = read(rows, people).problem
    (one,), (first, second) = problem.needs, problem.volunteers
    assert (one.requires_one, one.pinned, one.never) == ({"dbs"}, {"V1"}, {"V2"})
    assert (first.minutes_per_week, first.never_with) == (90, {"V2"})
    assert (second.minutes_per_week, second.never_with) == (None, frozenset())


def test_nobody_is_both_pinned_and_ruled_out(read):
    assert complaints(read, [NEED | {"pinned": "V1", "never": "V1"}]) == [("needs.csv", 2, "never")]


def test_excel_s_own_csv_is_read_as_it_comes(tmp_path):
    """A byte order mark, semicolons, CRLF, blank lines, columns nobody filled, a postcode in any case."""
    lines = [
        "ID;Kind;Postcode;Start;End;Minutes;Notes;;",
        "1;Dog walking;ba15 1jd;24/12/2026 09:00;24/12/2026 11:00;45;Fido, the big one;;",
        ";;;;;;;;",
        "",
        '2;"Lifts; to town";BA151JD;24/12/2026 09:00;24/12/2026 11:00;;;;',
    ]
    (tmp_path / "n.csv").write_bytes(b"\xef\xbb\xbf" + "\r\n".join([*lines, ";;;;;;;;", ""]).encode())
    (tmp_path / "v.csv").write_bytes(
        "sep=;\r\nid;postcode;reach km;kinds;weekly\r\nZoë;BA15 1XA;1,5;dog walking;any\r\n".encode("cp1252")
    )
    sheets = read_plan_sheets(tmp_path / "n.csv", tmp_path / "v.csv")
    first, second = sheets.problem.needs
    assert (first.kind, first.minutes, second.kind, second.minutes) == ("dog walking", 45, "lifts; to town", 120)
    assert (sheets.problem.volunteers[0].id, sheets.problem.volunteers[0].reach_m) == ("Zoë", 1500.0)
    assert sheets.ignored == (("n.csv", ("Notes",)),)


def test_a_postcode_is_found_offline_in_any_writing_and_coordinates_win(read):
    found = volunteer(read).point
    assert geodesic((found.lat, found.lon), (51.36, -2.25)).km < 5
    assert volunteer(read, lat="51.5", lon="-1.9").point == Point(51.5, -1.9)


def test_weekly_hours_are_expanded_over_whole_weeks_by_london_clocks(read):
    someone = volunteer(read, weekly="Thu 09:00-12:00; friday 9:30–24:00; Mon 00:00-24:00")
    assert someone.free == (
        TimeWindow(at(2026, 12, 21), at(2026, 12, 22)),
        TimeWindow(at(2026, 12, 24, 9), at(2026, 12, 24, 12)),
        TimeWindow(at(2026, 12, 25, 9, 30), at(2026, 12, 26)),
    )


def test_any_is_always_and_days_away_are_cut_out_both_ends_included(read):
    week = TimeWindow(at(2026, 12, 21), at(2026, 12, 28))
    assert volunteer(read).free == (week,)
    away = volunteer(read, away="2026-12-24/2026-12-25; 2026-12-27").free
    assert away == (TimeWindow(week.start, at(2026, 12, 24)), TimeWindow(at(2026, 12, 26), at(2026, 12, 27)))


def test_a_day_away_is_a_day_of_london(read):
    summer = NEED | {"start": "2026-07-01T09:00", "end": "2026-07-01T11:00"}
    (someone,) = read([summer], [VOLUNTEER | {"away": "2026-07-01"}]).problem.volunteers
    assert next(free.end for free in someone.free) == at(2026, 6, 30, 23)


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("id", ""),
        ("kind", ""),
        ("postcode", ""),
        ("postcode", "BA15"),
        ("postcode", "BA15 9ZZ"),
        ("postcode", "BT1 5GS"),
        ("postcode", "XX1 1AA"),
        ("start", ""),
        ("start", "12/24/2026 09:00"),
        ("start", "24/12/2026"),
        ("start", "24/12/126 09:00"),
        ("start", "24/12/2026 13pm"),
        ("start", "24/12/2026 9"),
        ("start", "24 Smarch 2026 09:00"),
        ("start", "31/02/2026 09:00"),
        ("start", "24/12-2026 09:00"),
        ("start", "46380.375"),
        ("start", "2026-03-29T01:30"),
        ("start", "25/10/2026 01:30"),
        ("start", "2026-12-24"),
        ("start", "2026-12-24T25:00"),
        ("start", "0001-01-01T00:00"),
        ("end", "tomorrow"),
        ("end", "2026-12-24T09:00"),
        ("end", "2026-12-24T08:00"),
        ("minutes", "0"),
        ("minutes", "121"),
        ("minutes", "1.5"),
        ("minutes", "an hour"),
        ("minutes", "nan"),
        ("helpers", "0"),
        ("helpers", "a few"),
        ("urgency", "very"),
        ("pinned", "V9"),
        ("pinned", "V1; V2"),
        ("never", "v1"),
        ("lat", "91"),
        ("lon", "181"),
    ],
)
def test_a_bad_cell_of_a_need_is_named(read, column, cell):
    place = {"lat": "51", "lon": "-2"} if column in ("lat", "lon") else {}
    assert complaints(read, [NEED, NEED | place | {"id": "N2", column: cell}]) == [("needs.csv", 3, column)]


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("id", ""),
        ("postcode", "nowhere"),
        ("reach_km", ""),
        ("reach_km", "-1"),
        ("reach_km", "far"),
        ("reach_km", "inf"),
        ("kinds", ""),
        ("kinds", " ; "),
        ("weekly", ""),
        ("weekly", "mornings"),
        ("weekly", "Mon"),
        ("weekly", "Mon 09:00-25:00"),
        ("weekly", "Mon 12:00-09:00"),
        ("weekly", "Moonday 09:00-12:00"),
        ("weekly", "Mon 13pm-2pm"),
        ("weekly", "Mon-Wed-Fri 09:00-12:00"),
        ("weekly", "Mo-Fr 09:00-12:00"),
        ("weekly", "sometimes 09:00-12:00"),
        ("away", "Christmas"),
        ("away", "2026-12-28/2026-12-24"),
        ("away", "2026-13-01"),
        ("max_visits", "-1"),
        ("max_visits", "many"),
        ("max_visits", "2.5"),
        ("max_minutes", "-1"),
        ("max_minutes", "an hour"),
        ("never_with", "V1; nobody"),
    ],
)
def test_a_bad_cell_of_a_volunteer_is_named(read, column, cell):
    twin = VOLUNTEER | {"id": "V2", column: cell}
    assert complaints(read, volunteers=[VOLUNTEER, twin]) == [("volunteers.csv", 3, column)]


@pytest.mark.parametrize(
    "start",
    [
        "2026-12-04T09:00",
        "2026-12-04 9:00",
        "04/12/2026 09:00",
        "4/12/2026 9:00",
        "4.12.2026 9:00",
        "04-12-2026 09:00:00",
        "4 Dec 2026 09:00",
        "Fri 4 December 2026, 9:00",
        "Friday, 04-Dec-2026 09:00",
        "2026-12-04 9:00+00:00",
    ],
)
def test_a_time_may_be_written_as_people_and_spreadsheets_write_it(read, start):
    assert need(read, start=start, end="2026-12-04T11:00").window.start == at(2026, 12, 4, 9)


def test_a_date_that_became_a_number_is_told_how_to_be_mended(read):
    with pytest.raises(BadCells, match="show the column as a date"):
        need(read, start="46380.375")


@pytest.mark.parametrize(
    ("weekly", "days"),
    [
        ("Mon-Fri 09:00-12:00", "01234"),
        ("weekdays 9-12", "01234"),
        ("Fri to Mon 9:00-12:00", "0456"),
        ("Sat, Sun & wed 9:00 - 12:00", "256"),
        ("Tuesday and Thurs 09:00–12:00", "13"),
        ("Daily 09:00-12:00", "0123456"),
        ("every day 09:00-12:00", "0123456"),
        ("weekends 09:00-12:00; Mon 9:00-12:00", "056"),
    ],
)
def test_days_of_the_week_may_be_named_together(read, weekly, days):
    week = [NEED | {"start": "2026-12-07T09:00", "end": "2026-12-13T12:00"}]  # Monday to Sunday
    free = read(week, [VOLUNTEER | {"weekly": weekly}]).problem.volunteers[0].free
    assert [str(one.start.weekday()) for one in free] == [*days]
    assert {(one.start.hour, one.minutes) for one in free} == {(9, 180)}


def test_two_files_the_other_way_round_are_told_once(read):
    assert complaints(read, [VOLUNTEER], [NEED]) == [("needs.csv", 1, "")]


def test_an_empty_file_is_told_what_its_first_line_should_be(read, tmp_path):
    (tmp_path / "empty.csv").write_text("\n\n")
    with pytest.raises(BadCells, match=r"names the columns: id, kind, start, end, found nothing\Z"):
        read_plan_sheets(tmp_path / "empty.csv", EXAMPLES / "volunteers.csv")


def test_every_bad_cell_of_both_files_is_listed_at_once(read):
    needs = [NEED | {"postcode": "?", "end": "soon", "urgency": "very"}, NEED]
    volunteers = [VOLUNTEER | {"reach_km": "x"}, VOLUNTEER | {"weekly": "x", "kinds": ""}]
    assert complaints(read, needs, volunteers) == [
        ("needs.csv", 2, "postcode"),
        ("needs.csv", 2, "end"),
        ("needs.csv", 2, "urgency"),
        ("needs.csv", 3, "id"),
        ("volunteers.csv", 2, "reach_km"),
        ("volunteers.csv", 3, "id"),
        ("volunteers.csv", 3, "kinds"),
        ("volunteers.csv", 3, "weekly"),
    ]


def test_a_slip_of_the_year_is_named_and_not_planned_for(read):
    rows = [NEED | {"id": f"N{k}"} for k in range(3)]
    rows.append(NEED | {"id": "N9", "start": "2062-12-24T09:00", "end": "2062-12-24T11:00"})
    assert complaints(read, rows) == [("needs.csv", 5, "start"), ("needs.csv", 5, "end")]


def test_a_file_without_any_place_is_named_once(read):
    no_place = {column: cell for column, cell in NEED.items() if column != "postcode"}
    assert complaints(read, [no_place, no_place | {"id": "N2"}]) == [("needs.csv", 1, "postcode")]


def test_the_message_says_where_and_what_was_expected(read):
    with pytest.raises(BadCells) as caught:
        read([NEED | {"urgency": "very"}])
    assert caught.value.message == "needs.csv, line 2, column urgency: expected low, normal or urgent, found “very”"


def test_unknown_columns_are_reported_and_ignored(read):
    assert read([NEED | {"Phone": "01225 000000"}]).ignored == (("needs.csv", ("Phone",)),)


def test_the_examples_are_twenty_rows_each_without_a_bad_cell():
    sheets = read_plan_sheets(EXAMPLES / "needs.csv", EXAMPLES / "volunteers.csv")
    assert (len(sheets.problem.needs), len(sheets.problem.volunteers), sheets.ignored) == (20, 20, ())


def test_a_header_alone_is_an_empty_sheet(tmp_path):
    (tmp_path / "n.csv").write_text(",".join(NEED))
    (tmp_path / "v.csv").write_text(",".join(VOLUNTEER))
    problem = read_plan_sheets(tmp_path / "n.csv", tmp_path / "v.csv").problem
    assert (problem.needs, problem.volunteers) == ((), ())


def test_a_long_file_is_soon_read(read):
    lines = [VOLUNTEER | {"id": f"V{k}", "weekly": f"Mon 09:00-1{k % 10}:00"} for k in range(3000)]
    began = datetime.now(UTC)
    assert len(read(volunteers=lines).problem.volunteers) == 3000
    assert datetime.now(UTC) - began < timedelta(seconds=5)
