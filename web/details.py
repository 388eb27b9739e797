"""A resident's own page: the messages we sent, and the end of everything we hold about them."""

from __future__ import annotations

from flask import Blueprint, Response, request

from matcher.domain.roles import LinkPurpose
from matcher.services import erasure, my_messages, need_page
from matcher.services.access import Action
from matcher.store.session import reading, unit_of_work
from web import bell, clock
from web.guard import declares, granted
from web.templating import page, see_other

blueprint = Blueprint("details", __name__)


@blueprint.get("/r/<token:token>/messages")
@declares(Action.READ_NEED, link=LinkPurpose.STATUS)
def messages(token: str) -> Response:
    """What we sent, and whether it arrived."""
    with reading() as session:
        need = need_page.read(session, granted("need_id"), now=clock.now())
        lines = my_messages.read(session, granted("need_id"), now=clock.now())
    said = request.args.get("said", "")
    return page("needs/messages.html", need=need, lines=lines, token=token, said=said)


@blueprint.post("/r/<token:token>/messages/<int(max=9223372036854775807):notification_id>/again")
@declares(Action.CHANGE_NEED, link=LinkPurpose.STATUS)
def send_again(token: str, notification_id: int) -> Response:
    """One of them once more."""
    with unit_of_work() as session:
        is_sent = my_messages.send_again(session, granted("need_id"), notification_id, now=clock.now())
    bell.ring(bell.DELIVER_DUE)
    return see_other(f"/r/{token}/messages?said={'sent' if is_sent else 'wait'}")


@blueprint.get("/r/<token:token>/delete")
@declares(Action.ERASE_DETAILS, link=LinkPurpose.STATUS)
def ask_to_erase(token: str) -> Response:
    """What goes and what stays, before it goes."""
    with reading() as session:
        need = need_page.read(session, granted("need_id"), now=clock.now())
        promised = erasure.what_ends(session, granted("person_id"))
    return page("needs/delete.html", need=need, promised=promised, token=token)


@blueprint.post("/r/<token:token>/delete")
@declares(Action.ERASE_DETAILS, link=LinkPurpose.STATUS)
def erase(token: str) -> Response:
    """Gone. The link ends with it, so that what is shown next holds nothing of theirs."""
    with unit_of_work() as session:
        erasure.erase_person(session, granted("person_id"), need_id=granted("need_id"), now=clock.now())
    bell.ring(bell.RUN_DUE_ROUNDS, bell.DELIVER_DUE)
    return see_other("/deleted")


@blueprint.get("/deleted")
@declares(Action.READ_PUBLIC)
def erased() -> Response:
    """The receipt."""
    return page("public/deleted.html", now=clock.now())
