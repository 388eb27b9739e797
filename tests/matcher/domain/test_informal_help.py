"""Help that was told of counts once: not where it could be a visit, nor where both sides may tell of the same."""

from datetime import date

from matcher.domain.informal_help import Done, Told, counted_once

DAY, NEXT = date(2026, 12, 1), date(2026, 12, 2)
ANN, BEN, EILEEN, OLIVE = 1, 2, 3, 4


def told(helper, resident, *, kind="errand", day=DAY, area=1):
    return Told(helper, resident, area, kind, day, 45)


def test_what_nobody_else_told_counts():
    every = [told(ANN, EILEEN), told(ANN, OLIVE), told(BEN, None, kind="lift"), told(None, OLIVE, day=NEXT)]
    assert sorted(counted_once(every, []), key=every.index) == every


def test_what_could_be_a_visit_that_was_done_does_not():
    done = [Done(ANN, EILEEN, "errand", DAY)]
    assert counted_once([told(ANN, EILEEN), told(ANN, None), told(None, EILEEN)], done) == []
    others = [told(ANN, EILEEN, day=NEXT), told(ANN, EILEEN, kind="lift"), told(BEN, EILEEN)]
    assert counted_once(others, done) == others


def test_what_both_sides_may_have_told_counts_once():
    assert counted_once([told(ANN, EILEEN), told(None, EILEEN), told(ANN, None)], []) == [told(ANN, EILEEN)]
    assert counted_once([told(ANN, None), told(None, EILEEN), told(None, OLIVE)], []) == [
        told(None, EILEEN),
        told(None, OLIVE),
    ]
    assert len(counted_once([told(ANN, None), told(None, EILEEN, area=2)], [])) == 2
