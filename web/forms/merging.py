"""Two records of one person: what stays where they differ."""

from __future__ import annotations

from collections.abc import Mapping

from web.forms.questions import OneOf, QuestionForm, chosen

KEPT, OTHER = "kept", "other"
_BOTH = ((KEPT, ""), (OTHER, ""))


def _asked(words: str) -> OneOf:
    return OneOf(words, choices=_BOTH, default=KEPT, validators=[chosen("Select what stays")])


class MergeForm(QuestionForm):
    """A question for each thing that both have and that differs: whose stays."""

    name = _asked("Which name stays?")
    phone = _asked("Which phone number stays?")
    email = _asked("Which email address stays?")
    home = _asked("Which address stays?")
    offer = _asked("Whose help, times and settings stay?")

    def ask(self, values: Mapping[str, tuple[str, str]]) -> None:
        """values: of who is kept and of the other, by field. What is not there is not asked."""
        for name in [*self._fields]:
            if name not in values:
                del self[name]
                continue
            kept, other = values[name]
            self[name].choices = [(KEPT, kept), (OTHER, other)]

    def taken(self) -> frozenset[str]:
        """What comes from the other."""
        return frozenset(name for name, field in self._fields.items() if field.data == OTHER)
