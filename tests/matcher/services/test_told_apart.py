"""Names by which staff choose between people are as short as they can be and never the same for two."""

from matcher.services import erasure, told_apart


def join(world, name, surname, phone):
    known = {"first_name": name.split()[0], "surname": surname, "phone": phone, "house": f"{name}, High Street"}
    world.offer(name, person=known)


def test_no_two_are_called_the_same_however_much_they_share(world):
    join(world, "Tom", "Miller", "07700 900001")
    join(world, "Joan 1", "Moss", "07700 900002")
    join(world, "Joan 2", "Miller", "07700 900003")
    join(world, "Joan 3", "Miller", "07700 900004")
    join(world, "Joan 4", "Miller", "07700 900004")
    join(world, "Joan 5", "Marsh", "07700 900004")
    join(world, "Ann 1", "", "07700 900006")
    join(world, "Ann 2", "", "07700 900007")
    join(world, "Gone", "Moss", "07700 900008")
    with world.work() as session:
        erasure.erase_person(session, world.people["Gone"], now=world.now)
    with world.work() as session:
        told = told_apart.names(session, world.people.values())
    assert {name: told[person_id] for name, person_id in world.people.items()} == {
        "Tom": "Tom M",
        "Joan 1": "Joan Moss",
        "Joan 2": "Joan Miller (phone ending 003)",
        "Joan 3": f"Joan Miller (number {world.people['Joan 3']})",
        "Joan 4": f"Joan Miller (number {world.people['Joan 4']})",
        "Joan 5": "Joan Marsh",
        "Ann 1": "Ann (phone ending 006)",
        "Ann 2": "Ann (phone ending 007)",
        "Gone": erasure.NOBODYS_NAME,
    }
