"""You said, we did: the states of an answer, and when it is late."""

from __future__ import annotations

from datetime import date
from enum import StrEnum


class State(StrEnum):
    """How far an answer has come."""

    SAID = "said"
    LOOKED = "looked"
    DOING = "doing"
    DONE = "done"
    NOT_DOING = "not_doing"


# Something is still owed to those who told.
OPEN = (State.SAID, State.LOOKED, State.DOING)
DECIDED = (State.DOING, State.DONE, State.NOT_DOING)
STATE_WORDS = {
    State.SAID: "Nobody has looked at it yet",
    State.LOOKED: "Looked at, not decided",
    State.DOING: "Doing",
    State.DONE: "Done",
    State.NOT_DOING: "Not doing",
}
VIEWS = (("better", "It is better now"), ("same", "It is the same"), ("worse", "It is worse now"))


def is_overdue(state: State, due_on: date | None, today: date) -> bool:
    """Whether an answer should have come by now."""
    return state in OPEN and due_on is not None and due_on < today
