"""Who usually goes."""

from __future__ import annotations

from matcher.domain.errors import BadInput
from web.forms.questions import OneOf, QuestionForm

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
