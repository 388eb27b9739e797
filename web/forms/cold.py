"""Cold weather: how long it lasts, what a volunteer may be asked then, whether a resident is asked if they are warm."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from wtforms import StringField

from matcher.domain.errors import BadInput
from matcher.domain.weather.thresholds import Thresholds
from matcher.services import cold, cold_limits
from web import clock
from web.forms.questions import OneOf, QuestionForm, chosen, stripped

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


LEVELS = tuple((level, words.capitalize()) for level, words in cold_limits.LEVEL_WORDS.items())


class LimitsForm(QuestionForm):
    """From when on is it cold?"""

    ground_c = StringField("Frost at the ground, at or below", filters=[stripped])
    snow_mm = StringField("Snow within a day, at or above", filters=[stripped])
    level = OneOf("Which warnings of snow or ice count?", choices=LEVELS)

    def limits(self) -> Thresholds:
        """What was typed. BadInput, with its field, for what is no number."""
        ground_c = _number(self.ground_c, "Enter the temperature in °C, like 0.5")
        return Thresholds(ground_c, _number(self.snow_mm, "Enter the snow in mm, like 20"), self.level.data)


def _number(field: StringField, message: str) -> float:
    """As people type it: a comma for a point, a long dash for minus, the unit behind it."""
    typed = field.data.replace("−", "-").replace("–", "-").replace(",", ".")
    found = _NUMBER.fullmatch(typed)
    if found is None:
        raise BadInput(message, field=field.name)
    return float(found[1]) + 0.0  # minus nothing is nothing


_NUMBER = re.compile(r"([+-]?\d{1,4}(?:\.\d{1,3})?)\s*(?:°?\s*C|mm)?", re.IGNORECASE | re.ASCII)


class WarmForm(QuestionForm):
    """Shall we ask you whether you are warm?"""

    choice = OneOf(
        "When it is very cold, shall we ask whether you are warm?",
        choices=(("yes", "Yes, ask me"), ("no", "No")),
        validators=[chosen("Select yes or no")],
    )
