"""Door words: what a volunteer says first at the door, so that the resident knows they were sent.

The list is `doorwords.txt`, one word to a line: kindly, easy to hear, none like another in sound or ending, none
that is a first name, and none that a stranger at a door might say by chance (parcel, garden, kettle). A scheme may take
words out and put others in: `refusal` is the rule that each of them has to keep.
"""

from __future__ import annotations

from collections.abc import Collection
from importlib.resources import files
from random import Random

WORDS: tuple[str, ...] = tuple(
    (files(__package__) / "doorwords.txt").read_text(encoding="utf-8").split(),
)
SHORTEST, LONGEST = 5, 11
SAME_ENDING, LETTERS_APART = 4, 3
# Enough that nobody comes upon today's word by trying, and that a household helped every day hears none twice in a
# quarter of a year.
FEWEST = 200


def _words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What someone at a door might say by chance, or to get in.
BY_CHANCE = _words_of(
    """
    alarm antique bank boiler card carer chimney copper council delivery doctor door drive electric evening garden
    gold gutter heating kettle key keys kitchen ladder letter meter money morning neighbour nurse package parcel
    path pension police roof safe shopping shovel silver snow television ticket water weather window winter
    """
)
# First names: a name at a door would be heard as the caller's own.
FIRST_NAMES = _words_of(
    """
    alison amber autumn basil bramley carol clementine coral crystal dahlia daisy florence harmony harold hazel
    heather holly iris ivy jasmine jasper lily lynette martin melody morris olive opal pearl penny poppy primrose
    robin rose rosemary rowan ruby saffron sandy summer violet
    """
)
# Words that frighten, mock, or are slang for something else.
UNKIND = _words_of(
    """
    anorak beaver blood coconut coffin crumpet cuckoo donkey dumpling elephant fairy fall fire flood fossil ghost
    goblin gun hermes horizon knife melon minstrel nebula pain pansy poison prune puddle pumpkin raccoon raven
    relic sausage shingles skeleton snowflake spider storm stroke tinker vulture walrus wasp widow witch wreath
    yodel
    """
)
_GROUPS = ("bfpv", "cgjkqsxz", "dt", "l", "mn", "r")
_GROUP = {letter: str(number) for number, letters in enumerate(_GROUPS, 1) for letter in letters}


def pick(random: Random, words: Collection[str] = WORDS) -> str:
    """A door word in capitals, each as likely as the next. Give it a `SystemRandom` outside tests and demos."""
    return random.choice(sorted(words)).upper()


def refusal(word: str, others: Collection[str]) -> str:
    """Why this word may not stand on a list with the others; empty if it may."""
    if not (word.isascii() and word.isalpha() and word.islower()):
        return f"“{word}” has something in it that is no letter from a to z"
    if not SHORTEST <= len(word) <= LONGEST:
        return f"“{word}” must have {SHORTEST} to {LONGEST} letters"
    if word in others:
        return f"“{word}” is on the list already"
    for refused, why in ((BY_CHANCE, "may be said at a door by chance"), (FIRST_NAMES, "is a first name")):
        if word in refused:
            return f"“{word}” {why}"
    if word in UNKIND:
        return f"“{word}” may frighten or mock, or means something else too"
    alike = next((other for other in sorted(others) if is_alike(word, other)), "")
    return f"“{word}” is too like “{alike}”, which is on the list" if alike else ""


def is_alike(one: str, other: str) -> bool:
    """A worn ear may take one for the other: they end alike, sound alike, or are a letter or two apart."""
    ends_alike, sounds_alike = one[-SAME_ENDING:] == other[-SAME_ENDING:], sound(one) == sound(other)
    is_near = abs(len(one) - len(other)) < LETTERS_APART and letters_apart(one, other) < LETTERS_APART
    return ends_alike or sounds_alike or is_near


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
