"""Who have we not heard from: areas and groups by how often they asked, offered or told, beside how many live there.

Of groups only what people said of themselves once they had asked, offered or told is counted (`voices`), and only as
often as that: one person may be several voices, and most say nothing of themselves, which the page says too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from matcher.domain.groups import EVERYONE, GROUP_WORDS, Group, is_ours
from matcher.domain.hearing import Heard, how_heard
from matcher.domain.localtime import at_local, local_day
from matcher.domain.small_numbers import FEWEST_SHOWN, rounded
from matcher.services.areas import id_of
from matcher.store.models import Area, Need, Offer, Person, Population, Story, VoiceCount
from matcher.store.models.population import ANSWERED


@dataclass(frozen=True, slots=True)
class Voices:
    """How often somebody asked, offered and told."""

    asks: int = 0
    offers: int = 0
    stories: int = 0

    @property
    def total(self) -> int:
        """All three."""
        return self.asks + self.offers + self.stories

    @property
    def shown(self) -> int:
        """The total as far as it may be shown: rounded where it would give away one of the three that is hidden."""
        is_hidden = any(0 < one < FEWEST_SHOWN for one in (self.asks, self.offers, self.stories))
        if not is_hidden or self.total < FEWEST_SHOWN:
            return self.total
        return rounded(self.total) or 0


@dataclass(frozen=True, slots=True)
class Row:
    """A group or an area. answers: of all voices that can be compared. people, share: None if nobody knows."""

    key: str
    name: str
    people: int | None
    share: float | None
    voices: Voices
    answers: int
    heard: Heard
    sources: tuple[str, ...] = ()

    @property
    def expected(self) -> int | None:
        """How many of the answers would be theirs if all were heard alike; None if it cannot be said."""
        if self.share is None or self.heard in (Heard.NOT_ASKED, Heard.NO_FIGURE) or self.answers < FEWEST_SHOWN:
            return None
        return round(self.share * self.answers)


@dataclass(frozen=True, slots=True)
class NotHeard:
    """What was heard since a day. unknown: voices that told nothing of themselves. nowhere: stories of no one area."""

    since: date
    slug: str
    area: str
    choices: tuple[tuple[str, str], ...]
    areas: tuple[Row, ...]
    groups: tuple[Row, ...]
    told: Voices
    answers: Voices
    nowhere: int

    @property
    def unknown(self) -> int:
        """Never below nothing: whoever is shown the question twice may answer it twice."""
        return max(0, self.told.total - self.answers.total)

    @property
    def is_too_few(self) -> bool:
        """Somebody said something, and of no group whose number is known enough did to say what would be expected."""
        is_known = any(row.share is not None for row in self.groups if row.heard is not Heard.NOT_ASKED)
        return bool(self.answers.total) and is_known and all(row.expected is None for row in self.groups)


@dataclass(frozen=True, slots=True)
class _Figure:
    name: str
    people: int
    source: str


_Figures = Mapping[tuple[int, str], _Figure]
_Counts = Mapping[tuple[int, str], Voices]


def read(session: Session, area_ids: Collection[int], slug: str = "", *, now: datetime) -> NotHeard:
    """Of these areas, or of the one of them with this slug: the last twelve months."""
    areas = {area.id: area for area in session.scalars(select(Area).where(Area.id.in_(area_ids)).order_by(Area.name))}
    wanted_id = id_of(session, slug)
    chosen = {area_id: area for area_id, area in areas.items() if area_id == wanted_id} or areas
    since = _a_year_before(local_day(now))
    figures = _figures(session, areas)
    told = _told(session, areas, since)
    said = _said(session, chosen, since)
    only = next(iter(chosen.values())) if len(chosen) == 1 else None
    return NotHeard(
        since=since,
        slug=only.slug if only else "",
        area=only.name if only else "",
        choices=tuple((area.slug, area.name) for area in areas.values()),
        areas=tuple(_area_row(area, figures, told) for area in chosen.values()),
        groups=tuple(_group_row(key, name, [*chosen], figures, said) for key, name in _groups(figures)),
        told=_sum(told[one] for one in chosen),
        answers=_sum(said.get((area_id, ANSWERED), Voices()) for area_id in chosen),
        nowhere=_nowhere(session, since) if len(chosen) == len(areas) else 0,
    )


def _a_year_before(day: date) -> date:
    """The first of a month, as voices are counted by the month."""
    return date(day.year - 1, day.month, 1)


def _groups(figures: _Figures) -> list[tuple[str, str]]:
    """Ours, then those of the council's own that nobody is asked about."""
    others = {key: figure.name for (_, key), figure in figures.items() if key != EVERYONE and not is_ours(key)}
    return [(group.value, GROUP_WORDS[group][0]) for group in Group] + sorted(others.items())


def _group_row(key: str, name: str, area_ids: Collection[int], figures: _Figures, said: _Counts) -> Row:
    """Where the number is known of some areas only, only these are compared."""
    known = [one for one in area_ids if (one, key) in figures and (one, EVERYONE) in figures]
    compared = known or area_ids
    people, everyone = (sum(figures[one, which].people for one in known) for which in (key, EVERYONE))
    share = people / everyone if known and everyone else None
    voices = _sum(said.get((one, key), Voices()) for one in compared)
    answers = _sum(said.get((one, ANSWERED), Voices()) for one in compared).total
    return Row(
        key=key,
        name=name,
        people=people if known else None,
        share=share,
        voices=voices,
        answers=answers,
        heard=how_heard(voices.total, answers, share) if is_ours(key) else Heard.NOT_ASKED,
        sources=tuple(sorted({figures[one, key].source for one in known})),
    )


def _area_row(area: Area, figures: _Figures, told: Mapping[int, Voices]) -> Row:
    """An area beside the others whose numbers are known."""
    known = {one: figure.people for (one, key), figure in figures.items() if key == EVERYONE}
    here, everyone = figures.get((area.id, EVERYONE)), sum(known.values())
    share = here.people / everyone if here and everyone else None
    voices = told.get(area.id, Voices())
    answers = sum(told.get(one, Voices()).total for one in known)
    return Row(
        key=area.slug,
        name=area.name,
        people=here.people if here else None,
        share=share,
        voices=voices,
        answers=answers,
        heard=how_heard(voices.total, answers, share),
        sources=(here.source,) if here else (),
    )


def _figures(session: Session, area_ids: Collection[int]) -> _Figures:
    rows = session.scalars(select(Population).where(Population.area_id.in_(area_ids)))
    return {
        (row.area_id, row.group_key): _Figure(row.group_name, row.people, f"{row.source}, {row.counted_on:%-d %B %Y}")
        for row in rows
    }


def _told(session: Session, area_ids: Collection[int], since: date) -> dict[int, Voices]:
    """Area -> what was posted, offered and told there, whether or not anything was said of who it was."""
    begins = at_local(since, time())
    asks = _by_area(session, _count(Need.area_id, Need.posted_at >= begins))
    made = _count(Person.area_id, Offer.made_at >= begins).select_from(Offer).join(Person, Person.id == Offer.person_id)
    offers = _by_area(session, made)
    stories = _by_area(session, _count(Story.area_id, Story.told_at >= begins))
    return {one: Voices(asks[one], offers[one], stories[one]) for one in area_ids}


def _count(area: InstrumentedAttribute[Any], is_wanted: ColumnElement[bool]) -> Select[int | None, int]:
    return select(area, func.count()).where(is_wanted).group_by(area)


def _by_area(session: Session, counted: Select[int | None, int]) -> Counter[int]:
    return Counter({area_id: count for area_id, count in session.execute(counted) if area_id is not None})


def _nowhere(session: Session, since: date) -> int:
    told = select(func.count()).where(Story.area_id.is_(None), Story.told_at >= at_local(since, time()))
    return session.scalars(told).one()


def _said(session: Session, area_ids: Collection[int], since: date) -> _Counts:
    """(area, group) -> how many who asked, offered and told said so of themselves."""
    counted = (
        select(VoiceCount.area_id, VoiceCount.group_key, VoiceCount.choice, func.sum(VoiceCount.count))
        .where(VoiceCount.area_id.in_(area_ids), VoiceCount.month >= since)
        .group_by(VoiceCount.area_id, VoiceCount.group_key, VoiceCount.choice)
    )
    by_choice: dict[tuple[int, str], dict[str, int]] = {}
    for area_id, key, choice, count in session.execute(counted):
        by_choice.setdefault((area_id, key), {})[choice] = int(count)
    return {
        where: Voices(found.get("ask", 0), found.get("offer", 0), found.get("story", 0))
        for where, found in by_choice.items()
    }


def _sum(voices: Iterable[Voices]) -> Voices:
    each = list(voices)
    return Voices(sum(one.asks for one in each), sum(one.offers for one in each), sum(one.stories for one in each))
