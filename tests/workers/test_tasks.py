"""The tasks, called in this process: each finds what is due, acts once, and the doorbell is never needed."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
import structlog
from celery.signals import beat_init

from matcher.domain.lifecycle import NotificationStatus, OccurrenceStatus, RoundStatus, VisitStatus
from matcher.services import arrangement_changes, health, on_duty, outbox, regular_visits
from matcher.services.outbox import Owed
from matcher.services.visits import UNDO_LASTS
from matcher.services.wordings import NEED_CODE_LASTS
from matcher.store.models import ConsoleMessage, Heartbeat, Notification, Occurrence, Round, Visit
from matcher.store.session import unit_of_work
from tests.matcher.services.test_private import CHRISTOPHER, EILEEN, MARKS, NOTE


def test_the_sweep_finds_a_need_that_was_posted_with_no_doorbell(world, workers):
    world.offer("Christopher")
    need = world.post()
    workers.upkeep.sweep()
    assert world.who_was_asked(need) == ["Christopher"]
    assert [message.recipient for message in world.all(ConsoleMessage)] == [
        "Christopher, by text",
        "Eileen, by text",
        "Christopher, by text",
    ]
    assert {row.status for row in world.all(Notification)} == {NotificationStatus.SENT}
    assert world.breaches() == {}


def test_a_second_sweep_changes_nothing(world, workers):
    world.offer("Christopher")
    world.post()
    workers.upkeep.sweep()
    before = world.picture()
    workers.upkeep.sweep()
    assert world.picture() == before


@pytest.mark.parametrize("task", ["sweep", "keep_up"])
def test_a_task_with_nothing_to_do_does_nothing(world, workers, task):
    getattr(workers.upkeep, task)()
    assert world.all(Round) == []
    assert world.all(Notification) == []


def test_the_whole_story_by_tasks_alone(world, workers):
    world.offer("Christopher")
    need = world.post()
    workers.upkeep.sweep()
    world.yes("Christopher")
    workers.notifications.deliver_due()
    workers.at(world.visit("Christopher").starts_at)
    world.set_off("Christopher")
    world.done("Christopher")
    workers.at(world.now + UNDO_LASTS)
    workers.notifications.deliver_due()
    told = [(message.recipient.split(",")[0], message.subject) for message in world.all(ConsoleMessage)][3:]
    assert told == [
        ("Eileen", "Christopher can help, Wed 14 Jan 8am"),
        ("Christopher", "You are helping, Wed 14 Jan 8am"),
        ("Eileen", "How did it go?"),
        ("Christopher", "Thank you, Christopher"),
    ]
    assert world.one(Occurrence, need_id=need.need_id).status is OccurrenceStatus.DONE
    assert world.breaches() == {}


def test_upkeep_lapses_tells_and_is_idle_the_second_time(world, workers):
    world.post()
    workers.upkeep.sweep()
    workers.at(world.one(Occurrence).ends_at)
    workers.upkeep.keep_up()
    assert world.one(Occurrence).status is OccurrenceStatus.UNMET
    assert world.owed("Eileen") == [("need_posted", "sent"), ("need_unmet", "sent")]
    before = world.picture()
    workers.upkeep.keep_up()
    assert world.picture() == before


def test_a_round_that_another_worker_has_is_left_alone(world, workers):
    world.post()
    assert world.open_round() is not None
    assert workers.rounds.run_round(world.area_id()) is False
    assert [one.status for one in world.all(Round)] == [RoundStatus.OPEN]


def test_a_round_whose_worker_died_is_run_by_the_next_sweep_after_its_lease(world, workers):
    world.offer("Christopher")
    need = world.post()
    world.open_round()
    workers.upkeep.sweep()
    assert world.who_was_asked(need) == []
    workers.at(world.now + timedelta(minutes=5))
    workers.upkeep.sweep()
    assert world.who_was_asked(need) == ["Christopher"]


def test_a_round_that_fails_in_the_engine_leaves_the_need_to_the_next(world, workers, monkeypatch):
    world.offer("Christopher")
    need = world.post()

    def fail(_problem):
        raise MemoryError

    with monkeypatch.context() as broken:
        broken.setattr(workers.rounds, "solve_round", fail)
        with pytest.raises(MemoryError):
            workers.upkeep.sweep()
    assert world.who_was_asked(need) == []
    workers.at(world.now + timedelta(minutes=5))
    workers.upkeep.sweep()
    assert world.who_was_asked(need) == ["Christopher"]


def test_a_round_that_asked_someone_rings_for_delivery_and_one_that_did_not_does_not(world, workers):
    world.post()
    workers.rounds.run_due_rounds()
    assert workers.rung == []
    world.offer("Christopher")
    workers.at(world.now + timedelta(minutes=10))
    workers.rounds.run_due_rounds()
    assert workers.rung == ["workers.notifications.deliver_due"]


def test_more_messages_than_one_batch_are_sent_in_one_go(world, workers):
    world.ask_all(world.crowd(50), world.post())
    workers.notifications.deliver_due()
    assert len(world.all(ConsoleMessage)) == 52


def test_a_batch_of_what_is_over_holds_up_nothing_that_comes_after_it(world, workers):
    world.offer("Christopher")
    person_id = world.people["Christopher"]
    with world.work() as session:
        for number in range(2 * outbox.BATCH):
            code = Owed("own_code", ("person_id", person_id), person_id, values={"code": "1"}, occasion=str(number))
            outbox.owe(session, code, now=world.now)
    workers.at(world.now + NEED_CODE_LASTS)
    world.post()
    workers.notifications.deliver_due()
    assert world.owed("Eileen") == [("need_posted", "sent")]
    assert len(world.all(Notification, template="own_code", status=NotificationStatus.DROPPED)) == 2 * outbox.BATCH


class Postman:
    """Takes letters until it dies, as a sender does that is killed or whose database is gone."""

    tells_arrival = False

    def __init__(self, dies_at):
        self.dies_at, self.taken = dies_at, []

    def send(self, envelope):
        """Take one."""
        self.taken.append(envelope.recipient)
        if len(self.taken) == self.dies_at:
            raise SystemExit


def test_a_sender_of_letters_that_dies_leaves_only_the_one_in_its_hand_uncertain(world, workers, monkeypatch):
    postman = Postman(dies_at=3)
    monkeypatch.setattr(workers.notifications, "config", replace(workers.config, smtp_url="smtp://127.0.0.1:1"))
    monkeypatch.setattr(workers.notifications, "channel_for", lambda _kind, _config: postman)
    for name in ("Ann", "Bea", "Cal", "Dot", "Eve"):
        world.offer(name, person={"email": f"{name.lower()}@example.org"})
    with pytest.raises(SystemExit):
        workers.notifications.deliver_due()
    workers.at(world.now + outbox.LEASE)
    workers.notifications.deliver_due()
    assert sorted(row.status for row in world.all(Notification, channel="email")) == [*["sent"] * 4, "uncertain"]
    letters = [to for to in postman.taken if "@" in to]
    assert len(set(letters)) == len(letters) == 5


def test_a_worker_that_died_after_the_copy_and_before_the_mark_sends_no_second_copy(world, workers, monkeypatch):
    from matcher.services import handed_over, outbox

    world.post()

    def die(*_, **__):
        raise SystemExit

    with monkeypatch.context() as broken:
        broken.setattr(handed_over, "mark_sent", die)
        with pytest.raises(SystemExit):
            workers.notifications.deliver_due()
    assert world.one(Notification).status is NotificationStatus.LEASED
    workers.at(world.now + outbox.LEASE)
    workers.notifications.deliver_due()
    assert world.one(Notification).status is NotificationStatus.SENT
    assert len(world.all(ConsoleMessage)) == 1


def test_parts_show_that_they_live(world, workers):
    workers.upkeep.sweep()
    assert "beat" not in {beat.part for beat in world.all(Heartbeat)}  # a worker's own sweep is no sign of the clock
    workers.upkeep.sweep(by_beat=True)
    workers.heartbeat.show_alive()
    assert {beat.part: beat.at for beat in world.all(Heartbeat)} == dict.fromkeys(
        ("beat", "sweep", "worker", "round"), world.now
    )
    with unit_of_work() as session:
        assert health.status_of(health.checks(session, now=world.now)) == "ok"


def test_a_scheduler_that_starts_has_its_first_sweep_at_once(workers):
    beat_init.send(sender=None)
    assert workers.rung == ["workers.upkeep.sweep"]


def test_the_timetable_is_of_intervals_and_names_tasks_there_are(workers):
    workers.celery.app.loader.import_default_modules()
    schedule = workers.celery.app.conf.beat_schedule
    assert {name: entry["schedule"] for name, entry in schedule.items()} == {
        "sweep": 15.0,
        "upkeep": 60.0,
        "weather": 900.0,
        "learn": 3600.0,
    }
    assert {entry["task"] for entry in schedule.values()} <= set(workers.celery.app.tasks)


def test_the_broker_may_lose_double_or_delay_a_message(workers):
    conf = workers.celery.app.conf
    assert conf.task_acks_late
    assert conf.task_reject_on_worker_lost
    assert conf.worker_prefetch_multiplier == 1
    assert conf.task_ignore_result
    assert (conf.task_serializer, conf.accept_content) == ("json", ["json"])
    assert conf.broker_transport_options["visibility_timeout"] == 300
    assert conf.timezone == "UTC"


def test_no_line_of_the_log_holds_a_mark(world, workers, caplog):
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as lines:
        world.offer("Christopher", person=CHRISTOPHER)
        world.post(person=EILEEN, contact="email", note=NOTE)
        workers.upkeep.sweep()
        world.yes("Christopher")
        workers.upkeep.sweep()
        world.set_off("Christopher")
        world.done("Christopher")
        workers.upkeep.keep_up()
    assert {line["event"] for line in lines} >= {"round", "delivered"}
    assert MARKS.in_(repr(lines) + caplog.text) == []
    assert not [name for name in ("Eileen", "Christopher") if name in repr(lines)]


def test_an_error_of_the_database_says_nothing_private(world):
    with pytest.raises(Exception, match="homes") as refused:
        world.execute(
            "insert into homes (person_id, surname, phone, house, postcode, easting, northing, lat, lon)"
            " values (-1, :surname, :phone, :house, 'BA15 1HL', 382500, 161300, 51.3505, -2.2526)",
            surname=EILEEN["surname"],
            phone="07700 987123",
            house=EILEEN["house"],
        )
    assert not [mark for mark in ("Zanzibarqu", "987123", "Quillwortham") if mark in str(refused.value)]


def test_learning_twice_in_a_night_is_learning_once(world, workers):
    from workers import learning

    learning.learn()
    before = world.picture()
    learning.learn()
    assert world.picture() == before
    assert len(before["acceptance_models"]) == 1


def test_regular_visits_that_cannot_be_given_keep_no_other_waiting(world, workers, monkeypatch):
    """However many wait because the usual person cannot go: here one at a time is looked after, and the first waits."""
    monkeypatch.setattr(regular_visits, "BATCH", 1)
    needs = {}
    for name, resident in (("Christopher", "Eileen"), ("Ann", "Frank")):
        world.offer(name)
        needs[name] = world.post(resident, when="tomorrow", is_weekly=True)
    with world.work() as session:
        for name, need in needs.items():
            arrangement_changes.set_up(session, need.need_id, world.people[name], None, actor="staff:1", now=world.now)
        on_duty.pause(session, world.people["Christopher"], now=world.now)
    workers.rounds.run_due_rounds()
    held = world.all(Visit, status=VisitStatus.HELD)
    assert {visit.person_id for visit in held} == {world.people["Ann"]}
