"""The code that was sent to someone who asks for help, and another number to send it to."""

from __future__ import annotations

from wtforms import StringField

from matcher.domain.errors import BadInput
from matcher.services import confirming, people
from web.forms.questions import QuestionForm, checked_by, stripped


def _plain(typed: str) -> str:
    """The code as it was sent: people type or paste it with spaces or dashes."""
    return "".join(typed.replace("-", " ").split())


def _check_code(typed: str) -> None:
    text = _plain(typed)
    if not text:
        raise BadInput(f"Enter the {confirming.FIGURES} digit code")
    if not (text.isascii() and text.isdigit()):
        raise BadInput(f"The code must be {confirming.FIGURES} numbers")
    if len(text) < confirming.FIGURES:
        raise BadInput(f"You have not entered enough numbers, the code must be {confirming.FIGURES} numbers")
    if len(text) > confirming.FIGURES:
        raise BadInput(f"The code must be {confirming.FIGURES} numbers")


class NeedCodeForm(QuestionForm):
    """The code."""

    code = StringField(
        f"{confirming.FIGURES} digit code",
        filters=[stripped],
        validators=[checked_by(_check_code)],
    )

    @property
    def figures(self) -> str:
        """What was typed, to be compared."""
        return _plain(self.code.data)


class NumberForm(QuestionForm):
    """Another number."""

    phone = StringField("Phone number", filters=[stripped], validators=[checked_by(people.check_phone)])
