"""A badge has a number that nobody else wears; who expects its wearer is told it, and only then."""

import pytest
from sqlalchemy.exc import IntegrityError

from matcher.domain.errors import BadInput, NotFound
from matcher.services import badges, erasure, need_page
from matcher.store.models import AuditRow, Badge
from tests.worlds import World


@pytest.fixture
def team(world: World) -> World:
    """Two volunteers, and Ruth, who gives badges out."""
    for name in ("Christopher", "Ann"):
        world.offer(name)
    world.ruth = world.coordinator()
    return world


def give(world, name, typed, areas=None):
    areas = areas if areas is not None else frozenset({world.area_id()})
    with world.work() as session:
        badges.give(session, world.people[name], typed, staff_id=world.ruth, area_ids=areas, now=world.now)


def worn(world):
    return {row.person_id: row.number for row in world.all(Badge)}


def told(world, need):
    with world.work() as session:
        return [helper.badge for helper in need_page.read(session, need.need_id, now=world.now).helpers]


def test_a_number_is_given_changed_and_taken_back(team):
    give(team, "Ann", " 2 14 ")
    assert worn(team) == {team.people["Ann"]: 214}
    give(team, "Ann", "215")
    assert worn(team) == {team.people["Ann"]: 215}
    give(team, "Ann", "")
    assert worn(team) == {}
    assert [row.action for row in team.all(AuditRow, action="gave_badge")] == ["gave_badge"] * 3


def test_saving_the_same_number_again_changes_nothing(team):
    for _ in range(2):
        give(team, "Ann", "214")
    assert len(team.all(AuditRow, action="gave_badge")) == 1


def test_no_two_wear_the_same(team):
    give(team, "Ann", "214")
    with pytest.raises(BadInput, match="214 is somebody else") as refused:
        give(team, "Christopher", "214")
    assert refused.value.field == "number"
    assert worn(team) == {team.people["Ann"]: 214}


_WEARS = "insert into badges (person_id, number, staff_id, given_at) values (:who, :number, :staff, now())"


@pytest.mark.parametrize("number", [0, 1_000_000, -1])
def test_the_database_keeps_to_short_numbers_too(team, number):
    with pytest.raises(IntegrityError, match="short_number"):
        team.execute(_WEARS, who=team.people["Ann"], number=number, staff=team.ruth)


def test_who_offers_no_help_wears_none(team):
    team.post("Eileen")
    with pytest.raises(NotFound):
        give(team, "Eileen", "214")
    with pytest.raises(IntegrityError, match="fk_badges_person_id"):
        team.execute(_WEARS, who=team.people["Eileen"], number=3, staff=team.ruth)


@pytest.mark.parametrize("typed", ["0", "-1", "1000000", "1.5", "two", "１２", "9" * 40])
def test_anything_else_is_no_badge_number(team, typed):
    with pytest.raises(BadInput, match="must be a number from 1 to 999 999"):
        give(team, "Ann", typed)


def test_nobody_gives_badges_in_an_area_of_others(team):
    with pytest.raises(NotFound):
        give(team, "Ann", "214", areas=frozenset({team.area_id("salisbury")}))


def test_it_is_told_while_somebody_is_expected_and_at_no_other_time(team):
    give(team, "Ann", "214")
    need = team.post(when="tomorrow")
    team.ask("Ann", need)
    assert told(team, need) == []
    team.yes("Ann")
    assert told(team, need) == [214]
    team.done("Ann")
    assert told(team, need) == [None]


def test_the_list_shows_who_waits_and_who_wears_one(team):
    give(team, "Ann", "214")
    with team.work() as session:
        shown = badges.read_list(session, frozenset({team.area_id()}))
        elsewhere = badges.read_list(session, frozenset({team.area_id("salisbury")}))
    assert [one.first_name for one in shown.without.rows] == ["Christopher"]
    assert [(one.first_name, one.number) for one in shown.wearing.rows] == [("Ann", 214)]
    assert (elsewhere.without.on.count, elsewhere.wearing.on.count) == (0, 0)


@pytest.mark.parametrize(
    ("page", "name", "number"), [(0, "Christopher", 1), (1, "Christopher", 1), (2, "Ann", 2), (9, "Ann", 2)]
)
def test_however_many_there_are_each_is_on_a_page(team, monkeypatch, page, name, number):
    monkeypatch.setattr(badges, "ROWS_SHOWN", 1)
    with team.work() as session:
        part = badges.read_list(session, frozenset({team.area_id()}), without=page).without
    assert [one.first_name for one in part.rows] == [name]
    assert (part.on.first, part.on.last, part.on.count) == (number, number, 2)


@pytest.mark.parametrize("wanted", ["an", " ANN ", "214", "2 14"])
def test_one_is_found_by_name_or_by_number(team, wanted):
    give(team, "Ann", "214")
    with team.work() as session:
        found = badges.find(session, wanted, frozenset({team.area_id()}))
        elsewhere = badges.find(session, wanted, frozenset({team.area_id("salisbury")}))
    assert [(one.first_name, one.number) for one in found] == [("Ann", 214)]
    assert elsewhere == ()


@pytest.mark.parametrize("wanted", ["%", "_nn", "nn", "21", "9" * 40, "１"])
def test_nobody_is_found_by_anything_else(team, wanted):
    give(team, "Ann", "214")
    with team.work() as session:
        assert badges.find(session, wanted, frozenset({team.area_id()})) == ()


def test_it_goes_with_who_wore_it(team):
    give(team, "Ann", "214")
    with team.work() as session:
        erasure.erase_person(session, team.people["Ann"], now=team.now)
    assert worn(team) == {}
