"""What residents said of past visits. Every word of thanks says of itself that it is made up."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from matcher.services.demo.past.story import Days, Said

_SAY_HOW = 0.6
_SAY_THANKS = 0.25
_WORDS_KEPT = timedelta(days=340)  # older ones would have been erased by now
_THANKS = {
    "snow": ("I could get to the bus. Thank you", "The steps were clear before I was up"),
    "errand": ("Just what I had asked for, and so quick", "Thank you for carrying it all the way in the rain"),
    "prescription": ("It came the same day. That was a weight off my mind",),
    "lift": ("We had such a good talk on the way", "I would not have got to the clinic without you"),
    "garden": ("I can see the lane from my window again",),
    "indoor": ("The light works, and so do I. Thank you",),
    "call": ("It made my week", "I was so glad of the company"),
}
_ANYWAY = ("Thank you for coming", "How kind you were")


def draw_said(rng: random.Random, kind: str, ended_at: datetime, days: Days) -> Said | None:
    """What they said of it, if they said anything."""
    says, drawn, thanks = rng.random(), rng.random(), rng.random()
    words = rng.choice(_THANKS.get(kind, _ANYWAY))
    at = ended_at + timedelta(hours=rng.randint(1, 20))
    if says >= _SAY_HOW:
        return None
    answer = "well" if drawn < 0.95 else "partly"
    again = "yes" if drawn < 0.7 else "any" if drawn < 0.97 else "other"
    is_kept = ended_at.date() > days.today - _WORDS_KEPT
    kept = f"{words} (made up)" if answer == "well" and thanks < _SAY_THANKS and is_kept else ""
    return Said(answer, again, kept, at)
