"""What a text may be changed to, and what each refusal says."""

import pytest

from matcher.domain.errors import BadInput
from matcher.domain.messages import TEMPLATES, events, parts_of
from matcher.domain.messages.catalogue import GROUPS, name_of
from matcher.domain.messages.editing import changed, check_fits, measure
from matcher.domain.messages.longest import Sender

SENDER = Sender("Good Neighbours", "01632 960 100", "https://gn.wiltshire.gov.uk")
SUBJECT = "A word from us"


def refusal(event, text, subject=SUBJECT):
    with pytest.raises(BadInput) as refused:
        check_fits(changed(TEMPLATES[event], subject, text), SENDER)
    return refused.value.field, refused.value.message


def test_other_words_that_keep_the_rules_are_taken():
    text = "{scheme}: sorry, nobody was free for {ref}. Please ring {tel}."
    template = changed(TEMPLATES["need_unmet"], "About {ref}", text)
    check_fits(template, SENDER)
    assert template.values == {"scheme", "ref", "tel"}


@pytest.mark.parametrize("event", events())
def test_every_text_of_the_release_keeps_the_rules_itself(event):
    shipped = TEMPLATES[event]
    assert changed(shipped, shipped.subject, shipped.text) == shipped
    check_fits(shipped, SENDER)


@pytest.mark.parametrize(
    ("event", "text", "why"),
    [
        ("need_unmet", "{scheme}: sorry, {ref}. Call {tel}" + "!" * 130, "take out"),
        ("need_unmet", "{scheme}: sorry, no one for {ref} – call {tel}", "– (use -)"),
        ("need_unmet", "{scheme}: sorry, no one for {ref} \N{SNOWFLAKE} call {tel}", "\N{SNOWFLAKE}"),
        ("need_unmet", "{scheme}: sorry, no one was free. Call {tel}", "must still name {ref}"),
        ("need_posted", "{scheme}: we have {ref}. Tel {tel}", "must still name {link}"),
        ("need_unmet", "{scheme}: sorry about {ref}.", "must still name {tel}"),
        ("need_unmet", "Sorry, no one for {ref}. Call {tel}", "Begin the text with {scheme}:"),
        ("need_unmet", "{scheme}: sorry {r}, no one for {ref}. Call {tel}", "{r} may not be named before somebody"),
        ("match_asked", "{scheme}: {task} for {r} {dist} {when} YES {code} NO {code} {link}", "{r} may not be named"),
        ("match_asked", "{scheme}: {task} {dist} {when}? Say {code} {link}", "must still say “YES {code}”"),
        ("visit_held_volunteer", "{scheme}: go to {r}, {when}. Say {word}. {link}", "cannot name {word}"),
        ("need_unmet", "{scheme}: {address} {ref} {tel}", "cannot name {address}"),
        ("need_unmet", "{scheme}: {ref.__class__} {ref} {tel}", "cannot name {ref.__class__}"),
        ("need_unmet", "{scheme}: {ref {tel}", "one pair of brackets"),
        ("reply_taken", "{scheme}: You ARE booked. Someone nearby is already helping.", "You are NOT booked"),
        ("reply_taken", "{scheme}: You are NOT booked. You ARE booked.", "may not say “You ARE booked”"),
        ("reply_help", "{scheme}: call {tel}. You are NOT booked by that text.", "999"),
        ("warm_check", "{scheme}: are you warm? Text 2 if all is well. Or call {tel}. In danger? 999", "Text 1"),
    ],
)
def test_a_text_that_breaks_a_rule_is_refused_and_told_why(event, text, why):
    field, message = refusal(event, text)
    assert field == "text"
    assert why in message


def test_how_much_is_too_much_is_said():
    text = "{scheme}: {ref} {tel} " + "a" * 122
    assert measure(changed(TEMPLATES["need_unmet"], SUBJECT, text), SENDER).length == 161
    assert refusal("need_unmet", text) == (
        "text",
        "The text is 161 characters at its longest and may have 160: take out 1",
    )
    check_fits(changed(TEMPLATES["need_unmet"], SUBJECT, text[:-1]), SENDER)


def test_a_longer_kind_of_help_makes_a_text_longer():
    ask, longer = TEMPLATES["match_asked"], "a very long kind of help indeed"
    assert measure(ask, SENDER, task=longer).length == measure(ask, SENDER).length + len(longer) - 24


@pytest.mark.parametrize(
    ("subject", "why"),
    [("", "1 to 78"), ("a" * 79, "1 to 78"), ("Say {word}", "{word}: others may see it"), ("{v", "brackets")],
)
def test_a_subject_that_breaks_a_rule_is_refused(subject, why):
    field, message = refusal("visit_held_resident", TEMPLATES["visit_held_resident"].text, subject)
    assert field == "subject"
    assert why in message


def test_a_volunteer_need_not_be_spoken_to_by_name_and_a_resident_must_hear_who_comes():
    check_fits(changed(TEMPLATES["visit_done_volunteer"], SUBJECT, "{scheme}: thank you. {r}: done. {tel}"), SENDER)
    text = "{scheme}: someone comes, {when}. They say {word}. If not, keep it shut and call {tel}"
    assert refusal("visit_held_resident", text)[1] == "The text must still name {v}"


@pytest.mark.parametrize(
    ("text", "parts"),
    [("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("ŵ" * 70, 1), ("ŵ" * 71, 2), ("€" * 81, 2)],
)
def test_how_many_texts_are_paid_for(text, parts):
    assert parts_of(text) == parts


def test_hard_words_and_long_sentences_are_measured():
    words = "{scheme}: municipal beneficiaries requiring assistance concerning {ref} should communicate. {tel}"
    assert measure(changed(TEMPLATES["need_unmet"], SUBJECT, words), SENDER).grade > 7
    long = "{scheme}: " + "we are so sorry that it is so " * 3 + "{ref} {tel}"
    assert measure(changed(TEMPLATES["need_unmet"], SUBJECT, long), SENDER).is_long_winded


def test_every_message_has_a_name_that_coordinators_know_it_by():
    named = [event for names in GROUPS.values() for event in names]
    assert sorted(named) == sorted(events())
    assert len({name_of(event) for event in events()}) == len(named)
