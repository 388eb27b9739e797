"""A plan written: plan.csv for a spreadsheet, plan.json for a script."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

from matcher.domain.localtime import to_local
from matcher.engine.plan_problem import Plan, PlannedVisit

COLUMNS = ("need_id", "volunteer_id", "start", "distance_m", "why")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(plan: Plan) -> str:
    """One line for each helper's visit, by start; then one without a volunteer for each helper not found."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for one in plan.visits:
        writer.writerow([_safe(cell) if isinstance(cell, str) else cell for cell in _cells(one)])
    for missing in plan.unserved:
        for _ in range(missing.short):
            writer.writerow([_safe(missing.need_id), "", "", "", _safe(missing.sentence)])
    return text.getvalue()


def as_dict(plan: Plan, *, with_visits: bool = False) -> dict[str, Any]:
    """What plan.json holds; with the visits too, where there is no plan.csv beside it."""
    told = _figures(plan)
    if with_visits:
        told["visits"] = [dict(zip(COLUMNS, _cells(one), strict=True)) for one in plan.visits]
    return told


def _cells(one: PlannedVisit) -> tuple[str, str, str, int, str]:
    start = to_local(one.visit.start).isoformat(timespec="minutes")
    return one.need_id, one.volunteer_id, start, round(one.distance_m), one.why


def _figures(plan: Plan) -> dict[str, Any]:
    return {
        "total": plan.total,
        "bound": plan.bound,
        "gap": plan.gap,
        "is_proved_best": plan.gap == 0,
        "unit": f"metres; each helper not found counts {plan.place_m:.0f} times 3 (low), 4 (normal) or 5 (urgent)",
        "counts": {
            "helpers_wanted": plan.places_filled + plan.places_short,
            "helpers_found": plan.places_filled,
            "helpers_short": plan.places_short,
            "needs_short": len(plan.unserved),
            "volunteers_going": len({one.volunteer_id for one in plan.visits}),
            "travel_m": round(plan.travel_m),
        },
        "pins_not_kept": [
            {"need_id": one.need_id, "volunteer_id": one.volunteer_id, "why": one.words} for one in plan.pins_not_kept
        ],
        "unserved": [
            {
                "need_id": one.need_id,
                "short": one.short,
                "reason": one.reason.value,
                "sentence": one.sentence,
                "waterfall": [{"label": step.label, "left": step.left} for step in one.waterfall],
                "would_serve_it": [change.words for change in one.changes],
            }
            for one in plan.unserved
        ],
        "one_more_volunteer": [
            {"near": worth.need_id, "helpers_at_most": worth.places, "metres_at_most": worth.metres}
            for worth in plan.worth[:20]
        ],
    }


def write_plan(plan: Plan, out: Path) -> Path:
    """Write `out` and, beside it, the same name with .json; the latter's path. Each appears whole or not at all."""
    beside = out.with_suffix(".json")
    _write(out, as_csv(plan))
    _write(beside, json.dumps(as_dict(plan), indent=2, ensure_ascii=False) + "\n")
    return beside


def write_text(out: Path, text: str) -> None:
    """Write a file whole or not at all."""
    _write(out, text)


def _write(out: Path, text: str) -> None:
    unfinished = out.with_name(f".{out.name}.unfinished")
    unfinished.write_text(text, encoding="utf-8", newline="")
    unfinished.replace(out)


def _safe(cell: str) -> str:
    """What a spreadsheet would take for a formula is told to be text."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
