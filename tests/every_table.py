"""One look at every table: for what must change no row, or only some."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

NAMES = "select tablename from pg_tables where schemaname = 'public' order by tablename"


def of_every_table(
    execute: Callable[[str], Iterable[Any]], look: str, *, but: Collection[str] = ()
) -> dict[str, list[tuple[Any, ...]]]:
    """Table -> what `look` finds in it, for each but those named. `look` is a SELECT from `{table} t`.

    All go in one statement: a hundred of them would be most of what such a test costs.
    """
    found: dict[str, list[tuple[Any, ...]]] = {name: [] for (name,) in execute(NAMES) if name not in but}
    looks = (look.format(table=f'"{name}"').replace("select ", f"select '{name}', ", 1) for name in found)
    for name, *values in execute(" union all ".join(f"({one})" for one in looks)):
        found[name].append(tuple(values))
    return found
