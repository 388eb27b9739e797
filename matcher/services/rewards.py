"""Rewards that an area earns together: set, shown to everyone there, ended. Nobody is paid for a visit."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import DateTime, cast, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, Conflict, NotFound
from matcher.domain.lifecycle import VisitStatus
from matcher.domain.localtime import LONDON, last_midnight, local_day
from matcher.domain.rewards import FEWEST_VISITS, LONGEST, MOST_VISITS, names_money, promise, so_far
from matcher.domain.wording import clean_line
from matcher.services import audit
from matcher.store.models import Area, Need, Occurrence, Person, Reward, Visit

FARTHEST = timedelta(days=365)
GIVEN_SHOWN = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class RewardDraft:
    """A reward as it was typed. area: the slug of one; visits_wanted: in figures."""

    what: str
    area: str
    visits_wanted: str
    starts_on: date | None


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who of the team does it, for which areas, and when."""

    staff_id: int
    area_ids: Collection[int]
    now: datetime


@dataclass(frozen=True, slots=True)
class RewardView:
    """A reward as the team sees it. done: visits made in the area while it ran."""

    reward_id: int
    area_id: int
    area: str
    what: str
    visits_wanted: int
    starts_on: date
    ends_on: date | None
    is_given: bool | None
    done: int
    today: date

    @property
    def is_coming(self) -> bool:
        """Set, and its first day is still to come."""
        return self.ends_on is None and self.starts_on > self.today

    @property
    def is_running(self) -> bool:
        """Begun and not ended."""
        return self.ends_on is None and self.starts_on <= self.today

    @property
    def is_earned(self) -> bool:
        """So many visits were made."""
        return self.done >= self.visits_wanted

    @property
    def stands(self) -> str:
        """How it stands, in a few words."""
        if self.is_given is not None:
            return "Given" if self.is_given else "Called off"
        if self.is_coming:
            return "To come"
        return "Earned" if self.is_earned else "Running"


@dataclass(frozen=True, slots=True)
class Together:
    """A reward as everyone in the area reads it, in sentences that count nobody."""

    promise: str
    so_far: str


def set_reward(session: Session, draft: RewardDraft, by: Keeper) -> int:
    """A reward for an area: its id. BadInput names what is missing, or that another one runs there then."""
    what = _what(draft.what)
    area_id = session.scalar(select(Area.id).where(Area.slug == draft.area, Area.id.in_(by.area_ids)))
    if area_id is None:
        raise BadInput("Select one of your areas", field="area")
    reward = Reward(
        area_id=area_id,
        what=what,
        visits_wanted=_visits(draft.visits_wanted),
        starts_on=_first_day(draft.starts_on, by.now),
        set_at=by.now,
        set_by=by.staff_id,
    )
    try:
        with session.begin_nested():
            session.add(reward)
    except IntegrityError:  # the constraint that an area earns one thing at a time
        raise BadInput(
            "Another reward is running there then. End that one first, or choose a later day", field="starts_on"
        ) from None
    audit.record(session, audit.staff(by.staff_id), "set_reward", ("reward", reward.id), now=by.now)
    return reward.id


def end(session: Session, reward_id: int, by: Keeper, *, is_given: bool) -> None:
    """It is there, or it is called off. Ended twice the same way is once. NotFound if it is not theirs.

    Conflict for what has ended otherwise, and for giving what has not begun.
    """
    mine = (Reward.id == reward_id) & Reward.area_id.in_(by.area_ids)
    reward = session.scalar(select(Reward).where(mine).with_for_update())
    if reward is None:
        raise NotFound
    today = local_day(by.now)
    if reward.is_given is not None:
        if reward.is_given is not is_given:
            raise Conflict("Somebody has ended this reward already. Look at it again.")
        return
    if is_given and reward.starts_on > today:
        raise Conflict("This reward has not begun. Call it off, or wait for its first day.")
    reward.ends_on, reward.ended_at, reward.ended_by = max(today, reward.starts_on), by.now, by.staff_id
    reward.is_given = is_given
    audit.record(session, audit.staff(by.staff_id), "ended_reward", ("reward", reward.id), now=by.now)


def list_rewards(session: Session, area_ids: Collection[int], *, now: datetime) -> tuple[RewardView, ...]:
    """Every reward of these areas: those that have not ended first, then the newest."""
    found = _read(session, Reward.area_id.in_(area_ids), until=now, now=now)
    return tuple(sorted(found, key=lambda one: (one.ends_on is not None, -one.starts_on.toordinal(), one.area)))


def reward(session: Session, reward_id: int, area_ids: Collection[int], *, now: datetime) -> RewardView:
    """One of them. NotFound if it is of no area of theirs."""
    found = list(_read(session, Reward.id == reward_id, Reward.area_id.in_(area_ids), until=now, now=now))
    if not found:
        raise NotFound
    return found[0]


def for_everyone(session: Session, area_id: int, *, now: datetime) -> tuple[Together, ...]:
    """What runs or comes in an area, counted up to last midnight, and what was given there lately."""
    wanted = Reward.area_id == area_id, Reward.is_given.is_not(False)
    shown = _read(session, *wanted, until=last_midnight(now), now=now)
    return tuple(
        _together(one)
        for one in sorted(shown, key=lambda one: one.starts_on)
        if one.ends_on is None or one.today - one.ends_on <= GIVEN_SHOWN
    )


def for_volunteer(session: Session, person_id: int, *, now: datetime) -> tuple[Together, ...]:
    """The same of the area they live in."""
    return for_everyone(session, session.get_one(Person, person_id).area_id, now=now)


def _together(one: RewardView) -> Together:
    said = promise(one.what, one.area, one.visits_wanted, one.starts_on)
    if one.is_given:
        return Together(said, "It is here. Thank you, all of you.")
    return Together(said, "It has not begun." if one.is_coming else so_far(one.done, one.visits_wanted))


def _read(session: Session, *wanted: Any, until: datetime, now: datetime) -> Iterable[RewardView]:
    today = local_day(now)
    rows = session.execute(
        select(Reward, Area.name, _done(until)).join(Area, Area.id == Reward.area_id).where(*wanted)
    ).all()
    for row, area, done in rows:
        yield RewardView(
            reward_id=row.id,
            area_id=row.area_id,
            area=area,
            what=row.what,
            visits_wanted=row.visits_wanted,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            is_given=row.is_given,
            done=done,
            today=today,
        )


def _done(until: datetime) -> Any:
    """Visits done by then in the area of a reward that began from its first day on, and before it ended."""
    begins_at = func.timezone(LONDON.key, cast(Reward.starts_on, DateTime))
    return (
        select(func.count())
        .select_from(Visit)
        .join(Occurrence, Occurrence.id == Visit.occurrence_id)
        .join(Need, Need.id == Occurrence.need_id)
        .where(Need.area_id == Reward.area_id, Visit.status == VisitStatus.DONE, Visit.starts_at >= begins_at)
        .where(Reward.ended_at.is_(None) | (Visit.starts_at < Reward.ended_at), Visit.ended_at <= until)
        .correlate(Reward)
        .scalar_subquery()
    )


def _what(typed: str) -> str:
    what = clean_line(typed, LONGEST, noun="The reward", field="what").rstrip(".")
    if not what:
        raise BadInput("Enter what the area earns, such as a bench by the green", field="what")
    if names_money(what):
        raise BadInput("Enter a thing or a day for everyone: never money, nor what is as good as money", field="what")
    return what


def _visits(typed: str) -> int:
    plain = typed.replace(",", "").strip()
    number = int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 9 else 0
    if not FEWEST_VISITS <= number <= MOST_VISITS:
        raise BadInput(
            f"Enter how many visits, from {FEWEST_VISITS} to {MOST_VISITS:,}: nobody earns it alone",
            field="visits_wanted",
        )
    return number


def _first_day(day: date | None, now: datetime) -> date:
    if day is None:
        raise BadInput("Enter the day from which it counts", field="starts_on")
    if abs(day - local_day(now)) > FARTHEST:
        raise BadInput("The first day must be within a year of today", field="starts_on")
    return day
