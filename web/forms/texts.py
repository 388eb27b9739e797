"""The words of one message."""

from __future__ import annotations

from wtforms import HiddenField, StringField, TextAreaField

from web.forms.questions import QuestionForm, stripped


class TextForm(QuestionForm):
    """What shall it say? `standing`: the number of the text that it was written from."""

    text = TextAreaField("The text", filters=[stripped])
    subject = StringField("The subject, where it goes by email", filters=[stripped])
    standing = HiddenField(default="0")

    @property
    def standing_id(self) -> int:
        """0 for the text of the release, and for what is no number."""
        typed = self.standing.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 18 else 0
