"""`gritbin weather read`: every warning over a point, the worst first, whatever it is of; and plain words otherwise."""

import json
import sys

import pytest
from click.testing import CliRunner

from matcher import cli
from tests.matcher.domain.weather.feeds import HILL, ON_THE_HILL, feature, feed, square

ELSEWHERE = {"type": "Polygon", "coordinates": [square(-6, 55, 1)]}


@pytest.fixture
def read(tmp_path, monkeypatch, capfd):
    """`read(raw, "--json")` -> exit code, what was printed, what was said on standard error."""

    def run(raw, *words, at=ON_THE_HILL):
        file = tmp_path / "warnings.json"
        file.write_bytes(raw)
        monkeypatch.setattr(sys, "argv", ["gritbin", "weather", "read", str(file), "--at", at, *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code, *capfd.readouterr()

    return run


def ids(printed):
    return [one["id"] for one in json.loads(printed)]


def test_every_warning_over_the_point_is_printed_whatever_it_is_of(read):
    raw = feed(
        feature("wind", weatherType=["WIND"]),
        feature("cancelled", warningStatus="CANCELLED"),
        feature("old", validFromDate="1999-01-01T00:00:00Z", validToDate="1999-01-02T00:00:00Z"),
        feature("untold", weatherType=None, warningHeadline=None),
        feature("elsewhere", ELSEWHERE, warningLevel="RED", affectedAreas=[{"regionName": "the hill"}]),
    )
    code, printed, said = read(raw, "--json")
    assert (code, sorted(ids(printed)), said) == (0, ["cancelled", "old", "untold", "wind"], "")


def test_the_worst_comes_first_in_the_table_and_in_json(read):
    raw = feed(
        feature("mild"),
        feature("likelier", warningLikelihood=4),
        feature("later", warningLevel="AMBER", validFromDate="2026-01-14T07:00:00Z"),
        feature("amber", warningLevel="AMBER"),
    )
    wanted = ["amber", "later", "likelier", "mild"]
    assert ids(read(raw, "--json")[1]) == wanted
    lines = read(raw)[1].splitlines()
    assert [line.split()[-1] for line in lines[1:]] == wanted
    assert lines[0].split() == ["Level", "Impact", "Likelihood", "From", "To", "Status", "Types", "Id", "Headline"]


def test_json_holds_these_fields_and_no_others(read):
    (one,) = json.loads(read(feed(feature("w1", weatherType=["SNOW", "ICE"])), "--json")[1])
    assert one == {
        "id": "w1",
        "level": "YELLOW",
        "impact": 2,
        "likelihood": 3,
        "headline": "Headline of w1",
        "valid_from": "2026-01-14T06:00:00Z",
        "valid_to": "2026-01-14T18:00:00Z",
        "types": ["SNOW", "ICE"],
    }


def test_no_warning_over_the_point_is_an_answer_too(read):
    raw = feed(feature("elsewhere", ELSEWHERE))
    assert read(raw, "--json")[:2] == (0, "[]\n")
    assert read(raw) == (0, "None of 1 warning covers 51.4,-2.2.\n", "")
    assert read(feed(), "--json")[:2] == (0, "[]\n")
    assert read(feed()) == (0, "There is no warning in it.\n", "")


def test_the_table_shows_uk_time_and_nothing_that_a_terminal_would_obey(read):
    told = {"validFromDate": "2026-07-14T06:00:00Z", "warningHeadline": "Ice\x1b[2J\nand\ud800snow"}
    line = read(feed(feature(**told)))[1].splitlines()[1]
    assert "2026-07-14 07:00" in line
    assert line.endswith("Ice [2J and snow")


def test_what_cannot_be_read_is_named_and_the_rest_printed(read):
    raw = feed(feature("bad", {"type": "Point"}), feature("good", warningLevel="PURPLE"))
    code, printed, said = read(raw, "--json")
    assert (code, ids(printed)) == (0, ["good"])
    assert [line.split(":")[0] for line in said.splitlines()] == ["Feature 1 (bad) was left out", "Feature 2 (good)"]


def test_an_area_that_may_have_covered_the_point_is_told_of_though_it_does_not(read):
    turned = {"type": "Polygon", "coordinates": [[[lat, lon] for lon, lat in HILL[0]]]}
    half = {"type": "MultiPolygon", "coordinates": [[square(-6, 55, 1)], [[[-2.2, 51.4]]]]}
    raw = feed(feature("turned", turned), feature("half", half), feature("mild", ELSEWHERE, warningImpact="bad"))
    code, printed, said = read(raw, "--json")
    assert (code, printed) == (0, "[]\n")
    assert "Feature 1 (turned): its positions seem to have latitude first" in said
    assert "Feature 2 (half): " in said
    assert "mild" not in said


def test_nothing_that_could_be_read_is_a_failure(read):
    code, printed, said = read(feed(feature("bad", {"type": "Point"})), "--json")
    assert (code, printed) == (1, "")
    assert "None of the 1 features" in said


@pytest.mark.parametrize("raw", [b"", b"<html>", b"[]", b"[" * 100_000], ids=["empty", "a page", "a list", "too deep"])
def test_a_file_that_is_no_feed_is_one_sentence(read, raw):
    code, printed, said = read(raw)
    assert (code, printed, len(said.splitlines())) == (1, "", 1)
    assert "warnings.json: It is " in said or "warnings.json: Its JSON" in said


@pytest.mark.parametrize("at", ["", "51.4", "51.4 -2.2", "a,b", "51.4,-2.2,0", "nan,nan", "91,0", "51.4,181", "inf,0"])
def test_a_point_that_is_none_says_what_to_type(read, at):
    code, printed, said = read(feed(feature()), at=at)
    assert (code, printed) == (2, "")
    assert "--at 51.347,-2.252" in said or "latitude goes from -90 to 90" in said


def test_longitude_first_is_found_out_unless_a_warning_is_there(read):
    code, printed, said = read(feed(feature()), at="-2.2,51.4")
    assert (code, printed) == (2, "")
    assert "--at 51.4,-2.2" in said
    there = {"type": "Polygon", "coordinates": [square(51, -3, 1)]}
    assert ids(read(feed(feature("there", there)), "--json", at="-2.2,51.4")[1]) == ["there"]


def test_a_missing_file_and_standard_input():
    run = CliRunner().invoke
    missing = run(cli.gritbin, ["weather", "read", "nowhere.json", "--at", ON_THE_HILL])
    assert (missing.exit_code, "No such file" in missing.output) == (2, True)
    piped = run(cli.gritbin, ["weather", "read", "-", "--at", ON_THE_HILL, "--json"], input=feed(feature()))
    assert ids(piped.stdout) == ["w1"]


def test_a_file_too_large_to_be_a_feed_is_refused(read, monkeypatch):
    monkeypatch.setattr("matcher.cli.weather.LARGEST_MB", 0)
    code, _, said = read(feed(feature()))
    assert (code, "holds more than 0 MB" in said) == (1, True)
