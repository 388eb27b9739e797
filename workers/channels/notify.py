"""Texts and e-mail by GOV.UK Notify. It can be asked what it has taken, so nothing goes twice and nothing is lost.

Notify knows each message by the reference we give it. Before a message is handed over again, and after a line that
was cut, Notify is asked for that reference first.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from notifications_python_client.errors import APIError
from notifications_python_client.notifications import NotificationsAPIClient

from matcher.config import NotifySettings
from matcher.services.outbox import Envelope
from workers.channels.protocol import SendLater, SendNever

TIMEOUT_S = 10
# Notify says 400 of a number or address nobody can have. A wrong key (403) or template (404), and a key that writes to
# the team alone (400 too, by another name), are faults of ours: there is half an hour in which to mend them.
_NEVER = 400
_TEAM_ONLY = "BadRequestError"


class NotifyChannel:
    """Sends by the two templates of the service's Notify account, which hold nothing but our own words."""

    is_repeatable = True
    tells_arrival = True

    def __init__(self, settings: NotifySettings) -> None:
        self.settings = settings

    def send(self, envelope: Envelope) -> None:
        """Hand it over, once for each reference."""
        client = self._client()
        if envelope.tries > 1 and _has_taken(client, envelope):
            return
        try:
            self._hand_over(client, envelope)
        except APIError as error:
            if error.status_code == _NEVER and not _is_team_only(error):
                raise SendNever("Notify 400: it does not take that number or address") from None
            if _is_unclear(error) and _has_taken(client, envelope):
                return
            raise SendLater(_words(error)) from None
        finally:
            client.request_session.close()

    def status_of(self, notification_id: int) -> str:
        """What Notify says of it now; empty for what it does not know."""
        client = self._client()
        try:
            return next((str(one["status"]) for one in _known(client, notification_id)), "")
        finally:
            client.request_session.close()

    def _client(self) -> Any:
        make: Any = NotificationsAPIClient
        return make(self.settings.key, base_url=self.settings.url, timeout=TIMEOUT_S)

    def _hand_over(self, client: Any, envelope: Envelope) -> None:
        reference, message = reference_of(envelope.notification_id), with_calendar_link(envelope).message
        if envelope.channel == "email":
            client.send_email_notification(
                envelope.recipient,
                self.settings.email_template,
                personalisation={"subject": message.subject, "text": message.text},
                reference=reference,
            )
        else:
            client.send_sms_notification(
                envelope.recipient,
                self.settings.text_template,
                personalisation={"text": message.text},
                reference=reference,
            )


def with_calendar_link(envelope: Envelope) -> Envelope:
    """Notify carries no file without keeping it itself: it says where the calendar's file can be fetched."""
    if envelope.calendar is None or not envelope.calendar.link:
        return envelope
    text = f"{envelope.message.text}\n\nFor your calendar: {envelope.calendar.link}"
    return replace(envelope, message=replace(envelope.message, text=text))


def reference_of(notification_id: int) -> str:
    """What Notify knows a message by: the same for every try."""
    return f"gritbin-{notification_id}"


def _has_taken(client: Any, envelope: Envelope) -> bool:
    """SendLater if Notify cannot say now: then nothing is handed over."""
    return bool(_known(client, envelope.notification_id))


def _known(client: Any, notification_id: int) -> list[dict[str, Any]]:
    try:
        found: list[dict[str, Any]] = client.get_all_notifications(reference=reference_of(notification_id))[
            "notifications"
        ]
    except APIError as error:
        raise SendLater(_words(error)) from None
    return found


def _is_unclear(error: APIError) -> bool:
    """True unless Notify itself said clearly that it did not take it."""
    return error.response is None or error.status_code >= 500 or error.status_code < 400


def _is_team_only(error: APIError) -> bool:
    said: Any = error.message  # a list of errors with their names, or plain words
    return isinstance(said, list) and any(one.get("error") == _TEAM_ONLY for one in said if isinstance(one, dict))


def _words(error: APIError) -> str:
    if _is_team_only(error):
        return "Notify 400: the key writes to the team alone"
    return f"Notify {error.status_code}" if error.response is not None else "Notify did not answer"
