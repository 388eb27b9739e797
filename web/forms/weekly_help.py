"""Help that somebody gives every week, outside the service."""

from __future__ import annotations

from matcher.domain.informal_help import WEEKDAYS
from matcher.services import informal_help
from web.forms.questions import Asking, OneOf, QuestionForm, SomeOf, chosen, some_chosen


class WeeklyForm(QuestionForm):
    """With what, and on which days."""

    kind = OneOf("What do you help with?", validators=[chosen("Select a kind of help")])
    days = SomeOf(
        "On which days?", choices=tuple(WEEKDAYS.items()), validators=[some_chosen("Select the days you help on")]
    )

    def prepare(self, asking: Asking) -> None:
        """The kinds there are."""
        self.kind.choices = informal_help.every_kind(asking.session)
