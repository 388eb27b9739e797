"""Delivery of what is owed: lease in one transaction, send outside any, mark in another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import structlog

from matcher.domain.errors import Unavailable
from matcher.domain.preferences import SENDING_LIMITS
from matcher.services import handed_over, outbox
from matcher.services.outbox import Envelope
from matcher.services.wordings import Scheme
from matcher.store.session import unit_of_work
from workers.celery import app, config
from workers.channels import Channel, SendLater, SendNever, SendUnsure, channel_for, repeatable_channels
from workers.clock import now

log = structlog.get_logger("workers.notifications")

SCHEME = Scheme(
    name=config.scheme,
    phone=config.phone,
    origin=config.origin,
    limits=replace(SENDING_LIMITS, texts_a_day=config.texts_a_day) if config.holds_back else None,
)
MOST_BATCHES = 500
# Well inside a lease, so that a slow provider does not make uncertain what was never handed to it.
SEND_FOR = outbox.LEASE / 2


@app.task
def deliver_due() -> None:
    """Send what is due, batch by batch, until nothing is; bounded, since the next sweep goes on."""
    until = now() + SEND_FOR
    for _ in range(MOST_BATCHES):
        with unit_of_work() as session:
            envelopes = outbox.claim_due(session, SCHEME, repeatable_channels(config), now=now(), most_once=1)
            is_more_due = outbox.is_any_due(session, now=now())  # a batch may hold only what waits or is over
        for envelope in envelopes:
            if now() < until:
                deliver(envelope, channel_for(envelope.channel, config))
            else:
                with unit_of_work() as session:
                    handed_over.put_back(session, envelope.notification_id, now=now())
        if not is_more_due or now() >= until:
            return


_WHAT_BECOMES_OF_IT = {
    SendLater: handed_over.try_later,
    SendUnsure: handed_over.mark_uncertain,
    SendNever: handed_over.give_up,
}


def deliver(envelope: Envelope, channel: Channel) -> None:
    """Hand one message to its channel, and write down what became of it."""
    try:
        channel.send(envelope)
    except (SendLater, SendUnsure, SendNever) as error:
        _write_down(envelope, _WHAT_BECOMES_OF_IT[type(error)], str(error))
    except Unavailable:
        raise  # nothing can be written down now; the lease runs out
    except Exception as error:  # a fault of ours: it may have gone, and the others still must
        _write_down(envelope, handed_over.mark_uncertain, type(error).__name__)
    else:
        with unit_of_work() as session:
            handed_over.mark_sent(session, envelope.notification_id, tells_arrival=channel.tells_arrival, now=now())
        log.info("delivered", notification=envelope.notification_id, channel=envelope.channel)


def _write_down(envelope: Envelope, verb: Callable[..., None], why: str) -> None:
    with unit_of_work() as session:
        verb(session, envelope.notification_id, why, now=now())
    log.warning("not delivered", notification=envelope.notification_id, channel=envelope.channel, why=why)
