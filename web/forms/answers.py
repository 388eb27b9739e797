"""Short answers on private pages, and signing in."""

from __future__ import annotations

from wtforms import StringField, TextAreaField

from matcher.domain.errors import BadInput
from matcher.domain.reports import HAND_BACK_REASONS, PROBLEM_WORDS
from matcher.services import feedback, people, visit_reports, visits
from web.forms.questions import OneOf, QuestionForm, checked_by, chosen, chosen_or_none, short, stripped

DECLINE = (
    ("busy", "I am busy then"),
    ("too_far", "It is too far"),
    ("not_that_task", "I would rather not do that job"),
    ("unwell", "I am not well"),
    ("other", "Something else"),
)


class ReasonForm(QuestionForm):
    """Why not, if you would like to say."""

    reason = OneOf(
        "Would you like to say why? (optional)",
        choices=DECLINE,
        validators=[chosen("Select a reason, or leave this page")],
    )


class WhyHandedBackForm(QuestionForm):
    """Why they could not go after all, if they like to say."""

    reason = OneOf(
        "Would you like to say why? (optional)",
        choices=list(HAND_BACK_REASONS.items()),
        validators=[chosen("Select a reason, or leave this page")],
    )


HOW_LONG = (
    ("15", "15 minutes"),
    ("30", "30 minutes"),
    ("45", "45 minutes"),
    ("60", "1 hour"),
    ("90", "An hour and a half"),
    ("120", "2 hours or more"),
)


def _is_miles(text: str) -> None:
    if text and not (text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= visits.MOST_MILES):
        raise BadInput(f"Miles must be a number from 0 to {visits.MOST_MILES}")


class HowLongForm(QuestionForm):
    """How long did it take, and anything else the team should know."""

    minutes = OneOf(
        "How long did it take?",
        choices=HOW_LONG,
        validators=[chosen("Select how long it took")],
    )
    miles = StringField("Miles by car (optional)", filters=[stripped], validators=[checked_by(_is_miles)])
    words = TextAreaField(
        "Anything the team should know? (optional)",
        filters=[stripped],
        validators=[short("What you tell the team", visit_reports.WORDS_LENGTH)],
    )

    def suggest(self, minutes: int) -> None:
        """Choose what was expected, so that most people only press Send."""
        if not self.minutes.data:
            self.minutes.data = min((value for value, _ in HOW_LONG), key=lambda value: abs(int(value) - minutes))


class ProblemForm(QuestionForm):
    """What is the problem?"""

    kind = OneOf(
        "What is the problem?",
        choices=[(kind.value, words) for kind, words in PROBLEM_WORDS.items()],
        validators=[chosen("Select what the problem is")],
    )
    words = TextAreaField(
        "Anything else? (optional)",
        filters=[stripped],
        validators=[short("What you tell the team", visit_reports.WORDS_LENGTH)],
    )


HOW = (
    ("well", "It went well"),
    ("partly", "It was partly done"),
    ("nobody", "Nobody came"),
    ("worried", "Something worried me"),
)
THANKS_LENGTH = feedback.THANKS_LENGTH
AGAIN = (("yes", "Yes"), ("other", "Someone else, please"), ("any", "I do not mind"))


class HowItWentForm(QuestionForm):
    """How did it go?"""

    answer = OneOf("How did it go?", choices=HOW, validators=[chosen("Select how it went")])
    again = OneOf(
        "Would you have them again? (optional)",
        choices=AGAIN,
        validators=[chosen_or_none("Select if you would have them again")],
    )
    thanks = TextAreaField(
        "A word of thanks? (optional)",
        filters=[stripped],
        validators=[short("Your thanks", THANKS_LENGTH)],
    )


CODE_LENGTH = 6


def _check_code(text: str) -> None:
    if not text:
        raise BadInput(f"Enter the {CODE_LENGTH} digit code")
    if not (text.isascii() and text.isdigit() and len(text) == CODE_LENGTH):
        raise BadInput(f"The code must be {CODE_LENGTH} numbers")


class SignInForm(QuestionForm):
    """Who signs in."""

    email = StringField("Email address", filters=[stripped], validators=[checked_by(people.check_email)])


class CodeForm(QuestionForm):
    """The code that was sent. People may type it with spaces."""

    code = StringField(
        "Code", filters=[lambda typed: "".join((typed or "").split())], validators=[checked_by(_check_code)]
    )
