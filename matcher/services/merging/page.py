"""Two records side by side before they become one: what each holds, what comes along, what clashes and why not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from matcher.domain.kinds import CHECK_WORDS
from matcher.domain.lifecycle import EXPECTED, MatchStatus, NeedStatus, OfferStatus, VisitStatus
from matcher.services import audit, duplicates, offer_changes, people, story_withdrawal
from matcher.services.merging import clashes, into_one, one_home, refusals, weekly
from matcher.services.merging.refusals import Two
from matcher.services.offer_changes import Own
from matcher.store.bulk import among
from matcher.store.models import (
    Arrangement,
    Badge,
    Check,
    Feedback,
    Home,
    InformalHelp,
    KindRow,
    Match,
    Need,
    Notification,
    Offer,
    OfferKind,
    Person,
    Visit,
)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two, as they are on the list. own: what they have settled of how they help; None if they do not."""

    person_id: int
    name: str
    phone: str
    email: str
    home: str
    born_on: date | None
    since: datetime
    status: OfferStatus | None
    own: Own | None
    kinds: tuple[str, ...]
    checks: tuple[str, ...]
    badge: int | None
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class Comes:
    """Something that comes along from who goes: so many of it, with its noun."""

    count: int
    one: str
    many: str


@dataclass(frozen=True, slots=True)
class MergePage:
    """choices: which of `one_home.CHOICES` are not the same in both. mark: of all that is told here, so that nothing
    is done that was not read.
    """

    kept: Side
    gone: Side
    shared: tuple[str, ...]
    choices: tuple[str, ...]
    comes: tuple[Comes, ...]
    why_not: tuple[str, ...]
    told: tuple[str, ...]
    mark: str


def read(session: Session, two: Two, *, area_ids: frozenset[int], staff_id: int, now: datetime) -> MergePage:
    """All of it. Both looks are audited. NotFound unless both are known, different and of these areas."""
    duplicates.require(session, two.ids, area_ids)
    kept, gone = (_side(session, person_id, now) for person_id in (two.kept_id, two.gone_id))
    for person_id in two.ids:
        audit.record(session, audit.staff(staff_id), "looked_up", ("person", person_id), "phone", "email", now=now)
    shared = next((pair.shared for pair in _pairs(session, two, area_ids)), ())
    comes = tuple(_comes(session, two.gone_id))
    why_not, told = refusals.why_not(session, two, now=now), tuple(_told(session, two, kept, gone))
    return MergePage(
        kept=kept,
        gone=gone,
        shared=tuple(duplicates.SHARED_WORDS[sign] for sign in shared),
        choices=tuple(_choices(kept, gone)),
        comes=comes,
        why_not=why_not,
        told=told,
        mark=hashlib.sha256(repr((kept, gone, comes, why_not, told)).encode()).hexdigest()[:16],
    )


def _pairs(session: Session, two: Two, area_ids: frozenset[int]) -> Iterator[duplicates.Pair]:
    pairs = duplicates.of_person(session, two.kept_id, area_ids)
    return (pair for pair in pairs if pair.other.person_id == two.gone_id)


def _side(session: Session, person_id: int, now: datetime) -> Side:
    person, home = session.get_one(Person, person_id), session.get_one(Home, person_id)
    offer = session.scalar(select(Offer).where(Offer.person_id == person_id))
    helps = offer is not None and offer.status is not OfferStatus.STOPPED
    kinds = (
        select(KindRow.offer_name)
        .join(OfferKind, OfferKind.kind_slug == KindRow.slug)
        .where(OfferKind.offer_id == (offer.id if offer else None))
        .order_by(KindRow.position)
    )
    seen = session.scalars(select(Check).where(Check.person_id == person_id).order_by(Check.name))
    return Side(
        person_id=person_id,
        name=f"{person.first_name} {home.surname}".strip(),
        phone=people.phone_words(home.phone),
        email=home.email,
        home=f"{home.house}, {home.postcode}",
        born_on=home.born_on,
        since=person.created_at,
        status=offer.status if offer else None,
        own=offer_changes.read(session, person_id, now=now) if helps else None,
        kinds=tuple(session.scalars(kinds)),
        checks=tuple(_check_words(check) for check in seen),
        badge=session.scalar(select(Badge.number).where(Badge.person_id == person_id)),
        is_confirmed=person.phone_confirmed_at is not None,
    )


def _check_words(check: Check) -> str:
    words = CHECK_WORDS.get(check.name, check.name)
    until = check.expires_on
    return f"{words}, good until {until.day} {until:%B %Y}" if until else words


def _choices(kept: Side, gone: Side) -> Iterator[str]:
    """What both have, and not the same."""
    if kept.name != gone.name:
        yield one_home.NAME
    if kept.phone != gone.phone:
        yield one_home.PHONE
    if kept.email and gone.email and kept.email.lower() != gone.email.lower():
        yield one_home.EMAIL
    if kept.home != gone.home:
        yield one_home.HOME
    if kept.own and gone.own:
        yield one_home.OFFER


def _comes(session: Session, gone_id: int) -> Iterator[Comes]:
    """What is moved, in the order in which a coordinator would ask for it."""
    person, home = session.get_one(Person, gone_id), session.get_one(Home, gone_id)
    theirs, done = Visit.person_id == gone_id, Visit.status == VisitStatus.DONE
    asked, mine = Match.person_id == gone_id, Need.resident_id == gone_id
    usual = or_(Arrangement.usual_id == gone_id, Arrangement.stand_in_id == gone_id, Arrangement.resident_id == gone_id)
    told = or_(InformalHelp.helper_id == gone_id, InformalHelp.resident_id == gone_id)
    thanked = select(func.count()).join(Visit, Visit.id == Feedback.visit_id).where(theirs, Feedback.thanks != "")
    counts: tuple[tuple[Any, str, str], ...] = (
        (_count(Visit.id, theirs, Visit.status.in_(EXPECTED)), "visit to come", "visits to come"),
        (_count(Visit.id, theirs, done), "visit done", "visits done"),
        (thanked.select_from(Feedback), "word of thanks", "words of thanks"),
        (_count(Match.id, asked, Match.status == MatchStatus.PROPOSED), "open question", "open questions"),
        (_count(Match.id, asked), "question asked in all", "questions asked in all"),
        (_count(Arrangement.id, usual), "regular visit", "regular visits"),
        (_count(Need.id, mine, Need.status == NeedStatus.OPEN), "open request", "open requests"),
        (_count(Need.id, mine), "request in all", "requests in all"),
        (_count(InformalHelp.id, told), "time of help outside the scheme", "times of help outside the scheme"),
        (_count(Notification.id, Notification.person_id == gone_id), "message", "messages"),
    )
    for counted, one, many in counts:
        if (count := session.scalars(counted).one()) > 0:
            yield Comes(count, one, many)
    if stories := len(story_withdrawal.told_by(session, person, home)):
        yield Comes(stories, "story", "stories")


def _count(key: Any, *conditions: Any) -> Any:
    return select(func.count(key)).where(*conditions)


def _told(session: Session, two: Two, kept: Side, gone: Side) -> Iterator[str]:
    """What does not simply come along, in words."""
    if kept.born_on and gone.born_on and kept.born_on != gone.born_on:
        yield "They gave different dates of birth. Make sure that they are one person. That of the record kept stays."
    if kept.phone != gone.phone:
        yield (
            "One of the two phone numbers goes. A text from it will be answered with our number to call, as from any "
            "number we do not know."
        )
    if kept.home != gone.home:
        yield "There are two addresses. Whoever is to come to either is sent to the one that stays: check what is open."
    yield from _told_of_help(session, two, kept, gone)
    for is_so, words in _ALIKE:
        if is_so(session, two):
            yield words


def _told_of_help(session: Session, two: Two, kept: Side, gone: Side) -> Iterator[str]:
    stops = into_one.stopped_by(session, two)
    if stops:
        handed = _count(Visit.id, among(Visit.person_id, two.ids), Visit.status.in_(EXPECTED))
        held = session.scalars(handed).one()
        yield (
            "One of them is stopped by a concern that is open. That holds for both as one: they are asked nothing, and "
            f"{held} visit{'' if held == 1 else 's'} to come {'is' if held == 1 else 'are'} handed back."
        )
    elif {kept.status, gone.status} == {OfferStatus.ACTIVE, OfferStatus.PAUSED}:
        yield "One of them has paused. They are asked nothing until they, or you, say so again."
    if kept.badge and gone.badge:
        yield f"Both have a badge. Number {kept.badge} stays. Ask for number {gone.badge} back."
    if {words.split(",")[0] for words in kept.checks} & {words.split(",")[0] for words in gone.checks}:
        yield "Of a check that both hold, the one that is good for longer stays."
    wanted_none = select(func.count()).where(among(Person.id, two.ids), Person.texts_stopped_at.is_not(None))
    if session.scalars(wanted_none).one() == 1:
        yield "One of them wants no texts. They get none, whichever number stays."


def _stands_in(session: Session, two: Two) -> bool:
    both = Arrangement.usual_id.in_(two.ids), Arrangement.stand_in_id.in_(two.ids)
    return session.scalar(select(Arrangement.id).where(*both).limit(1)) is not None


_ALIKE: tuple[tuple[Callable[[Session, Two], Any], str], ...] = (
    (
        clashes.asks_twice,
        "Both are asked about one visit, or one is asked where the other goes. One question stays; both links open it.",
    ),
    (
        _stands_in,
        "One stands in for the other on a regular visit. Nobody stands in for themselves: you may want another.",
    ),
    (
        weekly.told_twice,
        "Both told of the same weekly help outside the scheme. The days of both count, each once.",
    ),
    (clashes.arrangements_twice, "Both were asked to be somebody's usual person. It counts as asked once; a no stays."),
    (
        clashes.growth_asks_over,
        "Both were asked in one month if they would like more. One question stays: an answer before none.",
    ),
    (
        clashes.warm_checks_over,
        "Both were asked in one cold spell if they are warm. One question stays: an answer before none.",
    ),
)
