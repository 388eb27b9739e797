"""A day as a date box sends it."""

from __future__ import annotations

from datetime import date

from wtforms import StringField

from matcher.domain.errors import BadInput


def read_day(field: StringField) -> date | None:
    """The day; None if nothing was typed. BadInput beside the field for what is no day that we know of."""
    if not field.data:
        return None
    try:
        day = date.fromisoformat(field.data)
    except ValueError:
        raise BadInput("Enter a day, like 2026-12-24", field=field.name) from None
    if not 2000 <= day.year <= 2100:
        raise BadInput("Enter a day from 2000 to 2100", field=field.name)
    return day
