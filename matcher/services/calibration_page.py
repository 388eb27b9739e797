"""Expected answers beside given ones, for coordinators: the finding as a title, the numbers, what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from matcher.services import learned
from matcher.services.drawing import Box, Picture, Stroke, Words, seen
from matcher.services.learned import Calibration

CLOSE = 0.03
_STEP, _BAR = 62, 16


@dataclass(frozen=True, slots=True)
class Bar:
    """One group of asks: percent expected to say yes, percent that did, how many."""

    expected: int
    said_yes: int
    asks: int


@dataclass(frozen=True, slots=True)
class CalibrationPage:
    """`decision` says what rounds do with it. `fitted_at` is None before the first night."""

    title: str
    decision: str
    bars: tuple[Bar, ...]
    fitted_at: datetime | None
    resolved: int
    slope: float | None


def read(session: Session) -> CalibrationPage:
    """Of the newest fit."""
    found = learned.calibration(session)
    if found is None:
        decision = "Everyone is thought alike until then, by starting values."
        return CalibrationPage("Nothing has been learned yet: it is done once a night.", decision, (), None, 0, None)
    bars = tuple(Bar(round(at * 100), round(said * 100), count) for at, said, count in found.bins if count)
    return CalibrationPage(_title(found), _decision(found), bars, found.fitted_at, found.resolved, found.slope)


def draw(bars: Sequence[Bar], width: int) -> Picture | None:
    """A bar for each group of asks, as long as its share of yes, and a line where it was expected to end."""
    if not bars:
        return None
    picture = Picture(width, _STEP * len(bars))
    each = (width - 4) / 100
    for nth, bar in enumerate(bars):
        top = nth * _STEP
        foot = top + 22 + _BAR
        picture.words.append(Words(f"Expected {bar.expected}, said yes {bar.said_yes} in 100", 0, top + 16, "name"))
        if bar.said_yes:
            picture.boxes.append(Box(1, top + 22, seen(bar.said_yes * each), _BAR, "given"))
        picture.strokes.append(Stroke(f"M0 {foot}H{width}", "guide"))
        picture.strokes.append(Stroke(f"M{1 + bar.expected * each:.1f} {top + 19}V{foot + 3}", "median"))
        asks = "1 question" if bar.asks == 1 else f"{bar.asks:,} questions"
        picture.words.append(Words(asks, 0, foot + 17))
    return picture


def _title(found: Calibration) -> str:
    if found.mean_predicted is None or found.mean_said_yes is None or not found.resolved:
        return f"Too few answers to tell yet: {found.resolved:,}."
    expected, said = round(found.mean_predicted * 100), round(found.mean_said_yes * 100)
    both = f"We expected {expected} in 100 to say yes, and {said} did"
    if abs(found.mean_predicted - found.mean_said_yes) <= CLOSE:
        return f"{both}: that is close."
    return f"{both}: we hoped for too {'much' if expected > said else 'little'}."


def _decision(found: Calibration) -> str:
    if found.slope is None:
        return "It has not been tested yet: rounds think alike of everyone, and ask a little more widely."
    if found.is_open:
        return "It passed its test: rounds use what was learned of each person."
    return "It did not pass its test: rounds think alike of everyone, and ask a little more widely."
