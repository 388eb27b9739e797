"""Help that was told of counts once: not where it could be a visit, nor where both sides may tell of the same."""

from datetime import date

from matcher.domain.informal_help import Done, Told, Weekly, counted_once, days_of

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


def weekly(*weekdays, first=DAY, last=date(2026, 12, 14)):
    return Weekly(ANN, 1, "errand", frozenset(weekdays), first, last, 45)


def test_what_was_told_once_of_each_week_counts_on_its_days():
    found = days_of(weekly(1, 4), [], [])  # 1 December 2026 is a Tuesday
    assert [one.day.day for one in found] == [1, 4, 8, 11]
    assert {(one.helper_id, one.resident_id, one.kind, one.minutes) for one in found} == {(ANN, None, "errand", 45)}


def test_a_day_that_was_told_by_itself_is_not_counted_again():
    every = [
        told(ANN, EILEEN),
        told(ANN, EILEEN, day=date(2026, 12, 4), kind="lift"),
        told(BEN, None, day=date(2026, 12, 8)),
    ]
    assert [one.day.day for one in days_of(weekly(1, 4), every, [])] == [4, 8, 11]


def test_a_visit_takes_the_place_of_one_of_its_week_on_whatever_day():
    done = [Done(ANN, EILEEN, "errand", date(2026, 12, 2)), Done(BEN, EILEEN, "errand", date(2026, 12, 9))]
    assert [one.day.day for one in days_of(weekly(1, 4), [], done)] == [4, 8, 11]
    done.append(Done(ANN, EILEEN, "errand", date(2026, 12, 8)))
    assert [one.day.day for one in days_of(weekly(1, 4), [], done)] == [4, 11]
