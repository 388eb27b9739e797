"""What `gritbin simulate` does: run, write, and print a table."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from matcher.cli.progress import bar
from matcher.domain.errors import BadInput
from matcher.simulation.ablation import TERMS
from matcher.simulation.experiments import POLICIES, Experiment, run_all
from matcher.simulation.figures import pictures
from matcher.simulation.parameters import SCENARIOS, Extensions
from matcher.simulation.results import Mean, Summary, runs_csv, summarise, summary_csv

_COLUMNS = (
    ("fill", "met %", 1),
    ("of_clairvoyant", "of bound %", 1),
    ("on_time", "on time %", 1),
    ("urgent_fill", "urgent %", 1),
    ("asks_per_fill", "asks for each", 1),
    ("worst_off", "most asked", 0),
    ("gini", "Gini", 2),
    ("known", "known %", 0),
    ("minutes_to_yes", "to yes, min", 0),
    ("minutes_to_yes_p90", "9 in 10, min", 0),
)
_LEGEND = (
    "of bound: of the needs that the clairvoyant meets. most asked: asks in the week to whoever was asked most. Gini: "
    "of asks among volunteers. known: met by a neighbour who has helped them before."
)
_HONEST = (
    "{nobody} % of the needs had nobody who would have said yes: that is for recruitment to mend, not for matching.",
    "A synthetic county: it compares ways of asking with each other, and promises no figure to a real scheme.",
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for."""

    scenarios: tuple[str, ...]
    policies: tuple[str, ...]
    seeds: tuple[int, ...]
    out: Path | None
    ablations: tuple[str, ...]
    volunteers: float
    no_fatigue: bool
    no_show: float
    shared_refusal: float
    standby: float
    several_visits: bool
    size: float
    workers: int | None
    as_json: bool

    def experiment(self) -> Experiment:
        """The runs that answer it."""
        every = not self.policies or "all" in self.policies
        return Experiment(
            scenarios=tuple(dict.fromkeys(self.scenarios)) or tuple(SCENARIOS),
            policies=POLICIES if every else tuple(dict.fromkeys(self.policies)),
            seeds=self.seeds,
            ablations=tuple(dict.fromkeys(self.ablations)),
            extensions=Extensions(self.no_show, self.shared_refusal, self.standby, self.several_visits),
            volunteers=self.volunteers,
            fatigue=0.0 if self.no_fatigue else 1.0,
            size=self.size,
        )


def compare(wish: Wish) -> None:
    """Run everything, write what was wished for, and print the table."""
    _check_terms(wish.ablations)
    _make_folder(wish.out)
    with bar("Simulating") as show:
        outcomes = run_all(wish.experiment(), workers=wish.workers, show=show)
    summaries = summarise(outcomes)
    if wish.out:
        files = {"runs.csv": runs_csv(outcomes), "summary.csv": summary_csv(summaries), **pictures(summaries)}
        _write(wish.out, files)
    _tell(summaries, wish)


def _check_terms(terms: Sequence[str]) -> None:
    for term in terms:
        if term not in TERMS:
            words = f"“{term}” cannot be switched off. These can: {', '.join(TERMS)}."
            raise click.BadParameter(words, param_hint="--ablate")


def _make_folder(out: Path | None) -> None:
    """Before the runs, not after: minutes of work are not lost to a folder that cannot be written."""
    if out is None:
        return
    try:
        out.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=out):
            pass
    except OSError as error:
        raise BadInput(f"{out} cannot be written: {error.strerror}.") from error


def _write(out: Path, files: dict[str, str]) -> None:
    try:
        with TemporaryDirectory(dir=out, prefix=".writing") as aside:  # each file is put in place whole, or not at all
            for name, text in files.items():
                written = Path(aside) / name
                written.write_text(text, encoding="utf-8")
                written.replace(out / name)
    except OSError as error:
        raise BadInput(f"{out} cannot be written: {error.strerror}.") from error


def _tell(summaries: Sequence[Summary], wish: Wish) -> None:
    if wish.as_json:
        click.echo(json.dumps([_as_dict(one) for one in summaries], indent=2, ensure_ascii=False))
        return
    console = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else 150)
    for scenario in dict.fromkeys(one.scenario for one in summaries):
        of_it = [one for one in summaries if one.scenario == scenario]
        console.print(_table(scenario, of_it))
        nobody = _figure(of_it[0].means["nobody_would"], 1)
        console.print(_HONEST[0].format(nobody=nobody), soft_wrap=True)
    console.print(_LEGEND, soft_wrap=True)
    console.print(_HONEST[1], soft_wrap=True)
    if wish.out:
        console.print(f"Written: {wish.out}", soft_wrap=True)


def _table(scenario: str, summaries: Sequence[Summary]) -> Table:
    seeds = summaries[0].seeds
    title = f"{scenario}: means of {seeds} seeds, ± half a 95 % interval" if seeds > 1 else f"{scenario}: one seed"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("policy")
    for _, heading, _ in _COLUMNS:
        table.add_column(heading, justify="right")
    for one in summaries:
        table.add_row(one.policy, *(_figure(one.means[name], digits) for name, _, digits in _COLUMNS))
    return table


def _figure(one: Mean, digits: int) -> str:
    if math.isnan(one.mean):
        return ""
    half = "" if math.isnan(one.high) else f" ±{one.high - one.mean:.{digits}f}"
    return f"{one.mean:.{digits}f}{half}"


def _as_dict(one: Summary) -> dict[str, object]:
    means = {name: dict(_known(mean)) for name, mean in one.means.items()}
    return {"scenario": one.scenario, "policy": one.policy, "seeds": one.seeds, "measures": means}


def _known(mean: Mean) -> Iterator[tuple[str, float | None]]:
    """JSON has no NaN: what is not known is null."""
    for name, value in asdict(mean).items():
        yield name, None if math.isnan(value) else round(value, 4)
