"""What has happened with a need, line by line: for the resident, and in other words for who helps on the telephone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from matcher.domain.lifecycle import NeedStatus, OccurrenceStatus, VisitStatus
from matcher.store.models import Match, Need, Occurrence, PhoneCheck, Visit


@dataclass(frozen=True, slots=True)
class Happening:
    """A line of the timeline, as it is said to the resident; `of_them` where staff are told it in other words."""

    at: datetime
    words: str
    of_them: str = ""

    @property
    def for_staff(self) -> str:
        """The same, for who is not the resident."""
        return self.of_them or self.words


def read(
    session: Session, need: Need, occurrence: Occurrence, visits: Sequence[tuple[Visit, str]], asked: Sequence[Match]
) -> tuple[Happening, ...]:
    """What has happened, newest first. No name of anyone who did not say yes."""
    happened = [Happening(need.posted_at, "You asked for help", "They asked for help")]
    happened += _confirmation(session, need)
    by_round: dict[datetime, int] = {}
    for match in asked:
        by_round[match.asked_at] = by_round.get(match.asked_at, 0) + 1
    happened += [Happening(at, f"We asked {_neighbours(count)}") for at, count in by_round.items()]
    for visit, name in visits:
        happened += _story_of(visit, name)
    happened += _ending(need, occurrence)
    if not asked and occurrence.considered_at is not None:
        near_them = "We looked for neighbours near them"
        happened.append(Happening(occurrence.considered_at, "We looked for neighbours near you", near_them))
    in_order = sorted(happened, key=lambda line: line.at)  # stable: what came first stays first
    return tuple(reversed(in_order))


_CONFIRMED = {
    "code": ("You gave us the code we sent", "They gave us the code we sent"),
    "call": ("We spoke with you on the phone", "We spoke with them on the phone"),
}


def _confirmation(session: Session, need: Need) -> list[Happening]:
    """How we came to know that the number is theirs, where we had to ask."""
    check = session.get(PhoneCheck, need.id)
    if check is None or check.confirmed_at is None or check.how is None:
        return []
    words, of_them = _CONFIRMED[check.how]
    return [Happening(check.confirmed_at, words, of_them)]


def _neighbours(count: int) -> str:
    return "1 neighbour" if count == 1 else f"{count} neighbours"


_ENDINGS = {
    VisitStatus.DONE: ("{name} says the job is done", ""),
    VisitStatus.HANDED_BACK: ("{name} cannot come after all", ""),
    VisitStatus.NO_SHOW: ("You told us nobody came", "They told us {name} did not come"),
    VisitStatus.CANCELLED: ("We told {name} not to come", ""),
}


def _story_of(visit: Visit, name: str) -> list[Happening]:
    lines = [Happening(visit.held_at, f"{name} said yes")]
    if visit.on_way_at:
        lines.append(Happening(visit.on_way_at, f"{name} set off"))
    if visit.ended_at and visit.status in _ENDINGS:
        words, of_them = _ENDINGS[visit.status]
        lines.append(Happening(visit.ended_at, words.format(name=name), of_them.format(name=name)))
    return lines


def _ending(need: Need, occurrence: Occurrence) -> list[Happening]:
    if need.status is NeedStatus.CANCELLED and need.closed_at:
        return [Happening(need.closed_at, "You cancelled this request", "The request was cancelled")]
    if occurrence.status is OccurrenceStatus.UNMET and occurrence.closed_at:
        return [Happening(occurrence.closed_at, "We could not find anyone in time")]
    return []
