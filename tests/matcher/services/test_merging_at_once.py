"""Two who merge at the same moment, and a merge while those who are merged are at work."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy.orm import Session

from matcher.domain.errors import Conflict
from matcher.services import matches
from matcher.services.merging import into_one
from matcher.services.merging.into_one import Merge
from matcher.services.merging.refusals import Two
from matcher.store.models import MergedPerson, Visit
from matcher.store.session import unit_of_work
from tests.matcher.services.merged import AGAIN, join_up
from tests.worlds import World


def at_once(*deeds: Callable[[Session], object]) -> list[object]:
    """Everything in a thread and a transaction of its own, begun at the same moment; what each came to."""
    together = Barrier(len(deeds))

    def do(deed: Callable[[Session], object]) -> object:
        together.wait(30)
        try:
            with unit_of_work() as session:
                return deed(session)
        except Conflict as error:
            return error

    with ThreadPoolExecutor(len(deeds)) as threads:
        return list(threads.map(do, deeds))


def merging(world: World, two: Two, staff_id: int) -> Callable[[Session], object]:
    areas = frozenset(area_id for (area_id,) in world.execute("select id from areas"))
    return lambda session: into_one.merge(session, Merge(two), area_ids=areas, staff_id=staff_id, now=world.now)


def test_two_coordinators_who_merge_one_pair_at_once_from_either_side_merge_it_once(lasting_world: World) -> None:
    two, staff_id = join_up(lasting_world), lasting_world.coordinator()
    other_way = Two(two.gone_id, two.kept_id)
    came = at_once(*(merging(lasting_world, pair, staff_id) for pair in (two, other_way, two, other_way)))
    assert came == [None] * 4
    assert len(lasting_world.all(MergedPerson)) == 1
    assert lasting_world.execute("select count(*) from audit where action = 'merged'") == [(1,)]
    assert lasting_world.breaches() == {}


@pytest.mark.parametrize("turn", range(3))
def test_a_yes_while_they_are_merged_is_a_yes_of_who_is_kept(lasting_world: World, turn: int) -> None:
    world = lasting_world
    two, staff_id, need = join_up(world), world.coordinator(), world.post("Eileen")
    world.ask(AGAIN, need)
    match_id = world.asked(AGAIN)
    deeds = [merging(world, two, staff_id), lambda session: matches.accept(session, match_id, now=world.now)]
    at_once(*deeds[:: 1 if turn % 2 else -1])
    with world.work() as session:
        into_one.bring_along(session, now=world.now)
    assert world.one(Visit).person_id == two.kept_id
    assert world.breaches() == {}
