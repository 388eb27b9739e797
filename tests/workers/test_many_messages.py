"""Many messages, providers that misbehave in every way, senders killed in between: each goes once, none is lost.

`python tests/bench/messages.py` does the same with 10,000.
"""

import pytest

from tests.bench.sending import prove

pytestmark = pytest.mark.faults


def test_every_message_goes_once_or_stands_on_a_list(database):
    figures = prove(database.serving_url, 100)
    assert figures.kills > 2
    assert figures.handed_over.total() > 60
    assert (figures.more_than_once.total(), figures.lost, figures.untrue) == (0, 0, 0)
