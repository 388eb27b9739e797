"""Asking for someone else, a question a page; and the page of what came of it, which tells the outcome alone."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from matcher.domain.roles import LinkPurpose
from matcher.services import referrals
from matcher.services.access import Action
from matcher.services.referrals import ReferralDraft
from matcher.store.session import reading
from web import bell, clock
from web.forms.for_someone import (
    AgreedForm,
    AskerForm,
    TheirKindForm,
    TheirWhenForm,
    TheirWhoForm,
    WhoForForm,
)
from web.forms.needs import WhereForm
from web.guard import declares, granted
from web.journey_views import add_views
from web.journeys import Answers, Forms, Journey, Question
from web.limits import POSTING, count_phone, limiter
from web.needs import draft_of
from web.templating import page

blueprint = Blueprint("for_someone", __name__)

FOR_SOMEONE = Journey(
    name="for_someone",
    address="/ask/for-someone",
    title="Ask for someone else",
    questions=(
        Question("who_for", "", WhoForForm, "for_someone/who-for.html"),
        Question("agreed", "agreed", AgreedForm, "for_someone/agreed.html"),
        Question("kind", "kind", TheirKindForm, "needs/kind.html"),
        Question("when", "when", TheirWhenForm, "needs/when.html"),
        Question("where", "where", WhereForm, "needs/where.html"),
        Question("who", "who", TheirWhoForm, "needs/who.html"),
        Question("asker", "you", AskerForm, "for_someone/you.html"),
    ),
    check_template="for_someone/check.html",
    is_own=False,
)


@limiter.limit(POSTING)
def send() -> Response:
    """Post the need; the person is rung before any neighbour is asked."""
    response = FOR_SOMEONE.finish(_post, _find_again)
    bell.ring(bell.DELIVER_DUE)
    return response


add_views(blueprint, FOR_SOMEONE, Action.POST_NEED, send)


@blueprint.get("/for/<token:token>")
@declares(Action.READ_OUTCOME, link=LinkPurpose.REFERRAL)
def outcome(token: str) -> Response:
    """Asked, a yes, done: and nothing of who, when or where."""
    return _outcome_page("for_someone/outcome.html", token)


@blueprint.get("/for/<token:token>/sent")
@declares(Action.READ_OUTCOME, link=LinkPurpose.REFERRAL)
def sent(token: str) -> Response:
    """We have it, and what happens next."""
    return _outcome_page("for_someone/sent.html", token)


def _outcome_page(template: str, token: str) -> Response:
    with reading() as session:
        found = referrals.read_outcome(session, granted("referral_id"))
    return page(template, outcome=found, token=token, now=clock.now())


def _post(session: Any, forms: Forms) -> tuple[str, Answers]:
    asked = _asked(forms)
    with count_phone(asked.phone):
        posted = referrals.post_for_someone(session, draft_of(forms, must_confirm=False), asked, now=clock.now())
    return f"/for/{posted.token}/sent", {"referral_id": posted.referral_id}


def _find_again(session: Any, kept: Answers) -> str:
    return f"/for/{referrals.outcome_link(session, kept['referral_id'], now=clock.now())}/sent"


def _asked(forms: Forms) -> ReferralDraft:
    who_for, agreed, asker = forms["who_for"].data, forms["agreed"], forms["asker"].data
    assert isinstance(agreed, AgreedForm)
    return ReferralDraft(
        first_name=asker["first_name"],
        phone=asker["phone"],
        email=asker["email"],
        organisation=who_for["organisation"],
        role=who_for["role"],
        is_told=asker["hears"] == "both",
        given=agreed.given(who_for["relation"]),
    )
