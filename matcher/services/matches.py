"""Asking and answering: a match is proposed, then accepted, declined, withdrawn or lapsed.

Every verb that locks more than one row takes offers first, then occurrences, then matches and visits, each by
id: so a yes, a no, a cancellation and the clock are put in one order, and no two of them wait for each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range, insert
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput
from matcher.domain.lifecycle import (
    HOLDING,
    MatchStatus,
    OccurrenceStatus,
    OfferStatus,
    VisitStatus,
    check_move,
)
from matcher.domain.localtime import local_day
from matcher.domain.preferences import About
from matcher.domain.timewindow import TimeWindow
from matcher.services import answers, audit, handed_over, page_links, referral_news
from matcher.services.answers import AnswerWhy as AnswerWhy
from matcher.services.outbox import Owed, owe
from matcher.services.proposals import Proposal as Proposal
from matcher.services.proposals import propose as propose
from matcher.store import queries
from matcher.store.models import Match, Need, Occurrence, Offer, Visit

TELL_AHEAD = timedelta(days=3)
DECLINE_REASONS = ("busy", "too_far", "not_that_task", "unwell", "other", "not_me")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a yes came to. `visit_token` opens the visit's page where it is theirs."""

    why: AnswerWhy
    visit_token: str | None = None

    @property
    def held(self) -> bool:
        """True if the visit is theirs."""
        return self.why is AnswerWhy.YOURS


def accept(session: Session, match_id: int, *, now: datetime) -> Answer:
    """A yes. The database decides who holds the place; whoever comes second is told the truth."""
    occurrence, match = _locked(session, match_id)
    _note_opened(match, now)
    if (over := answers.why_over(session, occurrence, match)) is not None:
        _note_late_yes(match, now)
        return _answer(session, match, over, now)
    return _answer(session, match, _take(session, occurrence, match, now), now)


def hold_as_usual(session: Session, match_id: int, *, now: datetime) -> bool:
    """By arrangement: a yes that was given once for all. False, with nothing held, if they could not go."""
    occurrence, match = _locked(session, match_id)
    return _take(session, occurrence, match, now) is AnswerWhy.YOURS


def decline(session: Session, match_id: int, *, reason: str | None = None, now: datetime) -> AnswerWhy:
    """A no, which costs nothing; the next round asks someone else. A later reason may be added to it."""
    if reason is not None and reason not in DECLINE_REASONS:
        raise BadInput("Select a reason, or leave it", field="reason")
    occurrence, match = _locked(session, match_id)
    _note_opened(match, now)
    if match.status is MatchStatus.DECLINED:
        match.decline_reason = reason or match.decline_reason
        return AnswerWhy.SAID_NO
    if match.status is not MatchStatus.PROPOSED:
        return answers.WHY_OVER.get(match.status, AnswerWhy.OVER)
    _end(match, MatchStatus.DECLINED, now)
    match.decline_reason = reason
    look_again(occurrence, now)
    audit.record(session, audit.person(match.person_id), "declined", ("match", match.id), now=now)
    return AnswerWhy.SAID_NO


def open_ask(session: Session, match_id: int, *, now: datetime) -> str:
    """They pressed to read the question: a token for its page. Reading the page by its link notes nothing."""
    _, match = _locked(session, match_id)
    _note_opened(match, now)
    return page_links.match_link(session, match, now=now)


def step_aside(session: Session, match_id: int, *, now: datetime) -> None:
    """The person asked is no longer there to answer: not a refusal, and others are asked."""
    occurrence, match = _locked(session, match_id)
    if match.status is MatchStatus.PROPOSED:
        _end(match, MatchStatus.WITHDRAWN, now)
        look_again(occurrence, now)


def not_me(session: Session, match_id: int, *, now: datetime) -> None:
    """The message reached someone else: nothing more goes to that address until the team looked into it."""
    decline(session, match_id, reason="not_me", now=now)
    handed_over.mark_misdirected(session, match_id, now=now)
    match = session.get_one(Match, match_id)
    offer = session.get_one(Offer, match.offer_id)
    if offer.status is OfferStatus.ACTIVE:
        check_move(offer.status, OfferStatus.PAUSED)
        offer.status = OfferStatus.PAUSED
        audit.record(session, audit.SYSTEM, "paused_wrong_address", ("offer", offer.id), now=now)


def withdraw_live(session: Session, occurrence_id: int, template: str, *, now: datetime) -> None:
    """End every live ask of an occurrence (whose row is locked), and tell those who had been asked."""
    for match in _live(session, occurrence_id):
        _end(match, MatchStatus.WITHDRAWN, now)
        _tell(session, match, template, now)


def withdraw_unfit(session: Session, occurrence_id: int, is_fit: Callable[[int], bool], *, now: datetime) -> None:
    """The same for those whose offer is not fit for it any more; the others may still say yes."""
    for match in _live(session, occurrence_id):
        if not is_fit(match.offer_id):
            _end(match, MatchStatus.WITHDRAWN, now)
            _tell(session, match, "match_withdrawn", now)


def lapse_live(session: Session, occurrence_id: int, *, now: datetime) -> None:
    """End every live ask of an occurrence (whose row is locked) because its time has passed."""
    for match in _live(session, occurrence_id):
        _end(match, MatchStatus.LAPSED, now)


def lapse_unheard(session: Session, match_id: int, *, now: datetime) -> bool:
    """End an ask that never reached its person, and let others be asked. False if they have read it, or it is over."""
    occurrence, match = _locked(session, match_id)
    if match.status is not MatchStatus.PROPOSED or match.opened_at is not None:
        return False
    _end(match, MatchStatus.LAPSED, now)
    look_again(occurrence, now)
    return True


def look_again(occurrence: Occurrence, now: datetime) -> None:
    """Let the next round consider it at once."""
    if occurrence.status is OccurrenceStatus.OPEN:
        occurrence.next_round_at = now


def count_holders(session: Session, occurrence_id: int) -> int:
    """How many people hold a place of it."""
    return len(_places_held(session, occurrence_id))


def _locked(session: Session, match_id: int) -> tuple[Occurrence, Match]:
    occurrence_id = session.execute(select(Match.occurrence_id).where(Match.id == match_id)).scalar_one()
    occurrence = session.get_one(Occurrence, occurrence_id, with_for_update={"key_share": True})
    return occurrence, session.get_one(Match, match_id, with_for_update={"key_share": True})


def _take(session: Session, occurrence: Occurrence, match: Match, now: datetime) -> AnswerWhy:
    during = answers.visit_if_yes(session, occurrence, match, now)
    if during is None:
        return AnswerWhy.OVER
    if (refusal := _why_not_now(session, occurrence, match, during, now)) is not None:
        return refusal
    visit = _take_a_place(session, occurrence, match, during, now)
    if visit is None:
        return AnswerWhy.CLASH if _free_places(session, occurrence) else AnswerWhy.TAKEN
    _settle_yes(session, occurrence, match, visit, now)
    return AnswerWhy.YOURS


def _why_not_now(
    session: Session, occurrence: Occurrence, match: Match, during: TimeWindow, now: datetime
) -> AnswerWhy | None:
    """What has changed since they were asked: a clash, a check that ran out, a pair kept apart."""
    need = session.get_one(Need, occurrence.need_id)
    if queries.is_kept_apart(session, need.resident_id, match.person_id):  # silent: they are never told why
        _end(match, MatchStatus.WITHDRAWN, now)
        look_again(occurrence, now)
        return AnswerWhy.WITHDRAWN
    missing = queries.missing_checks(session, {need.kind_slug}, match.person_id, local_day(during.start))
    if missing:
        return AnswerWhy.NOT_ALLOWED
    return AnswerWhy.CLASH if answers.cannot_get_there(session, need, match, during) else None


def _take_a_place(
    session: Session, occurrence: Occurrence, match: Match, during: TimeWindow, now: datetime
) -> Visit | None:
    """Try each free place; the constraints on `visits` have the last word. None if none could be had."""
    for place in _free_places(session, occurrence):
        visit_id = session.scalar(
            insert(Visit)
            .values(
                match_id=match.id,
                occurrence_id=occurrence.id,
                person_id=match.person_id,
                place=place,
                helpers=occurrence.helpers,
                starts_at=during.start,
                ends_at=during.end,
                during=Range(during.start - answers.PADDING, during.end + answers.PADDING),
                status=VisitStatus.HELD,
                held_at=now,
            )
            .on_conflict_do_nothing()
            .returning(Visit.id)
        )
        if visit_id is not None:
            return session.get_one(Visit, visit_id)
    return None


def _places_held(session: Session, occurrence_id: int) -> set[int]:
    held = select(Visit.place).where(Visit.occurrence_id == occurrence_id, Visit.status.in_(HOLDING))
    return set(session.scalars(held))


def _free_places(session: Session, occurrence: Occurrence) -> list[int]:
    return sorted(set(range(1, occurrence.helpers + 1)) - _places_held(session, occurrence.id))


def _settle_yes(session: Session, occurrence: Occurrence, match: Match, visit: Visit, now: datetime) -> None:
    _end(match, MatchStatus.ACCEPTED, now)
    if not _free_places(session, occurrence):
        check_move(occurrence.status, OccurrenceStatus.FILLED)
        occurrence.status = OccurrenceStatus.FILLED
        withdraw_live(session, occurrence.id, "match_taken", now=now)
    need = session.get_one(Need, occurrence.need_id)
    is_usual = match.arrangement_id is not None
    # Who goes as usual is told a few days before, not a week.
    due_at = max(now, visit.starts_at - TELL_AHEAD) if is_usual else now
    said = "visit_usual" if is_usual else "visit_held"
    channels = {"resident": (need.resident_id, need.contact)}
    channels["volunteer"] = (match.person_id, queries.channel_of(session, match.person_id))
    for who, (person_id, channel) in channels.items():
        owed = Owed(f"{said}_{who}", ("visit_id", visit.id), person_id=person_id, channel=channel, due_at=due_at)
        owe(session, owed, now=now)
    referral_news.tell(session, need.id, "referral_matched", occasion=str(occurrence.id), now=now)
    if is_usual:
        audit.record(session, audit.SYSTEM, "held_as_usual", ("visit", visit.id), now=now)
    else:
        audit.record(session, audit.person(match.person_id), "accepted", ("visit", visit.id), now=now)


def _answer(session: Session, match: Match, why: AnswerWhy, now: datetime) -> Answer:
    visit = queries.visit_of_match(session, match.id) if why is AnswerWhy.YOURS else None
    return Answer(why, page_links.visit_link(session, visit, now=now) if visit else None)


def _live(session: Session, occurrence_id: int) -> Iterable[Match]:
    return session.scalars(
        select(Match)
        .where(Match.occurrence_id == occurrence_id, Match.status == MatchStatus.PROPOSED)
        .order_by(Match.id)
        .with_for_update(key_share=True)
    ).all()


def _end(match: Match, to: MatchStatus, now: datetime) -> None:
    check_move(match.status, to)
    match.status = to
    setattr(match, _ENDED_AT[to], now)


# A no is one fact, being withdrawn or running out of time are two others: each has its own time.
_ENDED_AT = {
    MatchStatus.ACCEPTED: "answered_at",
    MatchStatus.DECLINED: "answered_at",
    MatchStatus.WITHDRAWN: "withdrawn_at",
    MatchStatus.LAPSED: "lapsed_at",
}


def _note_opened(match: Match, now: datetime) -> None:
    match.opened_at = match.opened_at or now


def _note_late_yes(match: Match, now: datetime) -> None:
    """They would have come: a yes that came too late is still a yes to whoever asks what people answer."""
    if match.status in (MatchStatus.WITHDRAWN, MatchStatus.LAPSED):
        match.late_yes_at = match.late_yes_at or now


def _tell(session: Session, match: Match, template: str, now: datetime) -> None:
    channel = queries.channel_of(session, match.person_id, About.ASKS)
    owe(session, Owed(template, ("match_id", match.id), person_id=match.person_id, channel=channel), now=now)
