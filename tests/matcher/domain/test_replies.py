"""What people text back, as they type it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.domain.replies import CODES, Reply, ReplyKind, choose_code, parse_reply

YES, NO, OTHER = ReplyKind.YES, ReplyKind.NO, ReplyKind.OTHER


@pytest.mark.parametrize("text", ["YES 7K", "yes7k", "Y 7k", "y7K", "Yes, 7K.", "7k yes please", "YES K7", "yes 7 k"])
def test_a_yes_with_its_code(text: str) -> None:
    assert parse_reply(text) == Reply(YES, "7K")


@pytest.mark.parametrize(
    "text", ["Yes please", "yes", "Y", "OK", "yeah sure!", "Yes I can, thanks x", " yes\n", "Yes 👍🏽", "❤️ ok 🙂"]
)
def test_a_yes_without_a_code(text: str) -> None:
    assert parse_reply(text) == Reply(YES)


@pytest.mark.parametrize(
    ("text", "code"),
    [("no sorry", ""), ("Sorry I can't", ""), ("n7k", "7K"), ("NO 7K thanks", "7K"), ("Not today", "")],
)
def test_a_no(text: str, code: str) -> None:
    assert parse_reply(text) == Reply(NO, code)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Stop.", ReplyKind.STOP),
        ("STOP texting me please", ReplyKind.STOP),
        ("unsubscribe", ReplyKind.STOP),
        ("stop 7K", ReplyKind.STOP),
        ("STOP NOW!!!", ReplyKind.STOP),
        ("No, stop. No more texts please", ReplyKind.STOP),
        ("I want to opt out", ReplyKind.STOP),
        ("START", ReplyKind.START),
        ("help", ReplyKind.HELP),
        ("1", ReplyKind.NEEDS),
        ("One please", ReplyKind.NEEDS),
        ("2.", ReplyKind.WELL),
        ("2 thanks", ReplyKind.WELL),
        ("Info", ReplyKind.HELP),
    ],
)
def test_the_words_that_are_no_answers(text: str, kind: ReplyKind) -> None:
    assert parse_reply(text) == Reply(kind)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7K",
        "yes but after ten",
        "yes no",
        "1 2",
        "1 and 2",
        "2 of us are cold",
        "1?",
        "12",
        "no problem",
        "yes can't",
        "yes 7K 8C",
        "yes?",
        "yes 👎",
        "don't stop",
        "yes stop",
        "👍",
        "help yes",
        "I could stop by at ten",
        "yes 9am",
        "Eileen has fallen",
        "\0",
    ],
)
def test_whatever_else_is_for_a_person_to_read(text: str) -> None:
    assert parse_reply(text) == Reply(OTHER)


@given(st.text(max_size=60))
def test_any_text_at_all_is_understood_or_not(text: str) -> None:
    reply = parse_reply(text)
    assert reply.code == "" or (reply.code in CODES and reply.kind in (YES, NO))


@given(st.sampled_from(CODES), st.sampled_from(["{0} {1}", "{0}{1}", "{1} {0}", " {0},  {1}. ", "{0} {1} please"]))
def test_every_code_is_understood_however_it_is_typed(code: str, form: str) -> None:
    for word, kind in (("yes", YES), ("Y", YES), ("NO", NO), ("n", NO)):
        for typed in (code, code.lower(), code[::-1]):
            assert parse_reply(form.format(word, typed)) == Reply(kind, code)


@given(st.sampled_from(["yes", "no", "stop"]), st.text("bcdfghjklmpqrtvwz", min_size=4, max_size=9))
def test_a_word_beside_it_that_nobody_knows_makes_it_no_answer(word: str, beside: str) -> None:
    assert parse_reply(f"{word} {beside}") == Reply(OTHER)


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.sets(st.sampled_from(CODES), max_size=len(CODES) - 1))
def test_a_code_is_none_of_those_in_use(person_id: int, occurrence_id: int, used: set[str]) -> None:
    assert choose_code(person_id, occurrence_id, used) not in used


def test_codes_hold_no_sign_that_is_taken_for_another() -> None:
    assert len(set(CODES)) == len(CODES) == 112
    assert not set("".join(CODES)) & set("01BGILOQSUVYNZ")
