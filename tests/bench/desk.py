"""The coordinator's pages at size: `python tests/bench/desk.py [--needs N] [--volunteers V] [--times T]`.

A made-up county in a PostgreSQL of its own, one round of it solved and written, so that reasons and questions are as in
service. Prints, for the board, for "who could help", for the gaps and, up to 200 needs, for "what if", the server's
milliseconds (half of the times, 95 in 100), the bytes of the page, its elements and its queries; and exits with 1 if
one is over what the desk may cost.
"""

import argparse
import re
import sys
import time
from dataclasses import dataclass, replace

from county import NOW
from rich.console import Console
from round import server, whole_round
from sqlalchemy import Engine, event, text

from matcher.config import Config
from matcher.domain.roles import StaffRoleName
from matcher.services import staff
from matcher.store.session import reading, unit_of_work
from web import clock, create_app
from web.serving import keep_for_good

MOST_MS, MOST_BYTES, MOST_ELEMENTS = 500, 250 * 1024, 1500
MOST_WHAT_IF_MS, WHAT_IF_NEEDS = 5000, 200  # a preview, for as many needs as the design speaks of
WHAT_IFS = ("farther=2", "limits=1", "band=eve", "cold=1", "more=5", "farther=1&limits=1")


@dataclass
class Cost:
    """What a page costs."""

    name: str
    half_ms: float
    p95_ms: float
    bytes: int
    elements: int
    queries: set[int]
    most_ms: int = MOST_MS

    @property
    def is_in_bounds(self) -> bool:
        return (
            self.p95_ms <= self.most_ms
            and self.bytes <= MOST_BYTES
            and self.elements <= MOST_ELEMENTS
            and len(self.queries) == 1
        )


def measured(client, name: str, paths: list[str]) -> Cost:
    """Each path once, after one that warms up."""
    times, sizes, elements, queries = [], [], [], set()
    client.get(paths[0])
    for path in paths:
        told: list[str] = []

        def note(_connection, _cursor, statement, *_, told=told):
            told.append(statement)

        event.listen(Engine, "after_cursor_execute", note)
        began = time.perf_counter()
        answer = client.get(path)
        times.append(1000 * (time.perf_counter() - began))
        event.remove(Engine, "after_cursor_execute", note)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
        sizes.append(len(answer.data))
        elements.append(len(re.findall(r"<[a-z]", answer.text)))
        queries.add(len(told))
    times.sort()
    p95 = times[min(len(times) - 1, int(0.95 * len(times)))]
    return Cost(name, times[len(times) // 2], p95, max(sizes), max(elements), queries)


def signed_in(url: str):
    """A coordinator of every area, where pages are served as in service."""
    clock.now = lambda: NOW
    app = create_app(Config.from_env({"DATABASE_URL": url, "GRITBIN_SECRET_KEY": "only for these figures"}))
    keep_for_good()
    with unit_of_work() as session:
        roles = frozenset({StaffRoleName.COORDINATOR})
        staff.add_staff(session, "ruth@example.org", "Ruth", roles, areas=None, now=NOW)
        token = staff.sign_in_link(session, "ruth@example.org", now=NOW)
    client = app.test_client()
    found = re.search(r'name="form_token" value="([^"]+)"', client.get(f"/sign-in/{token}").text)
    client.post(f"/sign-in/{token}", data={"form_token": found[1] if found else ""})
    return client


def main() -> int:
    """Print the figures; 1 if one of them is too high."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--needs", type=int, default=10_000)
    parser.add_argument("--volunteers", type=int, default=20_000)
    parser.add_argument("--times", type=int, default=20)
    chosen = parser.parse_args()
    with server() as postgres:
        Console().print(*whole_round(postgres, chosen.needs, chosen.volunteers))
        client = signed_in(postgres.serving_url(f"county_{chosen.needs}_{chosen.volunteers}_1"))
        with reading() as session:
            ids = [
                row[0] for row in session.execute(text("select id from occurrences where status = 'open' order by id"))
            ]
        some = ids[:: max(1, len(ids) // chosen.times)][: chosen.times]
        costs = [
            measured(client, "/team", [f"/team?page={n + 1}" for n in range(chosen.times)]),
            measured(client, "/team, urgent ones", [f"/team?urgency=urgent&page={n + 1}" for n in range(chosen.times)]),
            measured(client, "/team/who", [f"/team/who/{one}" for one in some]),
            measured(client, "/team/who, everyone", [f"/team/who/{one}?all=1" for one in some]),
            measured(client, "/team/gaps", ["/team/gaps"] * chosen.times),
        ]
        if chosen.needs <= WHAT_IF_NEEDS:
            for how in WHAT_IFS:
                cost = measured(client, f"/team/what-if, {how}", [f"/team/what-if?{how}"] * 3)
                costs.append(replace(cost, most_ms=MOST_WHAT_IF_MS))
    for cost in costs:
        Console().print(
            f"{cost.name}: half {cost.half_ms:.0f} ms, 95 in 100 {cost.p95_ms:.0f} ms, {cost.bytes / 1024:.0f} KB,"
            f" {cost.elements} elements, {sorted(cost.queries)} queries{'' if cost.is_in_bounds else ': TOO MUCH'}"
        )
    return 0 if all(cost.is_in_bounds for cost in costs) else 1


if __name__ == "__main__":
    sys.exit(main())
