"""Many messages, providers that misbehave in every way, senders killed in between: each goes once, none is lost.

`python tests/bench/messages.py` does the same with 10,000.
"""

import pytest
from sqlalchemy import select

from matcher.domain.lifecycle import NotificationStatus
from matcher.services import handed_over
from matcher.store.models import Notification
from matcher.store.session import reading
from tests.bench.sending import prove

pytestmark = pytest.mark.faults


def test_every_message_goes_once_or_stands_on_a_list(database):
    figures = prove(database.serving_url, 100)
    assert figures.kills > 2
    assert figures.handed_over.total() > 60
    assert (figures.more_than_once.total(), figures.lost, figures.untrue) == (0, 0, 0)
    assert set(why_uncertain("text")) <= {(handed_over.TRIES, "every try was cut off")}


def why_uncertain(channel):
    """(tries, why) of what nobody knows the fate of. Notify can be asked: only the last try may leave a text so."""
    wanted = select(Notification.attempts, Notification.last_error).where(
        Notification.channel == channel, Notification.status == NotificationStatus.UNCERTAIN
    )
    with reading() as session:
        return [tuple(row) for row in session.execute(wanted)]
