"""How hard words are to read: the grade of Flesch and Kincaid over whole sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence

HARD_GRADE = 7.0
LONG_SENTENCE = 20  # words

Sentence = list[str]


def sentences(lines: Sequence[str]) -> list[Sentence]:
    """Whole sentences as words; headings, labels and lone words are none."""
    joined = (" ".join(line.split()) for line in lines)
    found = [part for line in joined if line[-1:] in ".?!" for part in re.split(r"(?<=[.?!])\s", line)]
    return [words for part in found if len(words := re.findall(r"[A-Za-z][A-Za-z’'-]*", part)) > 2]


def syllables(word: str) -> int:
    """Groups of vowels, without a silent e at the end."""
    bare = re.sub(r"(?<=[^aeiouyl])e$|(?<=[^aeiouy]l)es$|(?<=[^aeiouytd])ed$", "", word.lower())
    return max(1, len(re.findall(r"[aeiouy]+", bare)))


def grade(found: Sequence[Sentence]) -> float:
    """Years of school it takes, by Kincaid, Fishburne, Rogers and Chissom (1975); 0 for no sentence at all."""
    words = [word for sentence in found for word in sentence]
    if not words:
        return 0.0
    return 0.39 * len(words) / len(found) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
