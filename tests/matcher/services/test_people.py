"""Who people are: the same person is recognised, and what cannot be used is refused beside its field."""

from datetime import date

import pytest

from matcher.domain.errors import BadInput
from matcher.services import people
from matcher.store.models import Home, NeverPair, Person


def settle(world, name="Eileen", **changes):
    with world.work() as session:
        return people.settle(session, world.draft(name, **changes), now=world.now).id


def test_a_person_and_their_home_are_kept_apart(world):
    person_id = settle(world, surname="Mapp", email="Eileen@Example.org", born_on=date(1942, 3, 1))
    person, home = world.one(Person), world.one(Home)
    assert (person.id, person.first_name, home.person_id) == (person_id, "Eileen", person_id)
    assert (home.surname, home.house, home.postcode) == ("Mapp", "14 Conigre Hill", "BA15 1HL")
    assert (home.email, home.born_on) == ("Eileen@example.org", date(1942, 3, 1))
    assert (home.lat, home.lon) == (51.350505, -2.252673)


def test_the_same_person_is_recognised_however_it_is_typed(world):
    first = settle(world, phone="01632 960 900")
    assert settle(world, phone="+44 1632 960900", postcode=" ba15  1hl ", house="14  Conigre Hill ") == first
    assert len(world.all(Person)) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"first_name": "Elaine"},
        {"phone": "01632 960 901"},
        {"house": "15 Conigre Hill"},
        {"postcode": "BA15 1NB"},
        {"email": "eileen@example.org"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_someone_who_differs_in_anything_is_someone_else(world, changes):
    assert settle(world, phone="01632 960 900") != settle(world, **{"phone": "01632 960 900", **changes})


def test_someone_who_was_erased_is_not_recognised(world):
    first = settle(world)
    world.execute("update people set erased_at = created_at")
    assert settle(world) != first


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("01632 960 900", "+441632960900"),
        ("01632960900", "+441632960900"),
        ("(01632) 960-900", "+441632960900"),
        ("+44 1632 960900", "+441632960900"),
        ("0044 1632 960900", "+441632960900"),
        ("07700 900 982", "+447700900982"),
        (" 07700\t900982 ", "+447700900982"),
        ("+353 1 234 5678", "+35312345678"),
    ],
)
def test_a_phone_number_is_kept_in_one_form(typed, kept):
    assert people.check_phone(typed) == kept


@pytest.mark.parametrize("typed", ["09061 234567", "070 1234 5678", "0871 123 4567", "+1 900 555 1234"])
def test_a_number_that_costs_extra_is_refused_beside_the_phone(typed):
    with pytest.raises(BadInput, match="cost extra") as refused:
        people.check_phone(typed)
    assert refused.value.field == "phone"


@pytest.mark.parametrize("typed", ["0800 111 111", "0330 123 4567", "020 7946 0000", "07624 123456"])
def test_other_numbers_are_not(typed):
    assert people.check_phone(typed)


@pytest.mark.parametrize(
    "typed", ["", "12", "118 118", "999", "0208 123", "phone", "960 900", "0" * 39, "+", "++44", "07700 900 98x2y3"]
)
def test_what_cannot_be_a_phone_number_is_refused_beside_the_phone(typed):
    with pytest.raises(BadInput) as refused:
        people.check_phone(typed)
    assert refused.value.field == "phone"
    assert refused.value.message.startswith("Enter a phone number")


def test_a_number_is_shown_as_people_here_write_it():
    assert people.phone_words("+447700900982") == "07700 900982"
    assert people.phone_words("+35312345678") == "+353 1 234 5678"


@pytest.mark.parametrize(
    "typed", ["eileen", "eileen@", "@example.org", "a@b", "a b@example.org", "x" * 255, "a@b@c.org"]
)
def test_what_cannot_be_an_email_address_is_refused_beside_it(typed):
    with pytest.raises(BadInput) as refused:
        people.check_email(typed)
    assert refused.value.field in ("email", None)


@pytest.mark.parametrize("typed", ["eileen@example.org", " Eileen@EXAMPLE.org ", "o'hara+help@example.co.uk"])
def test_an_email_address_is_kept_with_its_domain_in_small_letters(typed):
    assert people.check_email(typed).split("@")[1] in ("example.org", "example.co.uk")


@pytest.mark.parametrize("name", ["", "   ", "\u200b"])
def test_a_name_and_a_house_must_be_there(name):
    with pytest.raises(BadInput) as refused:
        people.check_first_name(name)
    assert refused.value.field == "first_name"
    with pytest.raises(BadInput) as refused:
        people.check_house(name)
    assert refused.value.field == "house"


@pytest.mark.parametrize("name", ["Zoë", "Máire Ní Bhriain", "O’Hara", "李", "Anne-Marie"])
def test_a_name_is_kept_as_it_is_written(name):
    assert people.check_first_name(f"  {name} ") == name


def test_people_are_adults_from_their_birthday():
    today = date(2026, 1, 14)
    assert people.check_adult(date(2008, 1, 14), today)
    for born_on in (date(2008, 1, 15), date(2026, 1, 15), date(1905, 1, 13)):
        with pytest.raises(BadInput) as refused:
            people.check_adult(born_on, today)
        assert refused.value.field == "date_of_birth"


def test_two_people_are_kept_apart_once_whoever_is_named_first(world):
    one, other = settle(world, "Eileen"), settle(world, "Tom")
    with world.work() as session:
        for pair in ((one, other), (other, one), (one, one)):
            people.keep_apart(session, *pair, now=world.now)
            session.flush()
    pair = world.one(NeverPair)
    assert (pair.person_a, pair.person_b) == (min(one, other), max(one, other))
