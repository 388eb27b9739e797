"""A volunteer's settings: what they do, when, how far, how they are written to, a break, and leaving."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from flask import Blueprint, Response, request

from matcher.domain.errors import BadInput
from matcher.domain.roles import LinkPurpose
from matcher.services import leaving, motives, offer_changes, thoughts
from matcher.services.access import Action
from matcher.services.offer_changes import Own
from matcher.store.session import reading, unit_of_work
from web import bell, clock
from web.forms.offers import KindsForm, TimesForm, TravelForm
from web.forms.own import PauseForm, WhyForm, WritingForm, read_times, times_data, writing_data
from web.forms.questions import Asking, QuestionForm, show_beside
from web.guard import declares, granted
from web.templating import page, see_other

blueprint = Blueprint("own_settings", __name__)


@dataclass(frozen=True, slots=True)
class Setting:
    """One page of the settings: its form, what stands in it at first, and how the answer is kept."""

    form: type[QuestionForm]
    data: Callable[[Own], dict[str, Any]]
    save: Callable[[Any, int, Any, datetime], None]


def _save_kinds(session: Any, person_id: int, form: KindsForm, now: datetime) -> None:
    offer_changes.change_kinds(session, person_id, frozenset(form.kinds.data), now=now)
    offer_changes.change_traits(session, person_id, frozenset(form.traits.data), now=now)


def _save_times(session: Any, person_id: int, form: TimesForm, now: datetime) -> None:
    offer_changes.change_times(session, person_id, read_times(form), now=now)


def _save_reach(session: Any, person_id: int, form: TravelForm, now: datetime) -> None:
    minutes = int(form.travel_minutes.data)
    offer_changes.change_reach(session, person_id, form.travel_mode.data, minutes, now=now)


def _save_writing(session: Any, person_id: int, form: WritingForm, now: datetime) -> None:
    offer_changes.change_writing(session, person_id, form.read_writing(), now=now)


def _save_pause(session: Any, person_id: int, form: PauseForm, now: datetime) -> None:
    offer_changes.pause_until(session, person_id, form.back_on.read(), now=now)


def _travel_data(own: Own) -> dict[str, Any]:
    return {"travel_mode": own.travel_mode.value, "travel_minutes": str(own.travel_minutes)}


def _save_why(session: Any, person_id: int, form: WhyForm, now: datetime) -> None:
    motives.tell(session, person_id, frozenset(form.motives.data), now=now)


SETTINGS: Mapping[str, Setting] = {
    "kinds": Setting(KindsForm, lambda own: {"kinds": sorted(own.kinds), "traits": sorted(own.traits)}, _save_kinds),
    "times": Setting(TimesForm, times_data, _save_times),
    "reach": Setting(TravelForm, _travel_data, _save_reach),
    "writing": Setting(WritingForm, lambda own: writing_data(own.writing), _save_writing),
    "why": Setting(WhyForm, lambda own: {"motives": sorted(own.motives)}, _save_why),
    "pause": Setting(PauseForm, lambda own: {}, _save_pause),
}
_WHAT = f"<any({', '.join(SETTINGS)}):what>"


class Words(NamedTuple):
    """What they have settled, in words."""

    kinds: list[str]
    times: str
    reach: list[str]
    writing: list[str]
    why: list[str]


@blueprint.get("/me/<token:token>/settings")
@declares(Action.READ_OWN_PAGE, link=LinkPurpose.ME)
def settings(token: str) -> Response:
    """Settings."""
    now, person_id = clock.now(), granted("person_id")
    with reading() as session:
        own = offer_changes.read(session, person_id, now=now)
        words = Words(*(_shown(session, own, SETTINGS[what], now).in_words() for what in Words._fields))
        thought = thoughts.read(session, person_id, now=now)
    return page("volunteers/settings.html", words=words, thought=thought, token=token)


@blueprint.get(f"/me/<token:token>/settings/{_WHAT}")
@declares(Action.CHANGE_OWN_OFFER, link=LinkPurpose.ME)
def setting(token: str, what: str) -> Response:
    """One of them, as it is."""
    now = clock.now()
    with reading() as session:
        own = offer_changes.read(session, granted("person_id"), now=now)
        form = _shown(session, own, SETTINGS[what], now)
    return page(f"volunteers/{what}.html", form=form, token=token)


@blueprint.post(f"/me/<token:token>/settings/{_WHAT}")
@declares(Action.CHANGE_OWN_OFFER, link=LinkPurpose.ME)
def change(token: str, what: str) -> Response:
    """One of them, changed; or what is wrong with the answer."""
    now, person_id, chosen = clock.now(), granted("person_id"), SETTINGS[what]
    with reading() as session:
        own = offer_changes.read(session, person_id, now=now)
        asking = _asking(session, own, now)
        form = _prepared(chosen.form(request.form), own, asking)
        altered = form.alter(request.form.get("do", ""))
        is_wrong = bool(form.errors) or not (altered or form.is_answered(asking))
    if altered or is_wrong:
        return page(f"volunteers/{what}.html", form=form, token=token)
    try:
        with unit_of_work() as session:
            chosen.save(session, person_id, form, now)
    except BadInput as error:
        show_beside(form, error)
        return page(f"volunteers/{what}.html", form=form, token=token)
    bell.ring(bell.RUN_DUE_ROUNDS)
    return see_other(f"/me/{token}" if what == "pause" else f"/me/{token}/settings")


@blueprint.post("/me/<token:token>/texts")
@declares(Action.CHANGE_OWN_OFFER, link=LinkPurpose.ME)
def texts_again(token: str) -> Response:
    """Send me texts again: takes back a STOP, and is the only thing here that does."""
    with unit_of_work() as session:
        offer_changes.want_texts_again(session, granted("person_id"), now=clock.now())
    return see_other(f"/me/{token}/settings/writing")


@blueprint.get("/me/<token:token>/leave")
@declares(Action.CHANGE_OWN_OFFER, link=LinkPurpose.ME)
def ask_to_leave(token: str) -> Response:
    """What leaving does, before it does it."""
    with reading() as session:
        held = leaving.held_by(session, granted("person_id"))
    return page("volunteers/leave.html", held=held, token=token)


@blueprint.post("/me/<token:token>/leave")
@declares(Action.CHANGE_OWN_OFFER, link=LinkPurpose.ME)
def leave(token: str) -> Response:
    """They leave; their own pages are gone by the next request."""
    with unit_of_work() as session:
        leaving.leave(session, granted("person_id"), now=clock.now())
    bell.ring(bell.RUN_DUE_ROUNDS, bell.DELIVER_DUE)
    return see_other("/left")


@blueprint.get("/left")
@declares(Action.READ_PUBLIC)
def left() -> Response:
    """You have left the list."""
    return page("volunteers/left.html")


def _asking(session: Any, own: Own, now: datetime) -> Asking:
    return Asking(session, now, {"kinds": {"kinds": sorted(own.kinds)}})


def _shown(session: Any, own: Own, setting: Setting, now: datetime) -> Any:
    return _prepared(setting.form(data=setting.data(own)), own, _asking(session, own, now))


def _prepared(form: Any, own: Own, asking: Asking) -> Any:
    if isinstance(form, WritingForm):
        form.offer_hours(own.usual_quiet)
        form.offer_ways(has_email=own.has_email, wants_no_texts=own.wants_no_texts)
    form.prepare(asking)
    return form
