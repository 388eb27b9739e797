"""Places: what stands where, what its salt may be used for, how much is left."""

from __future__ import annotations

from wtforms import FileField, StringField

from matcher.domain.places import KIND_WORDS, RULE_WORDS, STOCK_WORDS, WITH_SALT, WITH_STOCK
from matcher.services import places
from matcher.services.place_list import PlaceRow
from matcher.services.places import PlaceDraft
from web.forms.questions import OneOf, QuestionForm, chosen, chosen_or_none, short, stripped

KINDS = tuple((kind.value, words.capitalize()) for kind, words in KIND_WORDS.items())
RULES = tuple((rule.value, words.capitalize()) for rule, words in RULE_WORDS.items())
STOCKS = tuple((stock.value, words.capitalize()) for stock, words in STOCK_WORDS.items())


def _line(label: str) -> StringField:
    return StringField(label, filters=[stripped], validators=[short("This", places.LONGEST)])


class PlaceForm(QuestionForm):
    """A place."""

    kind = OneOf("What is it?", choices=KINDS, validators=[chosen("Select what stands there")])
    name = _line("Name")
    where = _line("Where is it?")
    landmark = _line("How to find it (optional)")
    looked_after_by = _line("Looked after by (optional)")
    use_rule = OneOf(
        "What may its salt be used for?", choices=RULES, validators=[chosen_or_none("Select what it may be used for")]
    )
    agreed_by = _line("Agreed by")
    refill_round = _line("Refill round (optional)")
    stock = OneOf("How much is left?", choices=STOCKS, validators=[chosen_or_none("Select how much is left")])

    def draft(self) -> PlaceDraft:
        """What was typed. What is asked of salt alone is left out for a place that holds none."""
        has_salt, has_stock = self.kind.data in WITH_SALT, self.kind.data in WITH_STOCK
        is_agreed = has_salt and self.use_rule.data == "any_path"
        return PlaceDraft(
            kind=self.kind.data,
            name=self.name.data,
            where=self.where.data,
            landmark=self.landmark.data,
            looked_after_by=self.looked_after_by.data,
            use_rule=self.use_rule.data if has_salt else "",
            agreed_by=self.agreed_by.data if is_agreed else "",
            refill_round=self.refill_round.data if has_stock else "",
            stock=self.stock.data if has_stock else "",
        )


def form_of(row: PlaceRow) -> PlaceForm:
    """The form with what is known of a place; how much is left is not asked again unless somebody looked."""
    names = ("kind", "name", "where", "landmark", "looked_after_by", "use_rule", "agreed_by", "refill_round")
    return PlaceForm(data={name: getattr(row, name) or "" for name in names})


class LevelForm(QuestionForm):
    """How much is left, and what does it look like?"""

    stock = OneOf("How much is left?", choices=STOCKS, validators=[chosen("Select how much is left")])
    picture = FileField("Add a photo (optional)")
