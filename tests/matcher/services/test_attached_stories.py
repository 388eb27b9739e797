"""A story with a place or a request: for the team of that area, as long as the story is told."""

import pytest
from sqlalchemy.exc import IntegrityError

from matcher.domain.errors import BadInput, NotFound
from matcher.domain.stories import CONSENT_LASTS
from matcher.services import attached_stories, erasure, need_history, places, story_withdrawal
from matcher.services.attached_stories import Keeper, Thing
from matcher.services.places import PlaceDraft
from matcher.store.models import AttachedStory, AuditRow
from tests.matcher.services.test_stories import tell

BIN = PlaceDraft("grit_bin", "Top of the hill", "382510, 161330")


@pytest.fixture
def things(world):
    """A grit bin and Eileen's path, both in Bradford on Avon."""
    need = world.post("Eileen")
    with world.work() as session:
        here = {world.area_id()}
        place_id = places.add_place(session, BIN, area_ids=here, staff_id=world.coordinator(), now=world.now)
    return Thing("place", place_id), Thing("need", need.need_id)


@pytest.fixture
def ruth(world, things):
    (staff_id,) = (row[0] for row in world.execute("select id from staff"))

    def do(verb, thing, what, *areas):
        area_ids = frozenset(world.area_id(one) for one in areas or ("bradford-on-avon", "salisbury"))
        with world.work() as session:
            verb(session, thing, what, Keeper(staff_id, area_ids, world.now))

    return do


def put(ruth, told, *things):
    for thing in things:
        ruth(attached_stories.attach, thing, told.reference)


def shown(world, thing, *areas):
    area_ids = {world.area_id(one) for one in areas or ("bradford-on-avon", "salisbury")}
    with world.work() as session:
        return [one.reference for one in attached_stories.with_thing(session, thing, area_ids, now=world.now)]


def hooks(world, told, area="bradford-on-avon"):
    with world.work() as session:
        return [
            (hook.thing, hook.words)
            for hook in attached_stories.hooks_of(session, told.story_id, {world.area_id(area)})
        ]


def audited(world):
    return [(row.action, row.thing) for row in world.all(AuditRow) if row.action.endswith("_story")]


def test_it_stands_with_both_and_each_with_it_until_it_does_not_belong_there_and_all_is_audited(world, ruth, things):
    (place, need), told = things, tell(world)
    for _ in range(2):
        put(ruth, told, place, need)
    assert shown(world, place) == shown(world, need) == [told.reference]
    (of_place, in_words), (of_need, job) = hooks(world, told)
    assert (of_place, of_need, in_words) == (place, need, "Top of the hill, grit bin")
    assert job.startswith("Clear")
    assert "Eileen" not in job
    for _ in range(2):
        ruth(attached_stories.detach, need, told.story_id)
    assert (shown(world, place), shown(world, need)) == ([told.reference], [])
    assert audited(world) == [
        *(("attached_story", noun) for noun in ("place", "story", "need", "story")),
        *(("detached_story", noun) for noun in ("need", "story")),
    ]
    with world.work() as session:
        lines = need_history.read(session, need.id, area_ids=frozenset({world.area_id()})).lines
    assert {"Ruth put a story with it", "Ruth took a story from it"} <= {line.words for line in lines}


def test_a_reference_may_be_typed_said_or_copied_from_a_page(world, ruth, things):
    told = tell(world)
    plain = told.reference.replace("-", "")
    for typed in (plain.lower(), " ".join(plain), told.reference.replace("-", "\u2011")):
        ruth(attached_stories.attach, things[0], typed)
        assert shown(world, things[0]) == [told.reference]
        ruth(attached_stories.detach, things[0], told.story_id)


def test_the_database_itself_lets_it_go_with_the_story_and_takes_none_that_was_taken_back(world, ruth, things):
    told = tell(world)
    put(ruth, told, *things)
    with world.work() as session:
        story_withdrawal.withdraw(session, told.story_id, "phone", now=world.now)
    assert world.all(AttachedStory) == []
    assert hooks(world, told) == []
    with pytest.raises(BadInput, match="no story with that reference"):
        put(ruth, told, things[0])
    row = "insert into attached_stories (story_id, place_id, attached_at, staff_id) values (:story, :place, now(), 1)"
    with pytest.raises(IntegrityError, match="while_told"):
        world.execute(row, story=told.story_id, place=things[0].id)


def test_it_is_with_one_place_or_one_request_and_not_with_both_or_neither(world, ruth, things):
    put(ruth, tell(world), things[0])
    for change in ("place_id = null", f"need_id = {things[1].id}"):
        with pytest.raises(IntegrityError, match="with_one_thing"):
            world.execute(f"update attached_stories set {change}")


def test_once_consent_ended_it_is_not_shown_nor_put_anywhere(world, ruth, things):
    told = tell(world)
    put(ruth, told, things[0])
    world.now += CONSENT_LASTS
    assert shown(world, things[0]) == []
    with pytest.raises(BadInput, match="no story with that reference"):
        put(ruth, told, things[1])


def test_another_area_neither_sees_it_nor_puts_it_there(world, ruth, things):
    told, theirs = tell(world), tell(world, area="salisbury")
    put(ruth, told, *things)
    put(ruth, theirs, things[0])
    assert hooks(world, told, "salisbury") == []
    assert shown(world, things[0], "bradford-on-avon") == [told.reference]
    for verb, what in ((attached_stories.attach, told.reference), (attached_stories.detach, told.story_id)):
        for thing in (*things, Thing("place", 999), Thing("need", 999)):
            with pytest.raises(NotFound):
                ruth(verb, thing, what, "salisbury")
    with pytest.raises(BadInput):
        ruth(attached_stories.attach, things[1], theirs.reference, "bradford-on-avon")


def test_a_place_that_is_gone_and_a_request_whose_details_are_erased_hold_it_no_more(world, ruth, things):
    told = tell(world)
    put(ruth, told, *things)
    with world.work() as session:
        places.take_away(session, things[0].id, area_ids={world.area_id()}, staff_id=1, now=world.now)
        erasure.erase_person(session, world.people["Eileen"], now=world.now)
    assert hooks(world, told) == []
    assert [row.need_id for row in world.all(AttachedStory)] == [None]
