"""Every message once: `python tests/bench/messages.py [--messages 10000] [--seed 1] [--out FILE]`.

So many messages through the real sending code: texts by the stand-in for GOV.UK Notify, e-mail by a mail server, both
of which are slow, refuse, and cut the line before and after they took a message; two senders at once, one of them
killed (-9) every half second or so; callbacks that come twice, late or never. Exits with 1 if a text went twice, a
message was lost, or one says that it went and did not.
"""

import argparse
import csv
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from rich.console import Console
from rich.table import Table
from round import server

from matcher.store.migrations import migrate
from matcher.store.session import configure
from tests.bench.sending import Figures, prove


def rows_of(figures: Figures) -> list[tuple[str, str]]:
    """What is printed, in words."""
    return [
        ("messages owed", f"{figures.messages:,}"),
        ("senders killed with -9", f"{figures.kills:,}"),
        ("seconds", f"{figures.seconds:,.0f}"),
        ("texts that Notify took", f"{figures.handed_over['text']:,}"),
        ("... more than once for a key", f"{figures.more_than_once['text']:,}"),
        ("letters that the mail server took", f"{figures.handed_over['email']:,}"),
        ("... more than once for a key", f"{figures.more_than_once['email']:,}"),
        ("letters marked uncertain, never sent again", f"{figures.uncertain['email']:,}"),
        ("said again by another way", f"{figures.another_way:,}"),
        ("on the list of people to ring", f"{figures.on_the_list:,}"),
        ("never sent and on no list", f"{figures.lost:,}"),
        ("says that it went, and did not", f"{figures.untrue:,}"),
    ]


def main() -> int:
    """Run it, print it, and say whether every promise was kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="a CSV file for the figures")
    chosen = parser.parse_args()
    with server() as postgres:
        postgres.ensure_database("messages")
        migrate(postgres.owner_url("messages"))
        configure(postgres.serving_url("messages"))
        figures = prove(postgres.serving_url("messages"), chosen.messages, seed=chosen.seed)
    rows = rows_of(figures)
    table = Table("Every message once", "")
    for row in rows:
        table.add_row(*row)
    Console().print(table)
    if chosen.out:
        chosen.out.parent.mkdir(parents=True, exist_ok=True)
        with chosen.out.open("w", newline="") as file:
            csv.writer(file).writerows(rows)
    return int(bool(figures.more_than_once.total() or figures.lost or figures.untrue))


if __name__ == "__main__":
    sys.exit(main())
