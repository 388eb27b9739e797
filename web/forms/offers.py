"""The questions of someone who offers help."""

from __future__ import annotations

from datetime import date

from wtforms import Field, StringField, ValidationError

from matcher.domain.availability import BANDS, DAYS, PATTERNS
from matcher.domain.errors import BadInput
from matcher.domain.geo import TravelMode
from matcher.domain.kinds import SNOW
from matcher.domain.localtime import local_day
from matcher.domain.traits import TRAIT_WORDS
from matcher.services import kinds, local_demand, offers, people, villages
from matcher.services.kinds import KindView
from matcher.services.local_demand import LocalDemand
from web import filters
from web.forms.needs import WhereForm
from web.forms.questions import (
    Asking,
    DateField,
    OneOf,
    QuestionForm,
    SomeOf,
    checked_by,
    chosen,
    short,
    some_chosen,
    stripped,
)
from web.weekwords import week_words


class KindsForm(QuestionForm):
    """What could you do, and what is true of you?"""

    kinds = SomeOf("What could you do?", choices=[])
    traits = SomeOf(
        "What is true of you? (optional)", choices=[(trait.value, words.told) for trait, words in TRAIT_WORDS.items()]
    )
    views: tuple[KindView, ...] = ()

    def prepare(self, asking: Asking) -> None:
        """What is triaged by a person is not offered."""
        self.views = tuple(kind for kind in kinds.list_kinds(asking.session) if not kind.is_triaged)
        self.kinds.choices = [(kind.slug, kind.offer_name) for kind in self.views]

    def validate_kinds(self, field: Field) -> None:
        """At least one of those there are."""
        some_chosen("Select at least one thing you could do")(self, field)

    def validate_traits(self, field: Field) -> None:
        """Only what is on the list; anything else is not an answer to this."""
        field.data = [trait for trait, _ in field.choices if trait in (field.data or [])]

    def in_words(self) -> list[str]:
        """One line for each."""
        offered = [kind.offer_name for kind in self.views if kind.slug in self.kinds.data]
        return [*offered, *(words for trait, words in self.traits.choices if trait in self.traits.data)]


PATTERN = (
    ("any", "Almost any time"),
    ("weekday_daytimes", "Weekday daytimes"),
    ("evenings", "Evenings"),
    ("weekends", "Weekends"),
    ("on_duty", "Only when I turn myself on"),
    ("choose", "Let me choose"),
)
PER_WEEK = (("1", "1"), ("2", "2"), ("4", "4"), ("any", "As many as I am free for"))
MOST_AWAY = 12
_BOXES = frozenset(f"{day}-{band}" for day in DAYS for band in BANDS)


class TimesForm(QuestionForm):
    """When are you usually free?"""

    pattern = OneOf(
        "When are you usually free?",
        choices=PATTERN,
        validators=[chosen("Select the times you are usually free")],
    )
    avail = SomeOf("Choose your times", choices=[])
    away_from = DateField("First day", noun="the first day")
    away_to = DateField("Last day", noun="the last day")
    visits_per_week = OneOf(
        "At most, how many visits a week?",
        choices=PER_WEEK,
        default="2",
        validators=[chosen("Select how many visits a week")],
    )
    away = SomeOf("Dates you cannot do", choices=[])
    has_early: bool = False
    today: date

    def prepare(self, asking: Asking) -> None:
        """The early band is for those who clear snow."""
        self.today = local_day(asking.now)
        self.has_early = SNOW in asking.answers.get("kinds", {}).get("kinds", [])
        self.avail.first_id = "avail"

    def validate_avail(self, field: Field) -> None:
        """Boxes matter only to those who choose their own times."""
        field.data = [value for value in field.data or [] if value in _BOXES]
        if self.pattern.data == "choose" and not field.data:
            raise ValidationError("Select at least one time you are usually free")

    def validate_away(self, field: Field) -> None:
        """Stretches that were added by the button; anything else is dropped."""
        field.data = [value for value in field.data or [] if read_stretch(value)][:MOST_AWAY]

    def alter(self, button: str) -> bool:
        """The same for every weekday, add dates, remove dates."""
        self.avail.data = [value for value in self.avail.data or [] if value in _BOXES]
        self.validate_away(self.away)
        if button == "weekdays":
            self._copy_monday()
        elif button == "add":
            self._add_away()
        elif button.startswith("remove-"):
            self.away.data = [value for value in self.away.data if value != button.removeprefix("remove-")]
        else:
            return False
        return True

    @property
    def stretches(self) -> tuple[tuple[date, date], ...]:
        """The dates they cannot do, both ends included."""
        return tuple(stretch for value in self.away.data or [] if (stretch := read_stretch(value)))

    @property
    def chosen_times(self) -> frozenset[str]:
        """The boxes that hold: their own, or what the pattern stands for."""
        own = frozenset(self.avail.data or ())
        times = own if self.pattern.data == "choose" else PATTERNS.get(self.pattern.data, frozenset())
        return times if self.has_early else frozenset(time for time in times if not time.endswith("-early"))

    def in_words(self) -> str:
        """What we understood, as a sentence; nothing before there is an answer."""
        if self.pattern.data == "on_duty":
            usual = "We ask you only when you turn yourself on."
        elif self.chosen_times:
            usual = f"You are usually free {week_words(self.chosen_times)}."
        else:
            return ""
        away = "".join(f" Not {filters.day(first)} to {filters.day(last)}." for first, last in self.stretches)
        most = self.visits_per_week.data
        limit = (
            f" You will have at most {filters.plural(int(most), 'visit')} a week." if most in ("1", "2", "4") else ""
        )
        return f"{usual}{away}{limit}"

    def _copy_monday(self) -> None:
        monday = [value.removeprefix("MO-") for value in self.avail.data or [] if value.startswith("MO-")]
        weekend = [value for value in self.avail.data or [] if value[:2] in DAYS[5:]]
        self.avail.data = [f"{day}-{band}" for day in DAYS[:5] for band in monday] + weekend
        self.pattern.data = "choose"

    def _add_away(self) -> None:
        ends = [end for field in (self.away_from, self.away_to) if (end := _read_beside(field))]
        if len(ends) != 2:
            return
        try:
            offers.check_away(ends[0], ends[1], self.today)
        except BadInput as error:
            self.away_to.errors = [error.message]
            return
        if len(self.away.data) >= MOST_AWAY:
            self.away_to.errors = [f"You can give {MOST_AWAY} stretches here. Call us about more"]
        else:
            self.away.data = [*self.away.data, f"{ends[0].isoformat()}/{ends[1].isoformat()}"]
            self.away_from.data = self.away_to.data = {}


def read_stretch(text: str) -> tuple[date, date] | None:
    """`2027-01-02/2027-01-10` as two days; None if it is no such thing."""
    first, _, last = text.partition("/")
    try:
        ends = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        return None
    return ends if ends[0] <= ends[1] else None


def _read_beside(field: DateField) -> date | None:
    try:
        return field.read()
    except ValidationError as error:
        field.errors = [str(error)]
        return None


TRAVEL = ((TravelMode.FOOT.value, "On foot"), (TravelMode.BIKE.value, "By bike"), (TravelMode.CAR.value, "By car"))


class TravelForm(QuestionForm):
    """How far would you go?"""

    travel_mode = OneOf(
        "How will you travel?",
        choices=TRAVEL,
        validators=[chosen("Select how you will travel")],
    )
    travel_minutes = OneOf(
        "How far would you go?",
        choices=[(str(minutes), f"Up to {minutes} minutes") for minutes in offers.TRAVEL_MINUTES],
        validators=[chosen("Select how far you would go")],
    )

    def in_words(self) -> list[str]:
        """How, and how long."""
        return [dict(TRAVEL)[self.travel_mode.data], f"Up to {self.travel_minutes.data} minutes"]


class ReachForm(WhereForm, TravelForm):
    """Where from, and how far. `covers` and `demand`: what lies within reach, and how much is asked for there."""

    covers: tuple[str, ...] = ()
    demand: LocalDemand

    def check(self, asking: Asking) -> None:
        """The postcode must be one of ours."""
        super().check(asking)
        mode, minutes, postcode = TravelMode(self.travel_mode.data), int(self.travel_minutes.data), self.postcode.data
        self.covers = villages.covered(asking.session, postcode, mode, minutes)
        self.demand = local_demand.near_postcode(asking.session, postcode, now=asking.now)

    def covers_words(self) -> list[str]:
        """`This covers Winsley and Holt.`, if it covers the middle of any place."""
        return [f"This covers {filters.listed(self.covers)}."] if self.covers else []


class AboutForm(QuestionForm):
    """About you."""

    first_name = StringField(
        "First name",
        filters=[stripped],
        validators=[checked_by(people.check_first_name), short("First name", people.NAME_LENGTH)],
    )
    surname = StringField("Last name", filters=[stripped])
    phone = StringField("Mobile number", filters=[stripped], validators=[checked_by(people.check_phone)])
    email = StringField("Email address", filters=[stripped], validators=[checked_by(people.check_email)])
    date_of_birth = DateField("Date of birth", noun="your date of birth", of_birth=True)

    def validate_surname(self, field: Field) -> None:
        """Kept for the checks, never shown."""
        if not field.data:
            raise ValidationError("Enter your last name")
        short("Last name", people.NAME_LENGTH)(self, field)

    def validate_date_of_birth(self, field: Field) -> None:
        """A real date."""
        field.read()

    def check(self, asking: Asking) -> None:
        """18 or over."""
        people.check_adult(self.date_of_birth.read(), local_day(asking.now))

    def birth_words(self) -> str:
        """`31 March 1970`."""
        born = self.date_of_birth.read()
        return f"{born.day} {born:%B} {born.year}"


class PromisesForm(QuestionForm):
    """Keep everyone safe."""

    promises = SomeOf(
        "Do you agree?",
        choices=[("yes", "I agree to these promises")],
        validators=[some_chosen("Agree to the promises to go on")],
    )
