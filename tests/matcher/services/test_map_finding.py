"""What the board's map shows, counted: where the urgent visits are, and whether there is salt for a path."""

from types import SimpleNamespace

import pytest

from matcher.domain.lifecycle import Urgency
from matcher.services.map_finding import finding

TOWNS = [("Chippenham", 392_000, 173_000), ("Salisbury", 414_000, 130_000)]


def row(area, easting, northing, urgency=Urgency.URGENT, *, is_paused=False):
    return SimpleNamespace(area=area, easting=easting, northing=northing, urgency=urgency, is_paused=is_paused)


BOX, CORSHAM = row("Box", 382_000, 173_100), row("Corsham", 386_000, 172_900)
CALNE, LATER = row("Calne", 399_000, 171_000), row("Calne", 399_000, 171_000, Urgency.LOW)
AMONG = [row("Box", 392_000, 173_000), row("Corsham", 392_000, 173_000)]
WAITING = row("Calne", 399_000, 171_000, is_paused=True)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([], "None of these visits is urgent."),
        ([LATER, WAITING], "None of these visits is urgent."),
        ([BOX, LATER], "The urgent visit is in Box."),
        ([BOX, BOX], "Both urgent visits are in Box."),
        ([BOX, CORSHAM, CALNE], "2 of the 3 urgent visits are west of Chippenham."),
        (
            [row("Box", 392_000, 173_000), row("Corsham", 392_000, 173_000)],
            "The 2 urgent visits are spread over 2 areas.",
        ),
    ],
)
def test_where_the_urgent_ones_are_is_counted(rows, says):
    assert finding(rows, TOWNS, (0, 0)) == says


def test_salt_for_a_path_of_ones_own_is_counted_where_there_are_stores():
    assert finding([BOX], TOWNS, (1, 3)).endswith(" 1 of 3 salt stores may be used on private paths.")
    assert finding([BOX], [], (0, 1)).endswith(" 0 of 1 salt store may be used on private paths.")
