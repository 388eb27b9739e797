"""What a text may be changed to: it must still fit one text message, and still say what it is there to say."""

from __future__ import annotations

from dataclasses import dataclass

from matcher.domain.errors import BadInput
from matcher.domain.messages import (
    ALLOWED,
    ONE_TEXT,
    OPENING,
    Message,
    Stage,
    Template,
    fill,
    gsm7_length,
    names_in,
    outside_gsm7,
    parts_of,
)
from matcher.domain.messages.longest import FIELD_WORDS, Sender, longest_values
from matcher.domain.reading import LONG_SENTENCE, grade, sentences

LONGEST_SUBJECT = 78
# A subject is read on a locked screen, and by whoever stands beside it.
_NOT_IN_SUBJECT = frozenset({"word", "code", "link"})
# What a machine of ours answers to, what somebody must know to be safe, and whether they are booked.
_FIXED = ("YES {code}", "NO {code}", "Text 1", "Text 2", "text 1", "START", "999", "111")
_BOOKED = ("You ARE booked", "You ARE still booked", "You are NOT booked")
_PLAIN_SIGNS = {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": "a space"}


@dataclass(frozen=True, slots=True)
class Measure:
    """A text at its longest. `length`: septets, None outside the alphabet of text messages; `parts`: texts it is sent
    as; `grade`: years of school it takes to read; `longest_sentence`: in words.
    """

    message: Message
    length: int | None
    parts: int
    grade: float
    longest_sentence: int

    @property
    def is_long_winded(self) -> bool:
        """A sentence is longer than most people like to read."""
        return self.longest_sentence > LONG_SENTENCE


def measure(template: Template, sender: Sender, *, task: str = "") -> Measure:
    """The text with every value at its longest; `task`: the longest kind of help there is."""
    values = longest_values(template.event, sender)
    values["task"] = max(values["task"], task, key=len)
    message = fill(template, {name: values[name] for name in template.values})
    found = sentences([f"{_without_names(template.text)}."])
    longest = max(map(len, found), default=0)
    return Measure(message, gsm7_length(message.text), parts_of(message.text), round(grade(found), 1), longest)


def changed(shipped: Template, subject: str, text: str) -> Template:
    """The same event in other words. BadInput, with its field, for words that it may not have, at any length."""
    names, own = _named(text, "text"), _named(subject, "subject")
    _check_known(shipped, names, "text")
    _check_known(shipped, own, "subject")
    if unsafe := own & _NOT_IN_SUBJECT:
        raise BadInput(f"The subject may not name {_braced(unsafe)}: others may see it", field="subject")
    if not text.startswith(OPENING):
        raise BadInput("Begin the text with {scheme}: so that people know at once who writes", field="text")
    if lost := _needed(shipped) - names:
        raise BadInput(f"The text must still name {_braced(lost)}", field="text")
    _check_phrases(shipped, text)
    return Template(shipped.event, shipped.stage, subject, text, names | own)


def check_fits(template: Template, sender: Sender, *, task: str = "") -> None:
    """BadInput unless it is one text message at its longest."""
    if strange := outside_gsm7(template.text):
        raise BadInput(_strange_words(strange), field="text")
    length = measure(template, sender, task=task).length
    if length is None:  # a name in the settings is at fault, and costs every text the same
        raise BadInput("The scheme's name or phone number has a sign that makes every text dearer", field="text")
    if length > ONE_TEXT:
        over = length - ONE_TEXT
        raise BadInput(
            f"The text is {length} characters at its longest and may have {ONE_TEXT}: take out {over}", field="text"
        )
    if not template.subject or len(measure(template, sender, task=task).message.subject) > LONGEST_SUBJECT:
        raise BadInput(f"The subject must have 1 to {LONGEST_SUBJECT} characters at its longest", field="subject")


def allowed_in(shipped: Template) -> tuple[str, ...]:
    """The values this event can name, in the order in which they are explained."""
    return tuple(name for name in FIELD_WORDS if name in shipped.values | {"scheme", "tel"})


def _needed(shipped: Template) -> frozenset[str]:
    """All that the text as shipped names, but for the name by which a volunteer is spoken to."""
    courtesy = {"v"} if shipped.event.endswith("_volunteer") else set()
    return names_in(shipped.text) - courtesy


def _named(words: str, field: str) -> frozenset[str]:
    try:
        return names_in(words)
    except ValueError:
        raise BadInput("Write each value in one pair of brackets, like {link}", field=field) from None


def _check_known(shipped: Template, names: frozenset[str], field: str) -> None:
    early = names & (ALLOWED[Stage.POST] - ALLOWED[Stage.PRE])
    if shipped.stage is Stage.PRE and early:
        raise BadInput(f"{_braced(early)} may not be named before somebody has said yes", field=field)
    if unknown := names - set(allowed_in(shipped)):
        raise BadInput(f"This message cannot name {_braced(unknown)}", field=field)


def _check_phrases(shipped: Template, text: str) -> None:
    kept = [phrase for phrase in (*_FIXED, *_BOOKED) if phrase in shipped.text and phrase not in text]
    if kept:
        raise BadInput(f"The text must still say “{kept[0]}”, just so", field="text")
    false = [phrase for phrase in _BOOKED if phrase in text and phrase not in shipped.text]
    if false:
        raise BadInput(f"This message may not say “{false[0]}”", field="text")


def _strange_words(strange: list[str]) -> str:
    signs = ", ".join(f"{sign} (use {_PLAIN_SIGNS[sign]})" if sign in _PLAIN_SIGNS else sign for sign in strange)
    return f"Take out what a text message cannot hold: {signs}"


def _without_names(text: str) -> str:
    """The bare sentence: names and figures are none of its difficulty."""
    short = {"v": "Ann", "r": "Ann", "dist": "near you", "when": "today", "task": "a lift", "word": "apple"}
    blanks = {name: short.get(name, "") for name in FIELD_WORDS} | {"area": "here"}
    return text.format_map(blanks).lstrip(": ")


def _braced(names: frozenset[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names))
