"""Seeds as they are typed: a number of them, a range, or a list."""

from __future__ import annotations

import re

import click

from matcher.simulation.parameters import REPORTED_SEEDS

MOST = 1000


class Seeds(click.ParamType[tuple[int, ...]]):
    """`6`, `200-205` or `1,2,7`; a bare number is how many of the reported ones."""

    name = "seeds"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """The seeds, each once, in the order typed."""
        if isinstance(value, tuple):
            return value
        typed = str(value).replace(" ", "")
        if re.fullmatch(r"\d{1,4}", typed):
            found = list(range(REPORTED_SEEDS.start, REPORTED_SEEDS.start + int(typed)))
        elif re.fullmatch(r"\d{1,6}(-\d{1,6})?(,\d{1,6}(-\d{1,6})?)*", typed):
            found = [seed for part in typed.split(",") for seed in _part(part)]
        else:
            self.fail(f"“{value}” is neither a number of seeds (6), a range (200-205) nor a list (1,2,7).", param, ctx)
        seeds = tuple(dict.fromkeys(found))
        if not 1 <= len(seeds) <= MOST:
            self.fail(f"“{value}” is {len(seeds)} seeds: ask for 1 to {MOST}.", param, ctx)
        return seeds


def _part(typed: str) -> range:
    first, _, last = typed.partition("-")
    return range(int(first), min(int(last or first), int(first) + MOST) + 1)


SEEDS = Seeds()
