"""E-mail by SMTP. It cannot be asked what it has taken, so a cut line means uncertain, never again."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate
from typing import Any
from urllib.parse import unquote, urlsplit

from matcher.services.outbox import Envelope
from workers.channels.html_letter import html_letter
from workers.channels.protocol import SendLater, SendNever, SendUnsure

TIMEOUT_S = 20
_FOR_NOW = range(400, 500)
_ATTACHED = "The file with this email is for your calendar. No name or address is in it."


class _Server(smtplib.SMTP):
    """Remembers whether a letter has begun to be handed over: before that, a cut line has lost nothing."""

    has_begun = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.has_begun = True
        return super().data(msg)


class _TlsServer(_Server, smtplib.SMTP_SSL):
    """The same, with TLS from the start."""


class SmtpChannel:
    """Sends plain text and HTML from one address. `url`: smtp://user:password@host:port, smtps:// for TLS at once."""

    is_repeatable = False
    tells_arrival = False

    def __init__(self, url: str, mail_from: str) -> None:
        self._url = urlsplit(url)
        self._from = mail_from

    def send(self, envelope: Envelope) -> None:
        """Send it, or say which way it failed."""
        server = self._connect()
        try:
            server.send_message(self._letter(envelope))
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            raise _failed(code) from None
        except smtplib.SMTPResponseException as error:
            raise _failed(error.smtp_code) from None
        except (smtplib.SMTPNotSupportedError, UnicodeError) as error:  # letters that this server cannot send to
            raise SendNever(type(error).__name__) from None
        except (OSError, smtplib.SMTPException) as error:
            raise (SendUnsure if server.has_begun else SendLater)(type(error).__name__) from None
        finally:
            server.close()

    def _connect(self) -> _Server:
        host, port = self._url.hostname or "localhost", self._url.port
        try:
            if self._url.scheme == "smtps":
                context = ssl.create_default_context()
                server: _Server = _TlsServer(host, port or 465, timeout=TIMEOUT_S, context=context)
            else:
                server = _Server(host, port or 25, timeout=TIMEOUT_S)
            self._log_in(server)
        except (OSError, smtplib.SMTPException) as error:
            raise SendLater(type(error).__name__) from None
        return server

    def _log_in(self, server: smtplib.SMTP) -> None:
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        if self._url.username:
            server.login(unquote(self._url.username), unquote(self._url.password or ""))

    def _letter(self, envelope: Envelope) -> EmailMessage:
        letter = EmailMessage()
        letter["From"], letter["To"] = self._from, envelope.recipient
        letter["Subject"] = envelope.message.subject
        letter["Date"] = formatdate()
        # The same for every try, so that a mail system may recognise a message it has seen.
        letter["Message-ID"] = f"<notification-{envelope.notification_id}@{self._from.rpartition('@')[2]}>"
        letter["Auto-Submitted"] = "auto-generated"
        text = envelope.message.text if envelope.calendar is None else f"{envelope.message.text} {_ATTACHED}"
        letter.set_content(text)
        letter.add_alternative(html_letter(envelope.message.subject, text), subtype="html")
        if envelope.calendar is not None:  # as bytes, so that its line ends stay those of a calendar
            body, utf8 = envelope.calendar.body, {"charset": "utf-8"}
            letter.add_attachment(body, maintype="text", subtype="calendar", filename="visit.ics", params=utf8)
        return letter


def _failed(code: int) -> SendLater | SendNever:
    return SendLater(f"SMTP {code}") if code in _FOR_NOW else SendNever(f"SMTP {code}")
