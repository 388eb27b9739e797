"""Who is perhaps on the list twice: one rule for those who are known and for those whom a file would add."""

from __future__ import annotations

from typing import Any

import pytest

from matcher.domain.errors import NotFound
from matcher.services import duplicates, erasure
from matcher.services.duplicates import Shared
from tests.worlds import World

PHONE = "07700 900123"
SHARED: tuple[tuple[dict[str, Any], dict[str, Any], tuple[Shared, ...]], ...] = (
    ({"phone": PHONE}, {"phone": PHONE, "first_name": "John", "postcode": "BA14 8TW"}, (Shared.PHONE,)),
    ({"email": "joan@example.org"}, {"email": "Joan@Example.org", "first_name": "J"}, (Shared.EMAIL,)),
    ({}, {"first_name": "JOAN", "house": "9"}, (Shared.NAME,)),
    ({}, {"first_name": "Joan", "surname": ""}, (Shared.NAME,)),
    ({"phone": PHONE}, {"phone": PHONE, "first_name": "Joan", "house": "9"}, (Shared.PHONE, Shared.NAME)),
    ({}, {"first_name": "Joan", "surname": "Other"}, ()),
    ({}, {"first_name": "Joan", "postcode": "BA14 8TW"}, ()),
    ({}, {"first_name": "John"}, ()),
)


def everywhere(world: World) -> frozenset[int]:
    return frozenset(area_id for (area_id,) in world.execute("select id from areas"))


def pairs(world: World, areas: frozenset[int] | None = None) -> list[tuple[int, int, tuple[Shared, ...]]]:
    with world.work() as session:
        shown = duplicates.listing(session, everywhere(world) if areas is None else areas, 1)
    assert len(shown.pairs) == shown.count
    return [(pair.one.person_id, pair.other.person_id, pair.shared) for pair in shown.pairs]


@pytest.mark.parametrize(("one", "other", "shared"), SHARED)
def test_the_rule(world: World, one: dict[str, Any], other: dict[str, Any], shared: tuple[Shared, ...]) -> None:
    world.offer("Joan", person={"surname": "Miller", **one})
    world.post("Also", person={"surname": "Miller", **other})
    ids = world.people["Joan"], world.people["Also"]
    assert pairs(world) == ([(*ids, shared)] if shared else [])
    with world.work() as session:
        of_joan = duplicates.of_person(session, ids[0], everywhere(world))
        signs = duplicates.signs_of(session, [ids[1]], everywhere(world))
    assert [(pair.other.person_id, pair.shared) for pair in of_joan] == ([(ids[1], shared)] if shared else [])
    assert signs == ({ids[1]: shared} if shared else {})


def test_the_likeliest_come_first(world: World) -> None:
    world.offer("Ann", person={"phone": PHONE})
    world.offer("Bob", person={"phone": PHONE})
    world.offer("Joan", person={"phone": "07700 900456"})
    world.offer("Joan 2", person={"phone": "07700 900456", "first_name": "Joan", "house": "9"})
    assert [shared for _, _, shared in pairs(world)] == [(Shared.PHONE, Shared.NAME), (Shared.PHONE,)]


def test_who_was_deleted_or_lives_where_one_does_not_look_after_is_not_told_of(world: World) -> None:
    world.offer("Ann", person={"phone": PHONE})
    world.offer("Tom", person={"phone": PHONE})
    assert pairs(world)
    assert pairs(world, frozenset({world.area_id()})) == pairs(world, frozenset()) == []
    with world.work() as session:
        erasure.erase_person(session, world.people["Tom"], now=world.now)
    assert pairs(world) == []


def test_two_people_are_said_once_and_not_told_again(world: World) -> None:
    world.offer("Ann", person={"phone": PHONE})
    world.offer("Bob", person={"phone": PHONE})
    staff_id, ids = world.coordinator(), (world.people["Bob"], world.people["Ann"])
    for one, other in (ids, ids[::-1]):
        with world.work() as session:
            areas = everywhere(world)
            duplicates.say_two_people(session, one, other, area_ids=areas, staff_id=staff_id, now=world.now)
    assert pairs(world) == []
    assert world.execute("select count(*) from audit where action = 'two_people'") == [(1,)]
    none = frozenset[int]()
    with world.work() as session, pytest.raises(NotFound):
        duplicates.say_two_people(session, *ids, area_ids=none, staff_id=staff_id, now=world.now)
