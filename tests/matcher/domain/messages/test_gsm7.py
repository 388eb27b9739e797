"""How long the networks think a text is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.domain.messages import gsm7_length


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("Ring us.", 8),
        ("Zoé à Ñandú"[:6], 6),
        ("@£$¥\n", 5),
        ("€", 2),
        ("[2]", 5),
        ("{~}", 6),
        ("a|b\\c^", 9),
    ],
)
def test_extension_characters_count_twice(text: str, length: int) -> None:
    assert gsm7_length(text) == length


@pytest.mark.parametrize("text", ["Zoë", "it’s", "8–9", "ŵyn", "ç", "`", "😀", "\t", "日本"])
def test_what_is_not_in_the_alphabet_has_no_length(text: str) -> None:
    assert gsm7_length(text) is None


def test_the_alphabet_has_127_characters_and_10_more_by_escape() -> None:
    lengths = [gsm7_length(chr(code)) for code in range(0x3000)]

    assert (lengths.count(1), lengths.count(2)) == (127, 10)


@given(st.text("abcXYZ 0189.,?!£é€[]{}", max_size=40), st.text("abcXYZ 0189.,?!£é€[]{}", max_size=40))
def test_the_length_of_two_texts_is_the_sum(one: str, other: str) -> None:
    lengths = gsm7_length(one), gsm7_length(other)

    assert lengths[0] is not None
    assert lengths[1] is not None
    assert gsm7_length(one + other) == lengths[0] + lengths[1]
