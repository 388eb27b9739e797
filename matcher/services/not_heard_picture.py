"""Who was heard, as a picture: the voices of each group, and a line where they would be if all were heard alike."""

from __future__ import annotations

from collections.abc import Sequence

from matcher.domain.groups import Group, in_a_sentence
from matcher.domain.hearing import MISSING, Heard
from matcher.domain.small_numbers import FEWEST_SHOWN, count_or_none_words
from matcher.services.drawing import Box, Picture, Stroke, Words, seen
from matcher.services.not_heard import NotHeard, Row

_STEP, _BAR = 66, 14


def finding(shown: NotHeard) -> str:
    """What it shows, as one sentence that is worked out from it."""
    compared = [row for row in shown.groups if row.heard is not Heard.NOT_ASKED]
    if all(row.share is None for row in shown.groups):
        return "How many people of each group live here is not known yet"
    if not shown.answers.total:
        return "Nobody has said anything of themselves yet"
    nobody = [in_a_sentence(Group(row.key)) for row in compared if row.heard is Heard.NOBODY]
    few = [in_a_sentence(Group(row.key)) for row in compared if row.heard is Heard.FEW]
    if nobody:
        more = f"; fewer than expected from {_some(few)}" if few else ""
        return f"We have heard nobody from {_some(nobody)}{more}"
    if few:
        return f"We have heard fewer than expected from {_some(few)}"
    if any(row.heard is Heard.AS_EXPECTED for row in compared):
        return "No group with enough answers is missing"
    return "Too few answers to tell who is missing"


def draw(shown: NotHeard, width: int) -> Picture | None:
    """None where there is nothing to compare yet."""
    rows = [row for row in shown.groups if row.heard is not Heard.NOT_ASKED and row.expected is not None]
    if not rows:
        return None
    most = max(max(_length(row), row.expected or 0) for row in rows) or 1
    picture = Picture(width, _STEP * len(rows))
    for nth, row in enumerate(rows):
        _draw_row(picture, row, nth * _STEP, (width - 8) / most)
    return picture


def _draw_row(picture: Picture, row: Row, top: int, each: float) -> None:
    picture.words.append(Words(row.name, 0, top + 16, "name"))
    heard, foot = row.voices.shown, top + 22 + _BAR
    if heard:
        kind = "given" if heard >= FEWEST_SHOWN else "low"
        picture.boxes.append(Box(1, top + 22, seen(_length(row) * each), _BAR, kind))
    picture.strokes.append(Stroke(f"M0 {foot}H{picture.width}", "guide"))
    expected = row.expected or 0
    picture.strokes.append(Stroke(f"M{1 + expected * each:.1f} {top + 19}V{foot + 3}", "median"))
    kind = "alert" if row.heard in MISSING else "soft"
    beside = "cannot tell yet" if row.heard is Heard.CANNOT_TELL else f"about {expected:,} expected"
    picture.words.append(Words(f"{count_or_none_words(heard)} heard, {beside}", 0, foot + 18, kind))


def _length(row: Row) -> int:
    """Of its bar, in voices: the same for any few, so that neither the bar nor the scale tells which."""
    return max(row.voices.shown, FEWEST_SHOWN) if row.voices.shown else 0


def _some(names: Sequence[str]) -> str:
    """At most three by name."""
    first, rest = list(names[:3]), len(names) - 3
    named = first + ([f"{rest} more"] if rest > 0 else [])
    return f"{', '.join(named[:-1])} and {named[-1]}" if len(named) > 1 else named[0]
