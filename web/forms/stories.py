"""The questions of a story: the words, what they mean to the teller, who may read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wtforms import BooleanField, Field, HiddenField, StringField, TextAreaField, ValidationError

from matcher.domain.errors import BadInput
from matcher.domain.stories import ABOUT, CHECKS, SCALES, Level
from matcher.services import people, stories
from matcher.services.stories import Reach
from matcher.services.story_pieces import Offered, pieces_of
from web.forms import pieces
from web.forms.pieces import PiecesForm
from web.forms.questions import (
    Asking,
    OneOf,
    QuestionForm,
    SomeOf,
    checked_by,
    chosen,
    chosen_or_none,
    short,
    stripped,
)

LEVELS = (
    (Level.TEAM.value, "Only the team"),
    (Level.BOARD.value, "The team and the area board, with no name"),
    (Level.PUBLIC.value, "Everyone, with no name or a name I choose"),
    (Level.NAMED.value, "Everyone, with my first name"),
)
LEVEL_WORDS = dict(LEVELS)
CONTACTS = (
    ("no", "No. I would rather not be contacted"),
    ("text", "Yes, by text"),
    ("phone", "Yes, by phone"),
    ("email", "Yes, by email"),
    ("letter", "Yes, by letter"),
)
SHARED = (("picture", "My photo or drawing"), ("voice", "My voice"))
HEARD = (("connector", "They told me face to face"), ("phone", "By phone"), ("post", "By post"))
APPROVED = (("phone", "By phone"), ("in_person", "Face to face"), ("post", "In a letter"))
_STEPS = ("1", "2", "3", "4", "5")


def _check_words(form: PiecesForm, field: Field) -> None:
    """A file alone is a story too."""
    try:
        stories.check_words(field.data, may_be_empty=form.is_told_with_more)
    except BadInput as error:
        raise ValidationError(error.message) from None


class StoryForm(PiecesForm):
    """Your story: in words, by a picture or a voice note, or by more than one of them."""

    words = TextAreaField("Your story", filters=[stripped], validators=[_check_words])
    picture, shows, voice, without = pieces.fields()
    about = OneOf("What is it about?", choices=ABOUT, validators=[chosen("Select what it is about")])
    area = OneOf("Where is it about? (optional)", validators=[chosen_or_none("Select where it is about")])

    def prepare(self, asking: Asking) -> None:
        """The areas there are."""
        self.area.choices = stories.area_choices(asking.session)

    def area_words(self) -> str:
        """The area by name."""
        return dict(self.area.choices).get(self.area.data, "Nowhere in particular")

    def about_words(self) -> str:
        """As it was chosen."""
        return dict(ABOUT)[self.about.data]


def _scale(name: str) -> Field:
    question, steps = SCALES[name]
    rows = tuple(zip(_STEPS, steps, strict=True))
    return OneOf(question, choices=rows, validators=[chosen_or_none("Select one of the steps")])


class ScalesForm(QuestionForm):
    """What it means to you."""

    feeling = _scale("feeling")
    often = _scale("often")
    matters = _scale("matters")

    @property
    def steps(self) -> dict[str, int]:
        """Each scale that was answered."""
        return {name: int(self[name].data) for name in SCALES if self[name].data}

    def in_words(self) -> list[str]:
        """Each answer, or that there is none."""
        given = [f"{SCALES[name][0]} {SCALES[name][1][step - 1]}" for name, step in self.steps.items()]
        return given or ["Not answered"]


class ReadersForm(QuestionForm):
    """Who may read it, and whether the teller may be reached."""

    level = OneOf("Who may read your story?", choices=LEVELS, validators=[chosen("Select who may read your story")])
    shown_name = StringField(
        "Name to show (optional)", filters=[stripped], validators=[short("The name to show", people.NAME_LENGTH)]
    )
    shared = SomeOf("May those who read it also see or hear these?", choices=SHARED)
    contact = OneOf(
        "May we contact you about it?", choices=CONTACTS, validators=[chosen("Select if we may contact you")]
    )
    name = StringField("Your first name", filters=[stripped])
    phone = StringField("Your phone number", filters=[stripped])
    email = StringField("Your email address", filters=[stripped])
    address = TextAreaField("Your address", filters=[stripped])

    def prepare(self, asking: Asking) -> None:
        """What they chose to send, of which they may share some."""
        story = asking.answers.get("story", {})
        self.shared.choices = tuple((kind, words) for kind, words in SHARED if story.get(kind))

    def check(self, asking: Asking) -> None:
        """Of the name and the ways to reach them only what was chosen is wanted, and only that is kept."""
        del asking
        level = stories.read_level(self.level.data)
        if level not in (Level.PUBLIC, Level.NAMED):
            self.shown_name.data = ""
        stories.check_shown_name(self.shown_name.data, level)
        if self.contact.data == "no":
            self.name.data = ""
        else:
            self._check_name()
        ways = {"text": "phone", "phone": "phone", "email": "email", "letter": "address"}
        wanted = ways.get(self.contact.data, "")
        checks = {"phone": people.check_phone, "email": people.check_email, "address": stories.check_address}
        for way, check in checks.items():
            if way == wanted:
                check(self[way].data)
            else:
                self[way].data = ""

    def _check_name(self) -> None:
        try:
            people.check_first_name(self.name.data)
        except BadInput as error:
            raise BadInput(error.message, field="name") from None

    @property
    def reach(self) -> Reach:
        """How they are reached."""
        if self.contact.data == "no":
            return Reach()
        return Reach(self.contact.data, self.name.data, self.phone.data, self.email.data, self.address.data)

    def level_words(self) -> list[str]:
        """Who may read it, and the name that is shown."""
        shown = [f"Name shown: {self.shown_name.data}"] if self.shown_name.data else []
        return [LEVEL_WORDS[self.level.data], *shown]

    def shared_words(self) -> list[str]:
        """What else they see or hear."""
        return [words for kind, words in self.shared.choices if kind in self.shared.data] or ["Only the team"]

    def contact_words(self) -> list[str]:
        """Whether and how."""
        given = (self.name.data, self.phone.data, self.email.data, self.address.data)
        return [dict(CONTACTS)[self.contact.data], *(words for words in given if words)]


class LevelForm(QuestionForm):
    """Who may read it from now on."""

    level = ReadersForm.level
    shown_name = ReadersForm.shown_name


class HeardForm(QuestionForm):
    """How somebody of the team heard a story."""

    how = OneOf("How did you hear it?", choices=HEARD, validators=[chosen("Select how you heard it")])
    is_read_back = BooleanField("I have read these words back to them, and they said yes to them")


class RewordForm(QuestionForm):
    """The words anew."""

    words = TextAreaField(
        "The words that would be read", filters=[stripped], validators=[checked_by(stories.check_words)]
    )


class HeardYesForm(QuestionForm):
    """The teller said yes to words that were read to them."""

    how = OneOf("How did they say yes?", choices=APPROVED, validators=[chosen("Select how they said yes")])
    wording = HiddenField()


class PublishForm(QuestionForm):
    """The list that is gone through before a story is put out."""

    checked = SomeOf("Who could be known by it?", choices=CHECKS)


class PrintedForm(QuestionForm):
    """Where it was printed."""

    where = StringField("Where was it printed?", filters=[stripped])


class TakenBackForm(QuestionForm):
    """A teller rings or writes and takes their story back."""

    reference = StringField("Their reference", filters=[stripped])
    how = OneOf(
        "How did they tell us?",
        choices=(("phone", "By phone"), ("post", "By post")),
        validators=[chosen("Select how they told us")],
    )


class TypedForm:
    """A story typed for its teller, in their words: all questions on one page."""

    def __init__(self, typed: Any = None) -> None:
        self.forms: dict[str, QuestionForm] = {
            "heard": HeardForm(typed),
            "story": StoryForm(typed),
            "scales": ScalesForm(typed),
            "readers": ReadersForm(typed),
        }
        self.heard, self.story = self.forms["heard"], self.forms["story"]
        self.scales, self.readers = self.forms["scales"], self.forms["readers"]
        self.story.words.label.text = "The story, in their words"
        self.readers.level.label.text = "Who may read it?"
        self.readers.name.label.text = "Their first name"
        self.readers.phone.label.text = "Their phone number"
        self.readers.email.label.text = "Their email address"
        self.readers.address.label.text = "Their address"
        self.readers.contact.label.text = "May we contact them about it?"
        self.readers.shared.choices = (("picture", "Their photo or drawing"), ("voice", "Their voice"))

    def __iter__(self) -> Iterator[Field]:
        for form in self.forms.values():
            yield from form

    @property
    def errors(self) -> dict[str, list[str]]:
        """Whatever is wrong, by field."""
        return {field.name: field.errors for field in self if field.errors}

    def is_answered(self, asking: Asking) -> bool:
        """True if every answer can be used; else the errors are on the fields."""
        answered = [form.is_answered(asking) for form in self.forms.values()]  # each, so that all errors are shown
        return all(answered)


def draft_of(forms: Mapping[str, Any]) -> stories.StoryDraft:
    """What was told, out of the three questions."""
    story, scales, readers = forms["story"], forms["scales"], forms["readers"]
    return stories.StoryDraft(
        words=story.words.data,
        about=story.about.data,
        area=story.area.data,
        scales=scales.steps,
        level=readers.level.data,
        shown_name=readers.shown_name.data,
        reach=readers.reach,
        offered=Offered(story.keys, story.shows.data, pieces_of(readers.shared.data)),
    )
