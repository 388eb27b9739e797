"""What we say to people: one plain-text template per event, and the only way to put values into it.

A template is `templates/<event>.txt`: header lines, a blank line, then the text of one message.

    Subject: Can you help? {when}
    Stage: pre

    {scheme}: can you help with {task}, {dist} away, {when}? Yes or no: {link}

The stage says what it may tell: `pre` goes to people nobody has said yes to, so no name and no door word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from string import Formatter
from types import MappingProxyType

from matcher.domain.errors import MessageError
from matcher.domain.messages.gsm7 import ONE_TEXT, gsm7_length, outside_gsm7, parts_of

__all__ = [
    "ONE_TEXT",
    "TEMPLATES",
    "Message",
    "Stage",
    "Template",
    "events",
    "fill",
    "gsm7_length",
    "names_in",
    "outside_gsm7",
    "parse",
    "parts_of",
    "render",
    "words_event",
]


class Stage(StrEnum):
    """Before a yes, or after one: what a message may tell."""

    PRE = "pre"
    POST = "post"


# v: the volunteer's first name; r: the resident's first name; word: the door word.
_ANYONE = frozenset({"scheme", "ref", "task", "dist", "when", "link", "tel", "code", "n", "area"})
ALLOWED: Mapping[Stage, frozenset[str]] = MappingProxyType(
    {Stage.PRE: _ANYONE, Stage.POST: _ANYONE | {"v", "r", "word"}}
)
OPENING = "{scheme}: "
_HEADERS = ("Subject", "Stage")
_BY_EMAIL = {"match_asked": "match_asked_email"}  # nobody answers an e-mail with a code


@dataclass(frozen=True, slots=True)
class Message:
    """What one person is sent: a subject for e-mail, and a text that stands alone."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Template:
    """The words for one event. `values` names every value they need, no more and no fewer."""

    event: str
    stage: Stage
    subject: str
    text: str
    values: frozenset[str]


def render(event: str, values: Mapping[str, str]) -> Message:
    """The message for `event`. MessageError: an unknown event, or values missing, empty or not asked for."""
    template = TEMPLATES.get(event)
    if template is None:
        raise MessageError(f"There are no words for the event {event!r}.")
    return fill(template, values)


def words_event(template: str, channel: str) -> str:
    """The event whose words a message has: by e-mail some have words of their own."""
    return _BY_EMAIL.get(template, template) if channel == "email" else template


def fill(template: Template, values: Mapping[str, str]) -> Message:
    """These words with these values. MessageError as for `render`."""
    filled = {name: " ".join(value.split()) for name, value in values.items()}  # a subject is one line
    given = {name for name, value in filled.items() if value}
    if missing := template.values - given:
        raise MessageError(f"The message {template.event} needs {_listed(missing)}.")
    if unknown := filled.keys() - template.values:
        raise MessageError(f"The message {template.event} has no place for {_listed(unknown)}.")
    return Message(template.subject.format_map(filled), template.text.format_map(filled))


def events() -> tuple[str, ...]:
    """Every event there are words for, by name."""
    return tuple(TEMPLATES)


def parse(event: str, source: str) -> Template:
    """A template from the text of its file. MessageError says which rule it breaks."""
    head, _, text = source.strip().partition("\n\n")
    headers = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
    if tuple(headers) != _HEADERS or "\n" in text or not text.startswith(OPENING):
        raise MessageError(f"The template {event} must be Subject, Stage, a blank line and one line from {OPENING!r}.")
    stage = _stage(event, headers["Stage"])
    names = names_in(headers["Subject"]) | names_in(text)
    if forbidden := names - ALLOWED[stage]:
        raise MessageError(f"The template {event} is at stage {stage}: it may not say {_listed(forbidden)}.")
    return Template(event, stage, headers["Subject"], text, names)


def _stage(event: str, declared: str) -> Stage:
    try:
        return Stage(declared)
    except ValueError as error:
        raise MessageError(f"The template {event} must declare its stage: pre or post.") from error


def names_in(words: str) -> frozenset[str]:
    """The values that a text names. ValueError for braces that do not match."""
    # Whatever follows a name ({v.upper}, {v!r}, {v:>9}) is kept with it: then it is not in ALLOWED.
    fields = (parts[1:] for parts in Formatter().parse(words) if parts[1] is not None)
    return frozenset("".join(part or "" for part in field) for field in fields)


def _listed(names: set[str] | frozenset[str]) -> str:
    return ", ".join(sorted(names))


def _load() -> Mapping[str, Template]:
    folder = files(__name__) / "templates"
    names = sorted(file.name.removesuffix(".txt") for file in folder.iterdir() if file.name.endswith(".txt"))
    sources = {name: (folder / f"{name}.txt").read_text(encoding="utf-8") for name in names}
    return MappingProxyType({event: parse(event, source) for event, source in sources.items()})


TEMPLATES: Mapping[str, Template] = _load()
