"""What a question is: fields, what it may look at, and errors that stand beside their field."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from werkzeug.datastructures import FileStorage
from wtforms import Field, Form, ValidationError

from matcher.domain.errors import BadInput

LONGEST_TYPED = 300
Choices = Sequence[tuple[str, str]]
Answers = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Asking:
    """What a question may look at: a session to read with, the time, and the answers so far."""

    session: Any
    now: datetime
    answers: Answers


class QuestionForm(Form):  # type: ignore[misc]  # WTForms publishes no types
    """A question. `check` runs after the fields' own checks; a BadInput it raises stands beside its field."""

    def prepare(self, asking: Asking) -> None:
        """Set what depends on the time, the tables or earlier answers."""

    def take_files(self, files: Mapping[str, FileStorage], asking: Asking) -> None:
        """Take what was sent as files. A question without any looks at none."""

    def check(self, asking: Asking) -> None:
        """Look further than one field."""

    def alter(self, button: str) -> bool:
        """Do what a button other than Continue asks of the form. False if the form has no such button."""
        return False

    def is_answered(self, asking: Asking) -> bool:
        """True if every answer can be used; else the errors are on the fields."""
        if not self.validate():
            return False
        try:
            self.check(asking)
        except BadInput as error:
            show_beside(self, error)
        return not self.errors


def show_beside(form: Form, error: BadInput) -> None:
    """Put the message of an error beside the field it names, or beside the first."""
    names = list(form._fields)
    field = form._fields.get(error.field or "", form._fields[names[0]])
    field.errors = [*field.errors, error.message]


def checked_by(check: Callable[[str], Any]) -> Callable[[Form, Field], None]:
    """A validator out of a service's own check, so that a rule stands in one place."""

    def validator(_form: Form, field: Field) -> None:
        try:
            check(field.data or "")
        except BadInput as error:
            raise ValidationError(error.message) from None

    return validator


def chosen(message: str, allowed: Callable[[Field], Any] | None = None) -> Callable[[Form, Field], None]:
    """One of the choices; `message` if not."""

    def validator(_form: Form, field: Field) -> None:
        values = allowed(field) if allowed else [value for value, _ in field.choices]
        if field.data not in values:
            raise ValidationError(message)

    return validator


def chosen_or_none(message: str) -> Callable[[Form, Field], None]:
    """One of the choices, or nothing; `message` for anything else."""

    def validator(form: Form, field: Field) -> None:
        if field.data:
            chosen(message)(form, field)

    return validator


def some_chosen(message: str) -> Callable[[Form, Field], None]:
    """At least one of the choices, and nothing else."""

    def validator(_form: Form, field: Field) -> None:
        known = {value for value, _ in field.choices}
        if not field.data or not set(field.data) <= known:
            raise ValidationError(message)

    return validator


def short(words: str, most: int) -> Callable[[Form, Field], None]:
    """At most so many characters."""

    def validator(_form: Form, field: Field) -> None:
        if len(field.data or "") > most:
            raise ValidationError(f"{words} must be {most} characters or fewer")

    return validator


def stripped(value: str | None) -> str:
    """Without white space around it; nothing at all if the form did not hold the field."""
    return (value or "").strip()


class OneOf(Field):  # type: ignore[misc]
    """One of some choices. Its validators say whether the answer is one of them."""

    def __init__(self, label: str, choices: Choices = (), **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.choices = choices

    def process_data(self, value: str | None) -> None:
        """What was kept, or the default."""
        self.data = value or ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """What was sent; nothing chosen is empty, whatever it was before."""
        self.data = valuelist[0] if valuelist else ""


class SomeOf(Field):  # type: ignore[misc]
    """Any of some choices."""

    def __init__(self, label: str, choices: Choices = (), **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.choices = choices

    def process_data(self, value: list[str] | None) -> None:
        """What was kept."""
        self.data = list(value or [])

    def process_formdata(self, valuelist: list[str]) -> None:
        """Every box that was ticked."""
        self.data = list(valuelist)


@dataclass(frozen=True, slots=True)
class DateParts:
    """A date as it was typed."""

    day: str = ""
    month: str = ""
    year: str = ""


class DateField(Field):  # type: ignore[misc]
    """Day, month and year, typed into three boxes. `data` is what was typed, so that it survives an error.

    Of a year two figures do, as of this century, unless it is a day `of_birth`: there 26 may be either.
    """

    def __init__(self, label: str, noun: str, *, of_birth: bool = False, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.noun = noun
        self._shortest_year = 4 if of_birth else 2

    @property
    def first_id(self) -> str:
        """The id of the day's box."""
        return f"{self.id}-day"

    @property
    def parts(self) -> DateParts:
        """What was typed."""
        return DateParts(**(self.data or {}))

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Read the three boxes; without a form, the answer kept from before."""
        self.process_errors: list[str] = []
        self.data = data if isinstance(data, dict) else {}
        if formdata is not None and any(f"{self.name}-{part}" in formdata for part in _PARTS):
            self.data = {part: formdata.get(f"{self.name}-{part}", "").strip()[:LONGEST_TYPED] for part in _PARTS}

    def read(self) -> date:
        """The date. ValidationError says which part is missing or wrong."""
        typed = {part: self.data.get(part, "") for part in _PARTS}
        missing = [part for part in _PARTS if not typed[part]]
        if len(missing) == len(_PARTS):
            raise ValidationError(f"Enter {self.noun}")
        name = f"{self.noun.removeprefix('the ').removeprefix('your ')}"
        if missing:
            raise ValidationError(f"{name[:1].upper()}{name[1:]} must include a {' and a '.join(missing)}")
        try:
            return date(_year(typed["year"], self._shortest_year), _month(typed["month"]), int(typed["day"]))
        except (ValueError, OverflowError):
            raise ValidationError(f"{name[:1].upper()}{name[1:]} must be a real date") from None


_PARTS = ("day", "month", "year")
_CENTURY = 2000
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def _month(typed: str) -> int:
    """A number, or a month's name: `12`, `December`, `dec`."""
    name = typed.casefold()[:3]
    return _MONTHS.index(name) + 1 if name in _MONTHS else int(typed)


def _year(typed: str, shortest: int) -> int:
    if len(typed) not in (shortest, 4):
        raise ValueError(typed)
    return int(typed) + (_CENTURY if len(typed) == 2 else 0)
