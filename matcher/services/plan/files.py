"""A plan written: plan.csv for a spreadsheet, plan.json for a script."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matcher.domain.localtime import to_local
from matcher.engine.plan.problem import Plan, PlannedVisit
from matcher.services.spreadsheets import as_text

COLUMNS = ("need_id", "volunteer_id", "start", "distance_m", "why")
_FOR_EXCEL = "\ufeff"  # it takes UTF-8 for something else without, as names with accents show


def as_csv(plan: Plan) -> str:
    """One line for each helper's visit, by start; then one without a volunteer for each helper not found."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for one in plan.visits:
        writer.writerow([as_text(cell) if isinstance(cell, str) else cell for cell in _cells(one)])
    for missing in plan.unserved:
        for _ in range(missing.short):
            writer.writerow([as_text(missing.need_id), "", "", "", as_text(missing.sentence)])
    is_foreign = not "".join(one.need_id + one.volunteer_id for one in plan.visits).isascii()
    return (_FOR_EXCEL if is_foreign else "") + text.getvalue()


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
                "one_more_helper_if": [change.words for change in one.changes],
            }
            for one in plan.unserved
        ],
        "price_of_one_more_helper": [
            {
                "need_id": worth.need_id,
                "weighted_helpers": round(worth.places, 2),
                "metres": round(worth.metres),
            }
            for worth in plan.worth[:20]
        ],
    }


def files_of(plan: Plan, out: Path) -> dict[Path, str]:
    """What `out` is to hold and, beside it, the same name with .json."""
    figures = json.dumps(as_dict(plan), indent=2, ensure_ascii=False) + "\n"
    return {out: as_csv(plan), out.with_suffix(".json"): figures}


def write_whole(files: Mapping[Path, str]) -> None:
    """Write all of these files, or if one cannot be written, none. Links are followed.

    Raises OSError.
    """
    unfinished = {file.resolve(): file.resolve().with_name(f".{file.name}.{os.getpid()}") for file in files}
    try:
        for text, beside in zip(files.values(), unfinished.values(), strict=True):
            beside.write_text(text, encoding="utf-8", newline="")
        for file, beside in unfinished.items():
            beside.replace(file)
    finally:
        for beside in unfinished.values():
            beside.unlink(missing_ok=True)
