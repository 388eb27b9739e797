"""Two records of one person: what stays where they differ."""

from __future__ import annotations

from collections.abc import Mapping

from web.forms.questions import OneOf, QuestionForm, chosen

KEPT, OTHER = "kept", "other"
STILL_THEIRS, LOST = "theirs", "lost"
_BOTH = ((KEPT, ""), (OTHER, ""))


def _asked(words: str) -> OneOf:
    return OneOf(words, choices=_BOTH, default=KEPT, validators=[chosen("Select what stays")])


class MergeForm(QuestionForm):
    """A question for each thing that both have and that differs: whose stays."""

    name = _asked("Which name stays?")
    phone = _asked("Which phone number stays?")
    lost = OneOf(
        "Is the phone number that goes still theirs?",
        choices=(
            (STILL_THEIRS, "Yes, or we do not know"),
            (LOST, "No, it is lost or somebody else’s"),
        ),
        default=STILL_THEIRS,
        validators=[chosen("Select whether the phone number that goes is still theirs")],
    )
    email = _asked("Which email address stays?")
    home = _asked("Which address stays?")
    offer = _asked("Whose help, times and settings stay?")

    def ask(self, values: Mapping[str, tuple[str, str]]) -> None:
        """values: of who is kept and of the other, by field. What is not there is not asked."""
        if "phone" not in values:
            del self["lost"]
        for name in [name for name in self._fields if name != "lost"]:
            if name not in values:
                del self[name]
                continue
            kept, other = values[name]
            self[name].choices = [(KEPT, kept), (OTHER, other)]

    def taken(self) -> frozenset[str]:
        """What comes from the other."""
        return frozenset(name for name, field in self._fields.items() if field.data == OTHER)

    def is_lost(self) -> bool:
        """Whether the number that does not stay is theirs no more."""
        return "lost" in self._fields and self["lost"].data == LOST
