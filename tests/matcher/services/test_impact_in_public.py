"""The impact report in public: from none of its sentences can a count of fewer than five be read, or subtracted."""

import pytest

from matcher.domain.small_numbers import EXACT, PUBLIC
from matcher.services.impact_report import findings, strips
from matcher.services.impact_report.asked_for import Met, Waits
from matcher.services.impact_report.askings import Askings
from matcher.services.impact_report.helped import StillAtHome
from matcher.services.ties import Ties

FEW, DAY = (1, 2, 3, 4), 24 * 60


def said_of(counts, *, met, waits, askings, home, ties):
    return (
        findings.both_sides(met, askings, counts),
        findings.unmet(met, counts),
        findings.reasons(met, counts),
        findings.time_to_yes(waits, counts),
        findings.at_home(home, counts),
        findings.met_neighbours(ties, counts),
        findings.ties(ties, counts),
    )


def with_few(few):
    """A report in which every group that can be of a few is; the totals are the same whichever of a few it is."""
    return {
        "met": Met(20, 11, 0, (("Nobody near", 11 - few), ("Nobody free", few))),
        "waits": Waits((*[30] * (12 - few), *[2 * DAY] * few), 0),
        "askings": Askings(9, {0: few, 1: 12 - few}),
        "home": StillAtHome(6, 12, few),
        "ties": Ties(12, few, few, few, few),
    }


def with_few_left_over(few):
    """A report in which all but a few are in every group."""
    return {
        "met": Met(20 - few, few, 0, (("Nobody near", few),)),
        "waits": Waits((*[30] * few, *[2 * DAY] * (9 - few)), 5),
        "askings": Askings(9, {0: 12 - few, 1: few}),
        "home": StillAtHome(6, 12, 12 - few),
        "ties": Ties(12, 12 - few, 12 - few, 12 - few, 12),
    }


def with_few_who_had_a_yes(few):
    """Most never had one; and so few were helped long ago, and met, that not even how many is told."""
    return {
        **with_few(few),
        "waits": Waits((30,) * few, 12 - few),
        "home": StillAtHome(12, few, 0),
        "ties": Ties(few, few, 0, 0, 0),
    }


@pytest.mark.parametrize("report", [with_few, with_few_left_over, with_few_who_had_a_yes])
def test_whichever_of_a_few_it_is_reads_the_same(report):
    assert len({said_of(PUBLIC, **report(few)) for few in FEW}) == 1
    assert len({said_of(EXACT, **report(few)) for few in FEW}) == len(FEW)


def test_to_the_team_the_same_sentences_are_exact():
    assert findings.met_neighbours(Ties(12, 3, 0, 0, 0), EXACT) == "3 of 12 pairs of neighbours met for the first time"
    assert findings.at_home(StillAtHome(6, 12, 3), EXACT).startswith("3 of 12 people first helped 6 months or more")
    late = Waits((*[30] * 9, *[2 * DAY] * 2), 1)
    said = "Half of 12 requests had a yes within 30 min; 2 of 12 took over a day, 1 never had one"
    assert findings.time_to_yes(late, EXACT) == said
    assert findings.reasons(Met(0, 8, 0, (("Near", 7), ("Free", 1))), EXACT) == (("Near", "7"), ("Free", "1"))


def test_few_of_one_reason_are_told_together_with_the_few_of_others():
    met = Met(0, 14, 0, (("Near", 7), ("Free", 4), ("Busy", 3)))
    assert findings.reasons(met, PUBLIC) == (("Near", "7"), ("Other reasons", "7"))


def test_in_public_no_mark_stands_for_one():
    picture, one_for = strips.time_to_yes(Waits((5, 5, 5, 2 * DAY), 0), 560, at_least=5)
    assert one_for == 5
    assert {kind: d.count("M") for kind, d in picture.marks.items()} == {"dot": 1, "alert": 1}
