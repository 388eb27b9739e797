"""Who helps next door, and what is left to them: the nearest beginning counts, and the team's word before any other."""

import pytest
from sqlalchemy.exc import DBAPIError

from matcher.domain.errors import BadInput, Conflict, NotCovered
from matcher.services import addresses, next_door, settings
from matcher.services.next_door import Neighbours
from matcher.store.models import AuditRow

USUAL = {"BS": "Bristol Helpers 01632 960 400", "BA": "Bath Helpers 01632 960 500"}
BATH = Neighbours("BA2", "Bath South", "01632 960 501", is_left=False)
LEFT = Neighbours("ba15", "Avon Helpers", "01632 960 502", is_left=True)


def preview(world, typed):
    with world.work() as session:
        return next_door.preview(session, typed, USUAL)


def change(world, typed, looked_at=None):
    seen, by = looked_at or preview(world, typed).mark, world.coordinator()
    with world.work() as session:
        next_door.change(session, typed, USUAL, seen, staff_id=by, now=world.now)


def at(world, postcode):
    with world.work() as session:
        return next_door.helpers_at(session, postcode, USUAL)


def test_it_is_whom_the_operator_named_until_the_team_names_others(world):
    assert at(world, "BS1 4ST") == "Bristol Helpers 01632 960 400"
    change(world, Neighbours("BS", "Avonside", "01632 960 401", is_left=False))
    assert at(world, "bs1 4st") == "Avonside 01632 960 401"
    assert at(world, "ZE1 1AA") == ""


def test_a_district_counts_before_the_area_it_is_in_and_is_no_other_district(world):
    change(world, BATH)
    assert at(world, "BA2 3XX") == "Bath South 01632 960 501"
    assert at(world, "BA22 3XX") == "Bath Helpers 01632 960 500"
    change(world, Neighbours("BA2", "", "", is_left=False))
    assert at(world, "BA2 3XX") == "", "the team says that nobody helps there"


def test_what_is_left_to_others_is_not_covered_and_what_is_there_goes_on(world):
    world.offer("Christopher")
    world.post("Eileen")
    said = preview(world, LEFT).touches
    assert said[0] == (
        "Nobody there can ask or offer anew: they read “We do not cover … yet”, with Avon Helpers 01632 960 502."
    )
    assert said[1] == "1 request under way and 1 volunteer from there go on as they are."
    change(world, LEFT)
    with pytest.raises(NotCovered, match="We do not cover BA15 "):
        world.post("Zoe")
    assert world.round(), "what was asked for before is still looked for"
    change(world, Neighbours("BA15", "", "", is_left=False))
    world.post("Zoe")


def test_a_district_can_be_kept_where_its_area_is_left(world):
    change(world, Neighbours("BA", "Bath Helpers", "01632 960 500", is_left=True))
    eileen = world.draft("Eileen").postcode
    with world.work() as session, pytest.raises(NotCovered):
        addresses.locate(session, eileen)
    change(world, Neighbours("BA15", "", "", is_left=False))
    with world.work() as session:
        assert addresses.locate(session, eileen).area_name == "Bradford on Avon"


def test_what_was_changed_is_kept_and_in_the_audit(world):
    change(world, LEFT)
    with world.work() as session:
        past = settings.history(session, settings.NEXT_DOOR)
    assert [(one.field, one.before, one.after) for one in past] == [
        ("Requests from BA15", "taken where an area of ours reaches", "not taken"),
        ("Who helps in BA15", "Bath Helpers 01632 960 500", "Avon Helpers 01632 960 502"),
    ]
    assert {(row.thing_id, *row.fields) for row in world.all(AuditRow, thing="setting")} == {(7, "next_door")}


def test_what_somebody_else_changed_meanwhile_is_not_changed_over(world):
    seen = preview(world, BATH).mark
    change(world, Neighbours("BA2", "Others", "01632 960 503", is_left=False))
    with pytest.raises(Conflict):
        change(world, BATH, seen)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        (Neighbours("", "Some", "01632 960 501", is_left=False), "part"),
        (Neighbours("BA15 1LF", "Some", "01632 960 501", is_left=False), "part"),
        (Neighbours("Bath", "Some", "01632 960 501", is_left=False), "part"),
        (Neighbours("BA2", "Some", "", is_left=False), "phone"),
        (Neighbours("BA2", "Some", "999", is_left=False), "phone"),
        (Neighbours("BA2", "", "01632 960 501", is_left=False), "name"),
        (Neighbours("BA2", "x" * 61, "01632 960 501", is_left=False), "name"),
    ],
)
def test_what_cannot_be_called_is_refused_beside_its_field(world, typed, field):
    with pytest.raises(BadInput) as refused:
        preview(world, typed)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("changed", "constraint"),
    [
        ({"part": "ba2"}, "begins_postcodes"),
        ({"part": "BA15 1LF"}, "begins_postcodes"),
        ({"phone": ""}, "named_with_their_number"),
        ({"phone": "ring us"}, "phone_is_a_number"),
        ({"name": "x" * 61}, "short"),
    ],
)
def test_the_database_takes_no_other(world, changed, constraint):
    row = {"part": "BA2", "name": "Some", "phone": "01632 960 501", "by": world.coordinator(), "at": world.now}
    with pytest.raises(DBAPIError) as refused:
        world.execute(
            "insert into next_door (part, name, phone, is_left, set_by, set_at)"
            " values (:part, :name, :phone, false, :by, :at)",
            **{**row, **changed},
        )
    assert refused.value.orig.diag.constraint_name == f"ck_next_door_{constraint}"
