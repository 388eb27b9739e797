"""Asking for help: what is written, what is owed, and what is refused beside which field."""

from datetime import UTC, date, datetime, timedelta

import pytest

from matcher.domain.errors import BadInput, PostcodeUnknown
from matcher.domain.lifecycle import NeedStatus, Urgency
from matcher.services import need_page, needs
from matcher.services.need_page import NeedState
from matcher.store import queries
from matcher.store.models import Need, NeedNote, Notification, Occurrence


def test_a_need_is_written_with_its_occurrence_its_message_and_its_link(world):
    posted = world.post(details=("steps", "path"), note="Mind the cat")
    need, occurrence = world.one(Need), world.one(Occurrence)
    assert (need.status, need.urgency, need.minutes, need.details) == (
        NeedStatus.OPEN,
        Urgency.URGENT,
        30,
        ["path", "steps"],
    )
    assert need.reference == posted.reference
    assert (occurrence.starts_at, occurrence.ends_at) == (
        datetime(2026, 1, 14, 8, tzinfo=UTC),
        datetime(2026, 1, 14, 12, tzinfo=UTC),
    )
    assert occurrence.next_round_at == occurrence.open_since == world.now
    assert world.one(NeedNote).note == "Mind the cat"
    assert world.owed("Eileen") == [("need_posted", "pending")]
    assert world.execute("select action from audit where thing = 'need'")[0].action == "posted"


def test_a_reference_has_no_letter_that_is_taken_for_another(world):
    references = {world.post().reference for _ in range(10)}
    assert len(references) == 10
    assert not set("".join(references)) & set("IOSZ015268BL") - set("BL")


@pytest.mark.parametrize(
    ("changes", "windows"),
    [
        ({"when": "asap", "times": {"am"}}, [("14T08", "14T12"), ("15T08", "15T12")]),
        (
            {"when": "asap", "times": {"am", "eve"}},
            [("14T08", "14T12"), ("14T17", "14T20"), ("15T08", "15T12"), ("15T17", "15T20")],
        ),
        ({"when": "today", "times": {"am", "pm"}}, [("14T08", "14T17")]),
        ({"when": "tomorrow", "times": {"pm"}}, [("15T12", "15T17")]),
        ({"when": "day", "day": date(2026, 1, 20), "times": {"eve"}}, [("20T17", "20T20")]),
    ],
)
def test_the_windows_are_what_was_chosen(world, changes, windows):
    posted = world.post(**changes | {"times": frozenset(changes["times"])})
    occurrence = world.one(Occurrence, need_id=posted.need_id)
    found = [(f"{one.start:%dT%H}", f"{one.end:%dT%H}") for one in queries.windows_of(occurrence)]
    assert found == windows


def test_what_has_passed_of_today_is_cut_off(world):
    world.later(hours=3)
    posted = world.post()
    assert world.one(Occurrence, need_id=posted.need_id).starts_at == world.now


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "gold"}, "kind"),
        ({"when": "yesterday"}, "when"),
        ({"times": frozenset()}, "times"),
        ({"times": frozenset({"night"})}, "times"),
        ({"when": "day"}, "day"),
        ({"when": "day", "day": date(2026, 1, 13)}, "day"),
        ({"when": "day", "day": date(2027, 1, 14)}, "day"),
        ({"contact": "pigeon"}, "contact"),
        ({"contact": "email"}, "email"),
        ({"details": ("roof",)}, "details"),
        ({"helpers": 0}, "helpers"),
        ({"helpers": 5}, "helpers"),
        ({"note": "The key safe is 4821"}, "note"),
        ({"person": {"first_name": " "}}, "first_name"),
        ({"person": {"phone": "12"}}, "phone"),
        ({"person": {"house": ""}}, "house"),
        ({"person": {"postcode": "BA15"}}, "postcode"),
        ({"person": {"email": "eileen"}}, "email"),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value.items()), ""),
)
def test_what_cannot_be_used_is_refused_beside_its_field_and_nothing_is_written(world, changes, field):
    before = world.picture()
    with pytest.raises(BadInput) as refused:
        world.post(**changes)
    assert refused.value.field == field
    assert world.picture() == before


@pytest.mark.parametrize("changes", [{"note": "x" * 201}, {"person": {"first_name": "x" * 41}}, {"note": "a\0b"}])
def test_what_is_too_long_or_cannot_be_kept_is_refused(world, changes):
    with pytest.raises(BadInput):
        world.post(**changes)


def test_this_morning_is_over_in_the_afternoon(world):
    world.later(hours=6)
    with pytest.raises(BadInput) as refused:
        world.post()
    assert refused.value.field == "times"
    assert needs.bands_left_today(world.now) == ("pm", "eve")


def test_someone_from_nowhere_is_told_about_the_postcode(world):
    with pytest.raises(PostcodeUnknown):
        world.post(person={"postcode": "BA15 9ZZ"})


def test_something_else_waits_for_a_word_first(world):
    posted = world.post(kind="other")
    assert posted.is_triaged
    assert world.one(Need).status is NeedStatus.PAUSED
    assert page(world, posted).state is NeedState.WORD_FIRST
    assert world.breaches() == {}


def page(world, posted):
    with world.work() as session:
        return need_page.read(session, posted.need_id, now=world.now)


def test_the_page_tells_the_story_from_the_question_to_the_thanks(world):
    for name in ("Christopher", "Ann"):
        world.offer(name)
    need = world.post(details=("path",))
    seen = page(world, need)
    assert (seen.state, seen.job, seen.windows) == (
        NeedState.LOOKING,
        "Clear the path",
        (("Wednesday 14 January", "8am to 12 noon"),),
    )
    world.ask("Christopher", need)
    world.later(minutes=1)
    world.yes("Christopher")
    seen = page(world, need)
    assert seen.state is NeedState.COMING
    assert [(helper.first_name, helper.about) for helper in seen.helpers] == [("Christopher", "9:30am")]
    world.later(minutes=1)
    world.hand_back("Christopher")
    assert page(world, need).state is NeedState.LOOKING_AGAIN
    world.later(minutes=1)
    world.ask("Ann", need)
    world.later(minutes=1)
    world.yes("Ann")
    world.later(minutes=1)
    world.set_off("Ann")
    assert page(world, need).state is NeedState.ON_WAY
    world.later(minutes=1)
    world.done("Ann")
    seen = page(world, need)
    assert seen.state is NeedState.DONE
    assert seen.can_say_how
    assert not seen.can_cancel
    assert [line.words for line in reversed(seen.timeline)] == [
        "You asked for help",
        "We asked 1 neighbour",
        "Christopher said yes",
        "Christopher cannot come after all",
        "We asked 1 neighbour",
        "Ann said yes",
        "Ann set off",
        "Ann says the job is done",
    ]
    assert seen.timeline[-1].for_staff == "They asked for help"
    world.how(need, "well", "Thank you")
    seen = page(world, need)
    assert (seen.said, seen.can_say_how) == ("well", False)


def test_staff_are_told_of_the_resident_what_the_resident_is_told(world):
    need = world.post()
    world.round()
    before = page(world, need)
    assert before.reason == "Nobody who lives near enough has offered to help yet."
    world.offer("Christopher")
    world.ask("Christopher", need)
    world.yes("Christopher")
    world.later(hours=30)
    world.how(need, "nobody")
    after = page(world, need)
    of_them = [before.reason_for_staff, *(line.for_staff for line in (*before.timeline, *after.timeline))]
    assert "They told us Christopher did not come" in of_them
    assert [words for words in of_them if "you" in words.lower()] == []


def test_no_reason_that_staff_are_given_speaks_to_them_as_to_the_resident():
    assert [words for words in need_page._TOLD_STAFF.values() if "you" in words.lower()] == []


def test_the_page_of_one_that_nobody_can_serve_says_why(world):
    need = world.post()
    world.round()
    seen = page(world, need)
    assert seen.state is NeedState.STILL_LOOKING
    assert seen.reason
    assert seen.next_look_at == world.now + timedelta(minutes=10)
    world.cancel(need)
    seen = page(world, need)
    assert (seen.state, seen.reason, seen.can_cancel) == (NeedState.CANCELLED, None, False)


def test_the_page_of_a_weekly_need_moves_on_to_the_next_week(world):
    from matcher.services import upkeep

    need = world.post(is_weekly=True)
    assert page(world, need).windows[0][0] == "Wednesday 14 January"
    world.later(days=1)
    with world.work() as session:
        upkeep.keep_up(session, now=world.now)
    assert page(world, need).windows[0][0] == "Wednesday 21 January"


@pytest.mark.parametrize(("phone", "way"), [("07700 900982", "text"), ("01632 960901", "phone")])
def test_who_does_not_say_how_is_reached_as_suits_their_number(world, phone, way):
    need = world.post(contact="", person={"phone": phone})
    assert world.one(Need, id=need.need_id).contact == way
    assert world.one(Notification).channel == way
