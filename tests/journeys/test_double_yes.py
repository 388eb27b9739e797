"""Many people say yes at once: one holds the visit, everyone else reads the truth, and nobody an error."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from matcher.domain.roles import LinkPurpose
from matcher.services.access import Grant
from matcher.store.models import Visit

pytestmark = pytest.mark.xdist_group("journeys")

AT_ONCE = 64


def ask_link(world, name, match_id):
    """The token of the page of an ask, as it stands in the message."""
    return world.link(Grant(LinkPurpose.MATCH, person_id=world.people[name], match_id=match_id), hours=2)


def press_yes_at_once(running, tokens):
    """Everyone has the page before them, waits for the others, and presses Yes; the page each one reads then.

    Each comes from an address of their own, since one address may not answer 64 times a minute.
    """
    together = Barrier(len(tokens))

    def press(number, token):
        reader = running.reader(f"127.0.1.{number + 1}")
        form_token = reader.get(f"/m/{token}").form_token
        together.wait(60)
        return reader.post(f"/m/{token}/yes", {"form_token": form_token})

    with ThreadPoolExecutor(len(tokens)) as crowd:
        return list(crowd.map(press, range(len(tokens)), tokens))


def test_of_two_who_say_yes_in_the_same_moment_one_goes_and_the_other_is_told_so(quiet):
    world = quiet.world()
    for name in ("Christopher", "Ann"):
        world.offer(name)
    matches = world.ask_all(["Christopher", "Ann"], need := world.post("Eileen", when="tomorrow"))
    tokens = [ask_link(world, name, match) for name, match in zip(("Christopher", "Ann"), matches, strict=True)]

    pages = press_yes_at_once(quiet, [tokens[number % 2] for number in range(AT_ONCE)])

    assert {page.status for page in pages} == {200}
    (visit,) = world.all(Visit, occurrence_id=world.occurrence_id(need))
    holder = next(name for name, person_id in world.people.items() if person_id == visit.person_id)
    said = {name: Counter(page.h1 for page in pages[at::2]) for at, name in enumerate(("Christopher", "Ann"))}
    assert said.pop(holder) == {"You are helping Eileen": AT_ONCE // 2}
    assert said.popitem()[1] == {"You are NOT booked. Someone nearby is already helping": AT_ONCE // 2}
    assert world.breaches() == {}


def test_of_sixty_four_neighbours_who_say_yes_in_the_same_moment_one_goes(quiet):
    world = quiet.world()
    names = world.crowd(AT_ONCE)
    need = world.post("Eileen", when="tomorrow")
    tokens = [ask_link(world, name, match) for name, match in zip(names, world.ask_all(names, need), strict=True)]

    pages = press_yes_at_once(quiet, tokens)

    assert {page.status for page in pages} == {200}
    assert Counter(page.h1 for page in pages) == {
        "You are helping Eileen": 1,
        "You are NOT booked. Someone nearby is already helping": AT_ONCE - 1,
    }
    (visit,) = world.all(Visit, occurrence_id=world.occurrence_id(need))
    assert "You are helping" in pages[names.index(_name_of(world, visit.person_id))].h1
    # Whoever looks again reads the same, and every other ask has ended.
    loser = next(at for at, page in enumerate(pages) if "NOT booked" in page.h1)
    assert quiet.reader().get(f"/m/{tokens[loser]}").h1 == "Someone nearby is already helping"
    assert world.breaches() == {}


def test_one_who_says_yes_at_once_to_two_visits_with_no_time_to_get_from_one_to_the_other_holds_one(quiet):
    world = quiet.world()
    world.offer("Christopher")
    tokens = []
    for name, minutes in (("Eileen", 0), ("Gwen", 31)):  # she lives two miles away
        at = world.now + timedelta(days=1, minutes=minutes)
        match = world.ask("Christopher", world.post(name, when="tomorrow"), at=at)
        tokens.append(ask_link(world, "Christopher", match))

    pages = press_yes_at_once(quiet, [tokens[number % 2] for number in range(AT_ONCE)])

    assert {page.status for page in pages} == {200}
    assert len(world.all(Visit)) == 1
    assert len({page.h1 for page in pages[0::2]}) == len({page.h1 for page in pages[1::2]}) == 1
    assert {page.h1 for page in pages} & {"You are NOT booked. You have another visit then"}
    assert world.breaches() == {}


def _name_of(world, person_id):
    return next(name for name, known in world.people.items() if known == person_id)
