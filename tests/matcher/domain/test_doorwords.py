"""The door words: kindly, easy to hear, and each unlike every other."""

from collections import Counter
from itertools import combinations
from random import Random

import pytest

from matcher.domain.doorwords import BY_CHANCE, FIRST_NAMES, UNKIND, WORDS, letters_apart, pick, refusal, sound
from matcher.domain.messages import gsm7_length


def repeated(values: list[str]) -> list[str]:
    return [value for value, times in Counter(values).items() if times > 1]


def test_there_are_400_in_order_and_no_two_the_same() -> None:
    assert len(WORDS) == 400
    assert list(WORDS) == sorted(set(WORDS))


def test_each_is_one_plain_word_of_5_to_11_letters() -> None:
    assert all(word.isascii() and word.isalpha() and word.islower() for word in WORDS)
    assert {len(word) for word in WORDS} <= set(range(5, 12))
    assert all(gsm7_length(word.upper()) == len(word) for word in WORDS)


def test_the_two_that_the_design_names_are_there() -> None:
    assert {"bluebell", "lantern"} <= set(WORDS)


def test_no_two_end_alike_since_rhymes_end_alike() -> None:
    assert repeated([word[-4:] for word in WORDS]) == []


def test_any_two_are_at_least_three_letters_apart() -> None:
    near = [pair for pair in combinations(WORDS, 2) if abs(len(pair[0]) - len(pair[1])) < 3]

    assert [pair for pair in near if letters_apart(*pair) < 3] == []


def test_no_two_have_the_same_sounds_in_the_same_order() -> None:
    assert repeated([sound(word) for word in WORDS]) == []


def test_the_checks_catch_the_pairs_they_are_for() -> None:
    assert letters_apart("kitten", "mitten") == 1
    assert letters_apart("paddle", "puddle") == 1
    assert sound("carrot") == sound("carat")
    assert sound("currant") == sound("current")
    assert sound("bluebell") != sound("lantern")


def test_none_is_said_by_chance_at_a_door() -> None:
    assert not BY_CHANCE & set(WORDS)


def test_none_is_a_first_name() -> None:
    assert not FIRST_NAMES & set(WORDS)


def test_none_frightens_or_mocks() -> None:
    assert not UNKIND & set(WORDS)


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("toffee", "on the list already"),
        ("gran't", "no letter"),
        ("Tractor", "no letter"),
        ("caf\u00e9s", "no letter"),
        ("tree", "5 to 11 letters"),
        ("chrysanthemum", "5 to 11 letters"),
        ("parcel", "by chance"),
        ("heather", "first name"),
        ("ghost", "frighten"),
        ("coffee", "too like “toffee”"),
        ("toffea", "too like “toffee”"),
        ("tovvy", "too like “toffee”"),
        ("zither", ""),
    ],
)
def test_a_word_may_stand_with_others_or_it_is_said_why_not(word: str, why: str) -> None:
    said = refusal(word, {"toffee", "lantern"})
    assert why in said
    assert bool(said) == bool(why)


def test_every_word_of_the_list_may_stand_with_the_others() -> None:
    some = WORDS[::40]
    assert [refusal(word, set(some) - {word}) for word in some] == [""] * len(some)


def test_a_pick_is_in_capitals_and_from_the_list() -> None:
    word = pick(Random(7))

    assert word.isupper()
    assert word.lower() in WORDS


def test_the_same_seed_picks_the_same_word_and_each_word_gets_its_turn() -> None:
    assert [pick(Random(seed)) for seed in range(5)] == [pick(Random(seed)) for seed in range(5)]

    random = Random(1)
    assert {pick(random).lower() for _ in range(10_000)} == set(WORDS)
