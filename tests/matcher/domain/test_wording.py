"""What people type: cleaned, bounded, and never a key code."""

import unicodedata
from typing import Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.domain.errors import BadInput
from matcher.domain.wording import beginning_of, clean_line, clean_text, refuse_secrets


class Cleaner(Protocol):
    def __call__(self, text: str, limit: int, *, noun: str = ..., field: str | None = ...) -> str: ...


REFUSAL = "Remove the key or PIN code. We keep you safer without it"


@pytest.mark.parametrize(
    "note",
    [
        "key safe 1234",
        "Key safe by the door: 4 7 1 9",
        "The code is 1-2-3-4",
        "1234 is the PIN",
        "4719 opens the lock",
        "PIN:123456",
        "pin1234",
        "Keypad 12345",
        "keysafe\n\n4719",
        "Alarm 12 34",
        "1.2.3.4 for the alarm",
        "code 1,2,3,4",
        "Door code C1234X",
        "passcode: 00700",
        "sort code 12-34-56",
        "code 12.10.56",
        "1/2/3/4 turns the key",
        "key safe is four seven one nine",
        "PIN: one-two-three-four",
        "ＰＩＮ １２３４",
        "p\u200bin 47\u00ad19",
        "KEY 4719. Ring 07700 900 982",
        "key 4719 07700900982",
        "the safe was fitted in 1987",
        "kéy 1234",
        "кеу 1234",
        "ΚΕΥ 1234",
        "ѕаfе 1234",
        "key ١٢٣٤",
        "key 1️⃣2️⃣3️⃣4️⃣",
        "key ❶❷❸❹",
        "key 一二三四",
        "key 1、2、3、4",
        "Klucz 1234",
        "allweddi: 1234",
        "ключі 1234",
        "Schlüssel 1234",
        "la clé, 1234",
        "密码1234",
    ],
)
def test_a_code_near_a_word_for_what_it_opens_is_refused_beside_the_note(note: str) -> None:
    with pytest.raises(BadInput) as refusal:
        refuse_secrets(note)

    assert (refusal.value.message, refusal.value.field) == (REFUSAL, "note")


@pytest.mark.parametrize(
    "note",
    [
        "",
        "Ring the side bell",
        "We moved here in 1987",
        "Shopping list for 1234 Pinewood Road",
        "Ring 01632 960 100 for the key",
        "My daughter has the key, ring (01632) 960100",
        "+44 7700 900 982 has the keys",
        "+44 (0)1632 960100, the alarm people",
        "Ring 999 if the alarm goes",
        "The alarm rings at 10.30",
        "The alarm rings at 10:30am",
        "Alarm serviced 24/12/2026",
        "Alarm serviced 24/12/26",
        "There are keys at 14, 16",
        "The key is with the people at 4 and 12",
        "Postcode 1234",
        "Turkey in 2024, monkeys in 2025",
        "Arrived safely in 2000",
        "Account code 1234567",
        "Cod and chips for 1234, please",
        "Зателефонуйте 1234",
        "Mind the key. " + "The steps are steep. " * 3 + "Here since 1987",
    ],
)
def test_phone_numbers_years_times_and_houses_are_let_through(note: str) -> None:
    refuse_secrets(note)


@pytest.mark.parametrize("word", ["key", "safe", "alarm", "pin", "code", "Key", "SAFE", "Alarm", "PIN", "CODE"])
@pytest.mark.parametrize("code", ["4719", "47190", "471906"])
def test_each_word_and_each_length_of_code_is_caught_in_either_order(word: str, code: str) -> None:
    for note in (f"{word} {code}", f"{code} {word}", f"the {word} at the back is {'-'.join(code)}"):
        with pytest.raises(BadInput):
            refuse_secrets(note)


@given(st.integers(0, 30), st.integers(1000, 999_999), st.sampled_from(["key", "safe", "alarm", "pin", "code"]))
def test_thirty_characters_is_near(gap: int, code: int, word: str) -> None:
    between = f" {'~' * (gap - 2)} " if gap >= 2 else " " * gap

    with pytest.raises(BadInput):
        refuse_secrets(f"{word}{between}{code}")
    with pytest.raises(BadInput):
        refuse_secrets(f"{code}{between}{word}")


def test_thirty_one_characters_is_not_near() -> None:
    refuse_secrets(f"key {'~' * 29} 4719")


@given(st.text(max_size=200))
def test_anything_typed_is_let_through_or_refused_with_a_message(text: str) -> None:
    try:
        refuse_secrets(text)
    except BadInput as refusal:
        assert refusal.message == REFUSAL  # noqa: PT017 (only some texts are refused)


def test_a_line_is_trimmed_and_its_spaces_become_single() -> None:
    assert clean_line("  Eileen \t\n  Mary\u00a0Rose ", 40) == "Eileen Mary Rose"


def test_a_letter_and_its_accent_become_one_character() -> None:
    assert clean_line("Zoe\u0308", 3) == "Zoë"


def test_hidden_characters_go() -> None:
    assert clean_line("Ei\u200ble\x07en\u202e", 10) == "Eileen"
    assert clean_text("one\u200b\n\x1btwo", 10) == "one\ntwo"


def test_a_text_keeps_its_lines_with_one_empty_line_at_most() -> None:
    assert clean_text("  Ring twice. \r\n\r\n\r\n\r\n  Wait.\u2028Thanks. \n\n", 60) == "Ring twice.\n\nWait.\nThanks."


@pytest.mark.parametrize("clean", [clean_line, clean_text])
@pytest.mark.parametrize("text", ["Ei\0leen", "\0", "Ei\ud800leen"])
def test_what_the_store_cannot_keep_is_refused(clean: Cleaner, text: str) -> None:
    with pytest.raises(BadInput, match="Your name has a character that we cannot keep") as refusal:
        clean(text, 40, noun="Your name", field="first_name")

    assert refusal.value.field == "first_name"


@pytest.mark.parametrize("clean", [clean_line, clean_text])
def test_length_is_counted_after_cleaning_and_one_too_many_is_refused(clean: Cleaner) -> None:
    assert clean("  12345  ", 5) == "12345"
    with pytest.raises(BadInput, match="Your note must be 5 characters or fewer") as refusal:
        clean("123456", 5, noun="Your note", field="note")

    assert refusal.value.field == "note"


@given(st.text(max_size=80))
def test_cleaning_twice_is_the_same_as_once_and_leaves_nothing_hidden(text: str) -> None:
    try:
        line, lines = clean_line(text, 500), clean_text(text, 500)
    except BadInput:
        assert "\0" in text
        return

    assert clean_line(line, 500) == line
    assert clean_text(lines, 500) == lines
    assert not {unicodedata.category(character) for character in line} & {"Cc", "Cf", "Zl", "Zp"}
    assert {character for character in lines if unicodedata.category(character) == "Cc"} <= {"\n"}
    assert "\n\n\n" not in lines
    assert unicodedata.is_normalized("NFC", lines)
    lines.encode()


def test_a_beginning_is_of_whole_words():
    assert beginning_of("Short.", 20) == "Short."
    assert beginning_of("word " * 9, 20) == "word word word word ..."
    assert beginning_of("a" * 30, 20) == f"{'a' * 20} ..."
