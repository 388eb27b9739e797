"""What of the audit to look at, and whom by their telephone."""

from __future__ import annotations

from wtforms import StringField

from matcher.domain.errors import BadInput
from matcher.services.audit_page import AuditChoice
from matcher.services.people import check_phone
from web.forms.days import read_day
from web.forms.questions import OneOf, QuestionForm, checked_by, stripped

_LONGEST = 80


class AuditForm(QuestionForm):
    """Which rows; what is left empty chooses all."""

    by = OneOf("Who did it")
    person = StringField("A person's number", filters=[stripped])
    reference = StringField("A request's reference", filters=[stripped])
    thing = OneOf("Kind of record")
    number = StringField("Its number", filters=[stripped])
    first = StringField("From", filters=[stripped])
    last = StringField("To", filters=[stripped])

    def choice(self, before: str) -> AuditChoice:
        """What was chosen. BadInput, with its field, for what is no number or no day."""
        return AuditChoice(
            by=self.by.data,
            person_id=_number(self.person),
            thing=self.thing.data,
            thing_id=_number(self.number),
            reference=self.reference.data[:_LONGEST],
            first=read_day(self.first),
            last=read_day(self.last),
            before_id=int(before) if _is_number(before) else None,
        )


class PhoneForm(QuestionForm):
    """Whose telephone?"""

    phone = StringField("Telephone number", filters=[stripped], validators=[checked_by(check_phone)])


def _number(field: StringField) -> int | None:
    if not field.data:
        return None
    if not _is_number(field.data):
        raise BadInput("Enter a number, like 12", field=field.name)
    return int(field.data)


def _is_number(typed: str) -> bool:
    return typed.isascii() and typed.isdigit() and len(typed) <= 18
