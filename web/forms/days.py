"""A day as a date box sends it."""

from __future__ import annotations

from datetime import date

from wtforms import StringField

from matcher.domain import localtime
from matcher.domain.errors import BadInput


def read_day(field: StringField) -> date | None:
    """The day; None if nothing was typed. BadInput beside the field for what is no day that we know of."""
    try:
        return localtime.read_day(field.data) if field.data else None
    except BadInput as error:
        raise BadInput(error.message, field=field.name) from None
