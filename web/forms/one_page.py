"""All the questions of a request on one page, for people who fill it in many times a day."""

from __future__ import annotations

from collections.abc import Iterator

from wtforms import Field

from matcher.domain.traits import Trait
from matcher.services import wishes
from web.forms.needs import TIMES, KindForm, WhenForm, WhoForm
from web.forms.questions import Asking, OneOf, QuestionForm, chosen

ANY_TIME = "any"


class TimeOfDayForm(WhenForm):
    """Times of day as one choice: one stop of the Tab key."""

    times = OneOf(
        "What time of day?",
        choices=((ANY_TIME, "Any time"), *TIMES),
        default=ANY_TIME,
        validators=[chosen("Select a time of day")],
    )

    @property
    def chosen_times(self) -> frozenset[str]:
        """The times of day that suit."""
        return frozenset(band for band, _ in TIMES) if self.times.data == ANY_TIME else frozenset({self.times.data})


class AnyWishForm(WhoForm):
    """Who it is for, while the kind of help stands on the same page and may change still."""

    def may_ask_for(self, asking: Asking, kind: str) -> tuple[Trait, ...]:
        """All there is."""
        return tuple(Trait)

    def check(self, asking: Asking) -> None:
        """With this kind of help it must be something that may be asked for."""
        super().check(asking)
        if kind := asking.answers["kind"]["kind"]:
            wishes.check(asking.session, kind, self.wishes.data)


class OnePageForm:
    """The answers of several questions in one form, each checked by its own rules. `forms`: by name, as they stand."""

    def __init__(self, forms: dict[str, QuestionForm]) -> None:
        self.forms = forms
        self.kind, self.when = forms["kind"], forms["when"]
        self.where, self.who = forms["where"], forms["who"]

    def __iter__(self) -> Iterator[Field]:
        """As they stand on the page."""
        for form in self.forms.values():
            yield from form

    @property
    def errors(self) -> dict[str, list[str]]:
        """Whatever is wrong, by field."""
        return {field.name: field.errors for field in self if field.errors}

    @property
    def kind_rows(self) -> list[tuple[str, str, str]]:
        """The kinds of help there are now, as our macros take them, without their hints."""
        assert isinstance(self.kind, KindForm)
        return [(one.slug, one.name, "") for one in self.kind.views if one.is_on]

    def prepare(self, asking: Asking) -> None:
        """The kinds of help come from their table; what was chosen of them is an earlier answer to the rest."""
        self._asking = Asking(asking.session, asking.now, {"kind": {"kind": self.kind.kind.data or ""}})
        for form in self.forms.values():
            form.prepare(self._asking)

    def is_answered(self) -> bool:
        """True if every answer can be used; else the errors are on the fields, of all questions at once."""
        answered = [form.is_answered(self._asking) for form in self.forms.values()]  # every one is looked at
        return all(answered)

    def form_of(self, name: str | None) -> QuestionForm:
        """The question with a field of that name, else the first: an error of a service stands beside it."""
        return next((one for one in self.forms.values() if name in one), next(iter(self.forms.values())))
