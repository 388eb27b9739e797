"""One human stays one: however often a form is sent, and under whichever address."""

from concurrent.futures import ThreadPoolExecutor

from matcher.domain.lifecycle import OccurrenceStatus
from matcher.store.models import Match, Occurrence, Person
from tests.worlds import lasting_world as lasting_world
from tests.worlds import world as world


def test_nobody_is_asked_to_help_themselves_under_another_address(world):
    phone = "07700 900123"
    world.offer("Selfa", person={"phone": phone, "email": "selfa@example.com"})
    world.post("Selfa", person={"phone": phone, "email": ""})
    world.round()
    assert len(world.all(Person)) == 2
    assert world.all(Match) == []
    assert world.one(Occurrence).status is OccurrenceStatus.OPEN


def test_four_offers_sent_at_once_are_one_person_with_one_offer(lasting_world):
    with ThreadPoolExecutor(4) as hands:
        made = list(hands.map(lambda _: lasting_world.offer("Christopher"), range(4)))
    assert len({one.person_id for one in made}) == 1
    assert len([one for one in made if one.token]) == 1
