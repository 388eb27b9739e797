"""Who works here, and what can be asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time

from wtforms import StringField

from matcher.domain.errors import BadInput
from matcher.domain.preferences import QUIET_BEGINS, QUIET_ENDS, hour_words
from matcher.domain.roles import ROLE_WORDS, StaffRoleName
from matcher.services.door_words import WordsTyped
from matcher.services.kind_changes import KindDraft
from matcher.services.kinds import KindView
from matcher.services.next_door import Neighbours
from matcher.services.scheme_number import Line
from matcher.services.team_members import Member, Rights
from web.forms.questions import OneOf, QuestionForm, SomeOf, stripped

_YES_NO = (("yes", "Yes"), ("no", "No"))
TAKEN = (("yes", "Yes, as far as our areas reach"), ("no", "No, that is left to others"))


class RightsForm(QuestionForm):
    """What somebody may do, and where."""

    roles = SomeOf("Roles", choices=[(role.value, words) for role, (words, _) in ROLE_WORDS.items()])
    areas = SomeOf("Areas", choices=[])
    active = OneOf("May they sign in?", choices=_YES_NO)

    def offer(self, areas: Mapping[int, str]) -> None:
        """Let the areas be chosen from those there are."""
        self.areas.choices = [(str(area_id), name) for area_id, name in areas.items()]

    def rights(self) -> Rights:
        """What was chosen. BadInput for what is no role of ours."""
        known = {role.value for role in StaffRoleName}
        if not known.issuperset(self.roles.data):
            raise BadInput("Select roles from the list", field="roles")
        areas = frozenset(_id(typed) for typed in self.areas.data)
        return Rights(frozenset(map(StaffRoleName, self.roles.data)), areas, self.active.data != "no")


def _id(typed: str) -> int:
    """0, which nothing has, for what is no number."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 18 else 0


class NewMemberForm(RightsForm):
    """Somebody new."""

    name = StringField("Their name", filters=[stripped])
    email = StringField("Their work email address", filters=[stripped])


def rights_form_of(member: Member) -> RightsForm:
    """As they are now."""
    return RightsForm(
        data={
            "roles": sorted(member.roles),
            "areas": [str(area_id) for area_id in sorted(member.area_ids)],
            "active": "yes" if member.is_active else "no",
        }
    )


class KindForm(QuestionForm):
    """What a kind of help is to be."""

    is_on = OneOf("Can it be asked for?", choices=_YES_NO)
    minutes = StringField("Usual minutes", filters=[stripped])
    level = OneOf("Which checks does it need?")

    def draft(self, standing: KindView, *, may_level: bool) -> KindDraft:
        """What was chosen; who may not choose the level leaves it as it stands. BadInput for what is no number."""
        typed = self.minutes.data
        if not (typed.isascii() and typed.isdigit() and len(typed) <= 4):
            raise BadInput("Usual minutes must be a number, like 30", field="minutes")
        level = self.level.data if may_level or self.level.data else standing.level
        return KindDraft(self.is_on.data != "no", int(typed), level)


def kind_form_of(kind: KindView) -> KindForm:
    """As it is now."""
    return KindForm(data={"is_on": "yes" if kind.is_on else "no", "minutes": str(kind.minutes), "level": kind.level})


class NumberForm(QuestionForm):
    """Which number do people call?"""

    phone = StringField("Number to call", filters=[stripped])
    hours = StringField("When it is answered", filters=[stripped])

    def line(self) -> Line:
        """What was typed."""
        return Line(self.phone.data, self.hours.data)


class QuietForm(QuestionForm):
    """When does nothing go that can wait?"""

    begins = OneOf("From", choices=[(str(hour), hour_words(time(hour))) for hour in QUIET_BEGINS])
    ends = OneOf("Until", choices=[(str(hour), hour_words(time(hour))) for hour in QUIET_ENDS])


class DoorWordsForm(QuestionForm):
    """Which words go, and which come?"""

    out = StringField("Words to take out", filters=[stripped])
    into = StringField("Words to put in", filters=[stripped])

    def typed(self) -> WordsTyped:
        """What was typed."""
        return WordsTyped(self.out.data, self.into.data)


class NextDoorForm(QuestionForm):
    """Who helps where we do not?"""

    part = StringField("Postcodes that begin with", filters=[stripped])
    name = StringField("Who helps there", filters=[stripped])
    phone = StringField("Their number", filters=[stripped])
    taken = OneOf("Do we take requests from there?", choices=TAKEN)

    def neighbours(self) -> Neighbours:
        """What was typed."""
        return Neighbours(self.part.data, self.name.data, self.phone.data, self.taken.data == "no")


class ClosedForm(QuestionForm):
    """Why are no new requests taken?"""

    words = StringField("What people read instead", filters=[stripped])
