"""Delivery of what is owed: lease in one transaction, send outside any, mark in another."""

from __future__ import annotations

import structlog

from matcher.services import outbox
from matcher.services.outbox import Envelope
from matcher.services.wordings import Scheme
from matcher.store.session import unit_of_work
from workers.celery import app, config
from workers.channels import Channel, SendLater, SendNever, SendUnsure, channel_for, repeatable_channels
from workers.clock import now

log = structlog.get_logger("workers.notifications")

SCHEME = Scheme(name=config.scheme, phone=config.phone, origin=config.origin)
MOST_BATCHES = 50


@app.task
def deliver_due() -> None:
    """Send what is due, batch by batch, until nothing is; bounded, since the next sweep goes on."""
    for _ in range(MOST_BATCHES):
        with unit_of_work() as session:
            envelopes = outbox.claim_due(session, SCHEME, repeatable_channels(config), now=now())
        for envelope in envelopes:
            deliver(envelope, channel_for(envelope.channel, config))
        if len(envelopes) < outbox.BATCH:
            return


def deliver(envelope: Envelope, channel: Channel) -> None:
    """Hand one message to its channel, and write down what became of it."""
    try:
        channel.send(envelope)
    except SendLater as error:
        with unit_of_work() as session:
            outbox.try_later(session, envelope.notification_id, str(error), now=now())
    except SendUnsure as error:
        with unit_of_work() as session:
            outbox.mark_uncertain(session, envelope.notification_id, str(error), now=now())
    except SendNever as error:
        with unit_of_work() as session:
            outbox.give_up(session, envelope.notification_id, str(error), now=now())
    else:
        with unit_of_work() as session:
            outbox.mark_sent(session, envelope.notification_id, now=now())
    log.info("delivered", notification=envelope.notification_id, channel=envelope.channel)
