"""A pile of invitations."""

from __future__ import annotations

from wtforms import StringField

from matcher.services import stories
from matcher.services.invitation_batches import BatchDraft
from matcher.services.invitations import CHANNEL_WORDS
from web.forms.questions import Asking, OneOf, QuestionForm, chosen, stripped


class BatchForm(QuestionForm):
    """What it is called, what stands on it, where it goes. The service says what is missing."""

    title = StringField("What will you know it by?", filters=[stripped])
    channel = OneOf(
        "How does it reach people?",
        choices=tuple(CHANNEL_WORDS.items()),
        validators=[chosen("Select how it reaches people")],
    )
    area = OneOf("Where", validators=[chosen("Select one of your areas")])
    connector = StringField("Who invites?", filters=[stripped])
    because = StringField("Why? “Because …”", filters=[stripped])
    copies = StringField("How many do you print?", filters=[stripped])

    def prepare(self, asking: Asking) -> None:
        """The areas there are."""
        self.area.choices = stories.area_choices(asking.session)

    def draft(self) -> BatchDraft:
        """What was typed."""
        return BatchDraft(**{name: self[name].data for name in BatchDraft.__dataclass_fields__})
