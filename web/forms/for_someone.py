"""The questions of someone who asks for another: whom for, whether they agree, and then as if they asked themself."""

from __future__ import annotations

from wtforms import Field, StringField

from matcher.domain.errors import BadInput
from matcher.services import consents, people, referrals
from matcher.services.consents import Given
from web.forms.needs import CONTACT, TIMES, WHEN, KindForm, WhenForm, WhoForm
from web.forms.questions import Asking, OneOf, QuestionForm, SomeOf, checked_by, chosen, short, some_chosen, stripped

RELATIVE, PROFESSIONAL = "relative", "professional"
WHO_FOR = ((RELATIVE, "A relative or friend"), (PROFESSIONAL, "A patient, or someone I work with"))


class WhoForForm(QuestionForm):
    """Who are you asking for?"""

    relation = OneOf("Who are you asking for?", choices=WHO_FOR, validators=[chosen("Select who you are asking for")])
    organisation = StringField("Your organisation", filters=[stripped])
    role = StringField("Your role", filters=[stripped])

    def validate_organisation(self, field: Field) -> None:
        """Wanted of who asks at work."""
        self._at_work(field, "Your organisation")

    def validate_role(self, field: Field) -> None:
        """Wanted of who asks at work."""
        self._at_work(field, "Your role")

    def _at_work(self, field: Field, words: str) -> None:
        if self.relation.data == PROFESSIONAL:
            checked_by(lambda typed: referrals.check_work(typed, words, field.name))(self, field)
        else:
            field.data = ""

    def in_words(self) -> list[str]:
        """Whom for, and where they work."""
        work = [f"{self.role.data}, {self.organisation.data}"] if self.relation.data == PROFESSIONAL else []
        return [dict(WHO_FOR)[self.relation.data], *work]


AGREED = (
    ("spoken", "Yes, they told me that they agree"),
    ("written", "Yes, they agreed in writing"),
    ("best_interests", "They cannot agree for themselves. I act in their best interests"),
    ("not_yet", "Not yet"),
)


class AgreedForm(QuestionForm):
    """Do they know you are asking?"""

    agreed = OneOf(
        "Do they know you are asking?",
        choices=AGREED,
        validators=[chosen("Select if they know you are asking")],
    )
    is_too_early: bool = False

    def check(self, asking: Asking) -> None:
        """They are asked first: nothing is sent about somebody who does not know."""
        del asking
        if self.agreed.data == "not_yet":
            self.is_too_early = True
            raise BadInput("Please ask them first", field="agreed")

    def in_words(self) -> str:
        """As it was said."""
        return dict(AGREED)[self.agreed.data]

    def given(self, asked_by: str) -> Given:
        """The consent it stands for."""
        if self.agreed.data == "best_interests":
            return Given(consents.BEST_INTERESTS, asked_by, "spoken")
        return Given(consents.SELF, asked_by, self.agreed.data)


class TheirKindForm(KindForm):
    """What do they need help with?"""

    kind = OneOf("What do they need help with?", choices=[])
    who = "they"


class TheirWhenForm(WhenForm):
    """When do they need it?"""

    when = OneOf("When do they need it?", choices=WHEN, validators=[chosen("Select when they need help")])
    times = SomeOf(
        "What times suit them?",
        description="Choose all that suit them.",
        choices=TIMES,
        validators=[some_chosen("Select at least one time of day")],
    )


class TheirWhoForm(WhoForm):
    """Who should the neighbour ask for?"""

    phone = StringField("Their phone number", filters=[stripped], validators=[checked_by(people.check_phone)])
    contact = OneOf(
        "How should we tell them who is coming?",
        choices=CONTACT,
        validators=[chosen("Select how we should tell them who is coming")],
    )
    email = StringField("Their email address", filters=[stripped])
    who = "they"
    contact_hint = ""

    @property
    def note_hint(self) -> str:
        """What to write, and what not."""
        return (
            "Do not give a diagnosis. Tell us only what the neighbour needs to know, for example: hard of hearing, "
            "give her time to get to the door. No key safe codes or money. Up to 200 characters."
        )


HEARS = (("them", "Only them"), ("both", "Them and me"))


class AskerForm(QuestionForm):
    """About you."""

    first_name = StringField(
        "Your first name",
        filters=[stripped],
        validators=[checked_by(people.check_first_name), short("Your first name", people.NAME_LENGTH)],
    )
    phone = StringField("Your phone number", filters=[stripped], validators=[checked_by(people.check_phone)])
    email = StringField("Your email address (optional)", filters=[stripped])
    hears = OneOf(
        "Who should we contact about this?",
        choices=HEARS,
        validators=[chosen("Select who we should contact")],
    )

    def validate_email(self, field: Field) -> None:
        """It may be left open."""
        if field.data:
            checked_by(people.check_email)(self, field)
