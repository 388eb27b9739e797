"""A little about you: asked of those who asked, offered or told a story, if they like, and kept as counts alone."""

from __future__ import annotations

from flask import Blueprint, Response, request

from matcher.domain.errors import BadInput
from matcher.services import voices
from matcher.services.access import Action
from matcher.store.session import reading, unit_of_work
from web import clock
from web.forms.about_you import AboutYouForm
from web.forms.questions import Asking, show_beside
from web.guard import declares, is_sealed_for_anyone, seal_for_anyone
from web.limits import PASSING_BY, limiter
from web.once import new_key, sent_key
from web.templating import page, see_other

blueprint = Blueprint("about_you", __name__)

_FORM = "about_you"
_CHOICE = "/about-you/<any('ask', 'offer', 'story'):choice>"


@blueprint.get(_CHOICE)
@declares(Action.READ_PUBLIC)
def about_you(choice: str) -> Response:
    """Where you live, how old you are, and what is true of you."""
    form = AboutYouForm()
    with reading() as session:
        form.prepare(Asking(session, clock.now(), {}))
    return _form_page(form, choice, new_key())


@blueprint.post(_CHOICE)
@declares(Action.READ_PUBLIC, sealed_by=lambda: is_sealed_for_anyone(_FORM))
@limiter.limit(PASSING_BY)
def count(choice: str) -> Response:
    """One more, with no name."""
    form, key = AboutYouForm(request.form), sent_key()
    try:
        with unit_of_work() as session:
            asking = Asking(session, clock.now(), {})
            form.prepare(asking)
            if not form.is_answered(asking):
                return _form_page(form, choice, key)
            voices.count_voice(session, choice, form.area.data, form.said(), key, now=asking.now)
    except BadInput as error:
        show_beside(form, error)
        return _form_page(form, choice, key)
    return see_other("/about-you/thanks")


@blueprint.get("/about-you/thanks")
@declares(Action.READ_PUBLIC)
def thanks() -> Response:
    """It is counted."""
    return page("heard/thanks.html")


def _form_page(form: AboutYouForm, choice: str, key: str) -> Response:
    return page("heard/about-you.html", form=form, choice=choice, key=key, form_token=seal_for_anyone(_FORM))
