"""The door words: kindly, easy to hear, and each unlike every other."""

from collections import Counter
from itertools import combinations
from random import Random

from matcher.domain.doorwords import WORDS, pick
from matcher.domain.messages import gsm7_length

# What someone at a door might say by chance, or to get in.
CHANCE = """
alarm antique bank boiler card carer chimney copper council delivery doctor door drive electric evening garden
gold gutter heating kettle key keys kitchen ladder letter meter money morning neighbour nurse package parcel
path pension police roof safe shopping shovel silver snow television ticket water weather window winter
"""

# First names: a name at a door would be heard as the caller's own.
NAMES = """
alison amber autumn basil bramley carol clementine coral crystal dahlia daisy florence harmony harold hazel
heather holly iris ivy jasmine jasper lily lynette martin melody morris olive opal pearl penny poppy primrose
robin rose rosemary rowan ruby saffron sandy summer violet
"""

# Words that frighten, mock, or are slang for something else.
UNKIND = """
anorak beaver blood coconut coffin crumpet cuckoo donkey dumpling elephant fairy fall fire flood fossil ghost
goblin gun hermes horizon knife melon minstrel nebula pain pansy poison prune puddle pumpkin raccoon raven
relic sausage shingles skeleton snowflake spider storm stroke tinker vulture walrus wasp widow witch wreath
yodel
"""

_GROUPS = ("bfpv", "cgjkqsxz", "dt", "l", "mn", "r")
_GROUP = {letter: str(number) for number, letters in enumerate(_GROUPS, 1) for letter in letters}


def letters_apart(one: str, other: str) -> int:
    """Levenshtein distance: single letters to put in, take out or change."""
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        above, row = row, [i]
        for j, opposite in enumerate(other, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (letter != opposite)))
    return row[-1]


def sound(word: str) -> str:
    """Soundex without its cut at four signs: the first letter, then consonants by where the mouth makes them.

    Words that a worn ear may take for one another come out the same, often with others that it would not.
    """
    signs, last = word[0], _GROUP.get(word[0], "")
    for letter in word[1:]:
        group = _GROUP.get(letter, "")
        if group and group != last:
            signs += group
        if letter not in "hw":
            last = group
    return signs


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
    assert not set(CHANCE.split()) & set(WORDS)


def test_none_is_a_first_name() -> None:
    assert not set(NAMES.split()) & set(WORDS)


def test_none_frightens_or_mocks() -> None:
    assert not set(UNKIND.split()) & set(WORDS)


def test_a_pick_is_in_capitals_and_from_the_list() -> None:
    word = pick(Random(7))

    assert word.isupper()
    assert word.lower() in WORDS


def test_the_same_seed_picks_the_same_word_and_each_word_gets_its_turn() -> None:
    assert [pick(Random(seed)) for seed in range(5)] == [pick(Random(seed)) for seed in range(5)]

    random = Random(1)
    assert {pick(random).lower() for _ in range(10_000)} == set(WORDS)
