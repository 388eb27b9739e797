"""What everyone may see of an area: rounded, and never so few that somebody could be known."""

from datetime import timedelta

import pytest

from matcher.domain.errors import NotFound
from matcher.domain.small_numbers import rounded
from matcher.domain.timewindow import TimeWindow
from matcher.services import area_page, places
from matcher.services.area_page import LOOKS_BACK
from matcher.services.places import PlaceDraft
from tests.matcher.services.test_stories import WORDS, put_out, ruth, tell
from tests.worlds import BRADFORD

__all__ = ["ruth"]


def read(world, slug=BRADFORD):
    with world.work() as session:
        return area_page.read(session, slug, now=world.now)


@pytest.mark.parametrize(
    ("count", "shown"), [(0, None), (1, None), (4, None), (5, 5), (7, 5), (8, 10), (12, 10), (13, 15), (138, 140)]
)
def test_a_count_is_rounded_to_five_and_few_are_not_told_from_none(count, shown):
    assert rounded(count) == shown


def jobs(*counts):
    return area_page._jobs([(f"kind-{n}", f"Kind {n}", count) for n, count in enumerate(counts)])


def test_houses_never_fill_more_than_a_row_and_what_is_hidden_does_not_order_it():
    shown, a_house = jobs(3, 400, 0, 4, 61)
    assert a_house == 20
    assert [(job.name, job.about, job.houses) for job in shown] == [
        ("Kind 1", 400, 20),
        ("Kind 4", 60, 3),
        ("Kind 0", None, 0),
        ("Kind 2", None, 0),
        ("Kind 3", None, 0),
    ]


def test_a_house_that_would_stand_for_much_more_is_not_drawn():
    shown, a_house = jobs(123_456, 900, 5, 0)
    assert a_house > 5000
    assert [(job.about, job.houses) for job in shown] == [(123_455, 24), (900, 0), (5, 0), (None, 0)]
    assert area_page._finding(shown) == "Kind 0 was the most common job: about 123,455 times"


def test_the_finding_is_made_from_what_is_shown():
    assert area_page._finding(jobs(42, 9)[0]) == "Kind 0 was the most common job: about 40 times"
    assert area_page._finding(jobs(42, 40, 9)[0]) == "Kind 0 and kind 1 were the most common jobs: about 40 times each"
    assert area_page._finding(jobs(6, 5, 7)[0]) == "No job stands out: 3 kinds were done about 5 times each"
    assert area_page._finding(jobs(4, 3)[0]) == "Fewer than 5 jobs of each kind so far"


def test_what_is_needed_now_is_told_by_kind_and_never_of_fewer_than_five(world):
    posted = [world.post(f"Resident {n}", person={"phone": f"07700 9{n:05}"}) for n in range(8)]
    for n in range(4):
        world.post(f"Other {n}", person={"phone": f"07701 9{n:05}"}, kind="errand")

    def told():
        return [(one.kind, one.about) for one in read(world).needed]

    assert told() == [("snow", 10)]
    world.offer("Christopher")
    world.ask("Christopher", posted[0])
    world.yes("Christopher")  # seven are left
    assert told() == [("snow", 5)]
    for need in posted[1:4]:
        world.cancel(need)  # four
    assert told() == []
    assert read(world, "salisbury").needed == ()


def test_what_was_needed_is_over_once_its_time_is(world):
    for n in range(5):
        world.post(f"Resident {n}", person={"phone": f"07700 9{n:05}"})
    assert read(world).needed != ()
    world.later(days=30)
    assert read(world).needed == ()


def test_a_visit_counts_where_it_was_and_for_so_long_and_one_alone_is_never_told(world):
    world.offer("Christopher")
    world.ask("Christopher", world.post())
    world.yes("Christopher")
    world.done("Christopher")
    area_id = world.area_id()
    with world.work() as session:
        lately = TimeWindow(world.now - LOOKS_BACK, world.now + timedelta(days=1))
        found = area_page._counts(session, area_id, lately)
        counted = {slug: count for slug, _, count in found}
        before = area_page._counts(session, area_id, TimeWindow(lately.start, world.now))
        later = area_page._counts(session, area_id, TimeWindow(world.now + LOOKS_BACK, world.now + 2 * LOOKS_BACK))
        elsewhere = area_page._counts(session, world.area_id("salisbury"), lately)
    assert counted["snow"] == sum(counted.values()) == 1
    assert {count for _, _, count in (*before, *later, *elsewhere)} == {0}
    shown = read(world)
    assert shown.about is None
    assert {job.about for job in shown.jobs} == {None}


def test_who_watches_the_page_sees_no_count_turn_when_a_visit_is_done(world):
    world.offer("Christopher", visits_per_week=None)
    for _ in range(5):
        world.ask("Christopher", world.post(when="tomorrow"))
        world.yes("Christopher")
        world.later(days=1)
        before = read(world)
        world.done("Christopher")
    assert read(world) == before
    world.later(days=1)
    assert (before.about, read(world).about) == (None, 5)


def test_only_what_everyone_may_read_of_this_area_stands_there(world, ruth):
    for level, area in (("public", BRADFORD), ("board", BRADFORD), ("public", "calne")):
        put_out(ruth, tell(world, level=level, area=area))
    assert [story.words for story in read(world).stories] == [WORDS]
    with pytest.raises(NotFound):
        read(world, "atlantis")


def test_its_places_are_listed_with_what_is_left_and_private_stock_is_not(world):
    every, sal = {world.area_id(), world.area_id("calne")}, world.coordinator("sal@example.org")
    with world.work() as session:
        for kind, name, where, rule, stock in (
            ("grit_bin", "Top of the hill", "BA15 1HL", "", "half"),
            ("salt_store", "My barn", "BA15 1NB", "private", "full"),
            ("warm_space", "Library", "BA15 1NB", "", ""),
            ("grit_bin", "Taken away", "BA15 1NB", "", ""),
        ):
            draft = PlaceDraft(kind, name, where, use_rule=rule, stock=stock)
            place_id = places.add_place(session, draft, area_ids=every, staff_id=sal, now=world.now)
        places.take_away(session, place_id, area_ids=every, staff_id=sal, now=world.now)
    shown = read(world).places
    assert [(one.name, one.stock_words, one.checked_at) for one in shown] == [
        ("Top of the hill", "half full", world.now),
        ("Library", "", None),
    ]
    assert read(world, "calne").places == ()
