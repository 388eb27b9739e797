"""What people text back, and the short codes that tell one question from another.

Generous to how people type, strict about what they mean: a yes with anything beside it that is not understood, such
as "yes but after ten", is no yes. A person reads it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

# A figure and a letter, none of which looks or sounds like another, or like the Y and N of an answer.
_FIGURES, _LETTERS = "23456789", "ACDEFHJKMPRTWX"
CODES = tuple(figure + letter for letter in _LETTERS for figure in _FIGURES)


class ReplyKind(StrEnum):
    """What a text was understood as."""

    YES = "yes"
    NO = "no"
    STOP = "stop"
    START = "start"
    HELP = "help"
    NEEDS = "needs"
    WELL = "well"
    OTHER = "other"


class WarmAnswer(StrEnum):
    """What someone says who is asked whether they are warm: 1, they need something; 2, all is well."""

    NEEDS = "needs"
    WELL = "well"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a text says. `code` is the question it answers, or empty."""

    kind: ReplyKind
    code: str = ""


def choose_code(person_id: int, occurrence_id: int, used: Collection[str]) -> str:
    """A code for a question, other than those in use; the same each time for the same question."""
    begin = (person_id * 31 + occurrence_id * 17) % len(CODES)
    return next(code for code in (*CODES[begin:], *CODES[:begin]) if code not in used)


def parse_reply(text: str) -> Reply:
    """What they mean. OTHER unless every word of it is understood, and all of them say the same."""
    words = _words(text)
    codes = {code for word in words if (code := _code(word))}
    said = [word for word in words if not _code(word)]
    kinds = {kind for kind, own in _SAYS.items() if own & set(said)}
    if ReplyKind.STOP in kinds:  # "no, stop": whoever wants no more texts is heard, whatever else they answer
        kinds.discard(ReplyKind.NO)
    if len(kinds) != 1 or len(codes) > 1 or not _is_plain(said, (kind := next(iter(kinds)))):
        return Reply(ReplyKind.OTHER)
    if kind is ReplyKind.STOP:
        return Reply(kind)
    return Reply(kind, next(iter(codes), "")) if kind in _ANSWERS or not codes else Reply(ReplyKind.OTHER)


_ANSWERS = (ReplyKind.YES, ReplyKind.NO)
_SAYS = {
    ReplyKind.YES: frozenset({"y", "ye", "yes", "yea", "yeah", "yep", "yup", "ok", "okay", "sure"}),
    ReplyKind.NO: frozenset({"n", "no", "nope", "nah", "sorry", "cant", "cannot", "not"}),
    ReplyKind.STOP: frozenset({"stop", "stopall", "unsubscribe", "optout", "opt"}),
    ReplyKind.START: frozenset({"start", "unstop"}),
    ReplyKind.HELP: frozenset({"help", "info"}),
    ReplyKind.NEEDS: frozenset({"1", "one"}),
    ReplyKind.WELL: frozenset({"2", "two"}),
}
_POLITE = frozenset({"please", "pls", "plz", "thanks", "thank", "you", "ta", "hi", "hello", "x", "xx"})
_MAY_STAND_BESIDE = {
    ReplyKind.YES: frozenset({"i", "can", "will", "do", "it"}),
    ReplyKind.NO: frozenset({"i", "can", "do", "it", "this", "time", "today", "im", "am", "afraid"}),
    ReplyKind.STOP: frozenset(
        {
            *("all", "the", "these", "this", "it", "texts", "texting", "messages", "messaging", "sending", "me"),
            *("contacting", "asking", "bothering", "no", "more", "now", "out", "sorry", "i", "want", "to"),
        }
    ),
    ReplyKind.START: frozenset({"again", "texts", "messages"}),
    ReplyKind.HELP: frozenset({"me"}),
    ReplyKind.NEEDS: frozenset(),
    ReplyKind.WELL: frozenset(),
}
_STUCK = re.compile(r"(y|yes|n|no)([2-9][a-z]|[a-z][2-9])", re.ASCII)
_GLAD = re.compile("[👍👌🙂😊😀😃😄🙏✅✔❤☺]")  # beside a word they change nothing of what it means
_APART = re.compile(r"(?<![a-z0-9])([2-9]) (?=[a-z](?![a-z0-9]))", re.ASCII)


def _words(text: str) -> list[str]:
    """Small letters and figures alone: `Yes, 7k.` -> yes 7k; `yes7k` -> yes 7k; `Y 7 K` -> y 7k; `can't` -> cant."""
    plain = _GLAD.sub(" ", unicodedata.normalize("NFKC", text)).casefold().replace("'", "").replace("’", "")
    spaced = " ".join(re.findall(r"[^\W_]+", plain)) if not _has_signs(plain) else plain
    return [part for word in _APART.sub(r"\1", spaced).split() for part in _parted(word)]


def _has_signs(plain: str) -> bool:
    """True if it holds a sign that may change what it means, such as a question mark or a thumb turned down."""
    return any(sign == "?" or unicodedata.category(sign) in ("So", "Sc", "Sm") for sign in plain)


def _parted(word: str) -> tuple[str, ...]:
    stuck = _STUCK.fullmatch(word)
    return (stuck[1], stuck[2]) if stuck else (word,)


def _code(word: str) -> str:
    """The code that a word is, whichever way round; or nothing."""
    both = {word.upper(), word[::-1].upper()} & _CODES
    return next(iter(both), "")


_CODES = frozenset(CODES)


def _is_plain(said: list[str], kind: ReplyKind) -> bool:
    return set(said) <= _SAYS[kind] | _POLITE | _MAY_STAND_BESIDE[kind]
