"""The table of prices that people read is the table that the report starts with."""

import csv
import re
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_every_starting_price_stands_in_the_docs_with_its_figure_year_and_source():
    said = (ROOT / "docs" / "prices.md").read_text(encoding="utf-8")
    with (ROOT / "matcher" / "services" / "prices.csv").open(encoding="utf-8") as file:
        rows = {row["key"]: row for row in csv.DictReader(file)}
    told = {
        key: line for line in said.splitlines() if line.startswith("| `") for key in re.findall(r"^\| `(\w+)`", line)
    }
    assert told.keys() == rows.keys()
    for key, row in rows.items():
        for part in (
            f"£{row['figure_gbp']} |",
            f"| {row['year']} |",
            row["source_title"].replace("|", "/"),
            row["publisher"],
        ):
            assert part in told[key], key
        assert ("(not checked)" in told[key]) == (row["seen_as"] == "not seen"), key
