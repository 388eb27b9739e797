"""Two records of one person become one, in one transaction, for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, Conflict, NotFound
from matcher.domain.lifecycle import EXPECTED, MatchStatus
from matcher.services import audit, duplicates, erasure, links, matches, outbox, people, stand_downs, under_way
from matcher.services.merging import one_home, refusals, rows
from matcher.services.merging.refusals import Two
from matcher.store.bulk import among
from matcher.store.models import Home, Match, MergedPerson, Offer, Person, StandDown, Visit
from matcher.store.models.areas import AREA_CLOSED

log = structlog.get_logger("services.merging")

# What was written for a record at the very moment when it was merged comes along so much later at most.
COMES_ALONG_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Merge:
    """Who goes into whom. taken: which of `one_home.CHOICES` come from who goes. is_lost: the number that does not stay
    is lost, or somebody else's by now.
    """

    two: Two
    taken: frozenset[str] = frozenset()
    is_lost: bool = False

    @property
    def of_other_number(self) -> int:
        """Whose number does not stay."""
        return self.two.kept_id if one_home.PHONE in self.taken else self.two.gone_id


def merge(session: Session, wanted: Merge, *, area_ids: frozenset[int], staff_id: int, now: datetime) -> None:
    """Do it. Twice is once, also from both sides. NotFound unless both are of these areas; Conflict, with nothing
    written and in words, if they may not become one or one of them was deleted meanwhile.
    """
    two = wanted.two
    if not wanted.taken <= {*one_home.CHOICES}:
        raise BadInput("Select what stays")
    _lock(session, two)
    if is_done(session, two):
        return
    _require(session, two, area_ids)
    if why := refusals.why_not(session, two, now=now):
        raise Conflict(" ".join(why))
    try:
        with session.begin_nested():
            _become_one(session, wanted, staff_id, now)
    except IntegrityError as error:
        if AREA_CLOSED in str(error.orig):
            raise  # which is nothing that they both have: the unit of work says so
        raise _not_both(two, error) from error


def _become_one(session: Session, wanted: Merge, staff_id: int, now: datetime) -> None:
    two, actor = wanted.two, audit.staff(staff_id)
    _stop_both(session, two, staff_id, now)
    if wanted.is_lost:
        _end_what_was_sent(session, wanted.of_other_number, now)
    offer_id = rows.move(session, two, prefers_gone=one_home.OFFER in wanted.taken, actor=actor, now=now)
    one_home.become(session, two, wanted.taken, now=now)
    one_home.keep_off_texts(session, two.kept_id, actor=actor, now=now)
    session.add(
        MergedPerson(person_id=two.gone_id, kept_id=two.kept_id, offer_id=offer_id, staff_id=staff_id, merged_at=now)
    )
    of_gone = f"from_{two.gone_id}", *sorted(wanted.taken), *(["number_lost"] if wanted.is_lost else [])
    audit.record(session, actor, "merged", ("person", two.kept_id), *of_gone, now=now)
    audit.record(session, actor, "merged_into", ("person", two.gone_id), f"into_{two.kept_id}", now=now)
    session.flush()


def _end_what_was_sent(session: Session, person_id: int, now: datetime) -> None:
    """To a number that is lost: whoever has it now opens and answers nothing, and others are asked instead."""
    links.revoke(session, now=now, person_id=person_id)
    asked = Match.person_id == person_id, Match.status == MatchStatus.PROPOSED
    for match_id in session.scalars(select(Match.id).where(*asked).order_by(Match.occurrence_id)).all():
        matches.step_aside(session, match_id, now=now)


def _not_both(two: Two, error: IntegrityError) -> Conflict:
    """In words, for what no refusal foresaw: what the database will not have twice, by the name of its rule."""
    rule = getattr(getattr(error.orig, "diag", None), "constraint_name", None) or "unknown"
    log.warning("two records cannot become one", kept=two.kept_id, gone=two.gone_id, rule=rule)
    return Conflict(
        "Both have something that one person cannot have twice. Nothing was merged. Tell whoever looks after this "
        f"service that it was “{rule}”."
    )


def kept_of(session: Session, person_id: int) -> int | None:
    """Who a record that was merged leads to; None if it was not."""
    return session.scalar(select(MergedPerson.kept_id).where(MergedPerson.person_id == person_id))


def merged_into(session: Session, person_id: int) -> tuple[tuple[int, datetime], ...]:
    """The records that lead to somebody, and since when."""
    wanted = select(MergedPerson.person_id, MergedPerson.merged_at).where(MergedPerson.kept_id == person_id)
    return tuple((gone_id, at) for gone_id, at in session.execute(wanted.order_by(MergedPerson.person_id)))


def is_done(session: Session, two: Two) -> bool:
    """They are one already, whichever of them was kept."""
    return any(kept_of(session, one) == other for one, other in (two.ids, two.ids[::-1]))


def bring_along(session: Session, *, now: datetime) -> int:
    """Whoever wrote something for a record while it was merged did not know of it: that comes along now, as far as the
    two might still become one with it. How many records had something. A second pass finds nothing.
    """
    lately = select(MergedPerson).where(MergedPerson.merged_at > now - COMES_ALONG_FOR).order_by(MergedPerson.person_id)
    brought = 0
    for merged in session.scalars(lately).all():
        two = Two(merged.kept_id, merged.person_id)
        if not rows.has_left(session, two.gone_id):
            continue
        try:
            with session.begin_nested():
                _bring(session, two, now)
            brought += 1
        except (Conflict, IntegrityError) as error:  # a person has to look at it: `verify` names the row
            why = type(error).__name__
            log.warning("what was written for a merged record cannot come along", person=two.gone_id, why=why)
    return brought


def _bring(session: Session, two: Two, now: datetime) -> None:
    """By the same rules as the merge itself. Whoever was deleted since is not known again by it."""
    _lock(session, two)
    if refusals.why_not(session, two, now=now):
        raise Conflict
    is_deleted = session.get_one(Person, two.kept_id).erased_at is not None
    if is_deleted:
        erasure.erase_person(session, two.gone_id, actor=audit.SYSTEM, now=now)
        outbox.drop_pending(session, person_id=two.gone_id, now=now)
        links.revoke(session, now=now, person_id=two.gone_id)
    rows.move(session, two, actor=audit.SYSTEM, now=now)
    if not is_deleted:
        one_home.keep_off_texts(session, two.kept_id, actor=audit.SYSTEM, now=now)


def _lock(session: Session, two: Two) -> None:
    """In the order of the house: forms of either household, then offers, occurrences, matches and visits, each by id;
    last the two themselves, as an erasure does.
    """
    for home in session.scalars(select(Home).where(among(Home.person_id, two.ids)).order_by(Home.phone, Home.postcode)):
        people.one_at_a_time(session, home)
    under_way.lock(session, two.ids)
    for wanted in (
        select(Match.id).where(*_asked(two)).order_by(Match.id),
        select(Visit.id).where(*_expected(two)).order_by(Visit.id),
        select(Person.id).where(among(Person.id, two.ids)).order_by(Person.id),
    ):
        session.execute(wanted.with_for_update(key_share=True))
    session.expire_all()


def _asked(two: Two) -> tuple[ColumnElement[bool], ...]:
    return among(Match.person_id, two.ids), Match.status == MatchStatus.PROPOSED


def _expected(two: Two) -> tuple[ColumnElement[bool], ...]:
    return among(Visit.person_id, two.ids), Visit.status.in_(EXPECTED)


def _require(session: Session, two: Two, area_ids: frozenset[int]) -> None:
    """Both known, different and of these areas; who was deleted between the page and the button is said."""
    if two.kept_id == two.gone_id:
        raise NotFound
    there = among(Person.id, two.ids), Person.area_id.in_(area_ids)
    if session.scalars(select(func.count()).where(*there, Person.erased_at.is_not(None))).one():
        raise Conflict("One of the two was deleted, or merged with somebody else, since you opened the page.")
    duplicates.require(session, two.ids, area_ids)


def _stop_both(session: Session, two: Two, staff_id: int, now: datetime) -> None:
    """A worry that has stopped one of them stops them as one, before anything of the other counts for them."""
    for concern_id, _ in stopped_by(session, two):
        for offer in session.scalars(select(Offer).where(among(Offer.person_id, two.ids)).order_by(Offer.id)).all():
            was_stopped = offer.stood_down_at is not None
            stand_downs.stop(session, concern_id, offer.person_id, staff_id=staff_id, now=now)
            session.flush()
            if not was_stopped and not _has_handed_back(session, concern_id, offer.person_id):
                # They were told under the other number, and have nothing more to know.
                outbox.drop_pending(session, person_id=offer.person_id, template="stood_down", now=now)


def _has_handed_back(session: Session, concern_id: int, person_id: int) -> bool:
    stop = StandDown.concern_id == concern_id, StandDown.person_id == person_id, StandDown.lifted_at.is_(None)
    return session.scalars(select(StandDown.handed_back).where(*stop)).one() > 0


def stopped_by(session: Session, two: Two) -> tuple[tuple[int, int], ...]:
    """(worry, person) of each stop that holds for either."""
    holds = among(StandDown.person_id, two.ids), StandDown.lifted_at.is_(None)
    rows_ = session.execute(
        select(StandDown.concern_id, StandDown.person_id).where(*holds).order_by(StandDown.concern_id, StandDown.id)
    )
    return tuple((concern_id, person_id) for concern_id, person_id in rows_)
