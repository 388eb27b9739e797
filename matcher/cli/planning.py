"""What `gritbin plan` does: read, plan, write, and say what was found."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from difflib import get_close_matches
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from matcher.cli.working import working
from matcher.domain.localtime import clock_words, short_day_words
from matcher.engine.plan.explain import Explanation, Tried, newcomers, plan_and_explain
from matcher.engine.plan.problem import Plan, PlannedVisit, PlanProblem, distance_words
from matcher.services.plan.files import as_dict, files_of, write_whole
from matcher.services.plan.report import gain_words, report_page, waterfall_words, worth_words, would_words
from matcher.services.plan.sheets import PlanSheets, read_plan_sheets
from matcher.services.spreadsheets import BadCells

BAD_INPUT = 2
MOST_CELLS = 500  # bad cells, one by one: who has more has another trouble than a cell
MOST_TOLD = 10  # of those left short, when the rest can be read in a file


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for."""

    out: Path | None
    report: Path | None
    explain_id: str | None
    as_json: bool


def make_plan(needs: Path, volunteers: Path, seconds: float, wish: Wish) -> None:
    """Plan, write what was wished for, and print the rest. Exit code 2 if a cell cannot be used."""
    if wish.out and wish.out.suffix == ".json":
        raise click.BadParameter("the .json is written beside it: name a .csv", param_hint="--out")
    _check_writable(wish, needs, volunteers)
    sheets = _read(needs, volunteers)
    problem = replace(sheets.problem, time_limit_s=seconds)
    _check_explained(problem, wish.explain_id)
    for file, columns in sheets.ignored:
        click.echo(f"{file}: {', '.join(columns)} not known here, ignored.", err=True)
    _warn_of_kinds(problem)
    _warn_of_long_visits(problem, sheets.very_long)
    with working("Planning") as say:
        made, explained = plan_and_explain(problem, wish.explain_id, say)
        page = report_page(problem, made, newcomers(problem, made, say)) if wish.report else ""
    _write(made, page, wish)
    _tell(made, explained, wish)


def _write(made: Plan, page: str, wish: Wish) -> None:
    files = files_of(made, wish.out) if wish.out else {}
    if wish.report:
        files[wish.report] = page
    try:
        write_whole(files)
    except OSError as error:
        raise click.ClickException(f"Nothing was written: {error.strerror}, {error.filename}.") from error


def _warn_of_kinds(problem: PlanProblem) -> None:
    """A kind that nobody offers is often a slip of the spreadsheet: say so, and whose cell comes nearest."""
    offered = {kind: one.id for one in problem.volunteers for kind in one.kinds}
    for kind in sorted({need.kind for need in problem.needs} - offered.keys() if offered else set()):
        alike = [one for one in offered if "," in one and kind in one] or get_close_matches(kind, offered, 1)
        near = f" {offered[alike[0]]} offers “{alike[0]}”." if alike else ""
        near += " Kinds are kept apart by semicolons." if alike and "," in alike[0] else ""
        click.echo(f"Nobody offers “{kind}”.{near}", err=True)


def _warn_of_long_visits(problem: PlanProblem, very_long: Sequence[str]) -> None:
    """Hours in which somebody may come at any time are easily taken for the visit itself."""
    if very_long:
        first = next(need for need in problem.needs if need.id == very_long[0])
        others = f", and {len(very_long) - 1} more like it" if len(very_long) > 1 else ""
        click.echo(
            f"{first.id} names no minutes{others}: its visit would take the whole window, {first.minutes} minutes.",
            err=True,
        )


def _check_writable(wish: Wish, needs: Path, volunteers: Path) -> None:
    """Before a long search, not after it: what is to be written has a folder that can be, and is none of the rest."""
    taken = {needs.resolve(), volunteers.resolve()}
    beside = wish.out and wish.out.with_suffix(".json")
    for option, file in (("--out", wish.out), ("--out", beside), ("--report", wish.report)):
        if file is None:
            continue
        if str(file) == "-" or (file.exists() and not file.is_file()):
            raise click.BadParameter(f"{file} is no plain file; --json prints the plan.", param_hint=option)
        if file.resolve() in taken:
            raise click.BadParameter(f"{file} would be written over another file of this plan.", param_hint=option)
        if not os.access(file.absolute().parent, os.W_OK | os.X_OK):
            raise click.BadParameter(f"{file} cannot be written: no such folder, or not yours.", param_hint=option)
        taken.add(file.resolve())


def _read(needs: Path, volunteers: Path) -> PlanSheets:
    try:
        return read_plan_sheets(needs, volunteers)
    except BadCells as bad:
        for cell in bad.cells[:MOST_CELLS]:
            click.echo(str(cell), err=True)
        more = f", the first {MOST_CELLS} of them above" if len(bad.cells) > MOST_CELLS else ""
        click.echo(f"{len(bad.cells):,} to mend{more}; nothing was planned or written.", err=True)
        sys.exit(BAD_INPUT)


def _check_explained(problem: PlanProblem, one_id: str | None) -> None:
    known = {need.id for need in problem.needs} | {volunteer.id for volunteer in problem.volunteers}
    if one_id is not None and one_id not in known:
        same = [one for one in sorted(known) if one.casefold() == one_id.casefold()]
        alike = same or get_close_matches(one_id, sorted(known), 1)
        near = f" Did you mean {alike[0]}?" if alike else ""
        raise click.BadParameter(f"neither file has the id “{one_id}”.{near}", param_hint="--explain")


def _tell(made: Plan, explained: Sequence[Explanation], wish: Wish) -> None:
    if wish.as_json:
        told = as_dict(made, with_visits=True)
        if wish.explain_id is not None:
            told["explanations"] = [asdict(one) for one in explained]
        click.echo(json.dumps(told, indent=2, ensure_ascii=False, default=str))
        return
    console = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else 120)
    for one in explained:
        console.print("\n".join(_explanation(one)))
    if not explained:
        _print_plan(console, made, in_full=wish.out is None)
    for file in filter(None, (wish.out, wish.out and wish.out.with_suffix(".json"), wish.report)):
        console.print(f"Written: {file}", soft_wrap=True)


def _print_plan(console: Console, made: Plan, *, in_full: bool) -> None:
    wanted = made.places_filled + made.places_short
    console.print(
        f"{made.places_filled} of {wanted} helpers found, {distance_words(made.travel_m)} of travel, {_proof(made)}."
    )
    if in_full and made.visits:
        console.print(_table(made.visits))
    for pin in made.pins_not_kept:
        console.print(f"{pin.need_id}: {pin.volunteer_id} is pinned to it and cannot go: {pin.words}.")
    for missing in made.unserved if in_full else made.unserved[:MOST_TOLD]:
        short = "" if missing.short == 1 else f" ({missing.short} helpers)"
        would = f" {would_words(missing)} {missing.changes[0].words}." if missing.changes else ""
        console.print(f"{missing.need_id}{short}: {missing.sentence}{would}")
    if not in_full and len(made.unserved) > MOST_TOLD:
        console.print(f"and {len(made.unserved) - MOST_TOLD} more, each with its reason in the plan.")


def _proof(made: Plan) -> str:
    if not made.places_filled and made.gap == 0:
        return "proved: nobody can go anywhere" if made.places_short else "as there are no needs"
    return "proved the best" if made.gap == 0 else f"within {made.gap:.4%} of the best"


def _table(visits: Sequence[PlannedVisit]) -> Table:
    table = Table("When", "Need", "Who", "Why")
    for one in visits:
        when = f"{short_day_words(one.visit.start)}, {clock_words(one.visit.start)}"
        table.add_row(*(Text(words) for words in (when, one.need_id, one.volunteer_id, one.why)))
    return table


def _explanation(one: Explanation) -> Iterator[str]:
    """What there is to say of a need or a volunteer, line by line."""
    yield one.title
    yield from (f"  {_going(visit)}: {visit.why}" for visit in one.visits)
    if one.sentence:
        yield f"  {one.sentence}"
    if one.waterfall:
        yield f"  {waterfall_words(one.waterfall)}"
    if one.changes:
        yield "Planned again, one thing changed:"
        yield from (f"  if {change.words}: {_outcome(change)}" for change in one.changes)
    if one.why_not:
        yield "Why not:"
        yield from (f"  {other.id}, {distance_words(other.distance_m)} away: {other.words}" for other in one.why_not)
    if one.newcomer:
        yield f"One more volunteer living here, free at any time, for one visit a week: {gain_words(one.newcomer)}"
    if one.worth:
        yield f"By its dual price, one more helper for this need alone would save about {worth_words(one.worth)}."


def _going(visit: PlannedVisit) -> str:
    when = f"{short_day_words(visit.visit.start)}, {clock_words(visit.visit.start)}"
    return f"{visit.volunteer_id} goes to {visit.need_id} on {when}"


def _outcome(change: Tried) -> str:
    return gain_words(change) if change.is_confirmed else "not confirmed in the time there was"
