"""Offering help, a question a page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g

from matcher.services import motives, offers, own_codes
from matcher.services.access import Action
from matcher.services.offers import OfferDraft
from matcher.services.people import PersonDraft
from web import bell, clock, devices
from web.forms.offers import AboutForm, KindsForm, PromisesForm, ReachForm, TimesForm
from web.forms.own import WhyForm
from web.guard import declares
from web.journey_views import add_views
from web.journeys import Answers, Forms, Journey, Question
from web.limits import POSTING, count_phone, limiter
from web.templating import page

blueprint = Blueprint("offers", __name__)

OFFERING = Journey(
    name="offer",
    address="/offer",
    title="Offer help",
    questions=(
        Question("kinds", "", KindsForm, "offers/kinds.html"),
        Question("times", "times", TimesForm, "offers/times.html"),
        Question("reach", "reach", ReachForm, "offers/reach.html"),
        Question("about", "about-you", AboutForm, "offers/about-you.html"),
        Question("why", "why", WhyForm, "offers/why.html"),
        Question("promises", "promises", PromisesForm, "offers/promises.html"),
    ),
    check_template="offers/check.html",
)


@limiter.limit(POSTING)
def send() -> Response:
    """Make the offer."""
    response = OFFERING.finish(_make, _find_again)
    bell.ring(bell.RUN_DUE_ROUNDS, bell.DELIVER_DUE)
    return devices.remember(response, g.volunteer_id) if "volunteer_id" in g else response


add_views(blueprint, OFFERING, Action.MAKE_OFFER, send)


@blueprint.get("/offer/known")
@declares(Action.MAKE_OFFER)
def known() -> Response:
    """They had an offer before: the link to their page goes to them, not to whoever typed this."""
    return page("offers/known.html")


def _make(session: Any, forms: Forms) -> tuple[str, Answers]:
    draft = _draft(forms)
    with count_phone(draft.person.phone):
        made = offers.make_offer(session, draft, now=clock.now())
    if why := frozenset(forms["why"].data["motives"]):
        motives.tell(session, made.person_id, why, now=clock.now())
    if made.token is None:
        return "/offer/known", {"is_known": True}
    own_codes.send(session, made.person_id, now=clock.now())
    g.volunteer_id = made.person_id
    return f"/me/{made.token}/welcome", {"person_id": made.person_id}


def _find_again(session: Any, kept: Answers) -> str:
    if kept.get("is_known"):
        return "/offer/known"
    return f"/me/{offers.own_link(session, kept['person_id'], now=clock.now())}/welcome"


def _draft(forms: Forms) -> OfferDraft:
    times, about = forms["times"], forms["about"]
    assert isinstance(times, TimesForm)
    assert isinstance(about, AboutForm)
    reach = forms["reach"].data
    most = times.visits_per_week.data
    return OfferDraft(
        kinds=frozenset(forms["kinds"].data["kinds"]),
        traits=frozenset(forms["kinds"].data["traits"]),
        pattern=times.pattern.data,
        times=times.chosen_times,
        away=times.stretches,
        travel_mode=reach["travel_mode"],
        travel_minutes=int(reach["travel_minutes"]),
        visits_per_week=None if most == "any" else int(most),
        has_promised=forms["promises"].data["promises"] == ["yes"],
        person=PersonDraft(
            first_name=about.first_name.data,
            surname=about.surname.data,
            phone=about.phone.data,
            email=about.email.data,
            born_on=about.date_of_birth.read(),
            house=reach["house"],
            postcode=reach["postcode"],
        ),
    )
