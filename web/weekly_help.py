"""Help that a volunteer gives every week without us: told once, still so, no longer."""

from __future__ import annotations

from flask import Blueprint, Response, request

from matcher.domain.errors import BadInput
from matcher.domain.roles import LinkPurpose
from matcher.services import weekly_help
from matcher.services.access import Action
from matcher.store.session import reading, unit_of_work
from web import clock
from web.forms.questions import Asking, show_beside
from web.forms.weekly_help import WeeklyForm
from web.guard import HIGHEST_ID, declares, granted
from web.templating import page, see_other

blueprint = Blueprint("weekly_help", __name__)

_WEEKLY = "/me/<token:token>/weekly"
_ONE = f"{_WEEKLY}/<int(max={HIGHEST_ID}):weekly_id>"


@blueprint.get(_WEEKLY)
@declares(Action.READ_OWN_PAGE, link=LinkPurpose.ME)
def shown(token: str) -> Response:
    """What they told, and something new."""
    return _page(token, WeeklyForm())


@blueprint.post(_WEEKLY)
@declares(Action.CHANGE_OWN_OFFER, link=LinkPurpose.ME)
def told(token: str) -> Response:
    """With what and on which days, from today on."""
    form = WeeklyForm(request.form)
    try:
        with unit_of_work() as session:
            asking = Asking(session, clock.now(), {})
            form.prepare(asking)
            if not form.is_answered(asking):
                return _page(token, form)
            weekly_help.tell(session, granted("person_id"), form.kind.data, form.days.data, now=asking.now)
    except BadInput as error:
        show_beside(form, error)
        return _page(token, form)
    return see_other(f"/me/{token}/weekly")


@blueprint.post(f"{_ONE}/still")
@declares(Action.CHANGE_OWN_OFFER, link=LinkPurpose.ME)
def still(token: str, weekly_id: int) -> Response:
    """It is still so."""
    with unit_of_work() as session:
        weekly_help.is_still_so(session, granted("person_id"), weekly_id, now=clock.now())
    return see_other(f"/me/{token}/weekly")


@blueprint.post(f"{_ONE}/end")
@declares(Action.CHANGE_OWN_OFFER, link=LinkPurpose.ME)
def end(token: str, weekly_id: int) -> Response:
    """It is so no longer."""
    with unit_of_work() as session:
        weekly_help.no_longer(session, granted("person_id"), weekly_id, now=clock.now())
    return see_other(f"/me/{token}/weekly")


def _page(token: str, form: WeeklyForm) -> Response:
    now = clock.now()
    with reading() as session:
        form.prepare(Asking(session, now, {}))
        lines = weekly_help.lines(session, granted("person_id"), now=now)
    return page("volunteers/weekly.html", form=form, lines=lines, token=token)
