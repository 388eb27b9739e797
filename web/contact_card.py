"""A request saved in a telephone: our number and the reference as a contact, so that the phone says who rings."""

from __future__ import annotations

from flask import Blueprint, Response

from matcher.domain.roles import LinkPurpose
from matcher.services import need_page
from matcher.services.access import Action
from matcher.store.session import reading
from web import clock
from web.guard import declares, granted
from web.scheme import scheme_now

blueprint = Blueprint("contact_card", __name__)


@blueprint.get("/r/<token:token>/contact.vcf")
@declares(Action.READ_NEED, link=LinkPurpose.STATUS)
def card(token: str) -> Response:
    """Our number, their reference, and the way back to their page."""
    scheme = scheme_now()
    with reading() as session:
        need = need_page.read(session, granted("need_id"), now=clock.now())
    body = _card(scheme.name, scheme.phone, f"Your reference is {need.reference}.", f"{scheme.origin}/r/{token}")
    answer = Response(body, content_type="text/vcard; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="contact.vcf"'
    return answer


def _card(name: str, phone: str, note: str, address: str) -> str:
    """As RFC 2426 has it: every telephone still reads version 3."""
    lines = (
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"FN:{_escaped(name)}",
        f"N:{_escaped(name)};;;;",
        f"ORG:{_escaped(name)}",
        f"TEL;TYPE=WORK,VOICE:{_escaped(phone)}",
        f"NOTE:{_escaped(note)}",
        f"URL:{address}",
        "END:VCARD",
    )
    return "".join(f"{line}\r\n" for line in lines)


def _escaped(words: str) -> str:
    for sign in ("\\", ";", ","):
        words = words.replace(sign, f"\\{sign}")
    return " ".join(words.split())
