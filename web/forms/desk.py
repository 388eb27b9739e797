"""The call handler's one page: the four questions of someone who asks for help, put for an ear rather than an eye."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from wtforms import Field, StringField

from matcher.domain.errors import BadInput
from matcher.services import desk, people
from web import filters
from web.forms.needs import CONTACT, KindForm, WhenForm, WhereForm, WhoForm
from web.forms.one_page import AnyWishForm, OnePageForm, TimeOfDayForm
from web.forms.questions import OneOf, QuestionForm, checked_by, chosen, short, stripped


class _Who(AnyWishForm):
    """Said of the caller."""

    contact = OneOf(
        "How do we tell them?",
        choices=CONTACT,
        default="phone",
        validators=[chosen("Select how we tell them")],
    )


class CallForm(OnePageForm):
    """Everything the handler types, in one form."""

    def __init__(self, typed: Any = None) -> None:
        super().__init__(
            {"who": _Who(typed), "where": WhereForm(typed), "kind": KindForm(typed), "when": TimeOfDayForm(typed)}
        )
        self.where.house.label.text = "House number or name"
        self.kind.kind.label.text = "Help needed"

    def __iter__(self) -> Iterator[Field]:
        """As they stand on the page: the number is asked first."""
        assert isinstance(self.who, WhoForm)
        yield self.who.phone
        for form in self.forms.values():
            yield from (field for field in form if field is not self.who.phone)

    def says_what_where_and_when(self) -> bool:
        """True if that much of it can be used, however much is still to be typed."""
        is_somewhere = self.where.postcode.validate(self.where)
        return bool(is_somewhere and self.kind.is_answered(self._asking) and self.when.is_answered(self._asking))

    def read_back(self) -> str:
        """What the handler says last: one sentence of each answer, in the order in which they were asked."""
        assert isinstance(self.kind, KindForm)
        assert isinstance(self.when, WhenForm)
        assert isinstance(self.where, WhereForm)
        assert isinstance(self.who, WhoForm)
        who, where = self.who, self.where
        when = ", ".join(filters.lower_first(words) for words in self.when.in_words())
        told = {"text": "by text", "phone": "by phone", "letter": "by letter"}.get(who.contact.data, who.email.data)
        wanted = f" Who comes: {', '.join(map(filters.lower_first, who.wish_words()))}." if who.wishes.data else ""
        note = f" For the neighbour: {who.note.data.rstrip('.')}." if who.note.data else ""
        return (
            f"{who.first_name.data}, at {where.house.data}, {where.postcode_words()}. "
            f"You need: {filters.lower_first(self.kind.in_words())}. When: {when}.{wanted}{note} "
            f"Your number is {people.phone_words(people.check_phone(who.phone.data))}. We tell you {told}."
        )

    def mark(self, look_alikes: tuple[desk.FoundNeed, ...]) -> str:
        """Stands for what was read back and warned of: sent with the yes, so that nothing unread is sent."""
        shown = f"{self.read_back()} {[one.need_id for one in look_alikes]}"
        return hashlib.sha256(shown.encode()).hexdigest()[:32]


def _check_wanted(text: str) -> None:
    if not text:
        raise BadInput("Enter a reference or a phone number")


class FindForm(QuestionForm):
    """Who is on the line?"""

    wanted = StringField(
        "Reference or phone number",
        filters=[stripped],
        validators=[short("Reference or phone number", desk.WANTED_LENGTH), checked_by(_check_wanted)],
    )


class DoorForm(FindForm):
    """Is this one of yours?"""

    name = StringField(
        "The name that was said at the door",
        filters=[stripped],
        validators=[checked_by(people.check_first_name), short("The name", people.NAME_LENGTH)],
    )
