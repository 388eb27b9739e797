"""When two records may not become one: what would break is said, and nothing is written."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, Conflict, NotFound
from matcher.services import erasure, people
from matcher.services.merging import into_one
from matcher.services.merging.into_one import Merge
from matcher.services.merging.refusals import Two
from matcher.store.models import MergedPerson, Staff
from matcher.store.models.areas import AREA_CLOSED
from tests.matcher.services.merged import AGAIN, JOAN, join_up, merge, two_of
from tests.worlds import World

Deed = Callable[[World, Two], object]


def refused(world: World, two: Two) -> str:
    staff_id = world.one(Staff).id
    with pytest.raises(Conflict) as error:
        merge(world, two, staff_id=staff_id)
    assert world.all(MergedPerson, person_id=two.gone_id, kept_id=two.kept_id) == []
    return error.value.message


def asked_to_help(world: World, two: Two) -> None:
    need = world.post("Eileen")
    world.ask(AGAIN, need)
    world.execute("update needs set resident_id = :p where id = :n", p=two.kept_id, n=need.need_id)


def helped(world: World, two: Two) -> None:
    asked_to_help(world, two)
    world.yes(AGAIN)


def usual_person(world: World, two: Two) -> None:
    need = world.post("Eileen")
    world.execute("update needs set resident_id = :p where id = :n", p=two.kept_id, n=need.need_id)
    world.execute(
        "insert into arrangements (need_id, resident_id, usual_id, at, status, offered_at, ended_at)"
        " values (:n, :k, :g, '09:00', 'declined', :now, :now)",
        n=need.need_id,
        k=two.kept_id,
        g=two.gone_id,
        now=world.now,
    )


def kept_for(world: World, two: Two) -> None:
    need = world.post("Eileen")
    world.execute("update needs set resident_id = :p where id = :n", p=two.gone_id, n=need.need_id)
    world.execute(
        "insert into pins (need_id, person_id, staff_id, why, set_at) select :n, :k, id, 'spoke', :now from staff",
        n=need.need_id,
        k=two.kept_id,
        now=world.now,
    )


def helped_outside(world: World, two: Two) -> None:
    world.execute(
        "insert into informal_help (area_id, helper_id, resident_id, kind_slug, day, minutes, told_at)"
        " values (:a, :k, :g, 'snow', '2026-01-01', 30, :now)",
        a=world.area_id(),
        k=two.kept_id,
        g=two.gone_id,
        now=world.now,
    )


def two_at_once(world: World, two: Two) -> None:
    for name, resident in ((JOAN, "Eileen"), (AGAIN, "Gwen")):
        world.ask(name, world.post(resident))
        world.yes(name)


def two_places_of_one_visit(world: World, two: Two) -> None:
    world.ask_all([JOAN, AGAIN], world.post("Eileen", helpers=2))
    world.yes(JOAN)
    world.yes(AGAIN)
    world.later(hours=3)
    world.done(JOAN)
    world.done(AGAIN)


def one_code(world: World, two: Two) -> None:
    world.ask(JOAN, world.post("Eileen"))
    world.ask(AGAIN, world.post("Gwen"))
    world.execute("update matches set code = '2A'")


def kept_apart(world: World, two: Two) -> None:
    with world.work() as session:
        people.keep_apart(session, two.kept_id, two.gone_id, now=world.now)


def apart_from_who_the_other_goes_to(world: World, two: Two) -> None:
    need = world.post("Eileen")
    world.ask(AGAIN, need)
    world.yes(AGAIN)
    with world.work() as session:
        people.keep_apart(session, two.kept_id, world.people["Eileen"], now=world.now)


def apart_from_who_asks(world: World, two: Two) -> None:
    world.ask(JOAN, world.post("Eileen"))
    with world.work() as session:
        people.keep_apart(session, two.gone_id, world.people["Eileen"], now=world.now)


def made_up(world: World, two: Two) -> None:
    world.execute("update people set is_made_up = true where id = :p", p=two.kept_id)


REFUSED: tuple[tuple[Deed, str], ...] = (
    (asked_to_help, "Nobody helps themselves"),
    (helped, "Nobody helps themselves"),
    (usual_person, "Nobody helps themselves"),
    (kept_for, "Nobody helps themselves"),
    (helped_outside, "told us of help by the other"),
    (two_at_once, "Nobody is in two places at once"),
    (two_places_of_one_visit, "Nobody is in two places at once"),
    (one_code, "the same code, 2A"),
    (kept_apart, "Nobody is kept apart from themselves"),
    (apart_from_who_the_other_goes_to, "kept apart from somebody whom the other is to meet"),
    (apart_from_who_asks, "kept apart from somebody whom the other is to meet"),
    (made_up, "made up for the trial"),
)


@pytest.mark.parametrize(("deed", "why"), REFUSED, ids=[deed.__name__ for deed, _ in REFUSED])
def test_it_is_refused_with_a_reason_and_nothing_is_written(world: World, deed: Deed, why: str) -> None:
    two, _ = join_up(world), world.coordinator()
    deed(world, two)
    assert why in refused(world, two)
    assert why in refused(world, Two(two.gone_id, two.kept_id)), "whichever of them would stay"


def test_who_was_deleted_meanwhile_is_not_merged(world: World) -> None:
    two, _ = join_up(world), world.coordinator()
    with world.work() as session:
        erasure.erase_person(session, two.gone_id, now=world.now)
    assert "deleted" in refused(world, two)


def test_who_became_one_with_somebody_else_meanwhile_is_not_merged_again(world: World) -> None:
    two, _ = join_up(world), world.coordinator()
    world.offer("Ann")
    merge(world, two, staff_id=world.one(Staff).id)
    assert "merged with somebody else" in refused(world, two_of(world, "Ann", AGAIN))


def test_who_is_of_another_area_is_not_known(world: World) -> None:
    two, staff_id = join_up(world), world.coordinator()
    elsewhere = frozenset({world.area_id("salisbury")})
    with world.work() as session, pytest.raises(NotFound):
        into_one.merge(session, Merge(two), area_ids=elsewhere, staff_id=staff_id, now=world.now)
    assert world.all(MergedPerson) == []


@pytest.mark.parametrize("what", ["surname", ""])
def test_what_is_no_choice_is_no_choice(world: World, what: str) -> None:
    with pytest.raises(BadInput):
        merge(world, join_up(world), what)


def test_nobody_becomes_one_with_themselves(world: World) -> None:
    two = join_up(world)
    with pytest.raises(NotFound):
        merge(world, Two(two.kept_id, two.kept_id))


def test_an_area_that_closes_just_then_is_nothing_that_both_have(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one sentence for it is the unit of work's, and no rule is named for whoever looks after the service."""
    two = join_up(world)
    world.execute("update areas set closed_at = :now where slug = 'tidworth'", now=world.now)

    def into_it(session: Session, two: Two, *_: object, **__: object) -> None:
        moved = text("update people set area_id = (select id from areas where slug = 'tidworth') where id = :id")
        session.execute(moved, {"id": two.kept_id})

    monkeypatch.setattr(into_one.one_home, "become", into_it)
    with pytest.raises(IntegrityError, match=AREA_CLOSED):
        merge(world, two)
    assert world.all(MergedPerson) == []
