"""Checking a request by its reference."""

from __future__ import annotations

from wtforms import StringField

from matcher.services import checking
from web.forms.questions import QuestionForm, checked_by, short, stripped


class CheckForm(QuestionForm):
    """Which request, and whose."""

    reference = StringField(
        "Your reference",
        filters=[stripped],
        validators=[checked_by(checking.parse_reference), short("Your reference", 20)],
    )
    last_digits = StringField(
        "Last 4 digits of the phone number you gave",
        filters=[stripped],
        validators=[checked_by(checking.parse_last_figures), short("The last 4 digits", 20)],
    )
