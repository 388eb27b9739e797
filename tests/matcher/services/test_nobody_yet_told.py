"""Nobody has said yes and it comes near: the resident hears of it once, the team while it can still act."""

from datetime import timedelta

import pytest

from matcher.services import nobody_yet_told
from matcher.store.models import Notification, Occurrence

TO_RESIDENT, TO_TEAM = "need_still_looking", "starts_soon"


def tell(world):
    with world.work() as session:
        return nobody_yet_told.tell(session, now=world.now)


def looked(world):
    """A round has looked, and the rounds say why nobody is found."""
    while world.round():
        if all(one.considered_at for one in world.all(Occurrence)):
            return


def sent(world, template):
    return [one.message.text for one in world.deliver() if template in _template_of(world, one)]


def _template_of(world, envelope):
    return world.one(Notification, id=envelope.notification_id).template


@pytest.fixture
def alone(world):
    """Eileen asked for tomorrow morning, and there is nobody near."""
    world.need = world.post(when="tomorrow")
    world.deliver()
    looked(world)
    return world


def until_start(world, **before):
    world.now = world.one(Occurrence).starts_at - timedelta(**before)


def test_on_the_day_before_the_resident_hears_once_that_nobody_is_free_yet(alone):
    until_start(alone, hours=20)
    assert (tell(alone), tell(alone)) == (1, 0)
    assert ["no one is free yet for" in text and "/r/" in text for text in sent(alone, TO_RESIDENT)] == [True]


def test_earlier_or_at_once_they_do_not(alone):
    until_start(alone, hours=25)
    assert tell(alone) == 0
    alone.execute("update occurrences set open_since = :at", at=alone.now + timedelta(hours=4))
    until_start(alone, hours=20)
    assert tell(alone) == 0


def test_nor_while_somebody_may_still_say_yes_or_is_coming(alone):
    alone.offer("Christopher")
    alone.ask("Christopher", alone.need)
    until_start(alone, hours=20)
    assert tell(alone) == 0
    alone.yes("Christopher")
    assert tell(alone) == 0


def test_a_yes_that_comes_before_it_is_sent_takes_it_back(alone):
    until_start(alone, hours=20)
    tell(alone)
    alone.offer("Christopher")
    alone.ask("Christopher", alone.need)
    alone.yes("Christopher")
    assert sent(alone, TO_RESIDENT) == []


def test_by_letter_it_would_come_too_late(world):
    world.post(when="tomorrow", contact="letter")
    looked(world)
    until_start(world, hours=20)
    assert tell(world) == 0


def test_coordinators_hear_of_what_starts_within_four_hours_and_not_of_the_same_again(alone):
    alone.coordinator()
    until_start(alone, hours=5)
    tell(alone)
    assert alone.all(Notification, template=TO_TEAM) == []
    until_start(alone, hours=4)
    tell(alone)
    assert ["1 visit starts within 4 hours" in text for text in sent(alone, TO_TEAM)] == [True]
    until_start(alone, hours=2)
    tell(alone)
    assert len(alone.all(Notification, template=TO_TEAM)) == 1
    alone.post("Gwen", when="today")
    alone.later(minutes=31)
    tell(alone)
    assert ["2 visits start within 4 hours" in text for text in sent(alone, TO_TEAM)] == [True]


def test_they_hear_nothing_of_what_somebody_goes_to_or_of_other_areas(alone):
    ruth = alone.coordinator()
    alone.execute("delete from staff_areas where staff_id = :id", id=ruth)
    until_start(alone, hours=3)
    tell(alone)
    assert alone.all(Notification, template=TO_TEAM) == []
    alone.coordinator("rose@example.org")
    alone.offer("Christopher")
    alone.ask("Christopher", alone.need)
    alone.yes("Christopher")
    tell(alone)
    assert alone.all(Notification, template=TO_TEAM) == []
