"""Runs as tables: one row for each run, and means with 95 % intervals."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields

from scipy.stats import t as student

from matcher.simulation.experiments import Outcome
from matcher.simulation.measures import Measures

MEASURES = tuple(field.name for field in fields(Measures))
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over seeds and its 95 % interval by Student's t; not a number where there is nothing to say."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Summary:
    """One scenario and policy over all seeds."""

    scenario: str
    policy: str
    seeds: int
    means: dict[str, Mean]


def mean_of(values: Sequence[float]) -> Mean:
    """Mean and interval. With one seed there is no interval."""
    known = [value for value in values if not math.isnan(value)]
    if not known:
        return Mean(math.nan, math.nan, math.nan)
    mean = sum(known) / len(known)
    if len(known) == 1:
        return Mean(mean, math.nan, math.nan)
    deviation = math.sqrt(sum((value - mean) ** 2 for value in known) / (len(known) - 1))
    half = float(student.ppf((1 + CONFIDENCE) / 2, len(known) - 1)) * deviation / math.sqrt(len(known))
    return Mean(mean, mean - half, mean + half)


def summarise(outcomes: Iterable[Outcome]) -> list[Summary]:
    """Means for each scenario and policy, in the order in which they come."""
    groups: dict[tuple[str, str], list[Measures]] = {}
    for one in outcomes:
        groups.setdefault((one.scenario, one.policy), []).append(one.measures)
    return [
        Summary(
            scenario,
            policy,
            len(runs),
            {name: mean_of([float(getattr(run, name)) for run in runs]) for name in MEASURES},
        )
        for (scenario, policy), runs in groups.items()
    ]


def runs_csv(outcomes: Iterable[Outcome]) -> str:
    """One row for each run."""
    rows = (
        {"scenario": one.scenario, "policy": one.policy, "seed": one.seed, **asdict(one.measures)} for one in outcomes
    )
    return _csv(("scenario", "policy", "seed", *MEASURES), rows)


def summary_csv(summaries: Iterable[Summary]) -> str:
    """One row for each scenario and policy: every measure with the two ends of its interval."""
    columns = [f"{name}{end}" for name in MEASURES for end in ("", "_low", "_high")]
    rows = (
        {"scenario": one.scenario, "policy": one.policy, "seeds": one.seeds, **dict(_ends(one.means))}
        for one in summaries
    )
    return _csv(("scenario", "policy", "seeds", *columns), rows)


def _ends(means: dict[str, Mean]) -> Iterator[tuple[str, float]]:
    for name, one in means.items():
        yield from ((name, one.mean), (f"{name}_low", one.low), (f"{name}_high", one.high))


def _csv(columns: Sequence[str], rows: Iterable[dict[str, object]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def _cell(value: object) -> object:
    """Four decimals are plenty; what is not a number is left empty."""
    if isinstance(value, float):
        return "" if math.isnan(value) else round(value, 4)
    return value
