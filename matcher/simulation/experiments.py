"""Many runs: every scenario, seed and policy that was asked for, spread over the processors there are."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace

from matcher.simulation.ablation import ablated
from matcher.simulation.county import build_county
from matcher.simulation.hindsight import look_back
from matcher.simulation.measures import Measures, clairvoyant_measures, measure
from matcher.simulation.parameters import NO_EXTENSIONS, SCENARIOS, Extensions, Scenario
from matcher.simulation.policies import Policy, plain_policies
from matcher.simulation.question import Ours
from matcher.simulation.run import run_policy

CLAIRVOYANT = "clairvoyant"
OURS = "ours"
PLAIN = tuple(policy.name for policy in plain_policies())
POLICIES = (OURS, *PLAIN)

Show = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Experiment:
    """What to run. ablations: terms or rules to switch off in ours, each in a run of its own. size: of the county."""

    scenarios: tuple[str, ...]
    policies: tuple[str, ...]
    seeds: tuple[int, ...]
    ablations: tuple[str, ...] = ()
    extensions: Extensions = NO_EXTENSIONS
    volunteers: float = 1.0
    fatigue: float = 1.0
    size: float = 1.0

    def scenario(self, name: str) -> Scenario:
        """That scenario, with what was changed about it."""
        whole = SCENARIOS[name]
        county = whole if self.size == 1 else whole.smaller(self.size)
        return replace(
            county,
            extensions=self.extensions,
            volunteers=round(county.volunteers * self.volunteers),
            fatigue=self.fatigue,
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Every policy that is run, ablated ones included, and the bound."""
        return (CLAIRVOYANT, *self.policies, *(f"{OURS} without {term}" for term in self.ablations))


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run in figures."""

    scenario: str
    policy: str
    seed: int
    measures: Measures


def run_all(
    experiment: Experiment, *, workers: int | None = None, show: Show = lambda done, total: None
) -> list[Outcome]:
    """Every run, in the order of scenario, policy and seed, whatever order they end in."""
    jobs = [(experiment, name, seed) for name in experiment.scenarios for seed in experiment.seeds]
    found: list[Outcome] = []
    for outcomes in _spread(jobs, workers or os.cpu_count() or 1):
        found += outcomes
        show(len(found), len(jobs) * len(experiment.names))
    order = (experiment.scenarios, experiment.names)
    return sorted(found, key=lambda one: (order[0].index(one.scenario), order[1].index(one.policy), one.seed))


def run_one(experiment: Experiment, scenario: str, seed: int) -> list[Outcome]:
    """One county under every policy: it is built, and looked back on, once."""
    county = build_county(experiment.scenario(scenario), seed)
    hindsight = look_back(county)
    outcomes = [Outcome(scenario, CLAIRVOYANT, seed, clairvoyant_measures(county, hindsight))]
    for policy in _policies(experiment):
        run = run_policy(county, policy)
        outcomes.append(Outcome(scenario, policy.name, seed, measure(county, run.desk, hindsight)))
    return outcomes


def _policies(experiment: Experiment) -> Iterator[Policy]:
    plain = {policy.name: policy for policy in plain_policies()}
    for name in experiment.policies:
        yield Ours() if name == OURS else plain[name]
    for term in experiment.ablations:
        yield ablated(term, f"{OURS} without {term}")


Job = tuple[Experiment, str, int]


def _spread(jobs: Sequence[Job], workers: int) -> Iterator[list[Outcome]]:
    if workers == 1 or len(jobs) == 1:
        for job in jobs:
            yield run_one(*job)
        return
    with ProcessPoolExecutor(min(workers, len(jobs))) as pool:
        try:
            for done in as_completed([pool.submit(run_one, *job) for job in jobs]):
                yield done.result()
        except BaseException:  # Ctrl-C, above all: what has not begun is not begun
            pool.shutdown(wait=False, cancel_futures=True)
            raise
