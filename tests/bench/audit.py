"""What sealing the audit costs those who write it: `python tests/bench/audit.py [--writers N] [--seconds S]`.

Each writer runs transactions that note one row and then do 2 ms of other work before they commit. Three ways: with
no chain; chained as the row is written, under the lock that this takes; noted as waiting and sealed beside, as in
service. Prints transactions a second, how long half of them and 95 in 100 took, and how fast rows are sealed.
"""

import argparse
import time
from collections.abc import Callable
from statistics import quantiles
from threading import Thread

import psycopg
from rich.console import Console
from rich.table import Table
from round import server

from matcher.store.embedded import Postgres
from matcher.store.migrations import migrate
from matcher.store.roles import driver_url

WORK_S = 0.002
ROW = (
    "insert into audit (at, actor, action, thing, thing_id, fields)"
    " values (clock_timestamp(), 'staff:1', 'looked_up', 'person', 1, '{phone}')"
)
CHAINED_AS_WRITTEN = """
    create or replace function audit_awaits_its_link() returns trigger language plpgsql security definer as $$
    declare place bigint; sealed bytea;
    begin
        perform pg_advisory_xact_lock(6174220);
        select position, hash into place, sealed from audit_chain order by position desc limit 1;
        insert into audit_chain (position, audit_id, hash, sealed_at)
            values (coalesce(place, 0) + 1, new.id, audit_hash(coalesce(sealed, ''::bytea), new), new.at);
        return null;
    end $$
"""


def write(url: str, until: float, took: list[float]) -> None:
    """Transactions, one after another, until then."""
    with psycopg.connect(url, autocommit=True) as connection:
        while (begun := time.perf_counter()) < until:
            with connection.transaction():
                connection.execute(ROW)
                connection.execute("select pg_sleep(%s)", [WORK_S])
            took.append(time.perf_counter() - begun)


def seal(url: str, until: float) -> None:
    """As the upkeep does, more often."""
    with psycopg.connect(url, autocommit=True) as connection:
        while time.perf_counter() < until:
            connection.execute("select audit_seal(now(), 5000)")
            time.sleep(0.5)


def measure(url: str, writers: int, seconds: float, *beside: Callable[[str, float], None]) -> list[float]:
    """How long each transaction took."""
    until, took = time.perf_counter() + seconds, list[float]()
    threads = [Thread(target=write, args=(url, until, took)) for _ in range(writers)]
    threads += [Thread(target=other, args=(url, until)) for other in beside]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took


def sealing_speed(owner: psycopg.Connection) -> float:
    """Rows a second, of 50,000."""
    owner.execute(f"{ROW.partition('values')[0]} select now(), 'system', 'read', 'need', n, '{{}}'"
                  " from generate_series(1, 50000) n")  # fmt: skip
    begun = time.perf_counter()
    sealed = 0
    while done := owner.execute("select audit_seal(now(), 5000)").fetchone()[0]:  # type: ignore[index]
        sealed += done
    return sealed / (time.perf_counter() - begun)


def bench(postgres: Postgres, writers: int, seconds: float) -> None:
    """Measure the three ways, and print them."""
    postgres.ensure_database("audit")
    migrate(postgres.owner_url("audit"))
    url = driver_url(postgres.owner_url("audit"))
    table = Table("Way", "Transactions a second", "Half took (ms)", "95 in 100 (ms)")
    with psycopg.connect(url, autocommit=True) as owner:

        def row(name: str, took: list[float]) -> None:
            cuts = quantiles(took, n=20)
            table.add_row(name, f"{len(took) / seconds:,.0f}", f"{cuts[9] * 1000:.1f}", f"{cuts[18] * 1000:.1f}")

        row("noted, sealed beside", measure(url, writers, seconds, seal))
        speed = sealing_speed(owner)
        owner.execute("alter table audit disable trigger audit_awaits_its_link")
        row("no chain", measure(url, writers, seconds))
        owner.execute("alter table audit enable trigger audit_awaits_its_link")
        owner.execute(CHAINED_AS_WRITTEN)
        row("chained as it is written", measure(url, writers, seconds))
    console = Console()
    console.print(table)
    console.print(f"{writers} writers; {speed:,.0f} rows sealed a second.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--writers", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=5.0)
    wish = parser.parse_args()
    with server() as postgres:
        bench(postgres, wish.writers, wish.seconds)
