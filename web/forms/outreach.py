"""A visit to a community group: as it is planned, and what was heard."""

from __future__ import annotations

from datetime import date
from typing import Any

from wtforms import Field, StringField, TextAreaField, ValidationError

from matcher.services import outreach_reading, stories
from matcher.services.outreach import PlanDraft
from matcher.services.outreach_reading import Outing
from web.forms.questions import Asking, DateField, OneOf, QuestionForm, chosen, chosen_or_none, stripped


class PlanForm(QuestionForm):
    """Who is visited, when, by whom. The service says what is missing."""

    who = StringField("Which group?", filters=[stripped])
    group = OneOf("Whom is it to hear? (optional)", validators=[chosen_or_none("Select a group from the list")])
    area = OneOf("Where", validators=[chosen("Select one of your areas")])
    place = StringField("At what place and time? (optional)", filters=[stripped])
    planned_on = DateField("On what day?", "the day of the visit")
    by_whom = StringField("Who goes?", filters=[stripped])

    def prepare(self, asking: Asking) -> None:
        """The areas and groups there are."""
        self.area.choices = stories.area_choices(asking.session)
        self.group.choices = outreach_reading.group_choices(asking.session)

    def validate_planned_on(self, field: DateField) -> None:
        """A day."""
        field.read()

    def draft(self) -> PlanDraft:
        """What was typed."""
        words = {name: self[name].data for name in ("who", "group", "area", "place", "by_whom")}
        return PlanDraft(**words, planned_on=self.planned_on.read())


class HeardForm(QuestionForm):
    """What was heard, and what follows."""

    heard = TextAreaField("What did you hear?", filters=[stripped])
    follows = TextAreaField("What follows? (optional)", filters=[stripped])
    made_on = DateField("When were you there?", "the day of the visit")

    def validate_made_on(self, field: Field) -> None:
        """A day."""
        field.read()

    def day(self) -> date | None:
        """When the visit was made, if it can be read."""
        try:
            day: date = self.made_on.read()
        except ValidationError:
            return None
        return day


def plan_of(visit: Outing) -> dict[str, Any]:
    """A visit as its form holds it."""
    data = {name: getattr(visit, name) for name in ("who", "group", "place", "by_whom")}
    return data | {"area": visit.area_slug, "planned_on": _parts(visit.planned_on)}


def heard_of(visit: Outing) -> dict[str, Any]:
    """What was heard, or the day it was planned for."""
    return {"heard": visit.heard, "follows": visit.follows, "made_on": _parts(visit.made_on or visit.planned_on)}


def _parts(day: date) -> dict[str, str]:
    return {"day": str(day.day), "month": str(day.month), "year": str(day.year)}
