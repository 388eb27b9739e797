"""Who usually goes, and what someone may be asked while it is cold."""

from __future__ import annotations

from matcher.domain.errors import BadInput
from matcher.services import cold
from web.forms.questions import OneOf, QuestionForm, chosen

NOBODY = "nobody"


class WhoGoesForm(QuestionForm):
    """Who usually comes, and who stands in."""

    usual = OneOf("Who usually comes?")
    stand_in = OneOf("Who stands in when they cannot?")

    def people(self) -> tuple[int, int | None]:
        """Their ids; BadInput where nobody that is known was chosen."""
        stand_in = self.stand_in.data or NOBODY
        return _id(self.usual.data, "usual"), None if stand_in == NOBODY else _id(stand_in, "stand_in")


def _id(typed: str, field: str) -> int:
    if not typed.isascii() or not typed.isdigit() or len(typed) > 18:
        message = {"usual": "Select who usually comes", "stand_in": "Select who stands in, or nobody"}[field]
        raise BadInput(message, field=field)
    return int(typed)


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


class ColdSpellForm(QuestionForm):
    """For how long is it cold?"""

    hours = OneOf("How long will it last?", choices=UNTIL, validators=[chosen("Select how long it will last")])
