"""Recurring help: Christopher usually comes on Thursdays, Ann stands in, and rounds ask about the exceptions only."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from matcher.domain.errors import BadInput, Conflict, NotFound
from matcher.domain.lifecycle import ArrangementStatus, MatchStatus, OccurrenceStatus, VisitStatus
from matcher.domain.localtime import at_local, local_day, to_local
from matcher.services import (
    arrangement_changes,
    arrangements,
    occurrences,
    offers,
    on_duty,
    regular_visits,
    visits,
)
from matcher.store.models import Arrangement, Match, Need, Notification, Occurrence, Visit

COORDINATOR = "staff:1"


@pytest.fixture
def weekly(world):
    """Eileen asks for her path to be cleared every week, from tomorrow; Christopher, Ann and Bridget do this."""
    for name in ("Christopher", "Ann", "Bridget"):
        world.offer(name)
    need = world.post("Eileen", when="tomorrow", is_weekly=True)
    world.deliver()
    return need


@pytest.fixture
def went_well(world, weekly):
    """Christopher went at half past nine, and Eileen says that it went well."""
    day = world.one(Occurrence, id=world.occurrence_id(weekly))
    world.ask("Christopher", weekly, at=at_local(local_day(day.starts_at), time(9, 30)))
    world.yes("Christopher")
    world.deliver()
    world.later(hours=27)
    world.done("Christopher")
    world.how(weekly, "well")
    world.deliver()
    return weekly


@pytest.fixture
def usual(world, went_well):
    """Christopher has said that he would like it to be his regular visit."""
    agree(world)
    return went_well


def agree(world, name="Christopher"):
    with world.work() as session:
        arrangements.agree(session, world.one(Arrangement).id, world.people[name], now=world.now)


def keep(world):
    with world.work() as session:
        return regular_visits.keep(session, now=world.now).given


def set_up(world, need, usual, stand_in=None):
    with world.work() as session:
        return arrangement_changes.set_up(
            session,
            need.need_id,
            world.people[usual],
            world.people[stand_in] if stand_in else None,
            actor=COORDINATOR,
            now=world.now,
        )


def next_one(world):
    """The next occurrence that is still to come."""
    return min((one for one in world.all(Occurrence) if one.starts_at > world.now), key=lambda one: one.starts_at)


def test_whoever_made_a_weekly_visit_that_went_well_is_offered_it_once_and_nothing_is_sent(world, went_well):
    offered = world.one(Arrangement)
    assert (offered.usual_id, offered.status) == (world.people["Christopher"], ArrangementStatus.OFFERED)
    assert keep(world) == 0
    assert not [template for template, _ in world.owed() if template.startswith("arrangement")]


@pytest.mark.parametrize("said", ["partly", "nobody", "worried"])
def test_a_visit_that_did_not_go_well_is_offered_to_nobody(world, weekly, said):
    world.ask("Christopher", weekly, at=world.now + timedelta(hours=25))
    world.yes("Christopher")
    world.later(hours=27)
    world.done("Christopher")
    world.how(weekly, said)
    assert world.all(Arrangement) == []


def test_a_need_asked_for_once_has_no_usual_person(world):
    world.offer("Christopher")
    need = world.post()
    world.ask("Christopher", need)
    world.yes("Christopher")
    world.done("Christopher")
    world.how(need, "well")
    assert world.all(Arrangement) == []


def test_a_yes_makes_each_coming_occurrence_their_visit_at_the_usual_time_and_tells_both(world, usual):
    assert keep(world) == 1
    (held,) = world.all(Visit, status=VisitStatus.HELD)
    assert held.person_id == world.people["Christopher"]
    assert held.occurrence_id == next_one(world).id
    assert to_local(held.starts_at).strftime("%H:%M") == "09:30"
    assert next_one(world).status is OccurrenceStatus.FILLED
    assert ("arrangement_made_resident", "pending") in world.owed("Eileen")
    assert ("arrangement_made_volunteer", "pending") in world.owed("Christopher")
    for name, template in (("Eileen", "visit_usual_resident"), ("Christopher", "visit_usual_volunteer")):
        assert (template, "pending") in world.owed(name)
    assert world.breaches() == {}


def test_both_are_told_a_few_days_ahead_and_not_before(world, usual):
    keep(world)
    starts_at = world.one(Visit, status=VisitStatus.HELD).starts_at
    assert "visit_usual_resident" not in {sent.message.subject for sent in world.deliver()}
    world.now = starts_at - timedelta(days=3, minutes=1)
    world.deliver()  # how the last visit went
    assert "visit_usual_resident" not in {row.event for row in world.all(Notification) if row.sent_at}
    world.later(minutes=1)
    texts = [envelope.message.text for envelope in world.deliver()]
    assert len(texts) == 2
    assert any("Christopher comes as usual" in text for text in texts)
    assert any("you help Eileen as usual" in text and "Hand it back: https://" in text for text in texts)


def test_keeping_twice_is_keeping_once(world, usual):
    keep(world)
    before = world.picture()
    assert keep(world) == 0
    assert world.picture() == before


def test_a_round_asks_nobody_about_what_the_usual_person_does(world, usual):
    keep(world)
    world.later(hours=1)
    world.round()
    assert [match.person_id for match in world.all(Match, occurrence_id=next_one(world).id)] == [
        world.people["Christopher"]
    ]


def test_the_visit_stays_at_the_same_clock_time_when_the_clocks_change(world, usual):
    world.now = at_local(date(2026, 3, 27), time(10, 0))
    with world.work() as session:
        occurrences.extend_recurring(session, now=world.now)
    keep(world)
    times = {to_local(visit.starts_at).strftime("%H:%M") for visit in world.all(Visit, status=VisitStatus.HELD)}
    assert times == {"09:30"}
    assert max(visit.starts_at for visit in world.all(Visit)).date() > date(2026, 3, 29)


def test_a_hand_back_is_asked_of_the_stand_in_first_and_of_the_others_only_when_they_are_silent(world, usual):
    set_up(world, usual, "Christopher", "Ann")
    keep(world)
    world.hand_back("Christopher")
    keep(world)
    coming = next_one(world)
    assert coming.status is OccurrenceStatus.OPEN
    world.round()
    asked = world.all(Match, occurrence_id=coming.id, status=MatchStatus.PROPOSED)
    assert [match.person_id for match in asked] == [world.people["Ann"]]
    assert keep(world) == 0
    world.deliver()
    world.later(hours=30)
    world.round()
    asked = world.all(Match, occurrence_id=coming.id, status=MatchStatus.PROPOSED)
    assert [match.person_id for match in asked] == [world.people["Ann"], world.people["Bridget"]]
    world.deliver()
    assert world.breaches() == {}


def test_a_hand_back_with_no_stand_in_is_left_to_a_round_which_does_not_ask_the_same_person(world, usual):
    keep(world)
    world.hand_back("Christopher")
    assert keep(world) == 0
    world.round()
    (asked,) = world.all(Match, occurrence_id=next_one(world).id, status=MatchStatus.PROPOSED)
    assert asked.person_id in (world.people["Ann"], world.people["Bridget"])


def test_who_stands_in_is_asked_once_however_often_it_is_looked_after(world, usual):
    """Christopher is away, and Ann says no: it is tried to hold it for him again, and she is not asked again."""
    set_up(world, usual, "Christopher", "Ann")
    coming = next_one(world)
    day = local_day(coming.starts_at)
    world.offer("Christopher", away=((day, day),))
    keep(world)
    world.no("Ann")
    assert keep(world) == 0
    (only,) = world.all(Match, occurrence_id=coming.id)
    assert (only.person_id, only.status) == (world.people["Ann"], MatchStatus.DECLINED)


@pytest.mark.parametrize("why", ["paused", "away", "busy"])
def test_where_the_usual_person_cannot_go_the_stand_in_is_asked(world, usual, why):
    set_up(world, usual, "Christopher", "Ann")
    coming = next_one(world)
    if why == "paused":
        with world.work() as session:
            on_duty.pause(session, world.people["Christopher"], now=world.now)
    elif why == "away":
        day = local_day(coming.starts_at)
        world.offer("Christopher", away=((day, day),))
    else:
        other = world.post("Frank", when="day", day=local_day(coming.starts_at))
        world.ask("Christopher", other, at=at_local(local_day(coming.starts_at), time(9, 15)))
        world.yes("Christopher")
    keep(world)
    (match,) = world.all(Match, occurrence_id=coming.id)
    assert (match.person_id, match.status) == (world.people["Ann"], MatchStatus.PROPOSED)
    assert world.breaches() == {}


def test_who_stands_in_is_not_asked_once_a_check_has_run_out(world):
    """Both were checked when it was set up; Christopher has paused, and Ann's reference ends before the visit."""
    for name in ("Christopher", "Ann"):
        world.offer(name, kinds=frozenset({"errand"}))
    need = world.post("Eileen", kind="errand", when="tomorrow", is_weekly=True)
    seen_on = world.now.date() - timedelta(days=1)
    with world.work() as session:
        for name, expires_on in (("Christopher", None), ("Ann", world.now.date())):
            for check in ("id_seen", "reference"):
                offers.record_check(session, world.people[name], check, seen_on, expires_on=expires_on, now=world.now)
    set_up(world, need, "Christopher", "Ann")
    with world.work() as session:
        on_duty.pause(session, world.people["Christopher"], now=world.now)
    assert keep(world) == 0
    assert world.all(Match) == []


def test_who_stands_in_is_not_asked_where_the_two_are_kept_apart_since(world, usual):
    set_up(world, usual, "Christopher", "Ann")
    low, high = sorted((world.people["Ann"], world.people["Eileen"]))
    world.execute("insert into never_pairs values (:a, :b, :now)", a=low, b=high, now=world.now)
    with world.work() as session:
        on_duty.pause(session, world.people["Christopher"], now=world.now)
    assert keep(world) == 0
    assert world.all(Match, occurrence_id=next_one(world).id) == []


def test_a_no_thanks_is_not_asked_again_and_leaves_room_for_another(world, went_well):
    with world.work() as session:
        arrangements.decline(session, world.one(Arrangement).id, world.people["Christopher"], now=world.now)
    with world.work() as session:
        need = session.get_one(Need, went_well.need_id)
        done = session.scalars(select(Visit.id)).all()
        arrangements.offer_after(session, need, done, now=world.now)
    assert world.one(Arrangement).status is ArrangementStatus.DECLINED
    set_up(world, went_well, "Ann")
    assert keep(world) == 1


def test_nobody_else_can_agree_to_what_was_offered_to_someone(world, went_well):
    with pytest.raises(NotFound):
        agree(world, "Ann")


def test_the_second_to_agree_hears_that_someone_was_first(world, went_well):
    set_up(world, went_well, "Ann")
    offered = world.one(Arrangement, status=ArrangementStatus.OFFERED)
    with world.work() as session, pytest.raises(Conflict):
        arrangements.agree(session, offered.id, world.people["Christopher"], now=world.now)


def test_two_who_are_kept_apart_make_no_arrangement_and_one_that_holds_ends(world, usual):
    keep(world)
    low, high = sorted((world.people["Christopher"], world.people["Eileen"]))
    world.execute("insert into never_pairs values (:a, :b, :now)", a=low, b=high, now=world.now)
    with pytest.raises(BadInput):
        set_up(world, usual, "Christopher", "Ann")
    world.later(minutes=1)
    keep(world)
    assert world.one(Arrangement).status is ArrangementStatus.ENDED
    assert world.visit("Christopher").status is VisitStatus.HANDED_BACK
    assert world.breaches() == {}


@pytest.mark.parametrize("who", ["Eileen", "Tomasz"])
def test_a_coordinator_can_set_up_only_people_who_may_be_sent(world, weekly, who):
    world.offer("Tomasz", kinds=frozenset({"errand"}))
    with pytest.raises(BadInput) as refusal:
        set_up(world, weekly, who)
    assert refusal.value.field == "usual"
    with pytest.raises(BadInput) as refusal:
        set_up(world, weekly, "Christopher", "Christopher")
    assert refusal.value.field == "stand_in"
    assert world.all(Arrangement) == []


def test_when_it_ends_what_it_gave_for_later_is_handed_back_and_both_are_told(world, usual):
    keep(world)
    world.deliver()
    for _ in range(2):
        with world.work() as session:
            arrangement_changes.end(session, world.one(Arrangement).id, actor=COORDINATOR, now=world.now)
    assert world.one(Arrangement).status is ArrangementStatus.ENDED
    assert next_one(world).status is OccurrenceStatus.OPEN
    assert world.owed("Eileen")[-1] == ("arrangement_ended_resident", "pending")
    assert world.owed("Christopher")[-1] == ("arrangement_ended_volunteer", "pending")
    assert keep(world) == 0
    assert world.breaches() == {}


def test_a_need_that_is_called_off_takes_its_arrangement_along(world, usual):
    keep(world)
    world.cancel(usual)
    assert world.one(Arrangement).status is ArrangementStatus.ENDED
    assert world.visit("Christopher").status is VisitStatus.CANCELLED
    assert world.breaches() == {}


def test_a_regular_visit_is_no_ask_and_tires_nobody(world, usual):
    keep(world)
    world.later(minutes=1)
    world.post("Frank")
    opened = world.open_round()
    asked_at = {volunteer.person_id: volunteer.asked_at for volunteer in opened.problem.volunteers}
    assert len(asked_at[world.people["Christopher"]]) == 1  # the one that he was asked about before


def test_when_two_are_wanted_the_usual_person_holds_one_place_and_a_round_finds_the_other(world):
    for name in ("Christopher", "Ann"):
        world.offer(name)
    need = world.post("Eileen", when="tomorrow", is_weekly=True, helpers=2)
    set_up(world, need, "Christopher")
    assert keep(world) == 1
    assert next_one(world).status is OccurrenceStatus.OPEN
    world.round()
    asked = world.all(Match, occurrence_id=next_one(world).id, status=MatchStatus.PROPOSED)
    assert [match.person_id for match in asked] == [world.people["Ann"]]


def test_the_resident_sees_who_usually_comes(world, usual):
    with world.work() as session:
        assert arrangements.usual_name(session, usual.need_id) == "Christopher"


def test_handing_back_keeps_the_arrangement_for_the_weeks_to_come(world, usual):
    keep(world)
    with world.work() as session:
        visits.hand_back(session, world.visit("Christopher").id, now=world.now)
    world.later(days=7)
    keep(world)
    assert world.visit("Christopher").status is VisitStatus.HELD
