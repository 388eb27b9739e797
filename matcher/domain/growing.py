"""From one kind of help to more: what is asked after a good visit, and what may be answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum


class GrowthAbout(StrEnum):
    """What somebody is asked. Nobody is asked more than one of these in a month."""

    ANYTHING_ELSE = "anything_else"
    GIVE_BACK = "give_back"
    MORE_FOR_THEM = "more_for_them"


RESTS = timedelta(days=28)
NO = "no"
ANSWERS: Mapping[GrowthAbout, tuple[tuple[str, str], ...]] = {
    GrowthAbout.ANYTHING_ELSE: (
        ("ask", "Yes, I will ask for it now"),
        ("ring", "Yes, please ring me"),
        (NO, "No, thank you"),
    ),
    GrowthAbout.GIVE_BACK: (
        ("chat", "A chat on the phone"),
        ("parcel", "Taking in a parcel"),
        ("story", "Telling a story"),
        ("other", "Something else"),
        (NO, "Not now"),
    ),
    GrowthAbout.MORE_FOR_THEM: (("yes", "Yes, if they would like it"), (NO, "No, it is right as it is")),
}
# What a person of the team does something about.
FOR_THE_TEAM: Mapping[str, str] = {
    "ring": "would like more help: ring them",
    "chat": "would enjoy a chat on the phone with someone",
    "parcel": "would take in a parcel for someone",
    "story": "would tell a story",
    "other": "would enjoy doing something for someone: ring them",
    "yes": "would do more",
}
