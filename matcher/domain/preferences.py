"""How a volunteer wishes to be written to: what about, by which way, and when not."""

from __future__ import annotations

from datetime import time
from enum import StrEnum


class About(StrEnum):
    """What a message to a volunteer is about; the way it goes is chosen for each."""

    ASKS = "asks"
    VISITS = "visits"
    NEWS = "news"


CHANNELS = ("text", "email")
NO_NEWS = "none"  # for news only: thanks of the month and the like are never needed

# No question goes out between these local clock times, over midnight; `any`: at any time.
QUIET_CHOICES: dict[str, tuple[time, time] | None] = {
    "any": None,
    "21-8": (time(21), time(8)),
    "20-9": (time(20), time(9)),
    "18-10": (time(18), time(10)),
    "22-7": (time(22), time(7)),
}
ASKS_CHOICES: dict[str, int | None] = {"2": 2, "4": 4, "7": 7, "any": None}

# What waits for the morning. What changes a visit that somebody expects never waits.
CAN_WAIT = frozenset({"match_asked", "match_taken", "match_withdrawn", "visit_done_volunteer"})
