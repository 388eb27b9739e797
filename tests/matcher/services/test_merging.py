"""Two records of one person become one: nothing is lost, nothing is told twice, and who is two people stays so."""

from __future__ import annotations

from matcher.services.merging import rows
from tests.matcher.services.merged import fill, join_up, merge
from tests.worlds import World


def test_every_key_to_a_person_is_one_that_a_merge_knows() -> None:
    """A table that is new has to say how it comes along."""
    assert set(rows.HOW) == rows.keys_to("people") | rows.keys_to("offers")


def test_whatever_led_to_the_record_that_goes_leads_to_who_is_kept(world: World) -> None:
    world.offer("Tom")
    two, staff_id = join_up(world), world.coordinator()
    fill(world, two, staff_id)
    before = {key: _leads(world, key, two.gone_id) for key in rows.HOW}
    assert [key for key, count in before.items() if not count] == ["merged_people.person_id"]
    merge(world, two, staff_id=staff_id)
    assert world.breaches() == {}
    assert {key: _leads(world, key, two.gone_id) for key in rows.HOW} == {
        **dict.fromkeys(rows.HOW, 0),
        "merged_people.person_id": 1,
    }


def _leads(world: World, key: str, person_id: int) -> int:
    table, column = key.split(".")
    of_offer = key in rows.keys_to("offers")
    wanted = "(select id from offers where person_id = :person)" if of_offer else "(:person)"
    return int(world.execute(f"select count(*) from {table} where {column} in {wanted}", person=person_id)[0][0])
