"""What happened in one area, for everyone: jobs done, stories, answers. No count from which somebody could be known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matcher.domain.errors import NotFound
from matcher.domain.lifecycle import VisitStatus
from matcher.domain.localtime import last_midnight
from matcher.domain.small_numbers import ROUNDED_TO, rounded
from matcher.domain.stories import Reader
from matcher.domain.timewindow import TimeWindow
from matcher.services import decision_reading, fairness, needed_now, place_list, rewards, story_reading
from matcher.services.decision_reading import Answer
from matcher.services.needed_now import NeededNow
from matcher.services.place_list import PublicPlace
from matcher.services.rewards import Together
from matcher.services.story_reading import Seen, Views
from matcher.store.models import Area, AreaSlug, KindRow, Need, Occurrence, Visit

LOOKS_BACK = timedelta(days=90)
MOST_HOUSES = 24
STORIES_SHOWN = 3
MOST_NAMED = 2  # in a finding


@dataclass(frozen=True, slots=True)
class JobsDone:
    """A kind of help and about how often it was given; None for fewer than 5. `houses`: so many are drawn, none for
    less than half of what one stands for.
    """

    kind: str
    name: str
    about: int | None
    houses: int


@dataclass(frozen=True, slots=True)
class AreaPage:
    """An area as anyone may see it. slug: the one it has now. `about`: of all jobs up to last midnight; `a_house`: how
    many jobs one drawn house stands for. `both_sides`: of the whole scheme, needs met and willing people asked, each in
    100; None while it would tell of somebody.
    """

    slug: str
    name: str
    is_closed: bool
    since: datetime
    about: int | None
    finding: str
    a_house: int
    jobs: tuple[JobsDone, ...]
    needed: tuple[NeededNow, ...]
    both_sides: tuple[int, int] | None
    places: tuple[PublicPlace, ...]
    stories: tuple[Seen, ...]
    views: Views | None
    answers: tuple[Answer, ...]
    rewards: tuple[Together, ...]


def read(session: Session, slug: str, *, now: datetime) -> AreaPage:
    """The area that has this slug, or once had it. NotFound if there is none."""
    area = session.scalar(select(Area).join(AreaSlug, AreaSlug.area_id == Area.id).where(AreaSlug.slug == slug))
    if area is None:
        raise NotFound
    until = last_midnight(now)
    since = last_midnight(now - LOOKS_BACK)
    counted = _counts(session, area.id, TimeWindow(since, until))
    told = story_reading.out_for(session, Reader.PUBLIC, area_id=area.id, now=now)
    jobs, a_house = _jobs(counted)
    return AreaPage(
        slug=area.slug,
        name=area.name,
        is_closed=area.closed_at is not None,
        since=since,
        about=rounded(sum(count for _, _, count in counted)),
        finding=_finding(jobs),
        a_house=a_house,
        jobs=jobs,
        needed=needed_now.read(session, area.id, now=now),
        both_sides=fairness.in_public(session, now=now),
        places=place_list.for_everyone(session, area.id),
        stories=told[:STORIES_SHOWN],
        views=story_reading.views(told),
        answers=decision_reading.for_everyone(session, area_id=area.id, now=now),
        rewards=rewards.for_everyone(session, area.id, now=now),
    )


def _counts(session: Session, area_id: int, window: TimeWindow) -> list[tuple[str, str, int]]:
    """(kind, name, visits done) for every kind of help there is."""
    is_of_it = (Visit.ended_at >= window.start) & (Visit.ended_at < window.end)
    done = (
        select(Need.kind_slug, func.count().label("visits"))
        .join(Occurrence, Occurrence.need_id == Need.id)
        .join(Visit, Visit.occurrence_id == Occurrence.id)
        .where(Need.area_id == area_id, Visit.status == VisitStatus.DONE, is_of_it)
        .group_by(Need.kind_slug)
        .subquery()
    )
    wanted = (
        select(KindRow.slug, KindRow.name, func.coalesce(done.c.visits, 0))
        .outerjoin(done, done.c.kind_slug == KindRow.slug)
        .order_by(KindRow.position)
    )
    return [(slug, name, count) for slug, name, count in session.execute(wanted)]


def _jobs(counted: list[tuple[str, str, int]]) -> tuple[tuple[JobsDone, ...], int]:
    """The kinds, the most often given first, by what is shown of them and not by what is hidden."""
    about = [(slug, name, rounded(count)) for slug, name, count in counted]
    most = max((count or 0 for _, _, count in about), default=0)
    a_house = ROUNDED_TO * max(1, -(-most // (ROUNDED_TO * MOST_HOUSES)))
    ranked = sorted(about, key=lambda one: -(one[2] or 0))
    jobs = (JobsDone(slug, name, count, round(count / a_house) if count else 0) for slug, name, count in ranked)
    return tuple(jobs), a_house


def _finding(jobs: tuple[JobsDone, ...]) -> str:
    """What the picture shows, in a sentence made from what it shows."""
    most = jobs[0].about if jobs else None
    if most is None:
        return "Fewer than 5 jobs of each kind so far"
    first = [job.name for job in jobs if job.about == most]
    if len(first) == 1:
        return f"{first[0]} was the most common job: about {most:,} times"
    if len(first) > MOST_NAMED:
        return f"No job stands out: {len(first)} kinds were done about {most:,} times each"
    return f"{' and '.join((first[0], first[1].lower()))} were the most common jobs: about {most:,} times each"
