"""`gritbin simulate`: ways of asking, compared in a synthetic county."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from matcher.cli.numbers import Number
from matcher.cli.seeds import SEEDS


@click.command()
@click.option(
    "--scenario",
    "scenarios",
    type=click.Choice(["quiet", "snow"]),
    multiple=True,
    help="The week: quiet, or with two days of snow. May be given twice. [default: both]",
)
@click.option(
    "--policy",
    "policies",
    type=click.Choice(["all", "ours", "broadcast", "nearest", "nearest_soft", "random"]),
    multiple=True,
    help="Who is asked, and when. May be given several times. [default: all]",
)
@click.option(
    "--seeds",
    type=SEEDS,
    default="6",
    show_default=True,
    help="How many counties (6: seeds 200 to 205), or which: 200-205, or 1,2,7. Tune below 100, report from 200 on.",
)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Write tables and pictures here.")
@click.option(
    "--ablate",
    "ablations",
    metavar="TERM",
    multiple=True,
    help="Run ours without this term or rule too. A word that is none prints them all.",
)
@click.option("--volunteers", type=Number(0.1, 10), default=1.0, help="So many times the volunteers.")
@click.option("--no-fatigue", is_flag=True, help="As if being asked tired nobody.")
@click.option("--no-show", type=Number(0, 1), default=0.0, help="Share of those who said yes and do not come.")
@click.option("--shared-refusal", type=Number(0, 10), default=0.0, help="Spread, in logits, of a snowy village's mood.")
@click.option("--standby", type=Number(0, 1), default=0.0, help="Share who keep a snowy morning free for two.")
@click.option("--several-visits", is_flag=True, help="Two visits may share a half-day.")
@click.option("--size", type=Number(0.05, 1), default=1.0, help="Share of the county, for a quick look.")
@click.option("--workers", type=click.IntRange(min=1), help="Processes at once. [default: one for each core]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def simulate(**wish: Any) -> None:
    """Compare ways of asking in a synthetic county, with a clairvoyant plan as the bound.

    A week of warm-up and a week that counts, each policy facing the same people, needs and answers. All five policies,
    both weeks and six seeds take some minutes on two cores.

    \b
    gritbin simulate --scenario quiet --policy ours --policy nearest --seeds 2
    gritbin simulate --seeds 200-205 --out results
    gritbin simulate --policy ours --ablate on_time --ablate fatigue --seeds 1-8
    """
    from matcher.cli.simulating import Wish, compare  # the engine takes a second to load: other commands do without

    compare(Wish(**wish))
