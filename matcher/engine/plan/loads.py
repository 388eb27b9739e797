"""How much of a volunteer's time visits take at least: a rule on each period that shortens the search for a plan.

A path over some visits has a way into each but the first, none shorter than the way from the nearest other visit. So
lengths and such ways together, less the longest of these ways, fit into the time there is; and so for every stretch of
time by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from matcher.engine.clock import Floats, Ints
from matcher.engine.plan.market import PlanMarket
from matcher.engine.plan.timetable import WAY_STEP_S, Stop

UP_TO = 50_000  # pairs: with more of them, few days are full and the rules cost more than they save


@dataclass(frozen=True, slots=True, eq=False)
class Loads:
    """Minutes that each pair uses at least, (E,), and that each column has, (C,), infinite where nothing is known."""

    minutes: Floats
    limit: Floats


def loads(market: PlanMarket) -> Loads | None:
    """The rules of a market; None if it is too large for them."""
    pairs = market.pairs
    if pairs.need.size > UP_TO:
        return None
    minutes, limit = np.zeros(pairs.need.size), np.full(market.limit.size, np.inf)
    order = np.argsort(pairs.column, kind="stable")
    begins = np.flatnonzero(np.diff(pairs.column[order], prepend=-1))
    for together in np.split(order, begins[1:]):
        if together.size > 1:
            ways = _nearest_ways(market, together)
            stretches = _stretches(market.stop(pair) for pair in together.tolist())
            minutes[together] = market.world.needs.minutes[pairs.need[together]] + ways
            time = sum(end - start for start, end in stretches) / 60
            limit[pairs.column[together[0]]] = time + len(stretches) * ways.max()
    return Loads(minutes, limit)


def _nearest_ways(market: PlanMarket, together: Ints) -> Floats:
    """Minutes from each to the nearest other need, in the whole steps in which ways are told."""
    needs = market.pairs.need[together]
    points = market.world.needs.point[needs]
    metres = np.sqrt(((points[:, None, :] - points[None, :, :]) ** 2).sum(axis=2))
    metres[needs[:, None] == needs[None, :]] = np.inf
    nearest = metres.min(axis=1)
    steps = np.ceil(np.round(nearest / market.metres_a_minute * 60 / WAY_STEP_S, 6))
    return np.where(np.isfinite(nearest), steps * WAY_STEP_S / 60, 0.0)


def _stretches(stops: Iterable[Stop]) -> Sequence[tuple[int, int]]:
    """The stretches of time in which these visits can be, those that touch joined."""
    spans = sorted((first, last + stop.length_s) for stop in stops for first, last in stop.starts)
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined
