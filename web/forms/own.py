"""What a volunteer settles on their own pages: when, how far, and how they are written to."""

from __future__ import annotations

from typing import Any

from wtforms import Field

from matcher.domain.motives import MOTIVE_WORDS
from matcher.domain.preferences import ASKS_CHOICES, AT_ANY_TIME, QUIET_CHOICES, About, Hours, hours_words
from matcher.services.offer_changes import Own, Times, Writing
from web.forms.offers import PER_WEEK, TimesForm
from web.forms.questions import DateField, OneOf, QuestionForm, SomeOf, chosen

ASKS = (
    ("2", "Up to 2 a week"),
    ("4", "Up to 4 a week"),
    ("7", "Up to 7 a week"),
    ("any", "As many as there are"),
)
_USUAL = "usual"  # the scheme's own hours, whatever they become
_BY = {"text": "Text", "email": "Email", "none": "Do not send these"}


class WritingForm(QuestionForm):
    """How may we write to you?"""

    asks_per_week = OneOf(
        "How often may we ask you?", choices=ASKS, validators=[chosen("Select how often we may ask you")]
    )
    quiet = OneOf("When should we not ask you?", validators=[chosen("Select when we should not ask you")])
    asks = OneOf("Questions: can you help?", validators=[chosen("Select how we should ask you")])
    visits = OneOf("About your visits", validators=[chosen("Select how we should write about your visits")])
    news = OneOf("Thanks and news", validators=[chosen("Select how we should send thanks and news")])

    stopped = False

    def offer_hours(self, usual: Hours) -> None:
        """The scheme's hours, or their own."""
        own = [(key, hours_words(hours)) for key, hours in QUIET_CHOICES.items() if hours not in (usual, AT_ANY_TIME)]
        self.quiet.choices = [
            (_USUAL, f"{hours_words(usual)}, as for everyone"),
            *own,
            ("any", "Ask me at any time"),
        ]

    def offer_ways(self, *, has_email: bool, wants_no_texts: bool) -> None:
        """By e-mail only to those who gave an address; by text to nobody who texted STOP, if there is another way."""
        self.stopped = wants_no_texts
        ways = ("text", "email") if has_email else ("text",)
        ways = ("email",) if has_email and wants_no_texts else ways
        for field, own in ((self.asks, ways), (self.visits, ways), (self.news, (*ways, "none"))):
            field.choices = [(way, _BY[way]) for way in own]

    def read_writing(self) -> Writing:
        """What was chosen."""
        return Writing(
            asks_per_week=ASKS_CHOICES[self.asks_per_week.data],
            quiet=QUIET_CHOICES.get(self.quiet.data),
            channels={about: self[about.value].data for about in About},
        )

    def in_words(self) -> list[str]:
        """One line for each choice."""
        often, quiet = dict(ASKS)[self.asks_per_week.data], self.quiet.data
        hours = "At any time" if quiet == "any" else f"Nothing that can wait from {dict(self.quiet.choices)[quiet]}"
        ways = [
            f"No {words.lower()}" if self[name].data == "none" else f"{words} by {self[name].data}"
            for name, words in _SHORT.items()
        ]
        return [f"Questions: {often[:1].lower()}{often[1:]}", hours, *ways]


_SHORT = {"asks": "Questions", "visits": "Visits", "news": "Thanks and news"}


def writing_data(writing: Writing) -> dict[str, str]:
    """What they have settled, as the form's answers."""
    asks = next((key for key, most in ASKS_CHOICES.items() if most == writing.asks_per_week), "any")
    quiet = next((key for key, hours in QUIET_CHOICES.items() if hours == writing.quiet), _USUAL)
    channels = {about.value: channel for about, channel in writing.channels.items()}
    return {"asks_per_week": asks, "quiet": quiet, **channels}


def times_data(own: Own) -> dict[str, Any]:
    """When they are free, as the answers of the sign-up's own question."""
    most = own.times.visits_per_week
    kept = next((value for value, _ in PER_WEEK if value == str(most)), "any")
    return {
        "pattern": own.times.pattern,
        "avail": sorted(own.times.boxes),
        "away": [f"{first.isoformat()}/{last.isoformat()}" for first, last in own.times.away],
        "visits_per_week": kept,
    }


def read_times(form: TimesForm) -> Times:
    """What was chosen, as the service takes it."""
    most = form.visits_per_week.data
    return Times(
        pattern=form.pattern.data,
        boxes=frozenset(form.avail.data or ()),
        away=form.stretches,
        visits_per_week=None if most == "any" else int(most),
    )


class WhyForm(QuestionForm):
    """What made you want to help?"""

    motives = SomeOf("What made you want to help?", choices=[(one.value, words) for one, words in MOTIVE_WORDS.items()])

    def validate_motives(self, field: Field) -> None:
        """Only what is on the list; none is an answer too."""
        field.data = [motive for motive, _ in field.choices if motive in (field.data or [])]

    def in_words(self) -> list[str]:
        """One line for each."""
        return [words for motive, words in self.motives.choices if motive in self.motives.data] or ["You did not say"]


class PauseForm(QuestionForm):
    """Pause until."""

    back_on = DateField("Ask me again from", noun="the day")

    def validate_back_on(self, field: Field) -> None:
        """A real date."""
        field.read()
