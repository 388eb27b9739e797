"""The questions of someone who needs help."""

from __future__ import annotations

from wtforms import BooleanField, Field, StringField, TextAreaField

from matcher.domain.errors import BadInput, NotCovered
from matcher.domain.kinds import CLEARING, SNOW
from matcher.domain.postcodes import parse_postcode, spaced
from matcher.domain.traits import TRAIT_WORDS, Trait
from matcher.domain.wording import refuse_secrets
from matcher.services import addresses, kinds, needs, people, wishes
from matcher.services.kinds import KindView
from web import filters
from web.forms.questions import (
    Asking,
    DateField,
    OneOf,
    QuestionForm,
    SomeOf,
    checked_by,
    chosen,
    chosen_or_none,
    short,
    some_chosen,
    stripped,
)


class KindForm(QuestionForm):
    """What do you need help with?"""

    kind = OneOf("What do you need help with?", choices=[])
    details = SomeOf(
        "What needs clearing? (optional)",
        choices=[(code, label) for code, label, _ in CLEARING],
    )
    views: tuple[KindView, ...] = ()
    who = "you"

    def prepare(self, asking: Asking) -> None:
        """The kinds of help come from their table; what is off cannot be chosen any more."""
        self.views = kinds.list_kinds(asking.session)
        self.kind.choices = [(kind.slug, kind.name) for kind in self.views if kind.is_on]

    def validate_kind(self, field: Field) -> None:
        """One of the kinds there are."""
        chosen(f"Select what {self.who} need help with")(self, field)

    def validate_details(self, field: Field) -> None:
        """Only for snow, and only things that can be cleared; anything else is not an answer to this."""
        known = {code for code, _, _ in CLEARING}
        field.data = [code for code in field.data or [] if code in known and self.kind.data == SNOW]

    def in_words(self) -> str:
        """`Clearing snow or ice: path and steps`."""
        name = next(kind.name for kind in self.views if kind.slug == self.kind.data)
        things = [words for code, _, words in CLEARING if code in (self.details.data or [])]
        return f"{name}: {filters.listed(things)}" if things else name


WHEN = (
    ("asap", "As soon as possible"),
    ("today", "Today"),
    ("tomorrow", "Tomorrow"),
    ("day", "Another day"),
)
HELPERS = (("1", "1 person"), *((str(count), f"{count} people") for count in range(2, needs.HELPERS_MOST + 1)))
TIMES = (("am", "Morning, 8 to 12"), ("pm", "Afternoon, 12 to 5"), ("eve", "Evening, 5 to 8"))

_TIME_WORDS = (("am", "morning"), ("pm", "afternoon"), ("eve", "evening"))


class WhenForm(QuestionForm):
    """When do you need it?"""

    when = OneOf(
        "When do you need it?",
        choices=WHEN,
        validators=[chosen("Select when you need help")],
    )
    day = DateField("Which day?", noun="the day")
    times = SomeOf(
        "What times suit you?",
        description="Choose all that suit you.",
        choices=TIMES,
        validators=[some_chosen("Select at least one time of day")],
    )
    is_weekly = BooleanField("I need this every week, on the same day", false_values=("", "false", False, None))
    is_icy = BooleanField("I need this whenever it is icy", false_values=("", "false", False, None))
    helpers = OneOf("How many people are needed? (optional)", choices=HELPERS, default="1")
    is_today_over: bool = False
    may_be_icy: bool = False

    def prepare(self, asking: Asking) -> None:
        """After the last band of today, today is no longer offered."""
        self.is_today_over = not needs.bands_left_today(asking.now)
        self.when.choices = [row for row in WHEN if not (self.is_today_over and row[0] == "today")]
        self.may_be_icy = asking.answers.get("kind", {}).get("kind") == SNOW
        if not self.may_be_icy:
            self.is_icy.data = False

    def validate_day(self, field: Field) -> None:
        """Only for another day."""
        if self.when.data == "day":
            field.read()
        else:
            field.data = {}

    def validate_helpers(self, field: Field) -> None:
        """One, unless they say more."""
        field.data = field.data or "1"
        chosen("Select how many people are needed")(self, field)

    def check(self, asking: Asking) -> None:
        """There must be something left of the times chosen."""
        if self.is_weekly.data and self.is_icy.data:
            raise BadInput("Choose every week or whenever it is icy, not both", field="is_icy")
        needs.check_windows(self.timing(), asking.now)

    @property
    def chosen_times(self) -> frozenset[str]:
        """The times of day that suit."""
        return frozenset(self.times.data)

    def in_words(self) -> list[str]:
        """The day on one line, the times of day on the next."""
        words = dict(WHEN)[self.when.data]
        if self.when.data == "day":
            words = f"{filters.day(self.day.read())} {self.day.read().year}"
        times = filters.listed([words for band, words in _TIME_WORDS if band in self.chosen_times], "or")
        how_often = ["Every week, on the same day"] * bool(self.is_weekly.data)
        how_often += ["Whenever it is icy"] * bool(self.is_icy.data)
        people = [dict(HELPERS)[self.helpers.data]] * (self.helpers.data != "1")
        return [words, filters.capital(times), *how_often, *people]

    def timing(self) -> needs.NeedDraft:
        """The part of a need that is about time."""
        return needs.NeedDraft(
            kind="",
            when=self.when.data,
            times=self.chosen_times,
            day=self.day.read() if self.when.data == "day" else None,
            is_weekly=bool(self.is_weekly.data),
            is_icy=bool(self.is_icy.data),
            helpers=int(self.helpers.data or 1),
            person=people.PersonDraft(first_name="", phone="", house="", postcode=""),
            contact="",
        )


class WhereForm(QuestionForm):
    """Where is the help needed?"""

    postcode = StringField(
        "Postcode", filters=[stripped], validators=[short("Postcode", 20), checked_by(parse_postcode)]
    )
    house = StringField(
        "House number or name",
        filters=[stripped],
        validators=[checked_by(people.check_house), short("House number or name", people.HOUSE_LENGTH)],
    )

    is_elsewhere: bool = False

    def check(self, asking: Asking) -> None:
        """The postcode must be one of ours."""
        try:
            addresses.locate(asking.session, self.postcode.data)
        except NotCovered:
            self.is_elsewhere = True
            raise

    def postcode_words(self) -> str:
        """As it is written on a letter: `BA15 1AA`."""
        return spaced(parse_postcode(self.postcode.data))


_CONTACT_WORDS = {"text": "Text", "phone": "Phone call", "email": "Email", "letter": "Letter"}
WISHES_LABEL, MUST_LABEL = "Who should it be?", "It must be like that: ask nobody else"
CONTACT = tuple((way, _CONTACT_WORDS[way]) for way in needs.CONTACTS)


class WhoForm(QuestionForm):
    """Who should the neighbour ask for?"""

    first_name = StringField(
        "First name",
        filters=[stripped],
        validators=[checked_by(people.check_first_name), short("First name", people.NAME_LENGTH)],
    )
    phone = StringField("Phone number", filters=[stripped], validators=[checked_by(people.check_phone)])
    contact = OneOf(
        "How should we contact you? (optional)",
        choices=CONTACT,
        validators=[chosen_or_none("Select how we should contact you")],
    )
    email = StringField("Email address", filters=[stripped])
    note = TextAreaField(
        "Anything that would help the neighbour? (optional)",
        filters=[stripped],
        validators=[short("What you tell the neighbour", needs.NOTE_LENGTH), checked_by(refuse_secrets)],
    )
    wishes = SomeOf(WISHES_LABEL, choices=[])
    is_must = BooleanField(MUST_LABEL, false_values=("", "false", False, None))
    is_note_wanted: bool = False
    who = "you"
    contact_hint = "If you choose nothing, we text a mobile and ring any other number."

    @property
    def note_hint(self) -> str:
        """What to write, and what not."""
        say = (
            "Someone from the team will ring you about it."
            if self.is_note_wanted
            else "For example, ring the side bell."
        )
        return f"{say} Do not write about your health, key safe codes or money. Up to 200 characters."

    def prepare(self, asking: Asking) -> None:
        """“Something else” needs words."""
        chosen = asking.answers.get("kind", {}).get("kind", "")
        triaged = {kind.slug for kind in kinds.list_kinds(asking.session) if kind.is_triaged}
        self.is_note_wanted = chosen in triaged
        if self.is_note_wanted:
            self.note.label.text = f"What do {self.who} need help with?"
        self.wishes.choices = [(trait.value, TRAIT_WORDS[trait].asked) for trait in self.may_ask_for(asking, chosen)]

    def may_ask_for(self, asking: Asking, kind: str) -> tuple[Trait, ...]:
        """What may be asked of whoever comes, with this kind of help."""
        return wishes.allowed(asking.session, kind) if kind else ()

    def validate_wishes(self, field: Field) -> None:
        """Only what is on the list; anything else is not an answer to this."""
        field.data = [trait for trait, _ in field.choices if trait in (field.data or [])]

    def validate_email(self, field: Field) -> None:
        """Wanted only if that is how we write to them."""
        if self.contact.data == "email":
            checked_by(people.check_email)(self, field)
        else:
            field.data = ""

    def check(self, asking: Asking) -> None:
        """Something else must be said in words."""
        if self.is_note_wanted and not self.note.data:
            raise BadInput(f"Enter what {self.who} need help with", field="note")

    def wish_words(self) -> list[str]:
        """Who should come, a line for each, and whether it must be so."""
        words = [words for trait, words in self.wishes.choices if trait in self.wishes.data]
        return [*words, "A must" if self.is_must.data else "If we can find them"] if words else []

    def contact_words(self) -> str:
        """`Text`, or `Email: name@example.com`."""
        words = dict(CONTACT)[self.contact.data or people.usual_way(people.check_phone(self.phone.data))]
        return f"{words}: {self.email.data}" if self.contact.data == "email" else words


class WishesForm(QuestionForm):
    """What matters about who comes, changed."""

    wishes = SomeOf(WISHES_LABEL, choices=[])
    is_must = BooleanField(MUST_LABEL, false_values=("", "false", False, None))
    validate_wishes = WhoForm.validate_wishes

    def offer(self, traits: tuple[Trait, ...]) -> None:
        """What may be asked of whoever comes, with this kind of help."""
        self.wishes.choices = [(trait.value, TRAIT_WORDS[trait].asked) for trait in traits]


class NoteForm(QuestionForm):
    """Anything that would help the neighbour, changed."""

    note = TextAreaField(
        "Anything that would help the neighbour? (optional)",
        filters=[stripped],
        validators=[short("What you tell the neighbour", needs.NOTE_LENGTH), checked_by(refuse_secrets)],
    )
