"""What a resident's own page shows of a need: one state, one sentence, who comes and when, what has happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.kinds import job_words
from matcher.domain.lifecycle import EXPECTED, HOLDING, MatchStatus, NeedStatus, OccurrenceStatus, VisitStatus
from matcher.domain.localtime import clock_words, day_words, window_words
from matcher.domain.recurrence import Recurrence
from matcher.services import arrangements, asking_again, badges, batching, changing, confirming, need_timeline
from matcher.services.changing import OtherTime
from matcher.services.need_timeline import Happening
from matcher.store import queries
from matcher.store.models import KindRow, Match, Need, Occurrence, Person, Visit


class NeedState(StrEnum):
    """The states of the page; each has its own words, shape and colour."""

    NOT_CONFIRMED = "not_confirmed"
    LOOKING = "looking"
    STILL_LOOKING = "still_looking"
    LOOKING_AGAIN = "looking_again"
    COMING = "coming"
    ON_WAY = "on_way"
    DONE = "done"
    UNMET = "unmet"
    CANCELLED = "cancelled"
    WORD_FIRST = "word_first"


@dataclass(frozen=True, slots=True)
class Helper:
    """Someone who said yes: a first name, the time of their visit and the number of their badge, no more."""

    first_name: str
    status: VisitStatus
    starts_at: datetime
    day: str
    about: str
    set_off_at: str | None
    badge: int | None

    @property
    def when(self) -> str:
        """`Thursday 24 December, about 9:30am`."""
        return f"{self.day}, about {self.about}"


@dataclass(frozen=True, slots=True)
class NeedPage:
    """Everything the page shows. `windows` are day and times in words; `door_word` only once someone comes."""

    reference: str
    state: NeedState
    kind: str
    job: str
    windows: tuple[tuple[str, str], ...]
    is_weekly: bool
    is_icy: bool
    helpers_wanted: int
    helpers: tuple[Helper, ...]
    handed_back_by: tuple[str, ...]
    door_word: str
    reason: str | None
    reason_for_staff: str | None
    asked: int
    next_look_at: datetime | None
    timeline: tuple[Happening, ...]
    other_time: OtherTime | None
    can_cancel: bool
    can_change_time: bool
    can_say_how: bool
    said: str | None
    resident: str
    contact: str
    usual: str | None
    again: str | None


def read(session: Session, need_id: int, *, now: datetime) -> NeedPage:
    """The page as it is now."""
    need = session.get_one(Need, need_id)
    kind = session.get_one(KindRow, need.kind_slug)
    occurrence = occurrence_in_view(session, need)
    visits = _visits(session, occurrence)
    asked = session.scalars(select(Match).where(Match.occurrence_id == occurrence.id).order_by(Match.asked_at)).all()
    can_say_how = queries.occurrence_to_judge(session, need_id, now) is not None
    state = _waiting_for_a_word(session, need) or _state(occurrence, visits, [match.status for match in asked])
    worn = badges.numbers_of(session, [visit.person_id for visit, _ in visits if visit.status in EXPECTED])
    helpers = tuple(
        _helper(visit, name, worn.get(visit.person_id)) for visit, name in visits if visit.status in HOLDING
    )
    return NeedPage(
        reference=need.reference,
        state=state,
        kind=kind.slug,
        job=job_words(kind.job_words, tuple(need.details)),
        windows=tuple((day_words(window.start), window_words(window)) for window in queries.windows_of(occurrence)),
        is_weekly=need.recurrence is Recurrence.WEEKLY,
        is_icy=need.recurrence is Recurrence.WHEN_ICY,
        helpers_wanted=need.helpers,
        helpers=helpers,
        handed_back_by=tuple(name for visit, name in visits if visit.status is VisitStatus.HANDED_BACK),
        door_word=occurrence.door_word,
        reason=_reason(occurrence, _TOLD_RESIDENT) if state in _LOOKING else None,
        reason_for_staff=_reason(occurrence, _TOLD_STAFF) if state in _LOOKING else None,
        asked=len(asked),
        next_look_at=occurrence.next_round_at if state in _LOOKING else None,
        timeline=need_timeline.read(session, need, occurrence, visits, asked),
        other_time=changing.other_time(need, occurrence, now=now) if state is NeedState.STILL_LOOKING else None,
        can_change_time=need.recurrence is Recurrence.ONCE and occurrence.status in _SHOWN_OPEN,
        can_cancel=need.status in (NeedStatus.OPEN, NeedStatus.PAUSED) and state not in _ENDED,
        can_say_how=can_say_how,
        said=None if can_say_how else queries.last_said(session, need_id),
        resident=session.get_one(Person, need.resident_id).first_name,
        contact=need.contact,
        usual=arrangements.usual_name(session, need_id),
        again=asking_again.when_again(need, now=now) if state in _ENDED else None,
    )


def kind_of(session: Session, need_id: int) -> str:
    """What kind of help it is about."""
    return session.get_one(Need, need_id).kind_slug


_OTHERWISE = "otherwise"
# What the resident is told of a reason: true, kind, and nothing about who or why.
_TOLD_RESIDENT = {
    batching.NOT_YET: "We start asking neighbours a week before.",
    batching.GATHERING: batching.GATHERING_WORDS,
    "nobody_near": "Nobody who lives near enough has offered to help yet.",
    "nobody_does_this": "Nobody near you has offered this kind of help yet.",
    "nobody_as_asked": "Nobody near you is as you need them to be yet. Ring us: we can look at it together.",
    "nobody_free": "Nobody near you is free at that time.",
    "window_passed": "There is little time left for anyone to come.",
    _OTHERWISE: "The neighbours near you cannot come at that time.",
}
_TOLD_STAFF = _TOLD_RESIDENT | {
    "nobody_does_this": "Nobody near them has offered this kind of help yet.",
    "nobody_as_asked": "Nobody near them is yet as they need them to be. Look at it with them.",
    "nobody_free": "Nobody near them is free at that time.",
    _OTHERWISE: "The neighbours near them cannot come at that time.",
}

_LOOKING = (NeedState.LOOKING, NeedState.STILL_LOOKING, NeedState.LOOKING_AGAIN)
_ENDED = (NeedState.DONE, NeedState.UNMET, NeedState.CANCELLED)


def _reason(occurrence: Occurrence, told: Mapping[str, str]) -> str | None:
    if occurrence.reason_code is None:
        return None
    return told.get(occurrence.reason_code, told[_OTHERWISE])


_SHOWN_OPEN = (OccurrenceStatus.OPEN, OccurrenceStatus.FILLED)


def occurrence_in_view(session: Session, need: Need) -> Occurrence:
    """The occurrence the page is about: the next that is not over, else the last there was."""
    mine = select(Occurrence).where(Occurrence.need_id == need.id)
    coming = mine.where(Occurrence.status.in_(_SHOWN_OPEN)).order_by(Occurrence.starts_at).limit(1)
    latest = mine.order_by(Occurrence.starts_at.desc()).limit(1)
    return session.scalar(coming) or session.scalars(latest).one()


def _visits(session: Session, occurrence: Occurrence) -> list[tuple[Visit, str]]:
    rows = session.execute(
        select(Visit, Person.first_name)
        .join(Person, Person.id == Visit.person_id)
        .where(Visit.occurrence_id == occurrence.id)
        .order_by(Visit.held_at)
    )
    return [(visit, name) for visit, name in rows]


def _waiting_for_a_word(session: Session, need: Need) -> NeedState | None:
    if need.status is not NeedStatus.PAUSED:
        return None
    return NeedState.NOT_CONFIRMED if confirming.is_waiting(session, need.id) else NeedState.WORD_FIRST


def _state(occurrence: Occurrence, visits: list[tuple[Visit, str]], asks: list[MatchStatus]) -> NeedState:
    if occurrence.status in _PLAIN:
        return _PLAIN[occurrence.status]
    expected = {visit.status for visit, _ in visits if visit.status in EXPECTED}
    if expected:
        return NeedState.ON_WAY if VisitStatus.ON_WAY in expected else NeedState.COMING
    if any(visit.status in (VisitStatus.HANDED_BACK, VisitStatus.NO_SHOW) for visit, _ in visits):
        return NeedState.LOOKING_AGAIN
    is_hard = occurrence.reason_code not in (None, *batching.NOT_LOOKED_YET) and MatchStatus.PROPOSED not in asks
    return NeedState.STILL_LOOKING if is_hard else NeedState.LOOKING


_PLAIN = {
    OccurrenceStatus.DONE: NeedState.DONE,
    OccurrenceStatus.UNMET: NeedState.UNMET,
    OccurrenceStatus.CANCELLED: NeedState.CANCELLED,
}


def _helper(visit: Visit, name: str, badge: int | None) -> Helper:
    return Helper(
        first_name=name,
        status=visit.status,
        starts_at=visit.starts_at,
        day=day_words(visit.starts_at),
        about=clock_words(visit.starts_at),
        set_off_at=clock_words(visit.on_way_at) if visit.on_way_at else None,
        badge=badge,
    )
