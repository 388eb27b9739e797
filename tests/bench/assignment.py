"""The exact assignment against its peers: `python tests/bench/assignment.py [--long] [--out DIR]`.

Ours is all of `assign`: checks, tie-break, answer, prices and certificate. Peers are timed for their solver alone, on
the same pairs. CPU seconds, one thread. Those not installed are left out: run it in an environment of its own, made by
`pip install numpy scipy rich ortools lap`. Compare ratios within one run, never seconds between runs.
"""

import argparse
import csv
import os
import sys
import time
from importlib.util import find_spec
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from markets import Market, county
from peers import PEERS
from picture import draw
from rich.console import Console
from rich.table import Table

from matcher.engine.assignment import assign

SIZES = [(100, 500), (300, 3000), (1000, 10_000), (3000, 30_000), (10_000, 100_000)]
LONG_SIZES = [(30_000, 300_000), (50_000, 500_000), (100_000, 1_000_000)]
HARD = [(3000, 3000, False), (10_000, 10_000, False), (20_000, 10_000, False), (10_000, 10_000, True)]
NEEDED = {"OR-Tools flow": "ortools", "lap.lapmod": "lap"}
MOST_PAIRS = {"scipy sparse": 3 * 10**6, "OR-Tools flow": 10**7, "lap.lapmod": 200_000}


def ours(market: Market) -> tuple[float, float]:
    """The total and the CPU seconds of all of `assign`."""
    began = time.process_time()
    answer = assign(
        market.need,
        market.volunteer,
        market.cost,
        unserved=market.unserved,
        capacity=np.ones(market.n_volunteers, dtype=np.int64),
    )
    seconds = time.process_time() - began
    if answer.gap != 0:
        raise RuntimeError(f"not certified: {answer.gap}")
    return answer.total, seconds


def compared(market: Market) -> dict[str, float]:
    """Seconds by solver; RuntimeError if two of them disagree."""
    total, best = ours(market)
    seconds = {"gritbin": min(best, ours(market)[1])}
    for name, solve in PEERS.items():
        if find_spec(NEEDED.get(name, "scipy")) is None or len(market.need) > MOST_PAIRS[name]:
            continue
        other, seconds[name] = solve(market)
        if abs(other - total) > 1e-6 * max(1.0, abs(total)):
            raise RuntimeError(f"{name} says {other}, not {total}")
    return seconds


def main() -> None:
    """Run, print the table, write it and the picture."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--long", action="store_true", help="up to 100,000 needs and a million volunteers: minutes")
    options.add_argument("--out", type=Path, default=Path("test-results/bench"))
    chosen = options.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    sizes = SIZES + (LONG_SIZES if chosen.long else [])
    rows = []
    for size in [*((n, m, False) for n, m in sizes), *HARD]:
        print(f"{kind(*size)}, {size[0]:,} x {size[1]:,} ...", flush=True)  # noqa: T201  # it takes a minute in all
        rows.append((kind(*size), size[0], *run(*size)))
    report(rows, chosen.out)
    growing = rows[: len(sizes)]
    lines = {
        name: [(needs, max(seconds[name], 1e-5)) for _, needs, _, seconds in growing if name in seconds]
        for name in ["gritbin", *PEERS]
    }
    draw(
        chosen.out / "assignment.svg",
        "Exact assignment, ten volunteers to a need: CPU seconds",
        {name: line for name, line in lines.items() if line},
    )


def kind(n_needs: int, n_volunteers: int, equal: bool) -> str:
    """What the market is like."""
    if equal:
        return "tight, all costs equal"
    return "plenty" if n_volunteers > n_needs else "tight" if n_volunteers == n_needs else "scarce"


def run(n_needs: int, n_volunteers: int, equal: bool) -> tuple[Market, dict[str, float]]:
    """One market and the seconds of each solver."""
    market = county(n_needs, n_volunteers, equal=equal)
    return market, compared(market)


def report(rows: list[tuple[str, int, Market, dict[str, float]]], out: Path) -> None:
    """Print the table and write it as CSV."""
    names = [name for name in ["gritbin", *PEERS] if any(name in seconds for *_, seconds in rows)]
    heads = ["market", "needs x volunteers", "pairs", *(f"{name}, s" for name in names)]
    heads += [f"gritbin / {name}" for name in names[1:]]
    table = Table(*heads)
    with (out / "assignment.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heads)
        for words, _, market, seconds in rows:
            cells = [words, market.name, f"{len(market.need):,}"]
            cells += [f"{seconds[name]:.4f}" if name in seconds else "" for name in names]
            cells += [f"{seconds['gritbin'] / seconds[name]:.3f}" if name in seconds else "" for name in names[1:]]
            writer.writerow(cells)
            table.add_row(*cells)
    Console(width=160).print(table)


if __name__ == "__main__":
    main()
