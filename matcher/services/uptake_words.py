"""What the weeks before and since a reward show: sentences that are worked out, the rows of a table, and a picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from matcher.engine.uptake import FEWEST_WEEKS, Difference
from matcher.services.drawing import WIDE, Box, Picture, Stroke, Words, seen
from matcher.services.uptake import Uptake, Week

_HEAD, _TALL, _FOOT = 24, 54, 30  # of one row of bars: its words, its bars, the space below
_NO_CAUSE = "Something else may have changed in the same weeks: this does not show that the reward did it."


def finding(found: Uptake) -> str:
    """The visits before and since, and whether chance alone may do that."""
    if not found.is_known_before:
        return "Nothing is known of the weeks before, so there is nothing to compare"
    if not found.weeks:
        return "The first week is not over: there is nothing to compare yet"
    before, since = found.a_week("visits")
    if not before and not since:
        return f"No visit was made in the {'week' if found.weeks == 1 else _weeks(found.weeks)} before, and none since"
    said = f"{_number(since)} visits a week since it began, {_number(before)} before"
    difference = found.difference("visits")
    if difference is None:
        return f"{said}: {_weeks(found.weeks)} {'says' if found.weeks == 1 else 'say'} little"
    return f"{said}: {_chance(difference)}"


def caution(found: Uptake) -> str:
    """What must not be read into it."""
    if not found.weeks:
        return ""
    few = f"Fewer than {FEWEST_WEEKS} weeks say little: look again later. " if found.is_few else ""
    whole = _weeks(found.weeks).replace(" ", " whole ")
    return f"{few}Compared: {whole} before and as many since. {_NO_CAUSE}"


def compared(found: Uptake) -> tuple[tuple[str, str, str, str], ...]:
    """(what, before, since, the difference and how sure it is) of all three."""
    if not found.weeks:
        return ()
    rows = []
    for what, name in (("sign_ups", "New volunteers a week"), ("visits", "Visits done a week")):
        before, since = found.a_week(what)
        rows.append((name, _number(before), _number(since), _sure(found.difference(what), _number)))
    before_yes, since_yes = found.answers
    sure = _sure(found.difference_of_yes, lambda share: f"{share * 100:.0f}", " in 100")
    return (rows[0], ("Yes, of those who were asked", _share(*before_yes), _share(*since_yes), sure), rows[1])


def by_week(found: Uptake) -> tuple[tuple[str, ...], ...]:
    """(week, when, new volunteers, asked, yes, visits): the numbers of the picture."""
    sides = (("before", found.before), ("since", found.since))
    return tuple(
        (f"{week.first:%-d %B %Y}", name, *(f"{many:,}" for many in (week.sign_ups, week.asked, week.yes, week.visits)))
        for name, weeks in sides
        for week in weeks
    )


def draw(found: Uptake, width: int) -> Picture | None:
    """A row of bars for each thing of which there was any, a bar for each week: hatched before, filled since."""
    weeks = [*found.before, *found.since]
    if not any(week.sign_ups or week.yes or week.visits for week in weeks):
        return None
    picture = Picture(width)
    top = 0.0
    for name, share, most in (
        ("New volunteers", *_counts(weeks, "sign_ups")),
        ("Yes of those asked", _yes, "all"),
        ("Visits done", *_counts(weeks, "visits")),
    ):
        shares = [share(week) for week in weeks]
        if any(shares):
            _row(picture, shares, top, name, most)
            top += _HEAD + _TALL + _FOOT
    half = width / 2
    picture.words.append(Words("before", half - 6, top - 8, anchor="end"))
    picture.words.append(Words("since" if width < WIDE else "since it began", half + 6, top - 8))
    picture.height = round(top) + 8
    return picture


def _counts(weeks: Sequence[Week], what: str) -> tuple[Callable[[Week], float | None], str]:
    """(the height of a week as a share of the highest, how many that is)."""
    most = max(1, *(getattr(week, what) for week in weeks))
    return lambda week: getattr(week, what) / most, f"{most:,}"


def _yes(week: Week) -> float | None:
    return week.yes / week.asked if week.asked else None


def _row(picture: Picture, shares: Sequence[float | None], top: float, name: str, most: str) -> None:
    each, foot = picture.width / len(shares), top + _HEAD + _TALL
    picture.words.append(Words(name, 0, top + 15, "name"))
    picture.words.append(Words(most, picture.width - 2, top + 15, anchor="end"))
    for number, share in enumerate(shares):
        if share:
            kind = "given" if number >= len(shares) / 2 else "off"
            wide = each - min(4.0, each / 4)
            tall = seen(share * _TALL)
            picture.boxes.append(Box(number * each + (each - wide) / 2, foot - tall, wide, tall, kind))
    picture.strokes.append(Stroke(f"M0 {foot - _TALL:g}H{picture.width}", "guide"))
    picture.strokes.append(
        Stroke(f"M0 {foot:g}H{picture.width}M{picture.width / 2:g} {foot - _TALL:g}V{foot + 6:g}", "axis")
    )


def _chance(difference: Difference) -> str:
    if difference.may_be_chance:
        return "chance alone may do that"
    return f"{'more' if difference.middle > 0 else 'less'} than chance alone would often do"


def _sure(difference: Difference | None, number: Callable[[float], str], unit: str = "") -> str:
    if difference is None:
        return "Too little to tell"
    ends = " to ".join(_signed(number(abs(end)), end) for end in (difference.low, difference.high))
    return f"{_signed(number(abs(difference.middle)), difference.middle)}{unit}; 95% sure: {ends}"


def _signed(words: str, value: float) -> str:
    return words if words.strip("0.") == "" else f"{'−' if value < 0 else '+'}{words}"


def _share(yes: int, asked: int) -> str:
    return f"{100 * yes / asked:.0f} in 100 ({yes:,} of {asked:,})" if asked else "Nobody was asked"


def _number(value: float) -> str:
    return f"{value:,.1f}".removesuffix(".0")


def _weeks(count: int) -> str:
    return "1 week" if count == 1 else f"{count} weeks"
