"""Why people help: a chart that is true of those who said so, and in which nobody can be found."""

import pytest

from matcher.domain.motives import MOTIVE_WORDS, Motive
from matcher.services import motive_chart, motives
from matcher.services.drawing import LEAST_SEEN
from matcher.services.motive_chart import Why


@pytest.fixture
def crowd(world):
    """Twelve neighbours who offered help, and have not said why."""
    world.crowd(12)
    return world


def say(world, *each):
    """The first of them gives the first of these reasons, and so on."""
    with world.work() as session:
        for person_id, chosen in zip(world.people.values(), each, strict=False):
            motives.tell(session, person_id, frozenset(chosen.split()), now=world.now)


def read(world, *slugs):
    with world.work() as session:
        return motive_chart.read(session, {world.area_id(slug) for slug in slugs or ("bradford-on-avon",)})


def counts(why):
    return {motive.value: count for motive, count in why.reasons if count}


def test_the_commonest_reason_is_the_title_beside_those_who_did_not_say(crowd):
    say(crowd, *["lives_here skill"] * 5, *["lives_here"] * 2)
    why = read(crowd)
    assert (why.told, why.silent, counts(why)) == (5, 5, {"lives_here": 5, "skill": 5})
    say(crowd, *["lives_here skill"] * 5, *["lives_here"] * 3)
    why = read(crowd)
    assert motive_chart.finding(why) == "“I live here” is the commonest reason: about 10 of about 10 who said why"
    assert motive_chart.silence(why) == "Fewer than 5 have not said."
    assert counts(why) == {"lives_here": 10, "skill": 5}


@pytest.mark.parametrize("some", [9, 11, 12])
def test_no_order_and_no_sentence_follows_the_exact_counts(crowd, some):
    """Of two reasons that are rounded alike nobody reads which one was given once more than the other."""
    say(crowd, *["lives_here beliefs"] * some)
    alike = read(crowd)
    say(crowd, *["lives_here beliefs"] * (some - 1), "beliefs")
    assert read(crowd) == alike


def test_a_reason_of_nobody_and_one_of_a_few_read_alike(crowd):
    say(crowd, *["lives_here"] * 4, "was_helped lives_here")
    one = read(crowd)
    say(crowd, *["lives_here"] * 5)
    assert read(crowd) == one
    assert dict(motive_chart.rows(one)) == {
        **dict.fromkeys(MOTIVE_WORDS.values(), "fewer than 5"),
        "I live here": "about 5",
        "Have not said": "about 5",
    }


def test_fewer_than_five_who_said_draw_nothing(crowd, world):
    say(crowd, *["lives_here"] * 4)
    why = read(crowd)
    assert motive_chart.finding(why) == "Fewer than 5 volunteers have said why they help"
    assert motive_chart.silence(why) == "About 10 have not said, and may have other reasons."
    assert motive_chart.draw(why, 288) is None


def test_with_no_volunteers_it_says_so(world):
    why = read(world)
    assert motive_chart.finding(why) == "Nobody has offered help here yet"
    assert motive_chart.draw(why, 288) is None


def test_only_offers_that_stand_in_these_areas_count(crowd):
    say(crowd, *["lives_here"] * 12)
    assert read(crowd).told == 10
    assert not read(crowd, "salisbury").has_volunteers
    crowd.execute("update offers set status = 'paused'")
    assert read(crowd).told == 10
    crowd.execute("update offers set status = 'stopped', stopped_at = now()")
    assert not read(crowd).has_volunteers


def why_of(told, **found):
    reasons = sorted(((motive, found.get(motive.value)) for motive in Motive), key=lambda one: -(one[1] or 0))
    return Why(has_volunteers=True, told=told, silent=20, reasons=tuple(reasons))


@pytest.mark.parametrize(
    ("why", "title"),
    [
        (why_of(10), "No reason is given by 5 volunteers or more"),
        (
            why_of(15, lives_here=10, other=10, beliefs=5),
            "“I live here” and “Something else” are the commonest reasons, each of about 10 of about 15 who said why",
        ),
        (
            why_of(15, skill=5, other=5, beliefs=5),
            "No reason stands out: 3 are given by about 5 of about 15 who said why, each",
        ),
    ],
)
def test_the_title_is_worked_out_from_what_is_drawn(why, title):
    assert motive_chart.finding(why) == title


def test_a_reason_beside_very_many_who_said_nothing_is_still_seen():
    why = Why(True, 10, 100_000, ((Motive.LIVES_HERE, 5), (Motive.WAS_HELPED, None)))
    boxes = motive_chart.draw(why, 288).boxes
    assert [round(box.width, 1) for box in boxes] == [LEAST_SEEN, 286]


def test_each_bar_is_as_long_as_its_count_and_fits(crowd):
    why = why_of(15, skill=10, beliefs=5)
    for width in (288, 560):
        drawn = motive_chart.draw(why, width)
        assert [box.kind for box in drawn.boxes] == ["given", "given", "off"]
        skill, beliefs, silent = (box.width for box in drawn.boxes)
        assert (skill / beliefs, silent / skill) == (pytest.approx(2), pytest.approx(2))
        assert all(box.x + box.width <= width for box in drawn.boxes)
        assert [words.text for words in drawn.words][-1] == "Have not said: about 20"
