"""About you: what somebody may say of themselves, to be counted."""

from __future__ import annotations

from wtforms import Field, ValidationError

from matcher.domain.groups import AGES, GROUP_WORDS, OTHERS, Group
from matcher.services import stories
from web.forms.questions import Asking, OneOf, QuestionForm, SomeOf, chosen, chosen_or_none


def _choices(groups: tuple[Group, ...]) -> list[tuple[str, str]]:
    return [(group.value, GROUP_WORDS[group][1]) for group in groups]


class AboutYouForm(QuestionForm):
    """Where they live, how old they are, and which of these is true."""

    area = OneOf("Where do you live?", validators=[chosen("Select where you live")])
    age = OneOf("How old are you?", choices=_choices(AGES), validators=[chosen_or_none("Select one of these")])
    groups = SomeOf("Is any of this true of you?", choices=_choices(OTHERS))

    def prepare(self, asking: Asking) -> None:
        """The areas there are."""
        self.area.choices = stories.area_choices(asking.session)

    def validate_groups(self, field: Field) -> None:
        """Only what is on the list; none is an answer too."""
        if not set(field.data) <= {value for value, _ in field.choices}:
            raise ValidationError("Select from the list")

    def said(self) -> list[str]:
        """Everything that was chosen."""
        return [*([self.age.data] if self.age.data else []), *self.groups.data]
