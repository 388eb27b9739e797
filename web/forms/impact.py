"""The impact report: what it is about, a price, the rates, what the scheme paid for, a saving it claims."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from wtforms import HiddenField, StringField

from matcher.domain.errors import BadInput
from matcher.domain.money import read_pounds
from matcher.domain.worth import COST_WORDS, CostOf, PriceUse
from matcher.services.avoided_costs import NOT_PROVED, NewSaving
from matcher.services.impact_report.scope import Wanted
from matcher.services.prices import LONGEST_WORDS, NewFigure, PriceView
from matcher.services.rates import Rates
from matcher.services.scheme_costs import NewCost
from web.forms.days import read_day
from web.forms.questions import OneOf, QuestionForm, chosen, short, stripped

_NUMBER = re.compile(r"(\d{1,7}(?:\.\d{1,2})?)\s*%?", re.ASCII)
_UNSURE = (("0", "It is exact"), ("10", "Within 10%"), ("25", "Within 25%"), ("50", "Within 50%"))


def _line(label: str) -> StringField:
    return StringField(label, filters=[stripped], validators=[short(label, LONGEST_WORDS)])


class PeriodForm(QuestionForm):
    """From when to when, and where."""

    first = StringField("From", filters=[stripped])
    last = StringField("To", filters=[stripped])
    area = StringField("Where", filters=[stripped])

    def wanted(self) -> Wanted:
        """What was chosen; empty fields choose what is usual. BadInput for what is no day."""
        return Wanted(read_day(self.first), read_day(self.last), self.area.data)


class PriceForm(QuestionForm):
    """What a price is from now on."""

    version = HiddenField()
    pounds = _line("Price in pounds")
    year = _line("Year it is of")
    source_title = _line("Where it comes from")
    publisher = _line("Who publishes it")
    url_seen = _line("Where you saw it")
    notes = _line("Notes")

    def figure(self) -> NewFigure:
        """What was typed. BadInput, with its field, for what is no price."""
        return NewFigure(
            _version(self.version.data),
            read_pounds(self.pounds.data, "pounds"),
            *(getattr(self, name).data for name in ("year", "source_title", "publisher", "url_seen", "notes")),
        )


class RatesForm(QuestionForm):
    """What stands for an hour, and what would have been given anyway."""

    version = HiddenField()
    low_key = OneOf("Low rate")
    central_key = OneOf("Central rate")
    high_key = OneOf("High rate")
    anyway_least = _line("Would have been given anyway: at least, in %")
    anyway_central = _line("Most likely, in %")
    anyway_most = _line("At most, in %")
    anyway_source = _line("Where that share comes from")

    def offer(self, prices: Iterable[PriceView]) -> None:
        """Let the three be chosen from prices of an hour."""
        choices = [(one.key, f"£{one.pounds:.2f}, {one.source}") for one in prices if one.use is PriceUse.HOUR]
        for field in (self.low_key, self.central_key, self.high_key):
            field.choices = choices

    def rates(self) -> Rates:
        """What was chosen. BadInput, with its field, for what is no share."""
        return Rates(
            version=_version(self.version.data),
            low_key=self.low_key.data,
            central_key=self.central_key.data,
            high_key=self.high_key.data,
            anyway_least=_share(self.anyway_least),
            anyway_central=_share(self.anyway_central),
            anyway_most=_share(self.anyway_most),
            anyway_source=self.anyway_source.data,
        )


class CostForm(QuestionForm):
    """What the scheme paid for."""

    what = OneOf(
        "What was it?",
        choices=[(what.value, COST_WORDS[what][0]) for what in CostOf],
        validators=[chosen("Select what it was")],
    )
    area = OneOf("Which area?")
    quantity = _line("How many (hours, checks, tonnes)?")
    pounds = _line("Price of one in pounds")
    unsure = OneOf("How sure are you?", choices=_UNSURE, validators=[chosen("Select how sure you are")])
    source = _line("Where the figure comes from")
    spent_on = StringField("On which day?", filters=[stripped])

    def cost(self, areas: dict[str, int]) -> NewCost:
        """What was typed. BadInput, with its field, for what cannot be used."""
        if self.area.data not in areas:
            raise BadInput("Select an area", field="area")
        day = read_day(self.spent_on)
        if day is None:
            raise BadInput("Enter the day, like 2026-12-24", field="spent_on")
        return NewCost(
            areas[self.area.data],
            CostOf(self.what.data),
            _number(self.quantity, "Enter how many, like 12.5"),
            read_pounds(self.pounds.data, "pounds"),
            Decimal(self.unsure.data) / 100,
            self.source.data,
            day,
        )


class SavingForm(QuestionForm):
    """A saving that the scheme claims for a kind of help."""

    kind_slug = OneOf("For which kind of help?")
    event = _line("What did not happen?")
    chance = _line("Of 100 visits, at how many would it have happened?")
    chance_source = _line("Where that chance comes from")
    price_key = OneOf("What does it cost when it happens?")
    share = _line("How much of that is due to you, in %?")
    share_why = _line("Why that much?")
    not_proved = StringField(
        "What does this not prove?",
        filters=[stripped],
        default=NOT_PROVED,
        validators=[short("What this does not prove", LONGEST_WORDS)],
    )

    def offer(self, kinds: Iterable[tuple[str, str]], prices: Iterable[PriceView]) -> None:
        """Let the kind and the price be chosen from those there are."""
        self.kind_slug.choices = list(kinds)
        events = (one for one in prices if one.use is PriceUse.EVENT)
        self.price_key.choices = [(one.key, f"£{one.pounds:,.0f} for a {one.unit}: {one.source}") for one in events]

    def saving(self) -> NewSaving:
        """What was typed. BadInput, with its field, for what is no share."""
        return NewSaving(
            self.kind_slug.data,
            self.event.data,
            _share(self.chance),
            self.chance_source.data,
            self.price_key.data,
            _share(self.share),
            self.share_why.data,
            self.not_proved.data,
        )


def _number(field: StringField, message: str) -> Decimal:
    found = _NUMBER.fullmatch(field.data)
    if found is None or not Decimal(found[1]):
        raise BadInput(message, field=field.name)
    return Decimal(found[1])


def _share(field: StringField) -> Decimal:
    found = _NUMBER.fullmatch(field.data or "0")
    if found is None or Decimal(found[1]) > 100:
        raise BadInput("Enter a share from 0 to 100", field=field.name)
    return Decimal(found[1]) / 100


def _version(typed: str | None) -> int:
    text = typed or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
