"""What made somebody want to help: for a chart of the team's, and for nothing that decides who is asked."""

from __future__ import annotations

from enum import StrEnum


class Motive(StrEnum):
    """One of a few answers; more than one may be given."""

    LIVES_HERE = "lives_here"
    WAS_HELPED = "was_helped"
    MEET_PEOPLE = "meet_people"
    GET_OUT = "get_out"
    BELIEFS = "beliefs"
    SKILL = "skill"
    WAS_ASKED = "was_asked"
    OTHER = "other"


MOTIVE_WORDS: dict[Motive, str] = {
    Motive.LIVES_HERE: "I live here",
    Motive.WAS_HELPED: "Someone helped me",
    Motive.MEET_PEOPLE: "To meet people",
    Motive.GET_OUT: "To get out and about",
    Motive.BELIEFS: "My faith or beliefs",
    Motive.SKILL: "To use a skill",
    Motive.WAS_ASKED: "Someone asked me",
    Motive.OTHER: "Something else",
}
