"""You said, we did: one record on one page, changed where it stands."""

from __future__ import annotations

from datetime import date
from typing import Any

from wtforms import BooleanField, Field, StringField, TextAreaField, ValidationError

from matcher.domain.decisions import STATE_WORDS, State
from matcher.services import stories
from matcher.services.decision_reading import Answer
from matcher.services.decisions import DecisionDraft
from web.forms.questions import Asking, DateField, OneOf, QuestionForm, chosen, chosen_or_none, stripped

STATES = tuple((state.value, STATE_WORDS[state]) for state in State)
_DATES = ("looked_on", "decided_on", "due_on")


class DecisionForm(QuestionForm):
    """What was said, who looked, what was decided and why, what comes next. The service says what is missing."""

    title = StringField("What it is about", filters=[stripped])
    said = TextAreaField("You said", filters=[stripped])
    area = OneOf("Where", validators=[chosen_or_none("Select one of your areas")])
    state = OneOf("How far has it come?", choices=STATES, validators=[chosen("Select how far it has come")])
    looked_by = StringField("Who looked at it", filters=[stripped])
    looked_on = DateField("When they looked at it", "the day they looked")
    decision = TextAreaField("We decided", filters=[stripped])
    because = TextAreaField("Because", filters=[stripped])
    decided_on = DateField("When it was decided", "the day it was decided")
    disagreed = TextAreaField("Who disagreed", filters=[stripped])
    next_step = TextAreaField("What comes next", filters=[stripped])
    due_on = DateField("When the next answer is due", "the day it is due")
    is_public = BooleanField("Everyone may read this")

    def prepare(self, asking: Asking) -> None:
        """The areas there are."""
        self.area.choices = stories.area_choices(asking.session)

    def _date(self, field: Field) -> None:
        if any(field.data.values()):
            field.read()

    validate_looked_on = validate_decided_on = validate_due_on = _date

    def draft(self) -> DecisionDraft:
        """What was typed."""
        words = ("title", "said", "state", "area", "looked_by", "decision", "because", "disagreed", "next_step")
        typed: dict[str, Any] = {name: self[name].data for name in words}
        typed |= {name: self._day(name) for name in _DATES}
        return DecisionDraft(**typed, is_public=bool(self.is_public.data))

    def _day(self, name: str) -> date | None:
        try:
            day: date = self[name].read()
        except ValidationError:
            return None
        return day


class LinkForm(QuestionForm):
    """A story that it answers."""

    reference = StringField("Reference of a story", filters=[stripped])


def data_of(answer: Answer) -> dict[str, Any]:
    """A record as its form holds it."""
    data: dict[str, Any] = {name: getattr(answer, name) for name in DecisionDraft.__dataclass_fields__}
    data |= {"area": answer.area_slug, "state": answer.state.value}
    return data | {name: _parts(data[name]) for name in _DATES}


def _parts(day: date | None) -> dict[str, str]:
    return {"day": str(day.day), "month": str(day.month), "year": str(day.year)} if day else {}
