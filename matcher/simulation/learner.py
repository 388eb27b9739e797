"""What a run's asks teach: the service's nightly fit, fed with what the asker could have known of them."""

from __future__ import annotations

from collections.abc import Iterator

from matcher.domain.lifecycle import MatchStatus
from matcher.engine.learning import AskRecord, Learned, fit
from matcher.engine.params import Params
from matcher.simulation.desk import AskStatus, Desk, SimAsk
from matcher.simulation.hours import instant
from matcher.simulation.parameters import DAY_MIN

_OUTCOME = {
    AskStatus.LIVE: MatchStatus.PROPOSED,
    AskStatus.ACCEPTED: MatchStatus.ACCEPTED,
    AskStatus.DECLINED: MatchStatus.DECLINED,
    AskStatus.WITHDRAWN: MatchStatus.WITHDRAWN,
    AskStatus.SET_ASIDE: MatchStatus.WITHDRAWN,
    AskStatus.EXPIRED: MatchStatus.WITHDRAWN,
    AskStatus.LAPSED: MatchStatus.LAPSED,
}


def learn(desk: Desk, params: Params) -> Learned:
    """What is known by now. People are volunteers' rows and one."""
    return fit(list(ask_records(desk, params)), now=instant(desk.now), prior=params.acceptance)


def ask_records(desk: Desk, params: Params) -> Iterator[AskRecord]:
    """Every ask so far, in the order of asking."""
    asked_so_far: dict[int, tuple[float, float]] = {}
    for ask in desk.asks:
        level, since = asked_so_far.get(ask.volunteer, (0.0, ask.asked))
        level *= 0.5 ** ((ask.asked - since) / (params.fatigue_half_life_days * DAY_MIN))
        asked_so_far[ask.volunteer] = (level + 1, ask.asked)
        yield _record(desk, ask, level)


def _record(desk: Desk, ask: SimAsk, recent: float) -> AskRecord:
    county, is_live = desk.county, ask.status is AskStatus.LIVE
    return AskRecord(
        person_id=ask.volunteer + 1,
        asked_at=instant(ask.asked),
        reach_share=float(county.far(ask.need, county.reach_on(ask.asked))[ask.volunteer]),
        notice_h=(ask.start - ask.asked) / 60,
        recent_asks=recent,
        known=bool(county.needs.known[ask.need, ask.volunteer]),
        urgent=bool(county.needs.urgent[ask.need]),
        outcome=_OUTCOME[ask.status],
        ended_at=None if is_live else instant(ask.ended),
    )
