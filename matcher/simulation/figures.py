"""The four pictures, as SVG: fill against asks, on time, fairness, time to yes. Their titles say what the data say."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from matcher.simulation.results import Mean, Summary

WIDTH, ROW, LEFT, RIGHT, TOP, PANEL_GAP = 880, 30, 210, 110, 96, 58
INK, SOFT, RULE, BAR, OURS_BAR = "#1d2733", "#56606b", "#d5dade", "#9aa7b4", "#0b6e63"
FONT = "font-family=\"'Atkinson Hyperlegible Next', system-ui, arial, sans-serif\""
_SCENARIO_WORDS = {"quiet": "A quiet week", "snow": "A week with two days of snow"}


@dataclass(frozen=True, slots=True)
class Scale:
    """From a figure to a place on the page."""

    most: float
    left: float
    width: float

    def at(self, value: float) -> float:
        """Pixels from the left."""
        return self.left + self.width * min(max(value / self.most, 0.0), 1.0)


def pictures(summaries: Sequence[Summary]) -> dict[str, str]:
    """File name -> SVG."""
    real = [one for one in summaries if one.policy != "clairvoyant"]
    bars = (
        ("on_time.svg", "on_time", "needs met on time, % of all", _on_time_title),
        ("fairness.svg", "worst_off", "asks in the week to whoever was asked most", _fairness_title),
        ("time_to_yes.svg", "minutes_to_yes_p90", "minutes from posting to a yes: bar 9 in 10, dot half", _time_title),
    )
    drawn = {"fill_against_asks.svg": _scatter(real)}
    for name, measure, axis, title in bars:
        dot = "minutes_to_yes" if measure == "minutes_to_yes_p90" else None
        drawn[name] = _bars(summaries if measure == "on_time" else real, measure, axis, title, dot)
    return drawn


def _scatter(summaries: Sequence[Summary]) -> str:
    panels = _panels(summaries)
    height = 300
    most_asks = max((one.means["asks_per_fill"].mean for one in summaries), default=1.0) * 1.05 or 1.0
    scale = Scale(most_asks, 70, WIDTH - 260)
    parts: list[str] = []
    for at, (scenario, of_it) in enumerate(panels):
        top = TOP + at * (height + 2 * PANEL_GAP)
        parts += _scatter_panel(scenario, of_it, scale, top, height)
    return _page(_fill_title(panels), parts, TOP + len(panels) * (height + 2 * PANEL_GAP) - PANEL_GAP)


def _scatter_panel(
    scenario: str, summaries: Sequence[Summary], scale: Scale, top: float, height: float
) -> Iterator[str]:
    ends = [end for one in summaries for end in _ends(one.means["fill"])]
    step = 5 if max(ends) - min(ends) < 40 else 20
    least, most = math.floor(min(ends) / step) * step, math.ceil(max(ends) / step) * step

    def y(value: float) -> float:
        return top + height - height * (value - least) / max(most - least, 1)

    yield _text(scale.left, top - 14, _SCENARIO_WORDS.get(scenario, scenario), weight=700)
    for tick in range(least, most + 1, step):
        yield _line(scale.left, y(tick), scale.left + scale.width, y(tick))
        yield _text(scale.left - 8, y(tick) + 5, f"{tick} %", anchor="end", colour=SOFT)
    for asks in _ticks(scale.most):
        yield _text(scale.at(asks), top + height + 20, f"{asks:g}", anchor="middle", colour=SOFT)
    yield _text(scale.left + scale.width, top + height + 42, "asks for each need met →", anchor="end", colour=SOFT)
    yield _text(20, top + height + 42, "↑ needs met, with 95 % intervals", colour=SOFT)
    spots = [(scale.at(one.means["asks_per_fill"].mean), y(one.means["fill"].mean)) for one in summaries]
    for one, (x, middle), label_y in zip(summaries, spots, _apart(spots), strict=True):
        low, high = _ends(one.means["fill"])
        yield _line(x, y(low), x, y(high), colour=_colour(one), width=2)
        yield f'<circle cx="{x:.1f}" cy="{middle:.1f}" r="6" fill="{_colour(one)}"/>'
        words = f"{_name(one)} {one.means['fill'].mean:.1f} %"
        yield _text(x + 12, label_y + 5, words, colour=_colour(one, text=True), halo=True)


def _apart(spots: Sequence[tuple[float, float]], least: float = 19.0, beside: float = 190.0) -> list[float]:
    """Heights for the labels of these spots, moved down so that labels beside each other do not lie on each other."""
    placed: dict[int, float] = {}
    for row in sorted(range(len(spots)), key=lambda row: spots[row][1]):
        x, height = spots[row]
        for other, taken in sorted(placed.items(), key=lambda item: item[1]):
            if abs(spots[other][0] - x) < beside and abs(taken - height) < least:
                height = taken + least
        placed[row] = height
    return [placed[row] for row in range(len(spots))]


def _bars(
    summaries: Sequence[Summary],
    measure: str,
    axis: str,
    title: Callable[[Sequence[tuple[str, list[Summary]]]], str],
    dot: str | None,
) -> str:
    panels = _panels(summaries)
    most = max((max(one.means[measure].mean, _ends(one.means[measure])[1]) for one in summaries), default=1.0)
    scale = Scale(most or 1.0, LEFT, WIDTH - LEFT - RIGHT)
    parts: list[str] = []
    top = float(TOP)
    for scenario, of_it in panels:
        parts.append(_text(20, top - 14, _SCENARIO_WORDS.get(scenario, scenario), weight=700))
        for one in of_it:
            parts += _bar(one, measure, dot, scale, top)
            top += ROW
        top += PANEL_GAP
    parts.append(_text(LEFT, top - PANEL_GAP + 22, axis, colour=SOFT))
    return _page(title(panels), parts, top)


def _bar(one: Summary, measure: str, dot: str | None, scale: Scale, top: float) -> Iterator[str]:
    mean = one.means[measure]
    low, high = _ends(mean)
    middle = top + ROW / 2
    yield _text(LEFT - 12, middle + 5, _name(one), anchor="end", colour=_colour(one, text=True))
    width = scale.at(mean.mean) - scale.left
    yield f'<rect x="{scale.left}" y="{top + 5:.1f}" width="{width:.1f}" height="{ROW - 10}" fill="{_colour(one)}"/>'
    yield _line(scale.at(low), middle, scale.at(high), middle, colour=INK, width=2)
    if dot:
        yield f'<circle cx="{scale.at(one.means[dot].mean):.1f}" cy="{middle:.1f}" r="5" fill="#fff" stroke="{INK}"/>'
    yield _text(max(scale.at(high), scale.at(mean.mean)) + 8, middle + 5, f"{mean.mean:.0f}", colour=INK)


def _panels(summaries: Sequence[Summary]) -> list[tuple[str, list[Summary]]]:
    scenarios = dict.fromkeys(one.scenario for one in summaries)
    return [(scenario, [one for one in summaries if one.scenario == scenario]) for scenario in scenarios]


Panels = Sequence[tuple[str, list[Summary]]]


def _fill_title(panels: Panels) -> str:
    words = [_versus(of_it, "asks_per_fill", "broadcast", _fill_words) for _, of_it in panels]
    return "; ".join(filter(None, words)) or "Needs met against asks for each"


def _fill_words(ours: Summary, other: Summary) -> str:
    asks = 100 * ours.means["asks_per_fill"].mean / max(other.means["asks_per_fill"].mean, 1e-9)
    points = ours.means["fill"].mean - other.means["fill"].mean
    more = "more" if points >= 0 else "fewer"
    met = f"{abs(points):.0f} points {more} needs met than broadcast"
    return f"{_in_words(ours)}: {met}, {asks:.0f} % of its asks for each"


def _on_time_title(panels: Panels) -> str:
    return _leading(panels, "on_time", "nearest", lambda us, them: f"{us:.0f} % on time, nearest-first {them:.0f} %")


def _fairness_title(panels: Panels) -> str:
    return _leading(
        panels,
        "worst_off",
        "broadcast",
        lambda us, them: f"the most asked is asked {us:.0f} times, by broadcast {them:.0f}",
    )


def _time_title(panels: Panels) -> str:
    return _leading(
        panels,
        "minutes_to_yes",
        "nearest",
        lambda us, them: f"half of the yeses within {us:.0f} minutes, nearest-first {them:.0f}",
    )


def _leading(panels: Panels, measure: str, other: str, words: Callable[[float, float], str]) -> str:
    def both(us: Summary, them: Summary) -> str:
        return f"{_in_words(us)}: {words(us.means[measure].mean, them.means[measure].mean)}"

    found = [_versus(of_it, measure, other, both) for _, of_it in panels]
    return "; ".join(filter(None, found)) or measure.replace("_", " ").capitalize()


def _versus(of_it: Sequence[Summary], measure: str, other: str, words: Callable[[Summary, Summary], str]) -> str:
    by_name = {one.policy: one for one in of_it}
    if "ours" not in by_name or other not in by_name or math.isnan(by_name["ours"].means[measure].mean):
        return ""
    return words(by_name["ours"], by_name[other])


def _in_words(one: Summary) -> str:
    return {"quiet": "Quiet", "snow": "Snow"}.get(one.scenario, one.scenario)


def _ends(mean: Mean) -> tuple[float, float]:
    """The interval as it is drawn: no share is below nought."""
    if math.isnan(mean.low):
        return mean.mean, mean.mean
    return max(mean.low, 0.0), mean.high


def _name(one: Summary) -> str:
    return one.policy.replace("_", " ")


def _ticks(most: float) -> Iterator[float]:
    step = 10.0 ** math.floor(math.log10(most))
    step = step / 2 if most / step < 4 else step
    yield from (step * k for k in range(int(most / step) + 1))


def _colour(one: Summary, *, text: bool = False) -> str:
    if one.policy.startswith("ours"):
        return OURS_BAR
    return INK if text else BAR


def _text(
    x: float, y: float, words: str, *, anchor: str = "start", colour: str = INK, weight: int = 400, halo: bool = False
) -> str:
    around = ' stroke="#fff" stroke-width="4" paint-order="stroke"' if halo else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" font-weight="{weight}" {FONT} '
        f'font-size="15"{around}>{escape(words)}</text>'
    )


def _line(x1: float, y1: float, x2: float, y2: float, *, colour: str = RULE, width: float = 1) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{width}"/>'


def _page(title: str, parts: Sequence[str], height: float) -> str:
    lines = [_text(20, 30 + 22 * row, words, weight=700) for row, words in enumerate(title.split("; "))]
    body = "\n".join([*lines, *parts])
    height += 10
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img">\n'
        f'<title>{escape(title)}</title>\n<rect width="100%" height="100%" fill="#fff"/>\n{body}\n</svg>\n'
    )
