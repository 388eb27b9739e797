"""`gritbin simulate` on a twentieth of the county."""

import csv
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import click
import pytest
from click.testing import CliRunner

from matcher.cli import gritbin, simulating
from matcher.cli.seeds import SEEDS

SMALL = ("--size", "0.05", "--workers", "1")


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """What a run over two seeds and two policies printed, and the folder it wrote."""
    out = tmp_path_factory.mktemp("simulate") / "made" / "here"
    policies = ("--policy", "nearest", "--policy", "broadcast")
    done = CliRunner().invoke(gritbin, ["simulate", *SMALL, *policies, "--seeds", "1,2", "--out", str(out)])
    assert done.exit_code == 0, done.output
    return done, out


def run(*options):
    return CliRunner().invoke(gritbin, ["simulate", *SMALL, *options])


def test_one_row_for_each_run_the_bound_included(written):
    with (written[1] / "runs.csv").open() as file:
        rows = list(csv.DictReader(file))
    keys = [(row["scenario"], row["policy"], row["seed"]) for row in rows]
    assert keys == [
        (scenario, policy, seed)
        for scenario in ("quiet", "snow")
        for policy in ("clairvoyant", "nearest", "broadcast")
        for seed in ("1", "2")
    ]
    assert all(float(row["fill"]) <= 100 for row in rows)


def test_the_summary_is_the_mean_with_its_interval(written):
    with (written[1] / "summary.csv").open() as file:
        row = next(row for row in csv.DictReader(file) if row["policy"] == "broadcast")
    with (written[1] / "runs.csv").open() as file:
        fills = [
            float(r["fill"]) for r in csv.DictReader(file) if (r["scenario"], r["policy"]) == ("quiet", "broadcast")
        ]
    assert float(row["fill"]) == pytest.approx(sum(fills) / 2, abs=1e-3)
    half = 12.706 * abs(fills[0] - fills[1]) / 2  # Student's t for two values
    assert float(row["fill_high"]) - float(row["fill"]) == pytest.approx(half, rel=1e-3)


def test_four_pictures_whose_titles_are_made_from_the_data(written):
    names = sorted(file.name for file in written[1].glob("*.svg"))
    assert names == ["fairness.svg", "fill_against_asks.svg", "on_time.svg", "time_to_yes.svg"]
    for name in names:
        root = ET.fromstring((written[1] / name).read_text())
        assert root.find("{http://www.w3.org/2000/svg}title").text


def test_the_table_is_printed_with_what_must_be_said_beside_it(written):
    assert "quiet: means of 2 seeds" in written[0].stdout
    assert "nobody who would have said yes: that is for recruitment to mend" in written[0].stdout
    assert "promises no figure to a real scheme" in written[0].stdout
    assert written[0].stderr == ""  # the bar is for a terminal only


def test_json_for_a_script_has_no_nan():
    done = run("--policy", "broadcast", "--scenario", "quiet", "--seeds", "1,", "--json")
    assert done.exit_code == 2  # a list that ends in a comma is none
    done = run("--policy", "broadcast", "--scenario", "quiet", "--seeds", "5-5", "--json")
    bound, broadcast = json.loads(done.stdout)
    assert bound["measures"]["asks_per_fill"]["mean"] is None
    assert broadcast["measures"]["asks_per_fill"]["mean"] > 1


def test_ours_can_be_run_without_one_of_its_terms():
    done = run("--policy", "broadcast", "--scenario", "quiet", "--seeds", "3-3", "--ablate", "travel", "--json")
    assert [one["policy"] for one in json.loads(done.stdout)] == ["clairvoyant", "broadcast", "ours without travel"]


def test_a_term_there_is_not_names_those_there_are():
    done = run("--ablate", "luck")
    assert done.exit_code == 2
    assert "“luck” cannot be switched off. These can: age, front, on_time," in done.stderr


@pytest.mark.parametrize("option", ["--volunteers", "--no-show", "--shared-refusal", "--standby", "--size"])
@pytest.mark.parametrize("typed", ["nan", "inf", "1e300", "-1"])
def test_a_number_that_means_nothing_is_refused(option, typed):
    done = run("--policy", "nearest", "--scenario", "quiet", "--seeds", "5-5", option, typed)
    assert done.exit_code == 2
    assert option in done.stderr


def test_a_folder_that_cannot_be_written_is_said_before_the_runs(tmp_path):
    (tmp_path / "file").write_text("")
    done = run("--out", str(tmp_path / "file" / "below"))
    assert done.exit_code == 1
    assert "cannot be written" in str(done.exception)


@pytest.mark.parametrize("when", ["run_all", "pictures"])
def test_stopped_half_way_it_leaves_no_file(tmp_path, monkeypatch, when):
    def stopped(*_args, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(simulating, when, stopped)
    done = run("--policy", "nearest", "--scenario", "quiet", "--seeds", "5-5", "--out", str(tmp_path))
    assert done.exit_code == 1
    assert list(tmp_path.iterdir()) == []


def test_stopped_in_the_middle_of_a_file_it_leaves_the_old_one_whole(tmp_path, monkeypatch):
    def half(path, text, **_options):
        with path.open("w") as file:
            file.write(text[: len(text) // 2])
        raise KeyboardInterrupt

    (tmp_path / "runs.csv").write_text("of yesterday")
    monkeypatch.setattr(Path, "write_text", half)
    run("--policy", "nearest", "--scenario", "quiet", "--seeds", "5-5", "--out", str(tmp_path))
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("runs.csv", "of yesterday")]


@pytest.mark.parametrize(
    ("typed", "seeds"),
    [
        ("2", (200, 201)),
        ("200-202", (200, 201, 202)),
        ("7,5", (7, 5)),
        ("1-2,2-3", (1, 2, 3)),
        ("5-6,5", (5, 6)),
        (" 3 - 4 ", (3, 4)),
    ],
)
def test_seeds_are_a_number_of_the_reported_ones_a_range_or_a_list(typed, seeds):
    assert SEEDS.convert(typed, None, None) == seeds


@pytest.mark.parametrize(
    "typed", ["", "six", "5-1", "1,,2", "-3", "0", "1-5000", "1000000000", "200-", "200-1000000000"]
)
def test_other_words_are_no_seeds_and_are_told_back(typed):
    with pytest.raises(click.BadParameter) as refused:
        SEEDS.convert(typed, None, None)
    assert f"“{typed}”" in refused.value.message
