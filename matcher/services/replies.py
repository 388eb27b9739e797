"""Answers by text. Whatever comes in is kept once, acted on once, and answered once: booked, or not booked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput
from matcher.domain.lifecycle import EXPECTED, MatchStatus, NeedStatus
from matcher.domain.replies import Reply, ReplyKind, WarmAnswer, parse_reply
from matcher.services import audit, matches, on_duty, people, warm_checks
from matcher.services.matches import AnswerWhy
from matcher.services.outbox import Owed, owe
from matcher.services.proposals import CODE_STANDS
from matcher.store import queries
from matcher.store.models import ChannelChoice, Home, InboundText, Match, Need, Notification, Offer, Person, Visit

WORDS_KEPT = 500
# To one number: two machines that answer each other come to an end, also where one of them only ever says yes.
MOST_ANSWERS = 10  # in an hour, to what is no yes or no
MOST_A_DAY = 30  # more than twice the questions that one person can be asked
_ANSWERS = (ReplyKind.YES, ReplyKind.NO)
_WARM_ANSWERS = {ReplyKind.NEEDS: WarmAnswer.NEEDS, ReplyKind.WELL: WarmAnswer.WELL}
_NOT_BOOKED = {AnswerWhy.TAKEN: "reply_taken", AnswerWhy.CLASH: "reply_clash", AnswerWhy.SAID_NO: "reply_said_no"}


@dataclass(frozen=True, slots=True)
class Inbound:
    """A text as the provider tells of it. `provider_id` is the same each time it is told."""

    provider_id: str
    sender: str
    words: str


@dataclass(frozen=True, slots=True)
class _Said:
    """What is said back. is_to_read: a person must read what came in, too."""

    template: str
    about: Mapping[str, int] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    is_to_read: bool = False


_CALL = _Said("reply_call", is_to_read=True)


def receive(session: Session, text: Inbound, *, now: datetime) -> None:
    """Act on a text and owe the answer to it. Told of it twice, the second time changes nothing."""
    number, reply = _e164(text.sender), parse_reply(text.words)
    person_id = _whose(session, number)
    text_id = session.scalar(
        insert(InboundText)
        .values(
            provider_id=text.provider_id,
            person_id=person_id,
            sender="" if person_id else number,
            kind=reply.kind,
            is_to_read=False,
            received_at=now,
        )
        .on_conflict_do_nothing()
        .returning(InboundText.id)
    )
    if text_id is None:
        return
    said = _act(session, person_id, number, reply, now)
    row = session.get_one(InboundText, text_id)
    if said.is_to_read:
        row.is_to_read, row.words = True, _kept(text.words)
    today = _texts_within(session, row, timedelta(days=1), now)
    if number and today == MOST_A_DAY + 1:  # from here on nothing is said back: somebody should see why
        row.is_to_read, row.words = True, _kept(text.words)
    in_hour = 0 if reply.kind in _ANSWERS else _texts_within(session, row, timedelta(hours=1), now)
    if number and today <= MOST_A_DAY and in_hour <= MOST_ANSWERS:
        owed = Owed(said.template, ("inbound_id", text_id), person_id, about=said.about, values=said.values)
        owe(session, owed, now=now)


def _act(session: Session, person_id: int | None, number: str, reply: Reply, now: datetime) -> _Said:
    if reply.kind is ReplyKind.STOP:
        return _stop(session, number, now)
    if reply.kind is ReplyKind.START:
        return _start(session, number, now)
    if reply.kind is ReplyKind.HELP:
        return _Said("reply_help")
    if (answer := _WARM_ANSWERS.get(reply.kind)) is not None:
        if person_id is not None and warm_checks.answer(session, person_id, answer, now=now):
            return _Said(f"reply_warm_{answer}")
        reply = Reply(ReplyKind.OTHER)
    if person_id is None or session.scalar(select(Offer.id).where(Offer.person_id == person_id)) is None:
        return _CALL
    if reply.kind is ReplyKind.OTHER:
        return _Said("reply_not_understood", is_to_read=True)
    return _answer(session, person_id, reply, now)


def _answer(session: Session, person_id: int, reply: Reply, now: datetime) -> _Said:
    """A yes or a no to the question they mean; if that is not clear, nothing is done. What was asked twice about one
    visit is one question: the one that still waits.
    """
    asked = _asked(session, person_id, now)
    live = [match for match in asked if match.status is MatchStatus.PROPOSED]
    if reply.code:
        meant = next((match for match in asked if match.code == reply.code), None)
    else:
        meant = next(iter(asked), None)  # the one that waits for an answer, else the latest
        since = _other_text_since(session, person_id, meant)
        if since is not None:
            return _to_other_text(session, person_id, since, reply.kind, live, now)
        meant = None if len(live) > 1 else meant
    if meant is None:
        return _which(live) if live else _to_no_question(session, person_id, reply.kind, now)
    meant = next((match for match in live if match.occurrence_id == meant.occurrence_id), meant)
    held = _held_by_another(session, person_id, meant)
    if held is not None:
        return _how_it_stands(held, reply.kind)
    return _say_yes(session, meant.id, now) if reply.kind is ReplyKind.YES else _say_no(session, meant.id, now)


def _other_text_since(session: Session, person_id: int, asked: Match | None) -> Notification | None:
    """The last text that went to them, if it was about something else and came after that question: a yes or a no with
    no code answers that text. What we said back to a text of theirs does not count.
    """
    texts = Notification.person_id == person_id, Notification.channel == "text", Notification.inbound_id.is_(None)
    wanted = select(Notification).where(*texts, Notification.sent_at.is_not(None))
    last = session.scalar(wanted.order_by(Notification.sent_at.desc(), Notification.id.desc()).limit(1))
    if last is None or last.sent_at is None or asked is None:
        return last
    return None if last.match_id == asked.id or last.sent_at < asked.asked_at else last


def _to_other_text(
    session: Session, person_id: int, text: Notification, kind: ReplyKind, live: list[Match], now: datetime
) -> _Said:
    """To a reminder, a thank you, a question about a visit that is over: whatever it is, it answers no open question.
    They are told how their visit stands, and a no is read by a person.
    """
    visit = session.get(Visit, text.visit_id) if text.visit_id is not None else None
    if visit is None or visit.person_id != person_id or visit.status not in EXPECTED:
        if not live:
            return _to_no_question(session, person_id, kind, now)
        return replace(_which(live), is_to_read=kind is ReplyKind.NO)
    if visit.ends_at <= now:  # did you get there?
        return _Said("reply_not_understood", is_to_read=True)
    return _how_it_stands(visit, kind)


def _to_no_question(session: Session, person_id: int, kind: ReplyKind, now: datetime) -> _Said:
    """Nothing is open that they could mean. Whoever has a visit ahead hears that it stands, lest they stay at home."""
    theirs = Visit.person_id == person_id, Visit.status.in_(EXPECTED), Visit.ends_at > now
    visit = session.scalar(select(Visit).where(*theirs).order_by(Visit.starts_at, Visit.id).limit(1))
    if visit is None:
        return _Said("reply_nothing_asked", is_to_read=kind is ReplyKind.NO)
    return _how_it_stands(visit, kind)


def _held_by_another(session: Session, person_id: int, asked: Match) -> Visit | None:
    """The visit that they hold already by another question about the same one: two records of them became one."""
    same = Visit.occurrence_id == asked.occurrence_id, Visit.person_id == person_id, Visit.status.in_(EXPECTED)
    return session.scalar(select(Visit).where(*same, Visit.match_id != asked.id).limit(1))


def _how_it_stands(visit: Visit, kind: ReplyKind) -> _Said:
    """The visit is theirs. A no hands nothing back by itself: a person reads it."""
    is_no = kind is ReplyKind.NO
    return _about(visit, "reply_still_booked" if is_no else "reply_booked", is_to_read=is_no)


def _which(live: list[Match]) -> _Said:
    """They are asked which of their open questions they mean."""
    return _Said("reply_which", values={"codes": " or ".join(sorted(match.code for match in live if match.code))})


def _asked(session: Session, person_id: int, now: datetime) -> list[Match]:
    """What they are asked or were of late: what waits for an answer first, then the latest."""
    is_live = Match.status == MatchStatus.PROPOSED
    wanted = select(Match).where(
        Match.person_id == person_id, Match.code.is_not(None), is_live | (Match.asked_at > now - CODE_STANDS)
    )
    return list(session.scalars(wanted.order_by(is_live.desc(), Match.asked_at.desc(), Match.id.desc())))


def _say_yes(session: Session, match_id: int, now: datetime) -> _Said:
    answer = matches.accept(session, match_id, now=now)
    visit = queries.visit_of_match(session, match_id)
    if answer.held and visit is not None:
        return _about(visit, "reply_booked")
    return _Said(_NOT_BOOKED.get(answer.why, "reply_over"))


def _say_no(session: Session, match_id: int, now: datetime) -> _Said:
    """A no to something they hold already hands nothing back: they are told so, and a person reads it."""
    matches.decline(session, match_id, now=now)
    visit = queries.visit_of_match(session, match_id)
    if visit is not None and visit.status in EXPECTED:
        return _about(visit, "reply_still_booked", is_to_read=True)
    return _Said("reply_said_no")


def _about(visit: Visit, template: str, *, is_to_read: bool = False) -> _Said:
    return _Said(template, about={"visit_id": visit.id}, is_to_read=is_to_read)


def _stop(session: Session, number: str, now: datetime) -> _Said:
    """No more texts to this number, whoever shares it. Whoever gave an e-mail address is written to there; the others
    are no longer asked, and what they should know of their own requests is told by phone.
    """
    for person, home in _people_of(session, number):
        if person.texts_stopped_at is not None:
            continue
        person.texts_stopped_at = now
        session.execute(
            update(Need)
            .where(
                Need.resident_id == person.id,
                Need.contact == "text",
                Need.status.in_((NeedStatus.OPEN, NeedStatus.PAUSED)),
            )
            .values(contact="phone")
        )
        by_text = ChannelChoice.person_id == person.id, ChannelChoice.channel == "text"
        if home.email:
            session.execute(update(ChannelChoice).where(*by_text).values(channel="email"))
        elif session.scalar(select(Offer.id).where(Offer.person_id == person.id)) is not None:
            on_duty.pause(session, person.id, now=now)
        audit.record(session, audit.person(person.id), "stopped_texts", ("person", person.id), now=now)
    return _Said("reply_stopped")


def _start(session: Session, number: str, now: datetime) -> _Said:
    for person, _home in _people_of(session, number):
        if person.texts_stopped_at is not None:
            person.texts_stopped_at = None
            audit.record(session, audit.person(person.id), "started_texts", ("person", person.id), now=now)
    return _Said("reply_started")


def _people_of(session: Session, number: str) -> list[tuple[Person, Home]]:
    if not number:
        return []
    wanted = (
        select(Person, Home)
        .join(Home, Home.person_id == Person.id)
        .where(Home.phone == number, Person.erased_at.is_(None))
        .order_by(Person.id)
    )
    return [(person, home) for person, home in session.execute(wanted)]


def _whose(session: Session, number: str) -> int | None:
    """The one person with this number; None if there is none, or more than one."""
    found = _people_of(session, number)
    return found[0][0].id if len(found) == 1 else None


def _e164(sender: str) -> str:
    """Providers leave the plus out. Empty for what is no number, such as the name of a shop."""
    for form in (sender, f"+{sender}"):
        try:
            return people.check_phone(form)
        except BadInput:
            continue
    return ""


def _kept(words: str) -> str:
    """What can be kept of it: no half characters, nothing hidden, not without end."""
    return "".join(sign for sign in words if sign.isprintable() or sign == "\n")[:WORDS_KEPT]


def _texts_within(session: Session, row: InboundText, span: timedelta, now: datetime) -> int:
    same = InboundText.person_id == row.person_id if row.person_id else InboundText.sender == row.sender
    wanted = select(func.count()).where(same, InboundText.received_at > now - span)
    return session.execute(wanted).scalar_one()
