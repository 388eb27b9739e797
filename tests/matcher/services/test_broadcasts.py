"""Writing to many at once: whom it reaches, two who agree where they are many, once a day, and stopping it."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from matcher.domain.audience import Audience, Duty, Lately
from matcher.domain.errors import BadInput, Conflict, NotFound
from matcher.domain.geo import TravelMode
from matcher.domain.messages.longest import Sender
from matcher.domain.preferences import SENDING_LIMITS
from matcher.services import audiences, broadcast_page, broadcasts, message_texts, on_duty, rates
from matcher.services.broadcasts import Desk
from matcher.services.wordings import Scheme
from matcher.store.models import AuditRow, Broadcast, Notification

SENDER = Sender("Good Neighbours", "01632 960 100", "https://help.example.org")
LIMITED = Scheme(*("Good Neighbours", "01632 960 100", "https://help.example.org"), limits=SENDING_LIMITS)


@pytest.fixture
def ruth(world):
    """Ruth coordinates; Christopher and Ann offer to clear snow, Joan drives; what each text costs is known."""
    world.offer("Christopher")
    world.offer("Ann")
    world.offer("Joan", kinds=frozenset({"lift"}), travel_mode="car")
    world.deliver()
    with world.work() as session:
        rates.load_starting_rows(session, now=world.now)
    world.ruth, world.sal = world.coordinator(), world.coordinator("sal@example.org")
    return world


def everyone(world, **changes):
    return Audience(**{"area_ids": frozenset({world.area_id()}), **changes})


def desk(world, staff_id=None, limits=SENDING_LIMITS, areas=None):
    return Desk(staff_id or world.ruth, areas or frozenset({world.area_id(), 999}), limits)


def reached(world, audience, limits=SENDING_LIMITS):
    """Names of those it would reach."""
    names = {person_id: name for name, person_id in world.people.items()}
    with world.work() as session:
        found, _ = audiences.find(session, audience, limits, now=world.now)
    return {names[one.person_id] for one in found}


def do(world, verb, *args, by=None, **options):
    with world.work() as session:
        return verb(session, desk(world, by), *args, now=world.now, **options)


def written(world, *, most_alone=50, template="call_hands", **changes):
    return do(world, broadcasts.write, template, everyone(world, **changes), most_alone=most_alone)


def sent(world, **options):
    number = written(world, **options)
    do(world, broadcasts.try_on_oneself, number)
    assert do(world, broadcasts.send, number, read=3) == 3
    return number


def calls(world):
    """(to whom, status) of every message of a broadcast to a volunteer."""
    names = {person_id: name for name, person_id in world.people.items()}
    return {(names[row.person_id], row.status.value) for row in world.all(Notification) if row.broadcast_day}


def outcome(world, number):
    with world.work() as session:
        return broadcast_page.read(session, desk(world), number, SENDER, now=world.now).outcome


def test_who_it_reaches_is_chosen_by_words_and_read_back_in_one_sentence(ruth):
    snow = everyone(ruth, kinds=frozenset({"snow"}))
    assert reached(ruth, everyone(ruth)) == {"Christopher", "Ann", "Joan"}
    assert reached(ruth, snow) == {"Christopher", "Ann"}
    assert reached(ruth, everyone(ruth, travel=frozenset({TravelMode.CAR}))) == {"Joan"}
    assert reached(ruth, Audience(frozenset({ruth.area_id("salisbury")}))) == set()
    ruth.ask("Ann", ruth.post())
    assert reached(ruth, everyone(ruth, lately=Lately.ASKED)) == {"Ann"}
    assert reached(ruth, everyone(ruth, lately=Lately.NOT_ASKED)) == {"Christopher", "Joan"}
    with ruth.work() as session:
        on_duty.turn_on(session, ruth.people["Joan"], now=ruth.now)
    assert reached(ruth, everyone(ruth, duty=Duty.ON)) == {"Joan"}
    assert reached(ruth, everyone(ruth, duty=Duty.OFF)) == {"Christopher", "Ann"}
    with ruth.work() as session:
        said = audiences.sentence(session, everyone(ruth, kinds=frozenset({"snow"}), travel=frozenset(TravelMode)))
    assert said == (
        "Volunteers in Bradford on Avon, who do “Clear snow or ice”, who go on foot, by bike or by car,"
        " on duty or not, asked lately or not."
    )


@pytest.mark.parametrize(
    "statement",
    [
        "update people set texts_stopped_at = now() where id = :id",
        "update offers set status = 'paused' where person_id = :id",
        "update offers set status = 'paused', stood_down_at = now() where person_id = :id",
        "update offers set status = 'stopped', stopped_at = now() where person_id = :id",
        "insert into channel_choices values (:id, 'news', 'none')",
    ],
)
def test_who_wants_none_or_may_have_none_is_never_in_it_nor_written_to_later(ruth, statement):
    number = sent(ruth)
    ruth.execute(statement, id=ruth.people["Ann"])
    ruth.deliver()
    assert ("Ann", "dropped") in calls(ruth)
    assert outcome(ruth, number).over == 1
    ruth.later(days=1)
    assert reached(ruth, everyone(ruth)) == {"Christopher", "Joan"}


def test_before_anything_goes_the_number_and_the_cost_are_known(ruth):
    ruth.execute("update homes set email = 'j@example.org' where person_id = :id", id=ruth.people["Joan"])
    number = written(ruth)
    with ruth.work() as session:
        shown = broadcast_page.read(session, desk(ruth), number, SENDER, now=ruth.now)
    assert (shown.estimate.people, shown.estimate.texts, f"{shown.estimate.pounds:.3f}") == (3, 2, "0.048")
    assert shown.choice.measure.length <= 160
    assert calls(ruth) == set()


def test_it_is_tried_on_oneself_first(ruth):
    number = written(ruth)
    with pytest.raises(Conflict, match="test to yourself"):
        do(ruth, broadcasts.send, number, read=3)
    do(ruth, broadcasts.try_on_oneself, number)
    (envelope,) = ruth.deliver()
    assert (envelope.recipient, envelope.channel) == ("ruth@example.org", "email")
    assert "/team/broadcasts" in envelope.message.text
    assert do(ruth, broadcasts.send, number, read=3) == 3
    assert {"tried_broadcast", "sent_broadcast"} <= {row.action for row in ruth.all(AuditRow)}


def test_where_they_are_many_another_must_agree(ruth):
    number = written(ruth, most_alone=2)
    do(ruth, broadcasts.try_on_oneself, number)
    with pytest.raises(Conflict, match="somebody else"):
        do(ruth, broadcasts.send, number, read=3)
    with pytest.raises(Conflict, match="somebody else"):
        do(ruth, broadcasts.agree, number, read=3)
    do(ruth, broadcasts.agree, number, read=3, by=ruth.sal)
    assert do(ruth, broadcasts.send, number, read=3) == 3


def test_the_database_itself_wants_another_and_a_test_and_keeps_what_was_agreed_to(ruth):
    number = written(ruth, most_alone=2)
    agreed = "approved_by = {}, approved_at = now(), approved_people = 3"
    for change in (
        "tested_at = now(), sent_at = now(), sent_by = written_by",
        agreed.format("written_by"),
        "people = 1, sent_at = now(), sent_by = written_by",
        "template = 'call_cold'",
        "most_alone = 100",
    ):
        with pytest.raises(IntegrityError):
            ruth.execute(f"update broadcasts set {change} where id = :id", id=number)
    ruth.execute(f"update broadcasts set {agreed.format(ruth.sal)}, tested_at = now() where id = :id", id=number)
    ruth.execute("update broadcasts set sent_at = now(), sent_by = written_by where id = :id", id=number)


def test_nothing_is_owed_before_it_is_sent(ruth):
    number = written(ruth)
    with pytest.raises(IntegrityError):
        _owe_by_hand(ruth, number, "a")


def _owe_by_hand(world, number, event):
    world.execute(
        "insert into notifications (event, template, person_id, channel, broadcast_id, broadcast_day, values, status,"
        " owed_at, due_at, attempts) values (:event, 'call_hands', :person, 'text', :number, :day, '{}', 'pending',"
        " :now, :now, 0)",
        event=event,
        person=world.people["Ann"],
        number=number,
        day=world.now.date(),
        now=world.now,
    )


def test_nobody_is_written_to_twice_in_a_day_whoever_writes(ruth):
    first = sent(ruth)
    with pytest.raises(BadInput, match="nobody today"):
        written(ruth, template="call_cold")
    with pytest.raises(IntegrityError):
        _owe_by_hand(ruth, first, "another")
    ruth.deliver()
    ruth.later(days=1)
    sent(ruth, template="call_cold")


def test_stopping_takes_back_what_has_not_gone_and_no_more(ruth):
    number = sent(ruth)
    ruth.claim(limit=2)  # the test, and one of the three
    assert do(ruth, broadcasts.stop, number) == 2
    assert do(ruth, broadcasts.stop, number) == 2
    assert sorted(status for _, status in calls(ruth)) == ["dropped", "dropped", "leased"]
    ruth.deliver()
    assert outcome(ruth, number).taken_back == 2
    assert len(reached(ruth, everyone(ruth))) == 2, "who was spared may be written to that day"
    with pytest.raises(IntegrityError):
        ruth.execute("update broadcasts set stopped_at = null, stopped_by = null where id = :id", id=number)


def test_nobody_is_woken_and_what_waits_for_the_morning_is_of_that_day(ruth):
    ruth.scheme = LIMITED
    ruth.now = ruth.now.replace(hour=22)
    number = sent(ruth)
    ruth.deliver()
    assert {status for _, status in calls(ruth)} == {"pending"}
    assert {row.broadcast_day for row in ruth.all(Notification) if row.broadcast_day} == {
        (ruth.now + timedelta(days=1)).date()
    }
    ruth.now = (ruth.now + timedelta(days=1)).replace(hour=9)
    with pytest.raises(BadInput, match="nobody today"):
        written(ruth)
    ruth.deliver()
    assert {status for _, status in calls(ruth)} == {"sent"}
    assert outcome(ruth, number).sent == 3


def test_what_misses_its_day_does_not_go_on_the_next(ruth):
    sent(ruth)
    ruth.later(days=1)
    ruth.deliver()
    assert {status for _, status in calls(ruth)} == {"dropped"}


def test_more_than_were_read_or_can_be_paid_for_are_not_written_to(ruth):
    number = written(ruth)
    do(ruth, broadcasts.try_on_oneself, number)
    ruth.offer("Zoe")
    with pytest.raises(Conflict, match="4 now, and you read 3"):
        do(ruth, broadcasts.send, number, read=3)
    few = SENDING_LIMITS.__class__(SENDING_LIMITS.quiet, 4, 12, texts_a_day=3)
    with ruth.work() as session, pytest.raises(Conflict, match="4 texts, and"):
        broadcasts.send(session, desk(ruth, limits=few), number, read=4, now=ruth.now)


def test_words_that_were_changed_since_are_read_anew(ruth):
    number = written(ruth)
    do(ruth, broadcasts.try_on_oneself, number)
    with ruth.work() as session:
        words = ("Hello", "{scheme}: can you help this week? {link}")
        message_texts.change(session, "call_hands", *words, SENDER, standing=0, staff_id=ruth.ruth, now=ruth.now)
    with pytest.raises(Conflict, match="has been changed"):
        do(ruth, broadcasts.send, number, read=3)


def test_it_goes_once_however_often_it_is_sent_and_only_in_ones_own_places(ruth):
    number = sent(ruth)
    assert do(ruth, broadcasts.send, number, read=3) == 3
    assert len(calls(ruth)) == 3
    with ruth.work() as session, pytest.raises(NotFound):
        broadcasts.stop(session, desk(ruth, areas=frozenset({999})), number, now=ruth.now)
    elsewhere = Audience(frozenset({ruth.area_id("calne")}))
    with ruth.work() as session, pytest.raises(BadInput):
        broadcasts.write(session, desk(ruth), "call_hands", elsewhere, most_alone=50, now=ruth.now)
    assert ruth.one(Broadcast).people == 3
    assert ruth.breaches() == {}
