"""Door words: what a volunteer says first at the door, so that the resident knows they were sent.

The list is `doorwords.txt`, one word to a line: kindly, easy to hear, none like another in sound or ending, none
that is a first name, and none that a stranger at a door might say by chance (parcel, garden, kettle).
"""

from __future__ import annotations

from importlib.resources import files
from random import Random

WORDS: tuple[str, ...] = tuple(
    (files(__package__) / "doorwords.txt").read_text(encoding="utf-8").split(),
)


def pick(random: Random) -> str:
    """A door word in capitals, each as likely as the next. Give it a `SystemRandom` outside tests and demos."""
    return random.choice(WORDS).upper()
