"""Every message, at its longest, and the rules that keep private things out of it."""

from datetime import date, time, timedelta

import pytest

from matcher.domain.doorwords import WORDS
from matcher.domain.errors import MessageError
from matcher.domain.kinds import KINDS, Kind
from matcher.domain.localtime import at_local, clock_words, short_day_words
from matcher.domain.messages import ONE_TEXT, TEMPLATES, Stage, Template, events, gsm7_length, longest, parse, render
from matcher.domain.messages.longest import Sender

EVENTS = {
    "need_posted",
    "need_link",
    "need_code",
    "match_asked",
    "visit_held_resident",
    "visit_held_volunteer",
    "visit_usual_resident",
    "visit_usual_volunteer",
    "arrangement_made_resident",
    "arrangement_made_volunteer",
    "arrangement_stand_in",
    "arrangement_ended_resident",
    "arrangement_ended_volunteer",
    "visit_on_way",
    "month_thanks",
    "quiet_spell",
    "call_hands",
    "call_times",
    "call_cold",
    "visit_tomorrow",
    "visit_soon",
    "visit_handed_back",
    "match_taken",
    "visit_cancelled",
    "visit_done_resident",
    "visit_done_volunteer",
    "visit_not_marked",
    "visit_unsure_resident",
    "need_still_looking",
    "starts_soon",
    "need_unmet",
    "offer_made",
    "concern_raised",
    "story_approve",
    "story_news",
    "referral_posted",
    "referral_matched",
    "referral_done",
    "referral_unmet",
    "offer_ended",
    "staff_code",
    "need_cancelled_resident",
    "details_erased",
    "match_withdrawn",
    "match_asked_email",
    "reply_booked",
    "reply_call",
    "reply_clash",
    "reply_help",
    "reply_not_understood",
    "reply_nothing_asked",
    "reply_over",
    "reply_said_no",
    "reply_started",
    "reply_still_booked",
    "reply_stopped",
    "reply_taken",
    "reply_which",
    "reply_warm_needs",
    "reply_warm_well",
    "cold_called_up",
    "cold_suggested",
    "texts_spent",
    "own_code",
    "warm_check",
    "thaw_resident",
    "thaw_volunteer",
    "stood_down",
    "back_on_list",
}

SENDER = Sender("Good Neighbours", "01632 960 100", "https://gn.wiltshire.gov.uk")
# From the design: nothing may be taken for shorter than it can be.
LONGEST = {
    "scheme": "Good Neighbours",
    "ref": "K7Q-4MX",
    "task": "an errand in the village",
    "dist": "under half a mile",
    "when": "Wed 24 Sep 12:45pm",
    "tel": "01632 960 100",
    "n": "12 times in September",
    "area": "Bradford on Avon and 17 more",
    "v": "Christophers",
    "r": "Wilhelminata",
    "word": max(WORDS, key=len).upper(),
}


def longest_values(event: str) -> dict[str, str]:
    values = longest.longest_values(event, SENDER)
    return {name: values[name] for name in TEMPLATES[event].values}


@pytest.mark.parametrize("event", events())
def test_nothing_is_taken_for_shorter_than_it_can_be(event: str) -> None:
    values = longest_values(event)

    assert {name: value for name, value in values.items() if len(value) < len(LONGEST.get(name, ""))} == {}
    assert "link" not in values or values["link"].startswith("https://gn.wiltshire.gov.uk/")


def test_every_event_has_its_words_and_no_words_lack_an_event() -> None:
    assert set(events()) == EVENTS


@pytest.mark.parametrize("event", events())
def test_every_message_fits_one_text_at_its_longest(event: str) -> None:
    length = gsm7_length(render(event, longest_values(event)).text)

    assert length is not None
    assert length <= ONE_TEXT


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.slug)
def test_an_ask_fits_one_text_for_every_kind_of_help(kind: Kind) -> None:
    values = {**longest_values("match_asked"), "task": kind.safe_label}

    assert (gsm7_length(render("match_asked", values).text) or ONE_TEXT + 1) <= ONE_TEXT


@pytest.mark.parametrize("event", events())
def test_every_text_says_first_who_it_is_from(event: str) -> None:
    assert render(event, longest_values(event)).text.startswith("Good Neighbours: ")


@pytest.mark.parametrize("event", events())
def test_no_hole_is_left_unfilled(event: str) -> None:
    message = render(event, longest_values(event))

    assert not set("{}\n") & set(message.subject + message.text)
    assert message.subject


@pytest.mark.parametrize("event", [event for event in events() if TEMPLATES[event].stage is Stage.PRE])
def test_before_a_yes_no_name_and_no_door_word_are_told(event: str) -> None:
    message = render(event, longest_values(event))

    assert not {"v", "r", "word"} & TEMPLATES[event].values
    for private in ("Christophers", "Wilhelminata", LONGEST["word"]):
        assert private not in message.subject + message.text


def test_who_has_said_yes_is_told_of_by_first_name_only_after_it() -> None:
    assert {event for event in events() if TEMPLATES[event].stage is Stage.POST} == {
        "visit_held_resident",
        "visit_held_volunteer",
        "visit_on_way",
        "visit_tomorrow",
        "visit_soon",
        "visit_handed_back",
        "visit_cancelled",
        "visit_done_resident",
        "visit_done_volunteer",
        "visit_not_marked",
        "visit_unsure_resident",
        "visit_usual_resident",
        "visit_usual_volunteer",
        "arrangement_made_resident",
        "arrangement_made_volunteer",
        "arrangement_ended_resident",
        "arrangement_ended_volunteer",
    }


def test_the_door_word_goes_to_the_resident_and_never_by_message_to_the_volunteer() -> None:
    assert {event for event in events() if "word" in TEMPLATES[event].values} == {
        "visit_held_resident",
        "visit_usual_resident",
        "visit_on_way",
    }


@pytest.mark.parametrize(
    "event",
    [
        "need_posted",
        "need_link",
        "visit_held_resident",
        "visit_on_way",
        "visit_handed_back",
        "visit_done_resident",
        "visit_unsure_resident",
        "need_still_looking",
        "need_unmet",
        "need_cancelled_resident",
        "details_erased",
        "warm_check",
        "thaw_resident",
    ],
)
def test_every_message_to_a_resident_works_without_its_link(event: str) -> None:
    assert "tel" in TEMPLATES[event].values


def test_eileen_is_told_who_comes_and_what_they_will_say() -> None:
    message = render(
        "visit_held_resident",
        {
            "scheme": "Good Neighbours",
            "v": "Christopher",
            "when": "Thu 24 Dec 9:30am",
            "word": "BLUEBELL",
            "tel": "01632 960 100",
        },
    )

    assert message.text == (
        "Good Neighbours: Christopher can help, Thu 24 Dec 9:30am. At the door they will say BLUEBELL. "
        "If they do not, keep it shut and call 01632 960 100"
    )
    assert message.subject == "Christopher can help, Thu 24 Dec 9:30am"


def test_no_time_of_a_visit_is_longer_than_the_worst_case() -> None:
    first_day = at_local(date(2026, 9, 1), time(6))
    quarters = [timedelta(days=day, minutes=15 * quarter) for day in range(30) for quarter in range(14 * 4)]

    longest = max(len(f"{short_day_words(first_day + q)} {clock_words(first_day + q)}") for q in quarters)
    assert longest == len(LONGEST["when"])


def test_an_event_without_words_is_refused() -> None:
    with pytest.raises(MessageError, match="no_such_thing"):
        render("no_such_thing", {})


def test_a_missing_value_is_refused_by_name() -> None:
    values = longest_values("visit_on_way")
    del values["word"]

    with pytest.raises(MessageError, match="visit_on_way needs word"):
        render("visit_on_way", values)


@pytest.mark.parametrize("empty", ["", " ", "\n"])
def test_an_empty_value_counts_as_missing(empty: str) -> None:
    with pytest.raises(MessageError, match="needs tel"):
        render("visit_on_way", {**longest_values("visit_on_way"), "tel": empty})


@pytest.mark.parametrize("extra", ["address", "r", "v", "word", "note"])
def test_a_value_the_message_has_no_place_for_is_refused_and_not_repeated(extra: str) -> None:
    with pytest.raises(MessageError, match=f"no place for {extra}") as refusal:
        render("match_asked", {**longest_values("match_asked"), extra: "12 Steep Street"})

    assert "Steep" not in str(refusal.value)


def test_a_value_cannot_start_a_new_line_or_a_new_header() -> None:
    message = render("visit_done_volunteer", {**longest_values("visit_done_volunteer"), "v": "Chris\r\nBcc: a@b"})

    assert message.subject == "Thank you, Chris Bcc: a@b"
    assert "\n" not in message.text


def test_braces_in_a_value_stay_as_they_are() -> None:
    message = render("visit_done_volunteer", {**longest_values("visit_done_volunteer"), "v": "{tel}"})

    assert message.subject == "Thank you, {tel}"


def test_a_template_that_keeps_the_rules_is_read() -> None:
    assert parse("hello", "Subject: Hello {v}\nStage: post\n\n{scheme}: hello {v}\n") == Template(
        "hello", Stage.POST, "Hello {v}", "{scheme}: hello {v}", frozenset({"scheme", "v"})
    )


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("Subject: Hello\nStage: pre\n\n{scheme}: hello {v}", "may not say v"),
        ("Subject: Hello {r}\nStage: pre\n\n{scheme}: hello", "may not say r"),
        ("Subject: Hello\nStage: post\n\n{scheme}: ring {phone}", "may not say phone"),
        ("Subject: Hello\nStage: post\n\n{scheme}: {v.__class__}", "may not say v.__class__"),
        ("Subject: Hello\nStage: post\n\n{scheme}: {v!r} {v:>9}", "may not say v>9, vr"),
        ("Subject: Hello\nStage: soon\n\n{scheme}: hello", "pre or post"),
        ("Subject: Hello\n\n{scheme}: hello", "must be Subject, Stage"),
        ("Stage: pre\n\n{scheme}: hello", "must be Subject, Stage"),
        ("Subject: Hello\nStage: pre\n\nHello from {scheme}", "must be Subject, Stage"),
        ("Subject: Hello\nStage: pre\n\n{scheme}: one\ntwo", "must be Subject, Stage"),
        ("Subject: Hello\nStage: pre\nBcc: a@b\n\n{scheme}: hello", "must be Subject, Stage"),
        ("", "must be Subject, Stage"),
    ],
)
def test_a_template_that_breaks_a_rule_is_refused_when_it_is_read(source: str, why: str) -> None:
    with pytest.raises(MessageError, match=why):
        parse("hello", source)
