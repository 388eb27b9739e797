"""Piles of invitations: a code for each, counted by the pile and by the way it reached people, never by person."""

import pytest
from sqlalchemy.exc import IntegrityError

from matcher.domain.errors import BadInput, NotFound
from matcher.services import invitation_batches, invitations, postcards
from matcher.services.drawing import LEAST_SEEN
from matcher.services.invitation_batches import Answers, BatchDraft, Pressed
from matcher.services.invitations import CHANNELS

DRAFT = {
    "title": "Post office, January",
    "channel": "postcard",
    "connector": "Pat",
    "because": "nobody should be snowed in",
    "area": "bradford-on-avon",
    "copies": "400",
}


@pytest.fixture
def make(world):
    def batch(**changes):
        with world.work() as session:
            who = {"area_ids": {world.area_id()}, "staff_id": world.coordinator(f"{len(changes)}@example.org")}
            return invitation_batches.make_batch(session, BatchDraft(**{**DRAFT, **changes}), **who, now=world.now)

    return batch


def piles(world):
    with world.work() as session:
        return {one.title: one for one in invitation_batches.batches(session, {world.area_id()})}


def answers(world):
    with world.work() as session:
        found = invitation_batches.answers(session, invitation_batches.batches(session, {world.area_id()}))
    return found, invitation_batches.finding(found)


def press(world, code, *choices):
    with world.work() as session:
        for choice in choices:
            invitations.choose(session, code, choice, now=world.now)


def test_each_pile_has_a_code_of_its_own_that_leads_to_who_asks_and_why(world, make):
    make(), make(title="Bus shelter", channel="poster", copies="1,000", because="it is cold.")
    office, shelter = piles(world)["Post office, January"], piles(world)["Bus shelter"]
    assert office.code != shelter.code
    with world.work() as session:
        assert invitations.read(session, shelter.code).because == shelter.because == "it is cold"
    assert (office.copies, shelter.copies) == (400, 1000)


def test_what_is_pressed_is_counted_by_pile_and_by_channel_with_single_ones_beside(world, make):
    make(), make(title="Library")
    first, second = piles(world)["Post office, January"], piles(world)["Library"]
    with world.work() as session:
        single = invitations.invite(session, "Sam", "it is cold", "gp", now=world.now)
    press(world, first.code, "ask", "offer", "offer")
    press(world, second.code, "story")
    press(world, single, "read")
    assert {title: pile.pressed for title, pile in piles(world).items()} == {
        "Post office, January": Pressed(ask=1, offer=2),
        "Library": Pressed(story=1),
    }
    rows, finding = answers(world)
    assert rows == (
        ("postcard", Pressed(ask=1, offer=2, story=1), 800, 4),
        ("gp", Pressed(read=1), 0, 0),
    )
    assert finding == "More answers by postcards than by any other way: 4 of 5"
    world.later(days=40)
    press(world, first.code, "ask")
    assert piles(world)["Post office, January"].pressed == Pressed(ask=2, offer=2)


def test_a_pile_that_was_ended_counts_nobody_until_it_is_taken_up_again(world, make):
    pile = make()
    code = piles(world)["Post office, January"].code
    press(world, code, "ask")
    who = {"area_ids": {world.area_id()}, "staff_id": world.coordinator("end@example.org"), "now": world.now}
    with world.work() as session:
        for _ in range(2):
            invitation_batches.end_batch(session, pile, **who)
    press(world, code, "offer")
    with world.work() as session:
        assert invitations.read(session, code).is_over
        with pytest.raises(NotFound):
            invitation_batches.end_batch(session, pile, **{**who, "area_ids": {world.area_id("salisbury")}})
    assert piles(world)["Post office, January"].pressed == Pressed(ask=1)
    assert answers(world)[0][0].pressed == Pressed(ask=1)
    with world.work() as session:
        invitation_batches.take_up_batch(session, pile, **who)
    press(world, code, "offer")
    assert piles(world)["Post office, January"].pressed == Pressed(ask=1, offer=1)
    with pytest.raises(IntegrityError, match="somebody_ended_it"):
        world.execute("update invitation_batches set ended_at = now()")


def test_nothing_to_say_is_said(world, make):
    assert answers(world) == ((), "No invitation has been made yet")
    make()
    assert answers(world)[1] == "Nobody has answered an invitation yet"
    assert postcards.draw(answers(world)[0], 560) is None


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("title", " "),
        ("title", "x" * 61),
        ("channel", "pigeon"),
        ("connector", ""),
        ("because", ""),
        ("area", "salisbury"),
        ("copies", "19"),
        ("copies", "100001"),
        ("copies", "a few"),
        ("copies", "٣٠"),
    ],
)
def test_a_pile_needs_all_of_it_and_enough_copies_in_an_area_of_theirs(world, make, field, wrong):
    with pytest.raises(BadInput) as refused:
        make(**{field: wrong})
    assert refused.value.field == field
    assert piles(world) == {}


def test_no_small_pile_can_be_kept_whatever_the_code_says(world, make):
    make()
    with pytest.raises(IntegrityError, match="enough_copies"):
        world.execute("update invitation_batches set copies = 3")


def test_a_pile_of_another_area_is_not_there(world, make):
    pile = make()
    with world.work() as session, pytest.raises(NotFound):
        invitation_batches.batch(session, pile, {world.area_id("salisbury")})


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ([1], "The one answer came by postcards"),
        ([2, 0], "Both answers came by postcards"),
        ([1200, 0], "All 1,200 answers came by postcards"),
        ([3, 2, 2, 2], "More answers by postcards than by any other way: 3 of 9"),
        ([2, 2, 1], "No way stands out: 2 of them brought 2 of 5 answers each"),
    ],
)
def test_no_way_is_said_to_stand_out_that_does_not(counts, said):
    rows = [Answers(channel, Pressed(ask=count), 100, 0) for channel, count in zip(CHANNELS, counts, strict=False)]
    assert invitation_batches.finding(rows) == said


def test_one_answer_beside_thousands_is_still_seen():
    rows = [Answers(CHANNELS[0], Pressed(ask=9999, read=1), 0, 0), Answers(CHANNELS[1], Pressed(story=1), 0, 0)]
    for width in (560, 288):
        boxes = postcards.draw(rows, width).boxes
        assert min(box.width for box in boxes) >= LEAST_SEEN
        assert max(box.x + box.width for box in boxes) <= width


def test_the_bars_fill_the_picture_and_their_parts_are_what_was_pressed(world, make):
    make()
    press(world, piles(world)["Post office, January"].code, "ask", "offer", "offer", "offer")
    wide = postcards.draw(answers(world)[0], 560)
    assert [(box.kind, round(box.width)) for box in wide.boxes] == [("high", 138), ("given", 414)]
    assert "4 answers: 1 to ask, 3 to offer" in [words.text for words in wide.words]
    narrow = postcards.draw(answers(world)[0], 288)
    assert "4 answers" in [words.text for words in narrow.words]
    assert all(box.x + box.width <= narrow.width for box in narrow.boxes)
