"""Looking after volunteers: a check that was seen, and a file of people to take in."""

from __future__ import annotations

from datetime import date

from wtforms import Field

from matcher.domain.kinds import CHECK_WORDS
from web.forms.questions import DateField, OneOf, QuestionForm, chosen

CHECKS = tuple((name, words[:1].upper() + words[1:]) for name, words in CHECK_WORDS.items())
WHAT = (
    ("volunteers", "Volunteers"),
    ("needs", "Requests for help"),
    ("places", "Places and what is in them"),
    ("population", "How many people live here, by group"),
)


class CheckForm(QuestionForm):
    """What was seen?"""

    check_name = OneOf("What did you see?", choices=CHECKS, validators=[chosen("Select what you saw")])
    seen_on = DateField("When did you see it?", noun="the day you saw it")
    expires_on = DateField("When does it run out? (optional)", noun="the day it runs out")

    def validate_seen_on(self, field: DateField) -> None:
        """A day."""
        field.read()

    def validate_expires_on(self, field: DateField) -> None:
        """A day, or none."""
        self.runs_out()

    def runs_out(self) -> date | None:
        """The day on which it runs out, if it does."""
        return self.expires_on.read() if any(self.expires_on.data.values()) else None


class ImportForm(QuestionForm):
    """What is in the file, and the file."""

    what = OneOf("What is in the file?", choices=WHAT, default="volunteers")
    file = Field("A spreadsheet saved as CSV")
