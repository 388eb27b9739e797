"""A whole round, database included: `python tests/bench/round.py [--long] [--out DIR]`.

A made-up county in a PostgreSQL of its own under a temporary folder, on the disk as in service. Prints wall-clock
seconds to read the question, to solve it and to write the answer. Then two comparisons in CPU seconds, on the same
worth of the same pairs: one assignment, join and weights included, against scipy's sparse solver and OR-Tools' flow
(where it is installed) alone; and against the naive way (geopy in a loop, a dense matrix, scipy's dense solver) at a
size that it can do.
"""

import argparse
import csv
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from importlib.util import find_spec
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from county import NOW, fill
from markets import Market
from naive import best_total, feasible_pairs
from peers import by_ortools_flow, by_scipy
from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from matcher.engine.asking import urges
from matcher.engine.assignment import assign
from matcher.engine.candidates import find_candidates, put_together
from matcher.engine.costs import set_scene, weights
from matcher.engine.problem import OpenOccurrence, RoundProblem
from matcher.engine.shortlist import best_choice
from matcher.engine.snapshot import Snapshot, snapshot_of
from matcher.engine.solve import solve_round
from matcher.engine.world import build_world
from matcher.services import rounds
from matcher.store.embedded import Postgres
from matcher.store.home import Home
from matcher.store.migrations import migrate
from matcher.store.models import Area
from matcher.store.processes import end, start, wait_until
from matcher.store.session import configure, dispose, unit_of_work

SIZES = [(250, 500), (2500, 5000)]
LONG_SIZES = [(2500, 50_000), (10_000, 5000)]
NAIVE_SIZE = (100, 400)
HEADS = ["needs x volunteers", "fill, s", "read, s", "solve, s", "write, s", "round, s", "asked", "unserved"]
HEADS += ["peak so far, MB"]
SOLVER_SIZES = [(2000, 20_000)]
LONG_SOLVER_SIZES = [(10_000, 100_000)]
HUGE_TIMES = (5, 10)  # how many such counties side by side: 50,000 x 500,000 and 100,000 x 1,000,000
MOST_PAIRS = 5 * 10**6  # for scipy: more take it many minutes
DEGREES_EAST = 15.0
SOLVER_HEADS = ["needs x volunteers", "pairs", "looked at", "gritbin, s", "peak above, MB", "join of every pair, s"]
SOLVER_HEADS += ["scipy alone, s", "OR-Tools alone, s", "gritbin / scipy", "gritbin / OR-Tools"]
NAIVE_HEADS = ["needs x volunteers", "pairs", "total", "gritbin, s", "naive, s", "gritbin / naive"]


@contextmanager
def server() -> Iterator[Postgres]:
    """A PostgreSQL of its own, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="gritbin-bench-") as folder:
        Path(folder).chmod(0o711)
        postgres = Postgres(Home.prepare(Path(folder) / "home"))
        program = postgres.prepare()
        process = start(program)
        try:
            if not wait_until(postgres.is_ready, within_s=30):
                raise RuntimeError(program.log.read_text())
            yield postgres
        finally:
            dispose()
            end([(program, process)], within_s=20)


def county(postgres: Postgres, n_needs: int, n_volunteers: int, ground: float = 1.0) -> float:
    """A database with a county of that size in it; the seconds it took."""
    began = time.perf_counter()
    database = f"county_{n_needs}_{n_volunteers}_{ground:g}"
    postgres.ensure_database(database)
    migrate(postgres.owner_url(database))
    configure(postgres.owner_url(database))
    with unit_of_work() as session:
        fill(session, n_needs, n_volunteers, ground=ground)
    configure(postgres.serving_url(database))
    return time.perf_counter() - began


def opened_round() -> rounds.OpenedRound:
    """The question of a round of the whole county."""
    with unit_of_work() as session:
        area_id = session.scalars(select(Area.id).order_by(Area.id).limit(1)).one()
        opened = rounds.open_round(session, area_id, now=NOW)
    if opened is None:
        raise RuntimeError("the round is someone else's")
    return opened


def whole_round(postgres: Postgres, n_needs: int, n_volunteers: int) -> list[str]:
    """One round: the cells of its row."""
    filling = county(postgres, n_needs, n_volunteers)
    at = [time.perf_counter()]
    opened = opened_round()
    at.append(time.perf_counter())
    allocation = solve_round(opened.problem)
    at.append(time.perf_counter())
    with unit_of_work() as session:
        if not rounds.close_round(session, opened, allocation, now=NOW):
            raise RuntimeError("nothing was written")
    at.append(time.perf_counter())
    if allocation.gap > 1e-9:
        raise RuntimeError(f"not certified: {allocation.gap}")
    seconds = [f"{value:.2f}" for value in (filling, *np.diff(at).tolist(), at[-1] - at[0])]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    counts = [f"{len(allocation.asks):,}", f"{len(allocation.unserved):,}", f"{peak:.0f}"]
    return [f"{n_needs} x {n_volunteers}", *seconds, *counts]


def ours(problem: RoundProblem) -> tuple[dict[tuple[int, int], float], float]:
    """The worth, in whole seconds, of every pair that fits; and that of the best assignment."""
    world = build_world(problem)
    found = find_candidates(world, np.arange(len(world.occurrences)))
    worth = np.rint(weights(set_scene(world, found, urges(world, problem))) * 60)
    answer = assign(found.occurrence, found.volunteer, -worth, unserved=np.zeros(len(world.occurrences)))
    needs, offers = world.needs.id[found.occurrence].tolist(), world.offers.id[found.volunteer].tolist()
    return dict(zip(zip(needs, offers, strict=True), worth.tolist(), strict=True)), -answer.total


def against_the_naive_way(postgres: Postgres, n_needs: int, n_volunteers: int) -> list[str]:
    """One assignment both ways; RuntimeError if they differ in a pair or in the total."""
    county(postgres, n_needs, n_volunteers)
    problem = opened_round().problem
    began = time.process_time()
    worth, total = ours(problem)
    our_s = time.process_time() - began
    began = time.process_time()
    pairs = feasible_pairs(problem)
    if pairs != set(worth):
        raise RuntimeError(f"the pairs differ: {pairs ^ set(worth)}")
    naive_total = best_total(pairs, worth)
    naive_s = time.process_time() - began
    if naive_total != total:
        raise RuntimeError(f"the totals differ: {total}, {naive_total}")
    cells = [f"{n_needs} x {n_volunteers}", f"{len(pairs):,}", f"{total:.0f}", f"{our_s:.3f}", f"{naive_s:.2f}"]
    return [*cells, f"{our_s / naive_s:.4f}"]


def against_the_solvers(postgres: Postgres, n_needs: int, n_volunteers: int, times: int = 1) -> list[str]:
    """All of one assignment, from the index on, against solvers alone on every pair that fits. times: so many such
    counties side by side.
    """
    county(postgres, n_needs, n_volunteers, ground=n_volunteers / 5000)
    problem = side_by_side(opened_round().problem, times)
    n_needs, n_volunteers = n_needs * times, n_volunteers * times
    world = build_world(problem)
    urge, rows = urges(world, problem), np.arange(len(world.occurrences))
    base, began = forget_the_peak(), time.process_time()
    choice = best_choice(world, urge, rows, np.ones(rows.size, dtype=bool), put_together([]))
    our_s, peak = time.process_time() - began, memory_mb("VmHWM") - base
    began = time.process_time()
    found = find_candidates(world, rows)
    cost = -np.maximum(np.rint(weights(set_scene(world, found, urge)) * 60), 1.0)
    every_s = time.process_time() - began
    name = f"{n_needs} x {n_volunteers}"
    market = Market(name, found.occurrence, found.volunteer, cost, np.zeros(rows.size), len(world.volunteers))
    solvers = [by_scipy if len(cost) <= MOST_PAIRS else None, by_ortools_flow if find_spec("ortools") else None]
    seconds = [solver and seconds_of(solver(market), choice.solved.total) for solver in solvers]
    cells = [name, f"{len(cost):,}", f"{choice.seconds.size:,}", f"{our_s:.3f}", f"{peak:.0f}", f"{every_s:.3f}"]
    cells += ["" if their_s is None else f"{their_s:.3f}" for their_s in seconds]
    return cells + ["" if their_s is None else f"{our_s / their_s:.3f}" for their_s in seconds]


def side_by_side(problem: RoundProblem, times: int) -> RoundProblem:
    """The same county so many times, each as many degrees further east, with ids of its own."""
    if times == 1:
        return problem
    snapshot = snapshot_of(problem.volunteers)
    step = max(int(snapshot.person.max()), max(o.resident_id for o in problem.occurrences)) + 1
    columns = {
        field.name: np.concatenate([getattr(snapshot, field.name)] * times)
        for field in fields(Snapshot)
        if isinstance(getattr(snapshot, field.name), np.ndarray)
    }
    nth = np.repeat(np.arange(times), len(snapshot))
    moved = {"lon": columns["lon"] + nth * DEGREES_EAST}
    moved |= {name: columns[name] + nth * step for name in ("offer", "person")}
    return replace(
        problem,
        volunteers=replace(snapshot, **(columns | moved)),
        occurrences=tuple(_further_east(o, n, step) for n in range(times) for o in problem.occurrences),
    )


def _further_east(one: OpenOccurrence, times: int, step: int) -> OpenOccurrence:
    point, told = (replace(where, lon=where.lon + times * DEGREES_EAST) for where in (one.point, one.told_point))
    more = times * step
    return replace(one, id=one.id + more, resident_id=one.resident_id + more, point=point, told_point=told)


def seconds_of(answer: tuple[float, float], total: float) -> float:
    """How long a solver took; RuntimeError if its total is another."""
    if answer[0] != total:
        raise RuntimeError(f"the totals differ: {total}, {answer[0]}")
    return answer[1]


def forget_the_peak() -> float:
    """Let the kernel count the peak of memory anew (Linux); the megabytes in use."""
    Path("/proc/self/clear_refs").write_text("5")
    return memory_mb("VmRSS")


def memory_mb(what: str) -> float:
    """Megabytes in use (VmRSS), or at the peak (VmHWM)."""
    lines = dict(line.split(":") for line in Path("/proc/self/status").read_text().splitlines())
    return int(lines[what].split()[0]) / 1024


def report(path: Path, heads: list[str], rows: Iterator[list[str]]) -> None:
    """Print the table and write it as CSV."""
    table = Table(*heads)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heads)
        for cells in rows:
            writer.writerow(cells)
            table.add_row(*cells)
    Console(width=160).print(table)


def main() -> None:
    """Run, print the tables and write them."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--long", action="store_true", help="50,000 volunteers, and 10,000 needs: minutes")
    options.add_argument("--out", type=Path, default=Path("test-results/bench"))
    options.add_argument("--huge", action="store_true", help="also 500,000 and 1,000,000 volunteers: minutes, 10 GB")
    chosen = options.parse_args()
    sizes = SIZES + (LONG_SIZES if chosen.long else [])
    with server() as postgres:
        report(chosen.out / "round.csv", HEADS, (whole_round(postgres, *size) for size in sizes))
        larger = [(*size, 1) for size in SOLVER_SIZES + (LONG_SOLVER_SIZES if chosen.long else [])]
        larger += [(*LONG_SOLVER_SIZES[0], times) for times in HUGE_TIMES if chosen.huge]
        rows = (against_the_solvers(postgres, *size) for size in larger)
        report(chosen.out / "round-solvers.csv", SOLVER_HEADS, rows)
        naive = iter([against_the_naive_way(postgres, *NAIVE_SIZE)])
        report(chosen.out / "naive.csv", NAIVE_HEADS, naive)


if __name__ == "__main__":
    main()
