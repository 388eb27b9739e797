"""Every reason of a county, tried: `python tests/bench/reasons.py [NEEDS VOLUNTEERS]`.

A round of a made-up county with far fewer volunteers than needs. For each occurrence that nobody could be found for the
round is solved again for it, every ask of the first answer standing, without the requirements that its reason names: it
must then be served. Prints how many were, by reason.
"""

import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from rich.console import Console
from round import county, opened_round, server

from matcher.engine.problem import RoundProblem
from matcher.engine.solve import solve_round
from tests.again import is_confirmed, with_asks_made


def main(n_needs: int = 2000, n_volunteers: int = 1000) -> None:
    """A county as it is, and one with few neighbours anywhere."""
    with server() as postgres:
        for ground in (1.0, 40.0):
            county(postgres, n_needs, n_volunteers, ground=ground)
            try_every_reason(opened_round().problem, ground)


def try_every_reason(problem: RoundProblem, ground: float) -> None:
    """Solve, try every reason, print the counts; RuntimeError if one is not true."""
    console = Console()
    answer = solve_round(problem)
    made = with_asks_made(problem, answer)
    size = f"{len(problem.occurrences)} needs, {len(problem.volunteers)} volunteers, ground x {ground:g}"
    console.print(f"{size}: {len(answer.asks)} asks, {len(answer.unserved)} without.")
    confirmed: Counter[str] = Counter()
    for one in answer.unserved:
        if not is_confirmed(made, one):
            raise RuntimeError(f"not true: {one}")
        confirmed[" + ".join([one.reason, *one.also])] += 1
    for reason, count in confirmed.most_common():
        console.print(f"{count:6} {reason}")
    console.print(f"{confirmed.total():6} of {len(answer.unserved)} confirmed by solving again.")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
