"""If this neighbour is asked here, who then lacks help? The next round of the area is solved twice, without and with
that ask, and what differs is told. Nothing is written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.kinds import job_words
from matcher.domain.localtime import day_words
from matcher.engine.allocation import Allocation
from matcher.engine.problem import LiveAsk, RoundProblem
from matcher.engine.solve import solve_round, who_could
from matcher.engine.standing import LOOKED_INTO
from matcher.services import round_reader
from matcher.services.setting_aside import MAY_SET_ASIDE, in_spite
from matcher.store import queries
from matcher.store.bulk import among
from matcher.store.models import Area, KindRow, Need, Occurrence

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Move:
    """Another visit for which it makes a difference: person ids that would be asked without and with it. why: the
    reason, if nobody would be asked then.
    """

    visit: str
    before: tuple[int, ...]
    after: tuple[int, ...]
    why: str


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What asking one person here would change. looked_at: how many other visits were solved again."""

    looked_at: int
    lacking: tuple[Move, ...]
    changed: tuple[Move, ...]


def if_asked(session: Session, occurrence_id: int, offer_id: int, *, now: datetime) -> WhatIf | None:
    """What it would change. None if they cannot be asked here."""
    problem = round_reader.read_around(session, occurrence_id, offer_id, now=now)
    after = _with_ask(problem, occurrence_id, offer_id)
    if after is None:
        return None
    others = tuple(one for one in problem.occurrences if one.id != occurrence_id)
    told = _Told(solve_round(problem), solve_round(after))
    moves = {one.id: told.move(one.id) for one in others}
    words = _visits(session, (row for row, move in moves.items() if move), now)
    named = [replace(move, visit=words[row]) for row, move in moves.items() if move]
    lacking = [move for move in named if not move.after]
    changed = [move for move in named if move.after]
    return WhatIf(len(others), tuple(lacking[:SHOWN]), tuple(changed[:SHOWN]))


def _with_ask(problem: RoundProblem, occurrence_id: int, offer_id: int) -> RoundProblem | None:
    here = next((one for one in problem.occurrences if one.id == occurrence_id), None)
    if here is None:
        return None
    standings = who_could(problem, occurrence_id, most=LOOKED_INTO)
    one = next((one for one in standings if one.offer_id == offer_id), None)
    if one is None or not MAY_SET_ASIDE.issuperset(one.missing):
        return None
    ask = in_spite(problem, occurrence_id, one).ask
    if ask is None:
        return None
    made = LiveAsk(
        occurrence_id=occurrence_id, offer_id=offer_id, visit=ask.visit, asked_at=problem.now, point=here.point
    )
    return replace(problem, live_asks=(*problem.live_asks, made))


class _Told:
    """Two answers to the same round."""

    def __init__(self, before: Allocation, after: Allocation) -> None:
        self._before, self._after = _asked(before), _asked(after)
        self._why = {one.occurrence_id: one.sentence for one in after.unserved}

    def move(self, occurrence_id: int) -> Move | None:
        """What is different for this visit."""
        before, after = self._before[occurrence_id], self._after[occurrence_id]
        if set(before) == set(after):
            return None
        return Move("", tuple(before), tuple(after), "" if after else self._why.get(occurrence_id, ""))


def _asked(answer: Allocation) -> Mapping[int, Sequence[int]]:
    asked: defaultdict[int, list[int]] = defaultdict(list)
    for ask in answer.asks:
        asked[ask.occurrence_id].append(ask.person_id)
    return asked


def _visits(session: Session, occurrence_ids: Iterable[int], now: datetime) -> dict[int, str]:
    """Each in words: what, where, and on which day."""
    rows = session.execute(
        select(Occurrence, Need.details, KindRow.job_words, Area.name)
        .join(Need, Need.id == Occurrence.need_id)
        .join(KindRow, KindRow.slug == Need.kind_slug)
        .join(Area, Area.id == Occurrence.area_id)
        .where(among(Occurrence.id, occurrence_ids))
    )
    return {
        one.id: f"{job_words(words, tuple(details))}, {area}, {day_words(queries.next_window(one, now).start)}"
        for one, details, words, area in rows
    }
