"""Is everything alive, for people: each part with a word, what it means for the scheme, and what to do about it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import NeedStatus, NotificationStatus, OccurrenceStatus, RoundStatus
from matcher.services import audit_chain, cold_hints, health, spending, undelivered
from matcher.services.health import HealthCheck
from matcher.store.models import Home, Need, Notification, Occurrence, Person, Postcode, Round

BACKUP = "backup"  # the part that shows itself when a backup was taken
BACKED_UP_WITHIN = timedelta(hours=26)
SEALED_WITHIN = timedelta(minutes=5)
_TELL = "Tell whoever runs the server, today if it is still so in ten minutes."
_RING_MEANWHILE = "Until then ring neighbours yourself, by the list on Today."


class State(StrEnum):
    """How bad it is."""

    WELL = "well"
    WATCH = "watch"
    ACT = "act"


@dataclass(frozen=True, slots=True)
class HealthLine:
    """One part. word: how it is, with `{age}` where `age` goes. means, do: why that matters, and what to do about it;
    do is empty where nothing is to be done. href: the page on which it is done.
    """

    name: str
    state: State
    word: str
    means: str
    do: str = ""
    age: timedelta | None = None
    href: str = ""


def lines(
    session: Session, area_ids: Collection[int], *, broker_answers: bool, texts_a_day: int | None, now: datetime
) -> tuple[HealthLine, ...]:
    """Every part, in the order in which a request goes through them."""
    found = health.checks(session, now=now, texts_a_day=texts_a_day)
    return (
        _queue(session, found["round"], now),
        _last_round(session, now),
        _workers(found, broker_answers=broker_answers),
        _messages(session, found["outbox"], now),
        _texts(session, texts_a_day, now),
        _lost(session, frozenset(area_ids), now),
        _addresses(session, area_ids),
        *_feeds(session, now),
        _audit(session, now),
        _backups(session, now),
    )


def _queue(session: Session, check: HealthCheck, now: datetime) -> HealthLine:
    waiting = _count(
        session,
        select(func.count())
        .select_from(Occurrence)
        .join(Need, Need.id == Occurrence.need_id)
        .where(
            Occurrence.status == OccurrenceStatus.OPEN,
            Need.status == NeedStatus.OPEN,
            Occurrence.next_round_at <= now,
        ),
    )
    name, means = (
        "Requests to be looked at",
        "Each open request is looked at within a minute, and again when its turn comes.",
    )
    if check.ok:
        return HealthLine(name, State.WELL, _some(waiting, "waits", "wait") + " now", means)
    word = "One has waited {age}" if check.detail.startswith("a need") else "Nothing has been looked at for {age}"
    age = timedelta(seconds=check.age_s) if check.age_s is not None else None
    if age is None:
        word = "Nothing has been looked at yet"
    return HealthLine(name, State.ACT, word, "New requests reach nobody.", f"{_TELL} {_RING_MEANWHILE}", age)


def _last_round(session: Session, now: datetime) -> HealthLine:
    wanted = select(Round).where(Round.status == RoundStatus.CLOSED).order_by(Round.closed_at.desc()).limit(1)
    last = session.scalar(wanted)
    name, means = (
        "Last round",
        "A round matches everything open in an area. It runs when something changes, so a quiet hour has none.",
    )
    if last is None or last.closed_at is None:
        return HealthLine(name, State.WELL, "None yet", means)
    word = f"{{age}} ago: {last.considered} looked at, {last.asked} asked"
    return HealthLine(name, State.WELL, word, means, age=now - last.closed_at)


def _workers(found: dict[str, HealthCheck], *, broker_answers: bool) -> HealthLine:
    name, means = "Background work", "It matches, sends messages and tidies up."
    silent = [part for part in ("worker", "beat", "sweep") if not found[part].ok]
    if not silent and broker_answers:
        return HealthLine(name, State.WELL, "All of it runs", means)
    if not silent:
        slower = f"{means} What rings its bell does not answer."
        return HealthLine(name, State.WATCH, "It runs, and is slower to begin", slower, _TELL)
    age = max((found[part].age_s or 0.0 for part in silent), default=0.0)
    word = "Something has been silent for {age}" if age else "Some of it has never run"
    return HealthLine(
        name,
        State.ACT,
        word,
        "Nobody is asked and nothing is sent.",
        f"{_TELL} {_RING_MEANWHILE}",
        timedelta(seconds=age),
    )


def _messages(session: Session, check: HealthCheck, now: datetime) -> HealthLine:
    due = _count(
        session,
        select(func.count())
        .select_from(Notification)
        .where(
            Notification.status.in_((NotificationStatus.PENDING, NotificationStatus.LEASED)), Notification.due_at <= now
        ),
    )
    name, means = "Messages to be sent", "What is due goes within two minutes; what can wait goes by day."
    age = timedelta(seconds=check.age_s or 0)
    if check.ok:
        word = _some(due, "is due", "are due") + (", the oldest for {age}" if due else "")
        return HealthLine(name, State.WELL, word, means, age=age)
    return HealthLine(
        name,
        State.ACT,
        f"{_some(due, 'is due', 'are due')}, the oldest for {{age}}",
        "People are not told what they wait for.",
        f"{_TELL} Ring whoever is expected somewhere today.",
        age,
    )


def _texts(session: Session, most: int | None, now: datetime) -> HealthLine:
    went = spending.texts_today(session, now=now)
    name, means = "Texts today", "A text in two parts is paid for as two."
    if most is None:
        return HealthLine(name, State.WELL, f"{went:,} went; nothing limits them", means)
    word = f"{went:,} of {most:,} went"
    if went >= most:
        do = "Find out what sends so many. Whoever runs the server can raise GRITBIN_TEXTS_A_DAY."
        return HealthLine(name, State.ACT, word, "Only what must arrive still goes by text, until midnight.", do)
    if went >= most * 0.8:
        return HealthLine(name, State.WATCH, word, f"{means} Once they are used up only what must arrive still goes.")
    return HealthLine(name, State.WELL, word, means)


def _lost(session: Session, area_ids: frozenset[int], now: datetime) -> HealthLine:
    lost = undelivered.count_to_ring(session, area_ids, now=now)
    name, means = "Messages that did not arrive", "Each was tried by every way that they have."
    if not lost:
        return HealthLine(name, State.WELL, "None in a week", means)
    word = "1 person to ring" if lost == 1 else f"{lost} to ring"
    return HealthLine(name, State.WATCH, word, means, "Ring them.", href="/team/messages#lost")


def _addresses(session: Session, area_ids: Collection[int]) -> HealthLine:
    """Homes whose postcode the table no longer has, or has as withdrawn."""
    ours = (
        select(func.count())
        .select_from(Home)
        .join(Person, Person.id == Home.person_id)
        .where(Person.area_id.in_(area_ids), Person.erased_at.is_(None))
    )
    known = select(Postcode.code).where(
        Postcode.code == func.replace(Home.postcode, " ", ""), Postcode.withdrawn_on.is_(None)
    )
    lost, all_of_them = _count(session, ours.where(~known.exists())), _count(session, ours)
    name, means = "Addresses", "A postcode says how far away somebody lives."
    if not lost:
        return HealthLine(name, State.WELL, f"All {all_of_them:,} can be found", means)
    do = "Whoever runs the server loads the newest postcodes; if it stays so, ask those people for their postcode."
    word = f"{lost:,} of {all_of_them:,} cannot be found any more"
    return HealthLine(name, State.WATCH, word, f"{means} Where they lived when we last knew is what we go by.", do)


def _feeds(session: Session, now: datetime) -> tuple[HealthLine, ...]:
    sources = cold_hints.sources(session, now=now)
    means = "It only suggests a cold spell; you decide."
    if not sources:
        return (HealthLine("Weather", State.WELL, "We ask nobody about it", means),)
    return tuple(
        HealthLine(source.name, State.WELL, "Read {age} ago", means, age=now - source.read_at)
        if source.is_well and source.read_at
        else HealthLine(
            source.name,
            State.WATCH,
            source.problem.rstrip(".") or "It was not read for an hour",
            f"{means} Look at the forecast yourself until it is read again.",
            "If it stays so for a day, tell whoever runs the server.",
        )
        for source in sources
    )


def _audit(session: Session, now: datetime) -> HealthLine:
    chain = audit_chain.status(session, now=now)
    name, means = "Audit", "It says who saw or changed what, and shows if somebody tampered with that."
    if chain.breaches:
        do = "Tell whoever runs the server and the safeguarding lead, today."
        return HealthLine(name, State.ACT, "The chain is broken", "Somebody changed the database by hand.", do)
    age = now - chain.complete_to
    if age > SEALED_WITHIN:
        return HealthLine(name, State.WATCH, "Not sealed for {age}", means, _TELL, age)
    return HealthLine(name, State.WELL, "Whole and sealed", means)


def _backups(session: Session, now: datetime) -> HealthLine:
    taken = health.last_heard(session, BACKUP)
    name, means = "Backup", "Without one, a broken disk takes everything along."
    if taken is None:
        do = "Ask whoever runs the server whether they take backups, and to let them say so here (docs/operators.md)."
        return HealthLine(name, State.WATCH, "We were never told of one", means, do)
    if now - taken > BACKED_UP_WITHIN:
        do = "Tell whoever runs the server, today."
        return HealthLine(name, State.ACT, "The last is {age} old", means, do, now - taken)
    return HealthLine(name, State.WELL, "Taken {age} ago", means, age=now - taken)


def _count(session: Session, wanted: Select[int]) -> int:
    return int(session.execute(wanted).scalar_one())


def _some(count: int, one: str, many: str) -> str:
    return f"1 {one}" if count == 1 else f"{count:,} {many}" if count else f"Nothing {one}"
