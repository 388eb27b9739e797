"""Rewards that an area earns together: listed, set, ended, and what came before and after."""

from __future__ import annotations

from flask import Blueprint, Response, g, request

from matcher.domain.errors import BadInput, Conflict
from matcher.services import rewards, uptake, uptake_words
from matcher.services.access import Action
from matcher.services.drawing import NARROW, WIDE
from matcher.services.rewards import Keeper
from matcher.store.session import reading, unit_of_work
from web import clock
from web.auth import is_session_sealed
from web.forms.questions import Asking, show_beside
from web.forms.rewards import RewardForm
from web.guard import HIGHEST_ID, declares
from web.templating import page, see_other

blueprint = Blueprint("rewards", __name__)

_HOME = "/team/ties/rewards"
_REWARD = f"{_HOME}/<int(max={HIGHEST_ID}):reward_id>"


@blueprint.get(_HOME)
@declares(Action.LOOK_AFTER_TIES)
def listed() -> Response:
    """Every reward of our areas."""
    with reading() as session:
        found = rewards.list_rewards(session, g.actor.area_ids, now=clock.now())
    return page("rewards/rewards.html", rewards=found)


@blueprint.get(f"{_HOME}/new")
@declares(Action.LOOK_AFTER_TIES)
def new() -> Response:
    """A new one."""
    return _form_page(RewardForm())


@blueprint.post(f"{_HOME}/new")
@declares(Action.LOOK_AFTER_TIES, sealed_by=is_session_sealed)
def add() -> Response:
    """Set it: everyone in the area can read of it."""
    form = RewardForm(request.form)
    try:
        with unit_of_work() as session:
            asking = Asking(session, clock.now(), {})
            form.prepare(asking)
            if not form.is_answered(asking):
                return _form_page(form)
            reward_id = rewards.set_reward(session, form.draft(), _by())
    except BadInput as error:
        show_beside(form, error)
        return _form_page(form)
    return see_other(f"{_HOME}/{reward_id}")


@blueprint.get(_REWARD)
@declares(Action.LOOK_AFTER_TIES)
def one(reward_id: int) -> Response:
    """How far it is, and sign-ups, answers and visits before and since."""
    return _reward_page(reward_id)


@blueprint.post(f"{_REWARD}/given")
@declares(Action.LOOK_AFTER_TIES, sealed_by=is_session_sealed)
def given(reward_id: int) -> Response:
    """It is there."""
    return _end(reward_id, is_given=True)


@blueprint.post(f"{_REWARD}/off")
@declares(Action.LOOK_AFTER_TIES, sealed_by=is_session_sealed)
def off(reward_id: int) -> Response:
    """There will be none."""
    return _end(reward_id, is_given=False)


def _end(reward_id: int, *, is_given: bool) -> Response:
    try:
        with unit_of_work() as session:
            rewards.end(session, reward_id, _by(), is_given=is_given)
    except Conflict as error:
        return _reward_page(reward_id, problem=error.message)
    return see_other(f"{_HOME}/{reward_id}")


def _by() -> Keeper:
    return Keeper(g.actor.staff_id, g.actor.area_ids, clock.now())


def _form_page(form: RewardForm) -> Response:
    with reading() as session:
        form.prepare(Asking(session, clock.now(), {}))
    return page("rewards/new.html", form=form)


def _reward_page(reward_id: int, *, problem: str = "") -> Response:
    with reading() as session:
        found = rewards.reward(session, reward_id, g.actor.area_ids, now=clock.now())
        weeks = uptake.read(session, found)
    return page(
        "rewards/reward.html",
        reward=found,
        problem=problem,
        status=409 if problem else 200,
        finding=uptake_words.finding(weeks),
        caution=uptake_words.caution(weeks),
        compared=uptake_words.compared(weeks),
        by_week=uptake_words.by_week(weeks),
        drawn=[uptake_words.draw(weeks, width) for width in (WIDE, NARROW)],
    )
