"""What past asks teach of who says yes: the nightly fit, and the gate that decides whether it may be used.

Features are facts of the ask (how far, how soon, how tired of asks, whether they know each other, how urgent) and of
nobody's person; what is left over of each volunteer is one number, shrunk to nothing where little is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from matcher.domain.lifecycle import MatchStatus
from matcher.engine.acceptance import sigmoid
from matcher.engine.clock import Floats, Ints
from matcher.engine.logistic import Evidence, Fitted, climb
from matcher.engine.params import NOTICES_H, Acceptance

HALF_LIFE = timedelta(days=30)
PRIOR_SD = 1.0  # logits by which a scheme's coefficients may well differ from the prior's
LEANING_SD = 0.8  # logits by which one volunteer differs from the next
JUDGED_BY = 500  # resolved asks
JUDGED_BY_AT_LEAST = 100  # with fewer, a good and a bad model look alike
JUDGED_IN = 5  # parts, each by a model of all that came before it, as in the nights it would have been used
MEAN_OFF_MAX = 0.03
SLOPE_MIN, SLOPE_MAX = 0.8, 1.25
WIDER = 0.3  # logits less hope where the model could not be trusted, so that more people are asked
BINS = 5
CERTAIN = 12.0  # logits; further out is as good as certain

_ANSWERED: Final = frozenset({MatchStatus.ACCEPTED, MatchStatus.DECLINED})
_RESOLVED: Final = _ANSWERED | {MatchStatus.LAPSED}
_MINUTE: Final = timedelta(minutes=1)
_FAIR: Final = np.array([0.0, 1.0])  # what a model that is right is off by: nothing, and a slope of one


@dataclass(frozen=True, slots=True)
class AskRecord:
    """One ask that was made. asked_at: when it could have been read. reach_share: distance by own reach. notice_h:
    hours from the ask to the visit. recent_asks: of this person before this one, fading. ended_at: when it was
    answered, withdrawn or lapsed; None while it is live.
    """

    person_id: int
    asked_at: datetime
    reach_share: float
    notice_h: float
    recent_asks: float
    known: bool
    urgent: bool
    outcome: MatchStatus
    ended_at: datetime | None = None

    def __post_init__(self) -> None:
        if (self.ended_at is None) != (self.outcome is MatchStatus.PROPOSED):
            raise ValueError(f"an ask has ended if and only if it is not live: {self.outcome}, {self.ended_at}")
        if self.ended_at is not None and self.ended_at < self.asked_at:
            raise ValueError(f"an ask cannot end before it was made: {self.asked_at}, {self.ended_at}")
        if not (self.reach_share >= 0 and self.recent_asks >= 0):
            raise ValueError(f"must be 0 or more: {self.reach_share}, {self.recent_asks}")


@dataclass(frozen=True, slots=True)
class Bin:
    """Asks that were thought about as likely as each other, and how many of them came, or would have come, to a yes."""

    predicted: float
    said_yes: float
    asks: int


@dataclass(frozen=True, slots=True)
class Gate:
    """How a model did on the last asks, none of which it had seen. slope: 1 where chances are as far apart as they
    should be; below, they were too far apart. *_error: standard errors, what chance alone may make of so few asks.
    bins: for the picture, from the least likely on.
    """

    resolved: int
    mean_predicted: float = 0.0
    mean_said_yes: float = 0.0
    mean_error: float = 0.0
    slope: float = 0.0
    slope_error: float = 0.0
    bins: tuple[Bin, ...] = ()

    @property
    def was_tested(self) -> bool:
        """Whether there were asks enough to judge by; if not, the figures say nothing."""
        return self.resolved >= JUDGED_BY_AT_LEAST

    @property
    def is_open(self) -> bool:
        """Whether the model may be used: enough asks, and no more amiss than is allowed and chance explains. Without
        that allowance a model that is right is turned down one night in twenty by 500 asks, one in seven by 300.
        """
        is_near = abs(self.mean_predicted - self.mean_said_yes) <= MEAN_OFF_MAX + self.mean_error
        is_as_steep = SLOPE_MIN - self.slope_error <= self.slope <= SLOPE_MAX + self.slope_error
        return self.was_tested and is_near and is_as_steep


@dataclass(frozen=True, slots=True)
class Learned:
    """What rounds use until the next fit: the model of everybody, and leanings by person."""

    acceptance: Acceptance
    leaning: Mapping[int, float]
    gate: Gate


def fit(
    records: Sequence[AskRecord],
    *,
    now: datetime,
    prior: Acceptance | None = None,
    reset_at: Mapping[int, datetime] | None = None,
) -> Learned:
    """What these asks teach. What was asked of somebody before they reset what is thought of them is forgotten.

    The gate is judged by a model that was not shown the asks that it is judged by. Where it stays shut, everybody is
    thought alike, and a little less likely than they were found, so that more are asked.
    """
    prior = prior or Acceptance()
    forgotten = reset_at or {}
    kept = [r for r in records if not _is_before(r.asked_at, forgotten.get(r.person_id))]
    kept.sort(key=lambda r: (r.asked_at, r.person_id))
    people = sorted({r.person_id for r in kept})
    asks = _evidence(kept, people, now, prior)
    gate = _judge(kept, asks, prior)
    if not gate.is_open:
        alike = _fit(asks, prior, with_leanings=False)
        cautious = replace(_acceptance(alike, prior), base=float(alike.coefficients[0]) - WIDER)
        return Learned(cautious, {}, gate)
    fitted = _fit(asks, prior, with_leanings=True)
    return Learned(_acceptance(fitted, prior), dict(zip(people, fitted.leaning.tolist(), strict=True)), gate)


def features(record: AskRecord) -> tuple[float, ...]:
    """What the model sees of an ask, as `chance_of_yes` counts it: for base, whole_reach and so on."""
    short, shortish = NOTICES_H
    return (
        1.0,
        min(record.reach_share, 1.0),
        float(record.notice_h < short),
        float(short <= record.notice_h < shortish),
        float(np.log1p(record.recent_asks)),
        float(record.known),
        float(record.urgent),
    )


def _judge(records: Sequence[AskRecord], asks: Evidence, prior: Acceptance) -> Gate:
    """Models of the earlier asks, held against the last ones. Asks cut short count as far as they went.

    The floor and the most that two people may differ are left out: they bend chances on purpose.
    """
    resolved = [at for at, record in enumerate(records) if record.outcome in _RESOLVED][-JUDGED_BY:]
    if len(resolved) < JUDGED_BY_AT_LEAST:
        return Gate(len(resolved))
    unseen = asks.part(np.arange(resolved[0], len(records)))
    thought = _foretold(asks, resolved[0], prior)
    predicted = sigmoid(thought)
    offset, slope = _recalibrated(unseen, thought, prior)
    said_yes = unseen.hoped(sigmoid(offset + slope * thought), prior)
    told = predicted * (1 - predicted)  # what one answer tells
    apart = np.average((thought - np.average(thought, weights=told)) ** 2, weights=told)
    return Gate(
        resolved=len(resolved),
        mean_predicted=float(predicted.mean()),
        mean_said_yes=float(said_yes.mean()),
        mean_error=float(np.sqrt(told.mean() / len(resolved))),
        slope=slope,
        slope_error=float(1 / np.sqrt(len(resolved) * told.mean() * apart + 1)),
        bins=_bins(predicted, said_yes),
    )


def _foretold(asks: Evidence, first: int, prior: Acceptance) -> Floats:
    """Logits of the asks from `first` on, part by part, each by a model of those before it (Dawid 1984). One model of
    what came before all of them would be judged for what it had no time to learn, and in a scheme's first weeks, when
    the last asks are most of them, turned down though the one that is used is right.
    """
    parts = np.array_split(np.arange(first, asks.weight.size), JUDGED_IN)
    logits = [_foretold_part(asks, part, prior) for part in parts if part.size]
    return np.clip(np.concatenate(logits), -CERTAIN, CERTAIN)


def _foretold_part(asks: Evidence, part: Ints, prior: Acceptance) -> Floats:
    fitted = _fit(asks.part(np.arange(part[0])), prior, with_leanings=True)
    unseen = asks.part(part)
    logits: Floats = fitted.logit(unseen) + fitted.leaning[unseen.person]
    return logits


def _recalibrated(asks: Evidence, thought: Floats, prior: Acceptance) -> tuple[float, float]:
    """The line of logits, as (offset, slope), that would have predicted these asks best."""
    line = replace(asks, features=np.stack([np.ones(thought.size), thought], axis=1), weight=np.ones(thought.size))
    offset, slope = climb(line, prior, _FAIR, prior_sd=PRIOR_SD, leaning_sd=None).coefficients.tolist()
    return offset, slope


def _bins(predicted: Floats, said_yes: Floats) -> tuple[Bin, ...]:
    parts = np.array_split(np.argsort(predicted, kind="stable"), BINS)
    return tuple(Bin(float(predicted[p].mean()), float(said_yes[p].mean()), p.size) for p in parts if p.size)


def _fit(asks: Evidence, prior: Acceptance, *, with_leanings: bool) -> Fitted:
    start = np.array(
        [
            prior.base,
            prior.whole_reach,
            prior.notice_under_3h,
            prior.notice_under_10h,
            prior.per_log_recent_ask,
            prior.known,
            prior.urgent,
        ]
    )
    return climb(asks, prior, start, prior_sd=PRIOR_SD, leaning_sd=LEANING_SD if with_leanings else None)


def _acceptance(fitted: Fitted, prior: Acceptance) -> Acceptance:
    base, whole_reach, under_3h, under_10h, per_log_ask, known, urgent = fitted.coefficients.tolist()
    return replace(
        prior,
        base=base,
        whole_reach=whole_reach,
        notice_under_3h=under_3h,
        notice_under_10h=under_10h,
        per_log_recent_ask=per_log_ask,
        known=known,
        urgent=urgent,
    )


def _evidence(records: Sequence[AskRecord], people: Sequence[int], now: datetime, curve: Acceptance) -> Evidence:
    row_of = {person: row for row, person in enumerate(people)}
    urgent = np.array([r.urgent for r in records], dtype=np.bool_)
    age = np.array([(now - r.asked_at) / HALF_LIFE for r in records], dtype=np.float64)
    return Evidence(
        features=np.array([features(r) for r in records], dtype=np.float64).reshape(len(records), 7),
        is_answered=np.array([r.outcome in _ANSWERED for r in records], dtype=np.bool_),
        said_yes=np.array([r.outcome is MatchStatus.ACCEPTED for r in records], dtype=np.bool_),
        silent_min=np.array([((r.ended_at or now) - r.asked_at) / _MINUTE for r in records], dtype=np.float64),
        median_min=np.where(urgent, curve.response_median_urgent_min, curve.response_median_min),
        weight=0.5**age,
        person=np.array([row_of[r.person_id] for r in records], dtype=np.int64),
        people=len(people),
    )


def _is_before(moment: datetime, reset: datetime | None) -> bool:
    return reset is not None and moment < reset
