"""What is drawn for invitations: the code of a pile as a square to scan, and what each channel brought as bars."""

from __future__ import annotations

from collections.abc import Sequence

import segno

from matcher.services.drawing import Box, Picture, Stroke, Words, seen
from matcher.services.invitation_batches import Answers
from matcher.services.invitations import CHANNEL_WORDS

_STEP, _BAR = 66, 14
# Choice -> how its part of a bar is filled, and the word for it.
PARTS = (
    ("ask", "high", "to ask"),
    ("offer", "given", "to offer"),
    ("story", "low", "to tell"),
    ("read", "open", "to read"),
)


def square(address: str) -> str:
    """The address as a QR code: an SVG, as the address of a picture that holds it. A quarter of it may be smudged."""
    return segno.make(address, error="q", micro=False).svg_data_uri(border=4)


def draw(rows: Sequence[Answers], width: int) -> Picture | None:
    """A bar for each channel, in four parts by what was pressed; None where nobody answered."""
    answered = [row for row in rows if row.pressed.total]
    if not answered:
        return None
    each = (width - 8) / max(row.pressed.total for row in answered)
    picture = Picture(width, _STEP * len(answered))
    for nth, row in enumerate(answered):
        top, x = nth * _STEP, 1.0
        picture.words.append(Words(CHANNEL_WORDS[row.channel], 0, top + 16, "name"))
        for choice, kind, _ in PARTS:
            if count := getattr(row.pressed, choice):
                wide = seen(count * each)
                picture.boxes.append(Box(x, top + 22, wide, _BAR, kind))
                x += wide
        picture.strokes.append(Stroke(f"M0 {top + 22 + _BAR}H{width}", "guide"))
        picture.words.append(Words(_said(row, is_short=width < 400), 0, top + 40 + _BAR))
    return picture


def _said(row: Answers, *, is_short: bool) -> str:
    """`12 answers: 5 to ask, 7 to offer`; of a small picture only how many, the rest is in the table."""
    said = f"{row.pressed.total:,} answer{'' if row.pressed.total == 1 else 's'}"
    parts = [f"{getattr(row.pressed, choice):,} {word}" for choice, _, word in PARTS if getattr(row.pressed, choice)]
    return said if is_short else f"{said}: {', '.join(parts)}"
