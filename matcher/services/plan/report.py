"""A plan as one page that needs nothing else: a map, the table, the reasons, what one more volunteer would change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import groupby

from matcher.domain.localtime import clock_words, short_day_words
from matcher.engine.allocation import Step
from matcher.engine.plan.explain import Tried
from matcher.engine.plan.problem import Plan, PlannedVisit, PlanNeed, PlanProblem, Unplanned, Worth, distance_words
from matcher.services.plan.map import MOST_NAMED, svg_map
from matcher.services.plan.page import PAGE

MOST_ON_A_MAP = 3000  # points: more of them are a smudge


def report_page(problem: PlanProblem, plan: Plan, newcomers: Sequence[Tried]) -> str:
    """The page. newcomers: what planning again with one more volunteer gave, the best first."""
    title = _title(plan)
    parts = (
        _summary(problem, plan),
        _map(problem, plan),
        _visits(problem, plan),
        _pins_not_kept(plan),
        _unserved(problem, plan),
        _newcomers(problem, newcomers),
        _by_person(problem, plan),
        _small_print(plan),
    )
    return PAGE.substitute(title=escape(title), body="\n".join(part for part in parts if part))


def _title(plan: Plan) -> str:
    wanted = plan.places_filled + plan.places_short
    if not wanted:
        return "A plan without needs"
    if not plan.places_short:
        return f"Everyone is served: {_count(wanted, 'visit')}"
    return f"{plan.places_filled} of {_count(wanted, 'helper')} found"


def _summary(problem: PlanProblem, plan: Plan) -> str:
    days = sorted(need.window.start for need in problem.needs)
    first, last = (short_day_words(day) for day in (days[0], days[-1])) if days else ("", "")
    when = (f" on {first}" if first == last else f" from {first} to {last}") if days else ""
    going = len({one.volunteer_id for one in plan.visits})
    people = f"{_count(len(problem.volunteers), 'volunteer')}, {going} of them with a visit."
    facts = (
        f"{_count(len(problem.needs), 'need')}{when}; {people}",
        *_travel_words(plan),
        _proof(plan),
        *_short_words(plan),
    )
    return "".join(f"<p>{escape(fact)}</p>" for fact in facts)


def _travel_words(plan: Plan) -> Iterator[str]:
    if plan.visits:
        yield f"{distance_words(plan.travel_m)} from home to need in straight lines, all visits together."


def _short_words(plan: Plan) -> Iterator[str]:
    names = [one.need_id for one in plan.unserved]
    if names:
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        yield f"Short of help: {', '.join(names[:MOST_NAMED])}{more}; the reasons are below."


def _proof(plan: Plan) -> str:
    if plan.gap == 0 and not plan.places_filled:
        return (
            "Proved: nobody who offered can go to any of them." if plan.places_short else "Nothing had to be planned."
        )
    if plan.gap == 0:
        return "Proved: no plan finds more helpers, the urgent counting for more; none that finds as many travels less."
    missed, metres = divmod(plan.total - plan.bound, plan.place_m)
    might = "one helper more might be found" if missed else f"{distance_words(metres)} of travel might be saved"
    return f"Time ran out before it was proved the best: at most, {might}."


def _map(problem: PlanProblem, plan: Plan) -> str:
    if len(problem.needs) + len(problem.volunteers) > MOST_ON_A_MAP:
        return "<p>There are too many points for a map that can be read.</p>"
    picture = svg_map(problem, plan)
    key = "".join(f'<li><svg viewBox="0 0 20 20">{shape}</svg>{words}</li>' for shape, words in _KEY)
    return (
        f'<h2>Where</h2><figure>{picture}<figcaption><ul class="key">{key}</ul></figcaption></figure>'
        if picture
        else ""
    )


_KEY = (
    ('<circle class="home going" cx="10" cy="10" r="6"/>', "volunteer with a visit"),
    ('<circle class="home" cx="10" cy="10" r="6"/>', "volunteer without"),
    ('<rect class="need" x="5" y="5" width="10" height="10"/>', "need with help coming"),
    ('<polygon class="short" points="10,1 19,10 10,19 1,10"/>', "need short of help"),
)


def _visits(problem: PlanProblem, plan: Plan) -> str:
    if not plan.visits:
        return ""
    kinds = {need.id: need.kind for need in problem.needs}
    days = "".join(
        f'<tbody><tr class="day"><th colspan="4" scope="rowgroup">{escape(day)}</th></tr>'
        f"{''.join(_visit(one, kinds[one.need_id]) for one in visits)}</tbody>"
        for day, visits in groupby(plan.visits, lambda one: short_day_words(one.visit.start))
    )
    return f'<h2>Who goes where</h2><table class="visits">{_head("Time", "Need", "Who", "Why")}{days}</table>'


def _by_person(problem: PlanProblem, plan: Plan) -> str:
    """The same visits for each volunteer, to be told or handed to them."""
    kinds = {need.id: need.kind for need in problem.needs}
    by_name = sorted(plan.visits, key=lambda one: one.volunteer_id)  # and by start, as they are
    people = "".join(
        f'<section class="person"><h3>{escape(name)}</h3><ul>'
        f"{''.join(_own(one, kinds[one.need_id]) for one in own)}</ul></section>"
        for name, own in groupby(by_name, lambda one: one.volunteer_id)
    )
    return f'<h2>Each volunteer’s visits</h2><div class="people">{people}</div>' if people else ""


def _own(one: PlannedVisit, kind: str) -> str:
    when = f"{short_day_words(one.visit.start)}, {clock_words(one.visit.start)} to {clock_words(one.visit.end)}"
    return f"<li>{escape(f'{when}: {one.need_id}, {kind}')}</li>"


def _visit(one: PlannedVisit, kind: str) -> str:
    return _row(
        ("Time", f"{clock_words(one.visit.start)} to {clock_words(one.visit.end)}"),
        ("Need", f"{one.need_id}, {kind}"),
        ("Who", one.volunteer_id),
        ("Why", f"{one.why[:1].upper()}{one.why[1:]}"),
    )


def _unserved(problem: PlanProblem, plan: Plan) -> str:
    if not plan.unserved:
        return ""
    needs = {need.id: need for need in problem.needs}
    rows = "".join(_missing(one, needs[one.need_id]) for one in plan.unserved)
    return f"<h2>{_count(len(plan.unserved), 'need')} short of help</h2>{rows}"


def _pins_not_kept(plan: Plan) -> str:
    items = "".join(
        f"<li>{escape(f'{one.volunteer_id} does not go to {one.need_id}: {one.words}.')}</li>"
        for one in plan.pins_not_kept
    )
    return f"<h2>Pinned, and not possible</h2><ul>{items}</ul>" if items else ""


_NOTHING_TRIED = (
    "None of the changes that were tried would serve it: another time, up to a week sooner; a visit more in that week, "
    "a wider reach, a check or a kind of help more of one of those nearest."
)


def _missing(one: Unplanned, need: PlanNeed) -> str:
    changes = "".join(f"<li>{escape(change.words)}</li>" for change in one.changes)
    would = f"<p>{would_words(one)}</p><ul>{changes}</ul>" if changes else f"<p>{_NOTHING_TRIED}</p>"
    short = f"; {one.short} of {need.helpers} helpers short" if need.helpers > 1 else ""
    asked = f"{short_day_words(need.window.start)}, {clock_words(need.window.start)} to {clock_words(need.window.end)}"
    return (
        f'<section class="short-of-help"><h3>{escape(f"{one.need_id}, {need.kind}")}</h3>'
        f"<p>{escape(f'{asked}, {need.minutes} minutes, {need.urgency.value}{short}.')}</p>"
        f"<p>{escape(one.sentence)}</p>"
        f'<p class="hint">{escape(waterfall_words(one.waterfall))}</p>{would}</section>'
    )


def _newcomers(problem: PlanProblem, newcomers: Sequence[Tried]) -> str:
    if not newcomers:
        return ""
    kinds = {need.id: need.kind for need in problem.needs}
    about = "" if all(one.is_planned for one in newcomers) else "about "
    rows = "".join(
        _row(("Near", f"{one.words}, {kinds[one.words]}"), ("What it would change", f"{about}{gain_words(one)}"))
        for one in newcomers
    )
    how = "that is what the prices prove, not a second plan" if about else "each was planned again with that person"
    intro = (
        "One person more, living there, willing and checked for everything, free at any time, for one visit a week. "
        f"These are the places with the highest dual price; {how}."
    )
    head = _head("Near", "What it would change")
    return f"<h2>What one more volunteer would change</h2><p>{intro}</p><table>{head}<tbody>{rows}</tbody></table>"


def gain_words(one: Tried) -> str:
    """`1 visit more, 2.1 km less travel`."""
    parts = []
    if one.helpers:
        parts.append(f"{_count(one.helpers, 'visit')} more")
    if round(one.metres):
        parts.append(f"{distance_words(abs(one.metres))} {'less' if one.metres > 0 else 'more'} travel")
    return ", ".join(parts) or "nothing"


def _small_print(plan: Plan) -> str:
    figures = f"total {plan.total:.0f}, bound {plan.bound:.0f}, gap {plan.gap:.6f}"
    return (
        '<p class="hint small-print">Most helpers found first (urgent counts 5, normal 4, low 3), then least travel. '
        f"Distances are straight lines from home. {figures}. Made by Gritbin on this computer; nothing was sent "
        "anywhere. Postcodes: contains OS data © Crown copyright and database right; contains Royal Mail data © Royal "
        "Mail copyright and database right (Open Government Licence v3).</p>"
    )


def would_words(missing: Unplanned) -> str:
    """What one of its changes brings: the one helper it lacks, or one of several."""
    return "It would be served if" if missing.short == 1 else f"One of the {missing.short} helpers would be found if"


def worth_words(worth: Worth) -> str:
    """`a helper who is not found`, or else `1.2 km`."""
    if worth.places >= 1:
        return "a helper who is not found"
    return distance_words(worth.metres) if round(worth.metres) else "nothing"


def waterfall_words(steps: Iterable[Step]) -> str:
    """`14 volunteers, 3 near enough, 0 offer this kind of help`: as far as anybody is left."""
    told: list[str] = []
    for step in steps:
        told.append("1 volunteer" if (step.left, step.label) == (1, "volunteers") else f"{step.left} {step.label}")
        if not step.left:
            break
    return ", ".join(told)


def _head(*names: str) -> str:
    ths = (f'<th scope="col">{escape(name)}</th>' for name in names)
    return f"<thead><tr>{''.join(ths)}</tr></thead>"


def _row(*cells: tuple[str, str]) -> str:
    tds = (f'<td data-label="{escape(name)}">{escape(text)}</td>' for name, text in cells)
    return f"<tr>{''.join(tds)}</tr>"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
