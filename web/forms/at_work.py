"""Asking for somebody one works with, on one page: their yes first, then what they need, then who asks."""

from __future__ import annotations

from typing import Any

from wtforms import Field, StringField, TextAreaField

from matcher.domain.errors import BadInput
from matcher.domain.wording import refuse_secrets
from matcher.services import needs, organisations, people, referrals
from matcher.services.organisations import Asker, OrganisationDraft
from web.forms.for_someone import PROFESSIONAL, AgreedForm, TheirKindForm, TheirWhoForm
from web.forms.needs import CONTACT, WHEN, WhereForm
from web.forms.one_page import AnyWishForm, OnePageForm, TimeOfDayForm
from web.forms.questions import OneOf, QuestionForm, checked_by, chosen, short, stripped


def _check_code(typed: str) -> None:
    if not typed:
        raise BadInput("Enter your organisation’s code")


class CodeForm(QuestionForm):
    """The code that opens the page."""

    code = StringField(
        "Your organisation’s code",
        filters=[stripped],
        validators=[checked_by(_check_code), short("The code", organisations.TYPED_LENGTH)],
    )


class _TheirTimeForm(TimeOfDayForm):
    """When do they need it?"""

    when = OneOf("When do they need it?", choices=WHEN, validators=[chosen("Select when they need help")])


class _TheyForm(AnyWishForm, TheirWhoForm):
    """Who it is for. Most are rung: a call is chosen already."""

    first_name = StringField(
        "Their first name",
        filters=[stripped],
        validators=[checked_by(people.check_first_name), short("Their first name", people.NAME_LENGTH)],
    )
    contact = OneOf(
        "How do we tell them who is coming?",
        choices=CONTACT,
        default="phone",
        validators=[chosen("Select how we tell them")],
    )
    note = TextAreaField(
        "Anything the neighbour should know? (optional)",
        filters=[stripped],
        validators=[short("What you tell the neighbour", needs.NOTE_LENGTH), checked_by(refuse_secrets)],
    )


class _AskerForm(QuestionForm):
    """Who asks. The rest of how to reach them is their organisation's."""

    asker_name = StringField(
        "Your first name",
        filters=[stripped],
        validators=[checked_by(people.check_first_name), short("Your first name", people.NAME_LENGTH)],
    )
    asker_role = StringField("Your role", filters=[stripped])

    def validate_asker_role(self, field: Field) -> None:
        """By the same rule as of whoever asks at work without a code."""
        checked_by(lambda typed: referrals.check_work(typed, "Your role", field.name))(self, field)


class AtWorkForm(OnePageForm):
    """Everything on the page, in the order in which it stands there."""

    def __init__(self, typed: Any = None) -> None:
        self.agreed, self.asker = AgreedForm(typed), _AskerForm(typed)
        super().__init__(
            {
                "agreed": self.agreed,
                "who": _TheyForm(typed),
                "where": WhereForm(typed),
                "kind": TheirKindForm(typed),
                "when": _TheirTimeForm(typed),
                "asker": self.asker,
            }
        )

    def asked_by(self) -> Asker:
        """Who asks, and how the other agreed."""
        given = self.agreed.given(PROFESSIONAL)
        return Asker(self.asker.asker_name.data, self.asker.asker_role.data, given)


class OrganisationForm(QuestionForm):
    """An organisation that is to have a code."""

    name = StringField("Name of the organisation", filters=[stripped])
    phone = StringField("Phone number of the organisation", filters=[stripped])
    email = StringField("Email address of the organisation (optional)", filters=[stripped])
    area = OneOf("Who looks after it", validators=[chosen("Select one of your areas")])

    def choose_from(self, areas: list[tuple[str, str]]) -> None:
        """The areas of whoever fills it in."""
        self.area.choices = areas

    def draft(self) -> OrganisationDraft:
        """What was typed. The service says what is missing."""
        return OrganisationDraft(**{name: self[name].data for name in OrganisationDraft.__dataclass_fields__})
