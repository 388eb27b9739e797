"""Cold weather: how long it lasts, what a volunteer may be asked then, whether a resident is asked if they are warm."""

from __future__ import annotations

from datetime import datetime, timedelta

from matcher.services import cold
from web import clock
from web.forms.questions import OneOf, QuestionForm, chosen

COLD = (
    ("usual", "No more than always"),
    *(
        (word, f"Up to {raised.visits_per_week} visits a week and {raised.asks_per_day} questions a day")
        for word, raised in cold.CHOICES.items()
        if raised
    ),
)


class ColdForm(QuestionForm):
    """In snow or ice, how much may we ask you?"""

    choice = OneOf(
        "In snow or ice, how much may we ask you?",
        choices=COLD,
        validators=[chosen("Select how much we may ask you in snow or ice")],
    )


UNTIL = (
    ("12", "12 hours"),
    ("24", "1 day"),
    ("48", "2 days"),
    ("96", "4 days"),
    ("168", "7 days"),
)


def hours_until(end: datetime) -> str:
    """The shortest choice that lasts until then; else the longest there is."""
    ahead = (end - clock.now()) / timedelta(hours=1)
    return next((hours for hours, _ in UNTIL if int(hours) >= ahead), UNTIL[-1][0])


class ColdSpellForm(QuestionForm):
    """For how long is it cold?"""

    hours = OneOf("How long will it last?", choices=UNTIL, validators=[chosen("Select how long it will last")])


class WarmForm(QuestionForm):
    """Shall we ask you whether you are warm?"""

    choice = OneOf(
        "When it is very cold, shall we ask whether you are warm?",
        choices=(("yes", "Yes, ask me"), ("no", "No")),
        validators=[chosen("Select yes or no")],
    )
