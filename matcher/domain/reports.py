"""What a volunteer can tell the team about a visit: what is wrong there, or a word afterwards."""

from __future__ import annotations

from enum import StrEnum


class ReportKind(StrEnum):
    """What is told. `word`: anything the team should know, said after the visit. `late`: told by the clock."""

    NO_ANSWER = "no_answer"
    UNSAFE = "unsafe"
    WORRIED = "worried"
    BIGGER = "bigger"
    MONEY = "money"
    ACCIDENT = "accident"
    WORD = "word"
    LATE = "late"


# What the volunteer chooses from, in this order, in the words of the page and of the coordinators' list.
PROBLEM_WORDS: dict[ReportKind, str] = {
    ReportKind.NO_ANSWER: "No answer at the door",
    ReportKind.UNSAFE: "I feel unsafe",
    ReportKind.WORRIED: "I am worried about the person",
    ReportKind.BIGGER: "The job is bigger than it said",
    ReportKind.MONEY: "I was asked to handle money, keys or medicine",
    ReportKind.ACCIDENT: "An accident or damage",
}
REPORT_WORDS: dict[ReportKind, str] = PROBLEM_WORDS | {
    ReportKind.WORD: "A word after the visit",
    ReportKind.LATE: "Has not set off: 20 minutes late",
}

# Why somebody could not go after all, if they like to say: of a short list, so that it never holds an illness.
HAND_BACK_REASONS: dict[str, str] = {
    "busy": "I am busy then",
    "too_far": "It is too far",
    "not_that_task": "I would rather not do that job",
    "unwell": "I am not well",
    "weather": "The roads or paths are not safe",
    "other": "Something else",
}
