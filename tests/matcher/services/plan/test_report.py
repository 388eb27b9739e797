import re
from html.parser import HTMLParser
from itertools import combinations
from math import dist
from pathlib import Path

import pytest

from matcher.domain.geo import Point
from matcher.engine.plan.explain import Tried, newcomers
from matcher.engine.plan.problem import PlanProblem
from matcher.engine.plan.search import plan
from matcher.services.plan.report import gain_words, report_page
from matcher.services.plan.sheets import read_plan_sheets
from tests.plan_worlds import need, north, parish, volunteer

EXAMPLES = Path(__file__).parents[4] / "docs/examples"


def report_of(problem):
    made = plan(problem)
    return report_page(problem, made, newcomers(problem, made))


ONE_VISIT_A_WEEK = (volunteer(visits_per_week=1),)


def of(*needs, volunteers=ONE_VISIT_A_WEEK):
    return report_of(PlanProblem(needs=needs, volunteers=tuple(volunteers)))


class Tags(HTMLParser):
    """Counts what is opened, and complains of what is not closed."""

    def __init__(self, text):
        super().__init__()
        self.open, self.count = [], {}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.count[tag] = self.count.get(tag, 0) + 1
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.count[tag] = self.count.get(tag, 0) + 1

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_title_is_counted_from_the_plan():
    title = [
        re.search("<title>(.*)</title>", text)[1]
        for text in (of(), of(need()), of(need("a"), need("b")), of(need(helpers=2)))
    ]
    assert title == [
        "A plan without needs",
        "Everyone is served: 1 visit",
        "1 of 2 helpers found",
        "1 of 2 helpers found",
    ]


@pytest.mark.parametrize("seed", range(2))
def test_the_page_asks_for_nothing_from_elsewhere(seed):
    text = report_of(parish(seed))
    assert not re.search(r"\bsrc=|href|url\(|@import|<script|<link|//", text)
    assert "default-src 'none'" in text


def test_the_page_is_whole_and_the_map_holds_every_point_and_visit():
    problem = parish(1)
    made, tags = plan(problem), Tags(report_of(problem))
    assert tags.open == []
    assert tags.count["circle"] == len(problem.volunteers) + 2  # two in the key
    assert tags.count["rect"] + tags.count["polygon"] == len(problem.needs) + 2
    assert tags.count["line"] == len(made.visits) + 1  # the scale


def test_of_one_thing_the_map_speaks_as_of_one():
    shown = of(need(), volunteers=[volunteer()])
    assert 'aria-label="Map: 1 need, 1 volunteer and 1 visit; the table says the same."' in shown


def test_no_mark_of_the_map_hides_another():
    """Three needs and two volunteers at one door."""
    needs = [need(name, point=volunteer("V").point) for name in ("A", "B", "C")]
    picture = (
        of(*needs, volunteers=[volunteer("V"), volunteer("W")]).partition('aria-label="Map')[2].partition("</svg>")[0]
    )
    at = r'="([\d.]+)" \w+="([\d.]+)"'
    spots = [(float(x), float(y)) for x, y in re.findall(f'<circle class="home[^"]*" cx{at}', picture)]
    spots += [(float(x) + 4.5, float(y) + 4.5) for x, y in re.findall(f'<rect class="need" x{at}', picture)]
    tops = re.findall(r'<polygon class="short" points="([\d.]+),([\d.]+)', picture)
    spots += [(float(x), float(y) + 9) for x, y in tops]
    assert len(spots) >= 5
    assert min(dist(a, b) for a, b in combinations(spots, 2)) > 8


@pytest.mark.parametrize(("kind", "size"), [("name", 30), ("name wide", 15)])
def test_names_on_the_map_have_room_and_stay_inside_it(kind, size):
    """On a phone the letters are twice as large: only the first kind is shown there."""
    text = report_of(parish(3, needs=120, volunteers=8))
    picture = text.partition('aria-label="Map')[2].partition("</svg>")[0]
    height = int(re.search(r'viewBox="0 0 640 (\d+)"', text)[1])
    named = re.findall(rf'<text class="{kind}" x="([\d.]+)" y="([\d.]+)">([^<]+)</text>', picture)
    wide = size * 0.6
    boxes = [
        (float(x) - len(n) * wide / 2, float(y) - size * 0.8, float(x) + len(n) * wide / 2, float(y) + size * 0.2)
        for x, y, n in named
    ]
    assert len(boxes) > 2
    assert all(left >= 0 and top >= 0 and right <= 640 and bottom <= height for left, top, right, bottom in boxes)
    assert not any(a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3] for a, b in combinations(boxes, 2))


def test_a_name_at_the_edge_of_the_map_is_written_inwards():
    west, east = (need(f"a long name in the {side}", point=Point(51.35, lon)) for side, lon in (("w", -2.6), ("e", -2)))
    named = re.findall(r'<text class="name[^"]*" x="([\d.-]+)" y="[\d.-]+">([^<]+)</text>', of(west, east))
    assert len(named) == 2
    assert all(len(name) * 4.5 < float(x) < 640 - len(name) * 4.5 for x, name in named)


def test_a_plan_in_which_nobody_goes_boasts_of_nothing():
    nobody = of(need(), volunteers=[])
    assert "Proved: nobody who offered can go to any of them." in nobody
    assert "all visits together" not in nobody
    assert "travels less" not in nobody
    assert "Nothing had to be planned." in of(volunteers=[volunteer()])


def test_names_are_text_and_never_markup():
    text = of(need("<b>&", kind="<i>"), volunteers=[volunteer('"><script>')])
    assert "<b>" not in text
    assert "<script" not in text
    assert "&lt;b&gt;&amp;" in text


def test_whoever_is_short_of_help_has_a_reason_and_what_would_serve_them():
    text = of(need("a", kind="lift", point=north(50)))
    assert "1 need short of help" in text
    assert "Short of help: a; the reasons are below." in text
    assert "<h3>a, lift</h3><p>Mon 12 Jan, 9am to 12 noon, 60 minutes, normal.</p>" in text
    assert "Nobody near enough offers this kind of help." in text
    assert "v offered “lift” too" in text


def test_one_more_volunteer_is_tried_where_they_would_change_most():
    problem = PlanProblem(
        needs=(need("a"), need("b", point=north(8000), kind="lift"), need("c", point=north(8100), kind="lift")),
        volunteers=(volunteer(),),
    )
    (best, *_) = newcomers(problem, plan(problem))
    assert (best.words, best.helpers) == ("b", 1)
    assert "1 visit more" in report_of(problem)


def test_what_was_not_planned_again_is_not_said_to_be(monkeypatch):
    problem = PlanProblem(needs=(need("a"), need("b", point=north(8000), kind="lift")), volunteers=(volunteer(),))
    assert "each was planned again" in report_of(problem)
    monkeypatch.setattr("matcher.engine.plan.explain.TRY_UP_TO", 0)
    text = report_of(problem)
    assert "planned again" not in text
    assert "about 1 visit more" in text
    assert "that is what the prices prove, not a second plan" in text


def test_the_visits_are_told_day_by_day():
    text = of(need("a"), need("b", day=1), need("c", 14, 16, day=1), volunteers=[volunteer()])
    assert re.findall(r'scope="rowgroup">([^<]*)<', text) == ["Mon 12 Jan", "Tue 13 Jan"]
    assert "2pm to 3pm" in text


def test_a_pin_that_cannot_be_kept_is_told_with_its_reason():
    text = of(need("a", kind="lift", pinned=frozenset({"v"})))
    assert "v does not go to a: does not offer “lift”." in text


def test_a_gain_is_told_in_words():
    told = [gain_words(Tried("", *gain, is_confirmed=True)) for gain in ((1, -1500.0), (0, 420.0), (0, 0.0), (2, 0.2))]
    assert told == ["1 visit more, 1.5 km more travel", "420 m less travel", "nothing", "2 visits more"]


def test_a_scheme_at_one_place_and_a_scheme_too_large_for_a_map_have_a_page(monkeypatch):
    assert "<svg" in of(need(), volunteers=[volunteer()])
    monkeypatch.setattr("matcher.services.plan.report.MOST_ON_A_MAP", 1)
    assert "too many points" in of(need(), volunteers=[volunteer()])


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 1280])
def test_the_example_s_page_needs_no_sideways_scrolling(tmp_path, width, page):
    sheets = read_plan_sheets(EXAMPLES / "needs.csv", EXAMPLES / "volunteers.csv")
    (tmp_path / "plan.html").write_text(report_of(sheets.problem), encoding="utf-8")
    page.set_viewport_size({"width": width, "height": 800})
    page.goto((tmp_path / "plan.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.title() == "19 of 22 helpers found"


def test_each_volunteer_s_visits_stand_together_to_be_handed_out():
    page = of(need("a", 9, 10), need("b", 11, 12), volunteers=[volunteer("v")])
    own = page[page.index("Each volunteer’s visits") :]
    assert re.findall(r'<section class="person"><h3>(.*?)</h3>', own) == ["v"]
    assert re.findall("<li>.*?: (.*?)</li>", own)[:2] == ["a, shopping", "b, shopping"]


def test_a_need_that_nothing_tried_would_serve_does_not_say_that_nothing_could():
    text = report_page(problem := PlanProblem(needs=(need(),)), plan(problem), ())
    assert "None of the changes that were tried would serve it" in text
