"""A reward that an area earns together."""

from __future__ import annotations

from wtforms import StringField

from matcher.services import stories
from matcher.services.rewards import RewardDraft
from web.forms.questions import Asking, DateField, OneOf, QuestionForm, chosen, stripped


class RewardForm(QuestionForm):
    """What, where, after how many visits, from when. The service says what is missing."""

    what = StringField("What will there be?", filters=[stripped])
    area = OneOf("Where", validators=[chosen("Select one of your areas")])
    visits_wanted = StringField("After how many visits?", filters=[stripped])
    starts_on = DateField("Counted from which day?", "the day from which it counts")

    def prepare(self, asking: Asking) -> None:
        """The areas there are."""
        self.area.choices = stories.area_choices(asking.session)

    def validate_starts_on(self, field: DateField) -> None:
        """A day."""
        field.read()

    def draft(self) -> RewardDraft:
        """What was typed."""
        words = {name: self[name].data for name in ("what", "area", "visits_wanted")}
        return RewardDraft(**words, starts_on=self.starts_on.read())
