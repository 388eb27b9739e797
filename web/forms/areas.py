"""An area of the scheme."""

from __future__ import annotations

import re

from wtforms import StringField

from matcher.domain.errors import BadInput
from matcher.services.area_changes import AreaView
from matcher.services.area_drafts import AreaDraft
from web.forms.questions import OneOf, QuestionForm, stripped

_YES_NO = (("yes", "Yes"), ("no", "No"))
_KM = re.compile(r"\d{1,3}(?:\.\d{1,3})?", re.ASCII)


class AreaForm(QuestionForm):
    """What an area is to be."""

    name = StringField("Name", filters=[stripped])
    slug = StringField("Address of its page", filters=[stripped])
    where = StringField("Its middle", filters=[stripped])
    covers = StringField("How far it reaches, in kilometres", filters=[stripped])
    is_open = OneOf("Is it open?", choices=_YES_NO)

    def draft(self) -> AreaDraft:
        """What was typed. BadInput for no name, and for a reach that is no number: the first field is told of first."""
        if not self.name.data:
            raise BadInput("Enter the name of the area", field="name")
        typed = self.covers.data.lower().removesuffix("km").strip().replace(",", ".")
        if not _KM.fullmatch(typed):
            raise BadInput("Enter how far it reaches in kilometres, like 6 or 6.5", field="covers")
        return AreaDraft(
            name=self.name.data,
            slug=self.slug.data,
            where=self.where.data,
            covers_m=round(float(typed) * 1000),
            is_open=self.is_open.data != "no",
        )


def area_form_of(view: AreaView) -> AreaForm:
    """As it is now."""
    return AreaForm(
        data={
            "name": view.name,
            "slug": view.slug,
            "where": view.where,
            "covers": f"{view.covers_m / 1000:g}",
            "is_open": "yes" if view.is_open else "no",
        }
    )
