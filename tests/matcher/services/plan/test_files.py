import csv
import io
import json

import pytest

from matcher.engine.plan.problem import PlanProblem
from matcher.engine.plan.search import plan
from matcher.services.plan.files import as_csv, as_dict, files_of, write_whole
from tests.plan_worlds import need, north, volunteer

ONE_VISIT_A_WEEK = (volunteer(visits_per_week=1),)


def made(*needs, volunteers=ONE_VISIT_A_WEEK):
    return plan(PlanProblem(needs=needs, volunteers=tuple(volunteers)))


def lines(text):
    return list(csv.reader(io.StringIO(text)))


def test_each_visit_has_a_line_and_so_has_each_helper_not_found():
    told = lines(as_csv(made(need("a", point=north(700)), need("b", helpers=2, kind="lift"))))
    assert told[0] == ["need_id", "volunteer_id", "start", "distance_m", "why"]
    assert told[1] == ["a", "v", "2026-01-12T09:00+00:00", "700", "700 m away, the only one who could."]
    assert [line[:4] for line in told[2:]] == [["b", "", "", ""]] * 2
    assert told[2][4] == "Nobody near enough offers this kind of help."


def test_no_cell_is_a_formula():
    told = lines(as_csv(made(need("=cmd()"), need("@x", kind="lift"), volunteers=[volunteer("+v")])))
    assert [line[:2] for line in told[1:]] == [["'=cmd()", "'+v"], ["'@x", ""]]


def test_the_figures_stand_beside_it(tmp_path):
    one = made(need("a", point=north(700)), need("b", kind="lift"))
    write_whole(files_of(one, tmp_path / "plan.csv"))
    beside = tmp_path / "plan.json"
    figures = json.loads(beside.read_text(encoding="utf-8"))
    assert (figures["total"], figures["bound"], figures["gap"]) == (one.total, one.total, 0.0)
    assert figures["counts"] == {
        "helpers_wanted": 2,
        "helpers_found": 1,
        "helpers_short": 1,
        "needs_short": 1,
        "volunteers_going": 1,
        "travel_m": 700,
    }
    assert figures["unserved"][0]["reason"] == "nobody_does_this"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["plan.csv", "plan.json"]


def test_json_for_a_script_holds_the_visits_too():
    (visit,) = as_dict(made(need("a")), with_visits=True)["visits"]
    assert visit == {
        "need_id": "a",
        "volunteer_id": "v",
        "start": "2026-01-12T09:00+00:00",
        "distance_m": 0,
        "why": "at the same place, the only one who could.",
    }


def test_a_link_is_followed_and_the_file_behind_it_written(tmp_path):
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to("real.csv")
    write_whole({tmp_path / "link.csv": "new"})
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text() == "new"


def test_if_one_file_cannot_be_written_none_is_and_nothing_is_left(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_whole({tmp_path / "plan.csv": "a plan", tmp_path / "nowhere" / "plan.html": "a page"})
    assert list(tmp_path.iterdir()) == []
