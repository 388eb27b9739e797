"""Tell us about a worry: without a name, if that is how it can be told."""

from __future__ import annotations

from wtforms import Field, StringField, TextAreaField

from matcher.services import concern_work, concerns, people, stand_downs
from web.forms.questions import OneOf, QuestionForm, SomeOf, checked_by, chosen, short, some_chosen, stripped

MAY_CONTACT = (("no", "No, I would rather not say who I am"), ("yes", "Yes"))


class ConcernForm(QuestionForm):
    """What worries you?"""

    about = SomeOf(
        "What are you worried about?",
        choices=concerns.ABOUT,
        validators=[some_chosen("Select what you are worried about")],
    )
    words = TextAreaField(
        "Tell us what happened",
        filters=[stripped],
        validators=[short("What you tell us", concerns.WORDS_LENGTH), checked_by(concerns.check_words)],
    )
    may_contact = OneOf("May we contact you?", choices=MAY_CONTACT, validators=[chosen("Select if we may contact you")])
    name = StringField("Your name (optional)", filters=[stripped], validators=[short("Your name", people.NAME_LENGTH)])
    reach = StringField("Your phone number or email address", filters=[stripped])

    def validate_reach(self, field: Field) -> None:
        """Wanted of whoever lets us contact them."""
        if self.may_contact.data == "yes":
            checked_by(concerns.check_reach)(self, field)

    def worry(self) -> concerns.Worry:
        """What was typed; nothing of who they are unless they let us contact them."""
        is_named = self.may_contact.data == "yes"
        return concerns.Worry(
            about=tuple(self.about.data),
            words=self.words.data,
            name=self.name.data if is_named else "",
            reach=self.reach.data if is_named else "",
        )


class ToldForm(QuestionForm):
    """Who was told of it?"""

    whom = OneOf("Who was told?", choices=concern_work.WHOM, validators=[chosen("Select who was told")])
    how = OneOf("How?", choices=concern_work.HOW, validators=[chosen("Select how they were told")])
    note = StringField(
        "What to remember (optional)",
        filters=[stripped],
        validators=[short("What to remember", concern_work.NOTE_LENGTH)],
    )


class FindVolunteerForm(QuestionForm):
    """Which volunteer?"""

    wanted = StringField(
        "Name, phone number, or the reference of a request they went to",
        filters=[stripped],
        validators=[short("What you look for", stand_downs.WANTED_LENGTH)],
    )
