"""A week under shared limits: `python tests/bench/coupled.py [--long] [--out DIR]`.

Prints what `plan_assignment` reaches within its time: total, bound and the gap between them.
"""

import argparse
import csv
import os
import sys
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from markets import week
from rich.console import Console
from rich.table import Table

from matcher.engine.conflicts import plan_assignment

SIZES = [(300, 300, 10.0), (1000, 1000, 10.0), (3000, 3000, 10.0), (3000, 1500, 10.0)]
LONG_SIZES = [(10_000, 10_000, 15.0), (10_000, 5000, 15.0)]
HEADS = ["needs x volunteers", "pairs", "sets", "limit, s", "took, s", "CPU, s", "served", "total", "bound", "gap, %"]


def run(n_needs: int, n_volunteers: int, limit_s: float) -> list[str]:
    """One week, planned: the cells of its row."""
    market = week(n_needs, n_volunteers)
    began, cpu_began = time.monotonic(), time.process_time()
    answer = plan_assignment(**market.pairs, **market.rules, time_limit_s=limit_s)
    took, cpu = time.monotonic() - began, time.process_time() - cpu_began
    counts = [f"{len(market.pairs['need']):,}", f"{len(market.rules['exclusive']):,}"]
    times = [f"{limit_s:g}", f"{took:.1f}", f"{cpu:.1f}"]
    figures = [f"{answer.chosen.sum():,}", f"{answer.total:.0f}", f"{answer.bound:.0f}", f"{100 * answer.gap:.3f}"]
    return [market.name, *counts, *times, *figures]


def main() -> None:
    """Run, print the table and write it."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--long", action="store_true", help="10,000 needs too")
    options.add_argument("--out", type=Path, default=Path("test-results/bench"))
    chosen = options.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    table = Table(*HEADS)
    with (chosen.out / "coupled.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADS)
        for size in SIZES + (LONG_SIZES if chosen.long else []):
            cells = run(*size)
            writer.writerow(cells)
            table.add_row(*cells)
    Console(width=160).print(table)


if __name__ == "__main__":
    main()
