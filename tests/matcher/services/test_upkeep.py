"""What the clock does: windows that pass, weeks that come round, visits that nobody has marked."""

from datetime import UTC, datetime, timedelta

import pytest

from matcher.domain.lifecycle import MatchStatus, NeedStatus, OccurrenceStatus, VisitStatus
from matcher.domain.localtime import to_local
from matcher.services import drafts, matches, upkeep
from matcher.store.models import Draft, Match, Need, Occurrence


def keep_up(world):
    with world.work() as session:
        return upkeep.keep_up(session, now=world.now)


def test_one_that_nobody_came_to_is_unmet_and_the_resident_is_told_once(world):
    need = world.post()
    world.deliver()
    world.now = world.one(Occurrence).ends_at - timedelta(seconds=1)
    assert keep_up(world).lapsed == 0
    world.later(seconds=1)
    assert keep_up(world).lapsed == 1
    assert keep_up(world).lapsed == 0
    occurrence = world.one(Occurrence)
    assert (occurrence.status, occurrence.closed_at) == (OccurrenceStatus.UNMET, world.now)
    assert world.one(Need).status is NeedStatus.CLOSED
    (envelope,) = world.deliver()
    assert need.reference in envelope.message.text
    assert world.owed("Eileen") == [("need_posted", "sent"), ("need_unmet", "sent")]
    assert world.breaches() == {}


def test_questions_lapse_with_it_and_lapsing_is_no_refusal(world):
    world.offer("Christopher")
    world.post()
    world.round()
    world.now = world.one(Occurrence).ends_at
    keep_up(world)
    match = world.one(Match)
    assert (match.status, match.lapsed_at) == (MatchStatus.LAPSED, world.now)
    assert not world.yes("Christopher").held
    assert world.all(Occurrence)[0].status is OccurrenceStatus.UNMET


def held_back_until_it_is_over(world):
    """Christopher is asked about a time an hour from now; the question leaves only when that time has come."""
    world.offer("Christopher")
    world.ask("Christopher", world.post(), at=world.now + timedelta(hours=1))
    world.later(hours=1)
    return keep_up(world).unheard


def test_who_was_never_sent_the_question_is_waited_for_no_more(world):
    assert held_back_until_it_is_over(world) == 0  # it may yet be sent, for all that the clock knows
    world.deliver()
    assert ("match_asked", "dropped") in world.owed("Christopher")
    world.later(minutes=6)
    assert "no message dropped" in world.breaches()
    assert (keep_up(world).unheard, keep_up(world).unheard) == (1, 0)
    match = world.one(Match)
    assert (match.status, match.lapsed_at, match.delivered_at) == (MatchStatus.LAPSED, world.now, None)
    assert world.one(Occurrence).next_round_at == world.now
    assert "no message dropped" not in world.breaches()


def test_who_read_it_on_their_own_page_may_still_say_yes(world):
    held_back_until_it_is_over(world)
    with world.work() as session:
        matches.open_ask(session, world.asked("Christopher"), now=world.now)
    world.deliver()
    world.later(minutes=6)
    assert keep_up(world).unheard == 0
    with world.work() as session:  # nor if it is read just before the row is locked
        assert not matches.lapse_unheard(session, world.asked("Christopher"), now=world.now)
    assert "no message dropped" not in world.breaches()
    assert world.yes("Christopher").held


def test_who_was_sent_it_in_time_may_still_say_yes(world):
    world.offer("Christopher")
    world.ask("Christopher", world.post(), at=world.now + timedelta(hours=1))
    world.deliver()
    world.later(hours=1, minutes=6)
    assert keep_up(world).unheard == 0
    assert world.yes("Christopher").held


def test_one_of_two_helpers_is_not_nobody(world):
    world.offer("Christopher")
    need = world.post(helpers=2)
    world.ask("Christopher", need)
    world.yes("Christopher")
    world.now = world.one(Occurrence).ends_at
    keep_up(world)
    assert world.one(Occurrence).status is OccurrenceStatus.FILLED
    assert "need_unmet" not in dict(world.owed("Eileen"))
    world.done("Christopher")
    assert world.one(Occurrence).status is OccurrenceStatus.DONE
    assert world.one(Need).status is NeedStatus.CLOSED
    assert world.breaches() == {}


def test_one_of_two_helpers_who_is_done_already_leaves_it_done(world):
    world.offer("Christopher")
    need = world.post(helpers=2)
    world.ask("Christopher", need)
    world.yes("Christopher")
    world.done("Christopher")
    assert world.one(Occurrence).status is OccurrenceStatus.OPEN
    world.now = world.one(Occurrence).ends_at
    keep_up(world)
    assert world.one(Occurrence).status is OccurrenceStatus.DONE
    assert world.one(Need).status is NeedStatus.CLOSED


def test_one_that_was_handed_back_too_late_is_unmet(world):
    world.offer("Christopher")
    world.ask("Christopher", world.post(), at=world.now + timedelta(hours=4))
    world.yes("Christopher")
    world.now = world.one(Occurrence).ends_at
    keep_up(world)
    assert world.one(Occurrence).status is OccurrenceStatus.FILLED
    world.hand_back("Christopher")
    keep_up(world)
    assert world.one(Occurrence).status is OccurrenceStatus.UNMET
    assert ("need_unmet", "pending") in world.owed("Eileen")


@pytest.mark.parametrize(
    ("posted", "days"),
    [
        (datetime(2026, 3, 16, 7, tzinfo=UTC), "spring"),  # clocks go forward on 29 March 2026
        (datetime(2026, 10, 12, 7, tzinfo=UTC), "autumn"),  # and back on 25 October
        (datetime(2026, 12, 21, 7, tzinfo=UTC), "the new year"),
    ],
)
def test_a_weekly_need_is_opened_three_weeks_ahead_and_stays_at_eight_by_the_clock(world, posted, days):
    world.now = posted
    need = world.post(is_weekly=True)
    for _ in range(35):
        keep_up(world)
        assert keep_up(world).opened == 0
        world.later(days=1)
    keep_up(world)
    starts = sorted(one.starts_at for one in world.all(Occurrence, need_id=need.need_id))
    local = [to_local(start) for start in starts]
    assert {(start.hour, start.weekday()) for start in local} == {(8, posted.weekday())}
    assert [
        later - earlier
        for earlier, later in zip([s.date() for s in local], [s.date() for s in local[1:]], strict=False)
    ] == [timedelta(weeks=1)] * (len(local) - 1)
    assert timedelta(weeks=2) < starts[-1] - world.now < timedelta(weeks=3, hours=3)
    if days != "the new year":
        assert len({start.utcoffset() for start in local}) == 2


def test_a_weekly_need_that_was_cancelled_comes_round_no_more(world):
    need = world.post(is_weekly=True)
    world.cancel(need)
    world.later(days=30)
    assert keep_up(world).opened == 0
    assert {one.status for one in world.all(Occurrence)} == {OccurrenceStatus.CANCELLED}


def test_a_week_that_nobody_could_do_leaves_the_next_ones_open(world):
    world.post(is_weekly=True)
    world.later(days=1)
    keep_up(world)
    statuses = [one.status for one in sorted(world.all(Occurrence), key=lambda one: one.starts_at)]
    assert statuses == [OccurrenceStatus.UNMET] + [OccurrenceStatus.OPEN] * 3
    assert world.one(Need).status is NeedStatus.OPEN


def test_a_scheme_that_slept_for_a_month_opens_nothing_in_the_past(world):
    world.post(is_weekly=True)
    world.later(days=40)
    keep_up(world)
    opened = [one for one in world.all(Occurrence) if one.status is OccurrenceStatus.OPEN]
    assert len(opened) == 3
    assert all(one.starts_at > world.now for one in opened)


def test_a_visit_nobody_marked_is_asked_about_once_of_each(world):
    world.offer("Christopher")
    world.ask("Christopher", world.post())
    world.yes("Christopher")
    world.deliver()
    ends_at = world.visit("Christopher").ends_at

    world.now = ends_at + timedelta(minutes=59, seconds=59)
    keep_up(world)
    assert world.deliver() == ()
    world.now = ends_at + timedelta(minutes=60)
    keep_up(world)
    assert [envelope.shown_as for envelope in world.deliver()] == ["Christopher, by text"]

    world.now = ends_at + timedelta(hours=23, minutes=59)
    keep_up(world)
    assert world.deliver() == ()
    world.now = ends_at + timedelta(hours=24)
    keep_up(world)
    assert [envelope.shown_as for envelope in world.deliver()] == ["Eileen, by text"]
    world.later(days=3)
    keep_up(world)
    assert world.deliver() == ()
    assert world.owed("Christopher")[-1] == ("visit_not_marked", "sent")
    assert world.owed("Eileen")[-1] == ("visit_unsure_resident", "sent")


def test_a_visit_that_was_marked_is_not_asked_about(world):
    world.offer("Christopher")
    world.ask("Christopher", world.post())
    world.yes("Christopher")
    world.done("Christopher")
    world.later(days=2)
    assert keep_up(world).asked_how == 0


def test_a_question_about_a_visit_that_is_marked_meanwhile_is_dropped(world):
    world.offer("Christopher")
    world.ask("Christopher", world.post())
    world.yes("Christopher")
    world.later(hours=5)
    keep_up(world)
    world.done("Christopher")
    world.deliver()
    assert ("visit_not_marked", "dropped") in world.owed("Christopher")


def test_a_second_pass_changes_nothing(world):
    world.offer("Christopher")
    world.post(is_weekly=True)
    world.ask("Christopher", world.post("Gwen"))
    world.yes("Christopher")
    world.later(days=3)
    keep_up(world)
    before = world.picture()
    keep_up(world)
    assert world.picture() == before


def test_half_filled_forms_are_erased_after_a_day(world):
    with world.work() as session:
        key = drafts.start(session, "need", now=world.now)
        drafts.save(session, key, "need", {"kind": "snow"}, now=world.now)
    world.later(hours=23, minutes=59)
    assert keep_up(world).drafts_erased == 0
    world.later(minutes=1)
    assert keep_up(world).drafts_erased == 1
    assert world.all(Draft) == []


def test_the_resident_says_that_it_went_well_before_the_neighbour_does(world):
    world.offer("Christopher")
    need = world.post()
    world.ask("Christopher", need)
    world.yes("Christopher")
    world.later(hours=3)
    assert world.how(need, "well", "So kind.") == "well"
    assert world.visit("Christopher").status is VisitStatus.DONE
    assert world.one(Occurrence).status is OccurrenceStatus.DONE
    assert world.how(need, "nobody") == "well"  # what was said first stands
    assert world.breaches() == {}


def test_the_resident_says_that_nobody_came_when_it_is_too_late(world):
    world.offer("Christopher")
    need = world.post()
    world.ask("Christopher", need)
    world.yes("Christopher")
    world.done("Christopher")
    world.later(hours=1)  # by then Done can no longer be undone, and is told
    world.deliver()
    world.later(hours=11)
    world.how(need, "nobody")
    assert world.visit("Christopher").status is VisitStatus.NO_SHOW
    occurrence = world.one(Occurrence)
    assert (occurrence.status, occurrence.reason_code) == (OccurrenceStatus.UNMET, "nobody_came")
    assert world.breaches() == {}
