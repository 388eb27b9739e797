"""A made-up county in a real PostgreSQL: people, offers and needs of a snowy day, drawn by a seed."""

from datetime import UTC, datetime, time, timedelta
from math import cos, radians

import numpy as np
from markets import places
from sqlalchemy import text
from sqlalchemy.orm import Session

from matcher.domain.availability import PATTERNS, weekly_rules
from matcher.domain.geo import TravelMode
from matcher.domain.kinds import KINDS
from matcher.domain.localtime import local_window
from matcher.services import areas, kinds
from matcher.store.bulk import insert_rows
from matcher.store.models import AvailabilityRule, Cell, Check, Home, Need, Occurrence, Offer, OfferKind, Person

NOW = datetime(2026, 1, 14, 7, 30, tzinfo=UTC)
CELL_M = 4000
CHECKS = {"id_seen": 0.9, "reference": 0.8, "dbs_adults": 0.6, "licence_seen": 0.5}
BATCH = 20_000


def fill(session: Session, n_needs: int, n_volunteers: int, *, ground: float = 1.0, seed: int = 1) -> None:
    """Put the county in: half the needs are snow, the rest spread over the other kinds, all due for a round now.

    ground: how many times as large as Wiltshire it is.
    """
    areas.load_starting_rows(session)
    kinds.load_starting_rows(session)
    rng = np.random.default_rng(seed)
    # Everyone has a home; volunteers come first, and their offers have their numbers.
    _people(session, np.concatenate([places(rng, n_volunteers, ground), places(rng, n_needs, ground)]))
    _offers(session, rng, n_volunteers)
    _needs(session, rng, n_needs, first_resident=n_volunteers + 1)
    session.execute(text("analyze"))


def _insert(session: Session, model: type, rows: list[dict]) -> None:
    for begin in range(0, len(rows), BATCH):
        session.execute(insert_rows(model, rows[begin : begin + BATCH]))


def _people(session: Session, metres: np.ndarray) -> None:
    cells = sorted({(int(x // CELL_M), int(y // CELL_M)) for x, y in metres})
    _insert(session, Cell, [_cell(number, *cell) for number, cell in enumerate(cells, 1)])
    cell_of = {cell: number for number, cell in enumerate(cells, 1)}
    people, homes = [], []
    for number, (x, y) in enumerate(metres, 1):
        cell_id = cell_of[int(x // CELL_M), int(y // CELL_M)]
        lat, lon = _on_the_globe(x, y)
        people.append(
            {"id": number, "first_name": f"Neighbour {number}", "area_id": 1, "cell_id": cell_id, "created_at": NOW}
            | {"is_made_up": True}
        )
        homes.append(
            {"person_id": number, "surname": "Sample", "phone": f"07700 {number:06}", "house": str(number)}
            | {"postcode": "BA15 1HL", "easting": int(x), "northing": int(y), "lat": lat, "lon": lon, "email": ""}
        )
    _insert(session, Person, people)
    _insert(session, Home, homes)


def _cell(number: int, across: int, up: int) -> dict:
    easting, northing = across * CELL_M, up * CELL_M
    lat, lon = _on_the_globe(easting + CELL_M / 2, northing + CELL_M / 2)
    where = {"easting": easting, "northing": northing, "size_m": CELL_M, "lat": lat, "lon": lon}
    return {"id": number, "code": f"{across}-{up}", **where}


def _on_the_globe(x: float, y: float) -> tuple[float, float]:
    """Latitude and longitude of metres east and north of the county's corner."""
    lat = 51.0 + float(y) / 111_200
    return lat, -2.4 + float(x) / (111_320 * cos(radians(51.3)))


def _offers(session: Session, rng: np.random.Generator, count: int) -> None:
    """Longest distance lognormal with median 9 km; snow and four other kinds; half keep to a usual pattern."""
    reach = np.clip(rng.lognormal(np.log(9000), 0.6, count), 500, 40_000).astype(int).tolist()
    modes = rng.choice([mode.value for mode in TravelMode], count, p=[0.25, 0.1, 0.65]).tolist()
    limits = rng.integers(2, 7, count).tolist()
    numbers = range(1, count + 1)
    made = {"status": "active", "travel_minutes": 20, "promised_at": NOW, "made_at": NOW}
    _insert(
        session,
        Offer,
        [
            {"id": n, "person_id": n, "travel_mode": modes[n - 1], "reach_m": reach[n - 1]}
            | {"visits_per_week": limits[n - 1], **made}
            for n in numbers
        ],
    )
    slugs = [kind.slug for kind in KINDS if kind.slug != "snow"]
    chosen = ((n, ["snow", *rng.choice(slugs, 4, replace=False).tolist()]) for n in numbers)
    _insert(session, OfferKind, [{"offer_id": n, "kind_slug": slug} for n, some in chosen for slug in some])
    seen = [(n, name) for name, share in CHECKS.items() for n in np.flatnonzero(rng.random(count) < share) + 1]
    _insert(session, Check, [{"person_id": int(n), "name": name, "seen_on": "2025-01-01"} for n, name in seen])
    rules = ((n, rule) for n in numbers for rule in weekly_rules(_boxes(rng)))
    _insert(
        session,
        AvailabilityRule,
        [
            {"offer_id": n, "weekday": rule.weekday, "opens": str(rule.opens), "closes": str(rule.closes)}
            for n, rule in rules
        ],
    )


def _boxes(rng: np.random.Generator) -> frozenset[str]:
    usual = [PATTERNS[name] for name in ("any", "weekday_daytimes", "evenings", "weekends")]
    if rng.random() < 0.5:
        return usual[rng.integers(len(usual))]
    return frozenset(box for box in sorted(PATTERNS["any"]) if rng.random() < 0.44)


def _needs(session: Session, rng: np.random.Generator, count: int, *, first_resident: int) -> None:
    """Each for today or tomorrow, in the morning, the afternoon or either; one in ten wants two helpers."""
    others = [kind for kind in KINDS if kind.slug != "snow" and not kind.is_triaged]
    snow = next(kind for kind in KINDS if kind.slug == "snow")
    needs, occurrences = [], []
    for number in range(1, count + 1):
        kind = snow if rng.random() < 0.5 else others[rng.integers(len(others))]
        helpers = 2 if rng.random() < 0.1 else 1
        day = NOW.date() + timedelta(days=int(rng.integers(2)))
        opens, closes = ((9, 12), (12, 17), (9, 17))[rng.integers(3)]
        window = local_window(day, time(opens), time(closes))
        needs.append(
            {"id": number, "reference": f"N{number}", "resident_id": first_resident + number - 1, "area_id": 1}
            | {"kind_slug": kind.slug, "urgency": kind.urgency, "minutes": kind.minutes, "helpers": helpers}
            | {"recurrence": "once", "first_day": str(day), "bands": ["am"], "contact": "text", "details": []}
            | {"posted_at": NOW, "status": "open"}
        )
        occurrences.append(
            {"id": number, "need_id": number, "area_id": 1, "helpers": helpers, "door_word": "WREN", "status": "open"}
            | {"windows": f"{{[{window.start.isoformat()},{window.end.isoformat()})}}"}
            | {"starts_at": window.start, "ends_at": window.end, "open_since": NOW, "next_round_at": NOW}
        )
    _insert(session, Need, needs)
    _insert(session, Occurrence, occurrences)
