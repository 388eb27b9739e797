"""The number on a badge."""

from __future__ import annotations

from wtforms import StringField

from web.forms.questions import QuestionForm, short, stripped

NUMBER_LENGTH = 20


class FindBadgeForm(QuestionForm):
    """Whose, or which?"""

    wanted = StringField("First name or badge number", filters=[stripped], validators=[short("What you look for", 80)])


class BadgeForm(QuestionForm):
    """Which number stands on it."""

    number = StringField("Badge number", filters=[stripped], validators=[short("The badge number", NUMBER_LENGTH)])
