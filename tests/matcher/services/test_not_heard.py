"""Who is missing: only what people said of themselves is counted, and small numbers and what is unknown are told."""

from datetime import date

import pytest

from matcher.domain.hearing import Heard
from matcher.services import imports, not_heard, not_heard_picture, voices
from matcher.services.not_heard import NotHeard, Row, Voices
from matcher.services.taken_in import Importer

HEAD = "area,group,people,source,counted_on\n"
HERE, THERE = "Bradford on Avon", "Salisbury"


@pytest.fixture
def load(world):
    def bring(*figures):
        who = Importer(world.coordinator(), frozenset({world.area_id(), world.area_id("salisbury")}))
        text = HEAD + "".join(f"{area},{group},{people},Census,2021-03-21\n" for area, group, people in figures)
        with world.work() as session:
            imports.try_out(session, "p" * 22, "population", "p.csv", text.encode(), who, now=world.now)
            imports.confirm(session, "p" * 22, who, now=world.now)

    return bring


@pytest.fixture
def say(world):
    keys = iter(range(10_000))

    def count(times, *said, choice="offer", area="bradford-on-avon"):
        with world.work() as session:
            for _ in range(times):
                voices.count_voice(session, choice, area, said, f"{next(keys):022}", now=world.now)

    return count


def read(world, slug="", areas=("bradford-on-avon", "salisbury")):
    with world.work() as session:
        return not_heard.read(session, {world.area_id(one) for one in areas}, slug, now=world.now)


def groups(shown):
    return {row.key: row for row in shown.groups}


def test_a_group_is_beside_its_share_of_those_who_live_there(world, load, say):
    load((HERE, "", 1000), (HERE, "night workers", 200), (HERE, "85+", 100), (HERE, "boat dwellers", 30))
    say(36, "25_to_44"), say(4, "85_or_over", choice="ask")
    shown = read(world)
    nights, old, boats = (groups(shown)[key] for key in ("night_workers", "85_or_over", "boat dwellers"))
    assert (nights.heard, nights.voices.total, nights.expected, nights.people) == (Heard.NOBODY, 0, 8, 200)
    assert (old.heard, old.voices, old.expected) == (Heard.AS_EXPECTED, Voices(asks=4), 4)
    assert (boats.heard, boats.expected, boats.name) == (Heard.NOT_ASKED, None, "boat dwellers")
    assert groups(shown)["no_car"].heard is Heard.NO_FIGURE
    assert nights.sources == ("Census, 21 March 2021",)
    assert not_heard_picture.finding(shown) == "We have heard nobody from people who work nights"
    world.later(days=400)
    assert read(world).answers.total == 0


def test_only_areas_whose_figure_is_known_are_compared(world, load, say):
    load((HERE, "", 1000), (HERE, "no car", 500), (THERE, "", 4000))
    say(20, "under_25"), say(80, "no_car", area="salisbury")
    shown = groups(read(world))["no_car"]
    assert (shown.people, shown.share, shown.answers, shown.heard) == (500, 0.5, 20, Heard.NOBODY)
    assert groups(read(world, "salisbury"))["no_car"].heard is Heard.NO_FIGURE


def test_what_is_not_known_is_told_and_never_below_nothing(world, say):
    world.post("Eileen"), world.offer("Christopher")
    say(1, "85_or_over", choice="ask")
    shown = read(world)
    assert (shown.told, shown.answers, shown.unknown) == (Voices(asks=1, offers=1), Voices(asks=1), 1)
    say(5, "no_car")
    assert read(world).unknown == 0


def test_areas_are_beside_each_other_by_all_that_was_asked_offered_and_told(world, load):
    load((HERE, "", 4000), (THERE, "", 6000))
    for name in ("Eileen", "Frank", "Una", "Vera", "Will", "Xena"):
        world.post(name)
    here, there = read(world).areas
    assert (here.name, here.voices.asks, here.heard) == (HERE, 6, Heard.AS_EXPECTED)
    assert (there.voices.total, there.answers, there.heard) == (0, 6, Heard.NOBODY)
    assert [row.name for row in read(world, "salisbury").areas] == [THERE]
    assert [row.name for row in read(world, areas=("salisbury",)).areas] == [THERE]


def test_too_few_answers_say_nothing_of_anyone(world, load, say):
    assert "not known yet" in not_heard_picture.finding(read(world))
    load((HERE, "", 1000), (HERE, "85+", 100))
    assert "Nobody has said anything" in not_heard_picture.finding(read(world))
    say(9, "25_to_44")
    shown = read(world)
    assert groups(shown)["85_or_over"].heard is Heard.CANNOT_TELL
    assert not_heard_picture.finding(shown) == "Too few answers to tell who is missing"


@pytest.mark.parametrize(
    ("voices", "shown"),
    [
        (Voices(), 0),
        (Voices(3, 0, 0), 3),  # told as fewer than 5
        (Voices(5, 6, 0), 11),
        (Voices(5, 1, 0), 5),  # else the 1 could be worked out
        (Voices(20, 3, 0), 25),
        (Voices(2, 3, 1), 5),
    ],
)
def test_a_total_gives_nothing_away_that_is_hidden(voices, shown):
    assert voices.shown == shown


@pytest.mark.parametrize("width", [560, 288])
def test_neither_a_bar_nor_the_scale_tells_which_of_a_few_it_is(width):
    def drawn(heard):
        rows = [
            Row(one, one, 100, share, Voices(asks), 6, Heard.CANNOT_TELL)
            for one, share, asks in (("a", 0.4, heard), ("b", 0.1, 0))
        ]
        return not_heard_picture.draw(
            NotHeard(date(2025, 11, 1), "", "", (), (), tuple(rows), Voices(6), Voices(6), 0), width
        )

    pictures = [drawn(heard) for heard in (1, 2, 3, 4)]
    assert all(picture == pictures[0] for picture in pictures)
    assert all(box.x + box.width <= width for box in pictures[0].boxes)


def test_what_is_missing_for_a_picture_is_said(world, load, say):
    say(3, "25_to_44")
    assert not read(world).is_too_few  # nobody has told how many live there
    load((HERE, "", 1000), (HERE, "25-44", 300))
    assert read(world).is_too_few
    assert not_heard_picture.draw(read(world), 288) is None
    say(30, "25_to_44")
    assert not read(world).is_too_few


def test_the_picture_hatches_what_is_fewer_than_five_and_marks_who_is_missing(world, load, say):
    load((HERE, "", 1000), (HERE, "night workers", 200), (HERE, "under 25", 400), (HERE, "25-44", 300))
    say(37, "25_to_44"), say(3, "under_25")
    picture = not_heard_picture.draw(read(world), 560)
    assert [box.kind for box in picture.boxes] == ["low", "given"]
    said = [one.text for one in picture.words if one.kind == "alert"]
    assert said == ["fewer than 5 heard, about 16 expected", "none heard, about 8 expected"]
    assert all(box.x >= 0 and box.x + box.width <= picture.width for box in picture.boxes)
    assert not_heard_picture.draw(read(world, areas=("salisbury",)), 560) is None
