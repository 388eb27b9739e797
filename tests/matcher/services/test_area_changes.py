"""Areas as administrators change them: looked at first with whom it touches, then changed, and nobody left behind."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from matcher.domain.errors import BadInput, Conflict, NotFound
from matcher.services import area_changes, area_page, areas, cold, places, setting_changes
from matcher.services.area_drafts import AreaDraft, slug_of
from matcher.services.places import PlaceDraft
from matcher.store.models import Area, AuditRow, Home, Need, Occurrence, Person, Place, Staff, StaffArea
from tests.every_table import of_every_table

BRADFORD, TROWBRIDGE = "bradford-on-avon", "trowbridge"
HILL = AreaDraft("Box Hill", "", "ST 825 613", 1_000)
SMALL = 200  # metres


def everywhere(world):
    return frozenset(area.id for area in world.all(Area))


def as_it_is(world, at=BRADFORD, **changes):
    with world.work() as session:
        view = area_changes.read(session, world.area_id(at))
    now = {"name": view.name, "slug": view.slug, "where": view.where, "covers_m": view.covers_m}
    return AreaDraft(**{**now, "is_open": view.is_open, **changes})


def preview(world, draft, slug=BRADFORD, *, area_ids=None):
    who = {"by": world.coordinator(), "area_ids": everywhere(world) if area_ids is None else area_ids}
    with world.work() as session:
        return area_changes.preview(session, world.area_id(slug), draft, **who, now=world.now)


def change(world, draft, slug=BRADFORD):
    looked_at, who = preview(world, draft, slug).mark, {"by": world.coordinator(), "area_ids": everywhere(world)}
    with world.work() as session:
        area_changes.change(session, world.area_id(slug), draft, looked_at, **who, now=world.now)


def add(world, draft=HILL):
    who = {"by": world.coordinator(), "area_ids": everywhere(world)}
    with world.work() as session:
        looked_at = area_changes.preview_new(session, draft, **who).mark
        return area_changes.add(session, draft, looked_at, **who, now=world.now)


def refusal(world, draft, slug=BRADFORD):
    with pytest.raises(BadInput) as refused:
        preview(world, draft, slug)
    return refused.value.field, refused.value.message


def area_of(world, name):
    area_id = world.one(Person, id=world.people[name]).area_id
    return world.one(Area, id=area_id).name


def take_from_everyone(world, slug=BRADFORD):
    """But from whoever does it."""
    world.execute(
        "delete from staff_areas where area_id = :area_id and staff_id <> :by",
        area_id=world.area_id(slug),
        by=world.coordinator(),
    )


def test_a_renamed_area_is_found_at_its_old_address_and_the_old_address_is_nobody_elses(world):
    renamed = as_it_is(world, name="Bradford and Winsley", slug="bradford-and-winsley")
    assert [(one.field, one.before, one.after) for one in preview(world, renamed).changes] == [
        ("name", "Bradford on Avon", "Bradford and Winsley"),
        ("slug", "/area/bradford-on-avon", "/area/bradford-and-winsley"),
    ]
    area_id = world.area_id()
    change(world, renamed)
    with world.work() as session:
        for slug in (BRADFORD, "bradford-and-winsley"):
            found = area_page.read(session, slug, now=world.now)
            assert (found.slug, found.name) == ("bradford-and-winsley", "Bradford and Winsley")
        with pytest.raises(BadInput, match="leads to Bradford and Winsley, or did so once"):
            area_changes.preview_new(
                session, AreaDraft("New", BRADFORD, "ST 827 612", 900), by=1, area_ids=everywhere(world)
            )
    with world.work() as session:
        areas.load_starting_rows(session)  # as at each start: what was renamed does not come back
    assert len(world.all(Area)) == 18
    back = as_it_is(world, "bradford-and-winsley", slug=BRADFORD)
    change(world, back, "bradford-and-winsley")
    assert world.one(Area, id=area_id).slug == BRADFORD


def test_the_database_gives_no_address_to_two_areas(world):
    world.execute("update areas set slug = 'the-old-town' where slug = :slug", slug=BRADFORD)
    with pytest.raises(DBAPIError, match="pk_area_slugs"):
        world.execute("update areas set slug = :slug where slug = 'trowbridge'", slug=BRADFORD)


def test_a_look_writes_nothing(world):
    world.offer("Christopher")
    take_from_everyone(world)
    who = {"by": world.coordinator(), "area_ids": everywhere(world)}
    fingerprint = "select coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) from {table} t"
    before = of_every_table(world.execute, fingerprint)
    with world.work() as session:
        area_changes.preview_new(session, HILL, **who)
        for draft in (as_it_is(world, covers_m=SMALL), as_it_is(world, name="Other"), as_it_is(world, is_open=False)):
            area_changes.preview(session, world.area_id(), draft, **who, now=world.now)
    assert of_every_table(world.execute, fingerprint) == before


def test_a_smaller_reach_sends_homes_and_what_was_asked_for_to_the_next_area_and_keeps_what_is_over(world):
    world.offer("Christopher")
    over = world.post("Eileen")
    world.cancel(over)
    need = world.post("Eileen")
    world.ask("Christopher", need)
    world.execute("update areas set covers_m = 9000 where slug = :slug", slug=TROWBRIDGE)
    small = as_it_is(world, covers_m=SMALL)
    shown = preview(world, small)
    (moving,) = shown.moving
    assert (moving.before, moving.after, moving.people, moving.needs) == ("Bradford on Avon", "Trowbridge", 2, 1)
    assert (shown.people, shown.needs, shown.stranded, shown.postcodes) == (2, 1, 0, 0)
    change(world, small)
    assert {area_of(world, name) for name in ("Eileen", "Christopher")} == {"Trowbridge"}
    trowbridge, bradford = world.area_id(TROWBRIDGE), world.area_id()
    assert {row.id: row.area_id for row in world.all(Need)} == {need.need_id: trowbridge, over.need_id: bradford}
    assert {row.area_id for row in world.all(Occurrence) if row.need_id == need.need_id} == {trowbridge}
    world.yes("Christopher")
    assert world.visit("Christopher").person_id == world.people["Christopher"], "who was asked before may say yes"


def test_a_home_that_no_reach_holds_stays_where_it_was_and_is_told(world):
    world.post("Eileen")
    world.execute("update areas set covers_m = 100 where slug <> :slug", slug=BRADFORD)
    shown = preview(world, as_it_is(world, covers_m=SMALL))
    assert (shown.stranded, shown.moving) == (1, ())
    change(world, as_it_is(world, covers_m=SMALL))
    assert area_of(world, "Eileen") == "Bradford on Avon"


def test_a_new_area_takes_the_homes_it_is_nearest_to_and_is_looked_after_from_its_first_day(world):
    world.post("Eileen")
    world.post("Tom")
    world.execute("insert into staff (email, name, fs_uniquifier) values ('cy@example.org', 'Cy', 'c')")
    world.execute(
        "insert into staff_areas select s.id, :calne from staff s where s.name = 'Cy'", calne=world.area_id("calne")
    )
    with world.work() as session:
        shown = area_changes.preview_new(session, HILL, by=world.coordinator(), area_ids=everywhere(world))
    assert [(one.before, one.after, one.people, one.needs) for one in shown.moving] == [
        ("Bradford on Avon", "Box Hill", 1, 1)
    ]
    assert shown.given == ("Ruth",)
    new = add(world)
    assert (area_of(world, "Eileen"), area_of(world, "Tom")) == ("Box Hill", "Salisbury")
    assert world.one(Area, id=new).slug == "box-hill"
    keepers = {row.staff_id for row in world.all(StaffArea) if row.area_id == new}
    assert keepers == {world.one(Staff, name="Ruth").id}
    assert {row.area_id for row in world.all(Need)} == {new, world.area_id("salisbury")}


def test_nobody_takes_homes_out_of_an_area_that_they_do_not_look_after(world):
    world.post("Eileen")
    only_trowbridge = frozenset({world.area_id(TROWBRIDGE)})
    further = as_it_is(world, TROWBRIDGE, where="ST 825 613")
    with pytest.raises(BadInput, match="from or to Bradford on Avon, which you do not look after") as refused:
        preview(world, further, TROWBRIDGE, area_ids=only_trowbridge)
    assert refused.value.field == "covers"
    with world.work() as session, pytest.raises(BadInput, match="which you do not look after"):
        area_changes.preview_new(session, HILL, by=world.coordinator(), area_ids=only_trowbridge)
    assert preview(world, further, TROWBRIDGE).moving


def test_an_area_is_closed_only_when_nobody_would_be_left_and_it_is_said_what_to_do(world):
    need = world.post("Eileen")
    closed = as_it_is(world, is_open=False)
    world.execute("update areas set covers_m = 100 where slug <> :slug", slug=BRADFORD)
    world.coordinator("pat@example.org")
    with world.work() as session:
        cold.start(session, world.area_id(), until=world.now + timedelta(days=1), actor="staff:1", now=world.now)
    field, words = refusal(world, closed)
    assert field == "is_open"
    for said in (
        "Bradford on Avon cannot be closed yet.",
        "No other area reaches 1 person there: let a neighbouring one reach further.",
        "1 open request would be in no area",
        "1 other member of the team looks after it",
        "end the cold spell first",
    ):
        assert said in words
    world.execute("update areas set covers_m = 9000 where slug = :slug", slug=TROWBRIDGE)
    with world.work() as session:
        cold.end(session, world.area_id(), actor="staff:1", now=world.now)
    assert refusal(world, closed)[1].count(":") == 1, "only the team is left to be dealt with"
    take_from_everyone(world)
    change(world, closed)
    bradford = world.one(Area, slug=BRADFORD)
    assert (bradford.closed_at, area_of(world, "Eileen")) == (world.now, "Trowbridge")
    assert world.one(Need, id=need.need_id).area_id == world.area_id(TROWBRIDGE)
    assert not [row for row in world.all(StaffArea) if row.area_id == bradford.id]
    with world.work() as session:
        assert area_page.read(session, BRADFORD, now=world.now).is_closed
        areas.load_starting_rows(session)
    assert len(world.all(Area)) == 18


def test_a_closed_area_takes_nobody_in_until_it_is_opened_again(world):
    take_from_everyone(world)
    change(world, as_it_is(world, is_open=False))
    world.execute("update areas set covers_m = 9000 where slug = :slug", slug=TROWBRIDGE)
    world.post("Eileen")
    assert area_of(world, "Eileen") == "Trowbridge"
    change(world, as_it_is(world, is_open=True))
    assert area_of(world, "Eileen") == "Bradford on Avon"
    assert world.coordinator() in {row.staff_id for row in world.all(StaffArea) if row.area_id == world.area_id()}


@pytest.mark.parametrize("statement", ["update people set area_id = :id", "update needs set area_id = :id",
    "insert into staff_areas values (1, :id)"])  # fmt: skip
def test_the_database_lets_nobody_into_a_closed_area(world, statement):
    world.post("Gwen")
    take_from_everyone(world)
    change(world, as_it_is(world, is_open=False))
    with pytest.raises(DBAPIError, match="that area is closed"):
        world.execute(statement, id=world.area_id())


def test_who_comes_after_the_look_is_not_left_behind(world):
    take_from_everyone(world)
    world.execute("update areas set covers_m = 100 where slug <> :slug", slug=BRADFORD)
    closed = as_it_is(world, is_open=False)
    looked_at = preview(world, closed).mark
    world.post("Eileen")
    who = {"by": world.coordinator(), "area_ids": everywhere(world), "now": world.now}
    with world.work() as session, pytest.raises(BadInput, match="No other area reaches 1 person"):
        area_changes.change(session, world.area_id(), closed, looked_at, **who)


def test_the_database_closes_no_area_that_somebody_lives_in(world):
    world.offer("Gwen")
    world.execute("delete from staff_areas")
    with pytest.raises(DBAPIError, match="something hangs on that area"):
        world.execute("update areas set closed_at = now() where slug = :slug", slug=TROWBRIDGE)


def test_places_move_too_and_two_of_one_name_do_not_meet(world):
    def bin_at(where):
        draft = PlaceDraft(kind="grit_bin", name="Top of the hill", where=where)
        who = {"area_ids": everywhere(world), "staff_id": world.coordinator()}
        with world.work() as session:
            places.add_place(session, draft, **who, now=world.now)

    bin_at("ST 825 613")
    moved = as_it_is(world, TROWBRIDGE, where="ST 825 613")
    assert [(one.after, one.places) for one in preview(world, moved, TROWBRIDGE).moving] == [("Trowbridge", 1)]
    change(world, moved, TROWBRIDGE)
    assert world.one(Place).area_id == world.area_id(TROWBRIDGE)
    change(world, as_it_is(world, TROWBRIDGE, where="ST 856 579"), TROWBRIDGE)
    bin_at("ST 857 580")
    with pytest.raises(BadInput, match="Two places of one kind and name"):
        change(world, as_it_is(world, TROWBRIDGE, where="ST 826 613", covers_m=9000), TROWBRIDGE)


def test_it_is_kept_who_changed_what(world):
    world.post("Eileen")
    new = add(world)
    with world.work() as session:
        past = setting_changes.history(session, "area", str(new))
    assert {(one.by, one.field, one.before, one.after) for one in past} == {
        ("Ruth", "Open", "no", "yes"),
        ("Ruth", "Name", "none", "Box Hill"),
        ("Ruth", "Its page", "none", "/area/box-hill"),
        ("Ruth", "Middle", "none", "ST 825 613"),
        ("Ruth", "Reach", "none", "1 km"),
        ("Ruth", "Moved", "in Bradford on Avon", "in Box Hill: people 1, open requests 1, places 0"),
    }
    row = world.one(AuditRow, action="added_area")
    assert (row.thing, row.thing_id, row.fields) == ("area", new, ["is_open", "name", "slug", "where", "covers"])
    change(world, as_it_is(world, "box-hill", name="Box"), "box-hill")
    assert world.one(AuditRow, action="changed_area").fields == ["name"]


def test_what_was_changed_meanwhile_is_looked_at_again(world):
    draft = as_it_is(world, name="One")
    looked_at = preview(world, draft).mark
    change(world, as_it_is(world, name="Another"))
    who = {"by": world.coordinator(), "area_ids": everywhere(world), "now": world.now}
    with world.work() as session, pytest.raises(Conflict):
        area_changes.change(session, world.area_id(), draft, looked_at, **who)
    assert world.one(Area, slug=BRADFORD).name == "Another"


def test_who_moves_is_looked_at_again_once_a_border_next_door_was_redrawn(world):
    """Eileen would have gone to Trowbridge; meanwhile it was drawn in, and no area would hold her."""
    world.post("Eileen")
    world.execute("update areas set covers_m = 100 where slug <> :slug", slug=BRADFORD)
    world.execute("update areas set covers_m = 9000 where slug = :slug", slug=TROWBRIDGE)
    small = as_it_is(world, covers_m=SMALL)
    seen = preview(world, small)
    assert [(one.after, one.people) for one in seen.moving] == [("Trowbridge", 1)]
    change(world, as_it_is(world, TROWBRIDGE, covers_m=200), TROWBRIDGE)
    who = {"by": world.coordinator(), "area_ids": everywhere(world), "now": world.now}
    with world.work() as session, pytest.raises(Conflict):
        area_changes.change(session, world.area_id(), small, seen.mark, **who)
    now_seen = preview(world, small)
    assert (now_seen.changes, now_seen.stranded, now_seen.moving) == (seen.changes, 1, ())
    change(world, small)
    assert area_of(world, "Eileen") == "Bradford on Avon"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"name": "trowbridge"}, "name"),
        ({"slug": "Two Words"}, "slug"),
        ({"slug": "-"}, "slug"),
        ({"slug": "trowbridge"}, "slug"),
        ({"where": ""}, "where"),
        ({"where": "nowhere"}, "where"),
        ({"where": "AA 123 123"}, "where"),
        ({"covers_m": 199}, "covers"),
        ({"covers_m": 50_001}, "covers"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(world, changes, field):
    assert refusal(world, as_it_is(world, **changes))[0] == field


def test_a_middle_may_be_a_postcode_outside_the_scheme(world):
    with world.work() as session:
        draft = AreaDraft("Frome", "", "BA11 1PP", 2_000)
        shown = area_changes.preview_new(session, draft, by=world.coordinator(), area_ids=everywhere(world))
    assert [one.after for one in shown.changes if one.field == "where"] == ["ST 776 480"]
    assert shown.postcodes == 1


def test_an_area_there_is_not(world):
    with world.work() as session, pytest.raises(NotFound):
        area_changes.read(session, 999)


def test_an_address_is_made_from_a_name():
    assert slug_of("St. Mary’s & Bishop's Canning") == "st-marys-bishops-canning"
    assert slug_of("Llandŵr") == "llandwr"


def test_only_homes_are_counted_and_moved(world):
    world.post("Eileen")
    world.execute("update people set erased_at = now()")
    world.execute("delete from homes")
    assert world.all(Home) == []
    assert preview(world, as_it_is(world, covers_m=SMALL)).people == 0
