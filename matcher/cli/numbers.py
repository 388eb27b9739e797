"""Numbers as they are typed: between two limits, and a number indeed."""

from __future__ import annotations

import math

import click


class Number(click.FloatRange):
    """From `min` to `max`. `nan` lies in no range, though no comparison says so."""

    def convert(self, value: float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number typed."""
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"“{value}” is not a number.", param, ctx)
        return number
