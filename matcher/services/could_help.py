"""How many neighbours could do what a caller asks for, before it is written down: by the rules a round goes by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from matcher.domain.localtime import day_words
from matcher.domain.timewindow import TimeWindow
from matcher.engine.problem import OpenOccurrence, RoundProblem
from matcher.engine.solve import who_could
from matcher.engine.standing import LOOKED_INTO
from matcher.services import addresses, cold_spells, kinds, near_offers, needs, wishes
from matcher.services.needs import NeedDraft
from matcher.services.volunteer_reader import read_volunteers

_THIS = 0  # what it is called in its own small round: it has no row, and will not get one from here


@dataclass(frozen=True, slots=True)
class CouldHelp:
    """count: who could come as things stand, nobody asked yet. days: those asked for, in words. None of either: the
    team looks at this kind of help first.
    """

    count: int
    days: tuple[str, ...]
    is_triaged: bool = False


def look(session: Session, draft: NeedDraft, *, now: datetime) -> CouldHelp:
    """For the kind, the place, the times and the must-haves of this draft. BadInput for what cannot be asked for."""
    kind = kinds.get_kind(session, draft.kind)
    if kind.is_triaged:
        return CouldHelp(0, (), is_triaged=True)
    wishes.check(session, kind.slug, draft.musts)
    windows = needs.check_windows(draft, now, minutes=kind.minutes)
    located = addresses.locate(session, draft.person.postcode)
    asked = OpenOccurrence(
        id=_THIS,
        need_id=_THIS,
        resident_id=_THIS,
        kind=kind.slug,
        windows=windows,
        minutes=kind.minutes,
        urgency=kind.urgency,
        point=located.point,
        told_point=located.point,
        waiting_since=now,
        required_checks=kind.checks,
        musts=draft.musts,
    )
    near = near_offers.nearest(session, located.point, kind.slug)
    is_cold = located.area_id in cold_spells.ends_where_cold(session, now=now)
    until = TimeWindow(now, windows[-1].end)
    problem = RoundProblem(
        now=now,
        occurrences=(asked,),
        volunteers=read_volunteers(session, until, is_cold=is_cold, now=now, only=near),
    )
    could = [one for one in who_could(problem, _THIS, most=LOOKED_INTO) if not one.missing]
    return CouldHelp(len(could), tuple(dict.fromkeys(day_words(window.start) for window in windows)))
