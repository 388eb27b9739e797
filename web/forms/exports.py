"""From when to when, and why names are needed."""

from __future__ import annotations

from datetime import date, timedelta

from wtforms import StringField, TextAreaField

from matcher.services.exports import LONGEST_WHY, Days
from web.forms.days import read_day
from web.forms.questions import OneOf, QuestionForm, chosen, short, stripped

_USUAL = timedelta(days=365)


class DaysForm(QuestionForm):
    """The days; empty ones are the last year."""

    first = StringField("From", filters=[stripped])
    last = StringField("To", filters=[stripped])

    def days(self, today: date) -> Days:
        """What was chosen. BadInput, with its field, for what is no day."""
        last = read_day(self.last) or today
        return Days(read_day(self.first) or last - _USUAL, last)


class NamesForm(DaysForm):
    """Which sheet with names, and why."""

    what = OneOf("What do you need?", validators=[chosen("Select what you need")])
    why = TextAreaField("Why do you need the names?", filters=[stripped], validators=[short("The reason", LONGEST_WHY)])
