"""A log-log picture of seconds over needs, as SVG, with nothing but the standard library."""

import math
from pathlib import Path

WIDTH, HEIGHT, MARGIN = 720, 480, 70
COLOURS = ["#1d4f5c", "#c4553a", "#7a6a2f", "#5b5b8c"]


def draw(path: Path, title: str, lines: dict[str, list[tuple[float, float]]]) -> None:
    """Write the picture; lines: for each name its (needs, seconds), all above 0."""
    points = [point for line in lines.values() for point in line]
    x_from, x_to = _decades([x for x, _ in points])
    y_from, y_to = _decades([y for _, y in points])

    def place(x: float, y: float) -> tuple[float, float]:
        across = (math.log10(x) - x_from) / (x_to - x_from)
        up = (math.log10(y) - y_from) / (y_to - y_from)
        return MARGIN + across * (WIDTH - 2 * MARGIN), HEIGHT - MARGIN - up * (HEIGHT - 2 * MARGIN)

    parts = [_text(WIDTH / 2, 30, title, "middle"), _text(WIDTH / 2, HEIGHT - 20, "needs", "middle")]
    for decade in range(x_from, x_to + 1):
        x, y = place(10.0**decade, 10.0**y_from)
        parts += [_line([(x, y), (x, MARGIN)], "#ddd"), _text(x, y + 20, f"{10**decade:,}", "middle")]
    for decade in range(y_from, y_to + 1):
        x, y = place(10.0**x_from, 10.0**decade)
        parts += [_line([(x, y), (WIDTH - MARGIN, y)], "#ddd"), _text(x - 6, y + 4, f"{10.0**decade:g} s", "end")]
    for nth, (name, line) in enumerate(lines.items()):
        colour, drawn = COLOURS[nth % len(COLOURS)], [place(x, y) for x, y in sorted(line)]
        parts += [_line(drawn, colour), _text(MARGIN + 14, MARGIN + 22 + 20 * nth, name, "start", colour)]
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in drawn]
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif"'
        f' font-size="13"><rect width="100%" height="100%" fill="white"/>{"".join(parts)}</svg>\n'
    )


def _decades(values: list[float]) -> tuple[int, int]:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def _line(points: list[tuple[float, float]], colour: str) -> str:
    joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{joined}" fill="none" stroke="{colour}" stroke-width="2"/>'


def _text(x: float, y: float, words: str, anchor: str, colour: str = "#333") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{words}</text>'
