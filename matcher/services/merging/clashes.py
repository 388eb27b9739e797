"""What both records have and one person may have only once: settled before anything is moved.

Nothing that was answered, done or given goes where it can stay. What has reached its person stands before what has not,
so that nothing is told twice; of two that are alike that of who is kept stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select, text, update
from sqlalchemy.orm import Session, aliased

from matcher.domain.growing import GrowthAbout
from matcher.domain.lifecycle import HOLDING, MatchStatus, NotificationStatus
from matcher.services import matches, outbox
from matcher.services.merging.refusals import Two
from matcher.store.models import (
    Arrangement,
    ChannelChoice,
    GrowthAsk,
    Match,
    Notification,
    Occurrence,
    PrivateLink,
    StandDown,
    Visit,
    WarmCheck,
)

_ALIKE = (
    # A check that both hold: the one that is good for longer, then the one that was seen last.
    """
    delete from checks c using checks d
    where c.person_id in (:kept, :gone) and d.person_id in (:kept, :gone) and c.person_id <> d.person_id
      and c.name = d.name
      and (coalesce(c.expires_on, 'infinity'), c.seen_on, c.person_id = :kept)
        < (coalesce(d.expires_on, 'infinity'), d.seen_on, d.person_id = :kept)
    """,
    # Nobody stands in for themselves.
    """
    update arrangements set stand_in_id = null
    where usual_id in (:kept, :gone) and stand_in_id in (:kept, :gone)
    """,
    # Told under both numbers it is told once.
    """
    delete from informal_help h using informal_help k
    where (h.helper_id = :gone and k.helper_id = :kept and h.resident_id is not distinct from k.resident_id
           or h.resident_id = :gone and k.resident_id = :kept and h.helper_id is not distinct from k.helper_id)
      and h.kind_slug = k.kind_slug and h.day = k.day
    """,
    "delete from badges where person_id = :gone and exists (select from badges where person_id = :kept)",
    # What was learned of the one record is learned anew of both, tonight.
    "delete from leanings where person_id = :gone",
    """
    update leaning_resets k set reset_at = greatest(k.reset_at, g.reset_at) from leaning_resets g
    where k.person_id = :kept and g.person_id = :gone
    """,
    """
    delete from leaning_resets
    where person_id = :gone and exists (select from leaning_resets where person_id = :kept)
    """,
)


def settle(session: Session, two: Two, *, prefers_gone: bool, now: datetime) -> None:
    """Settle all of it. prefers_gone: how they like to be written to is what they chose as who goes."""
    for loser, stands in asks_twice(session, two):
        _end_ask(session, loser, stands, now)
    for statement in _ALIKE:
        session.execute(text(statement), {"kept": two.kept_id, "gone": two.gone_id})
    _choose_channels(session, two, prefers_gone=prefers_gone)
    for goes, stays in arrangements_twice(session, two):
        _forget_arrangement(session, goes, stays, now)
    for one in growth_asks_over(session, two):
        session.delete(one)
    for check in warm_checks_over(session, two):
        session.delete(check)
    _count_one_stand_down(session, two)
    _tell_once(session, two, now)
    session.flush()


def asks_twice(session: Session, two: Two) -> tuple[tuple[Match, Match], ...]:
    """(ends, stands) of the asks that one person cannot have beside each other: asked twice about one visit, or asked
    where they hold a place.
    """
    ends, stands = aliased(Match), aliased(Match)
    rows = session.execute(
        select(ends, stands)
        .join(stands, stands.occurrence_id == ends.occurrence_id)
        .outerjoin(Visit, Visit.match_id == stands.id)
        .where(
            ends.status == MatchStatus.PROPOSED,
            ends.person_id.in_(two.ids),
            stands.person_id.in_(two.ids),
            ends.person_id != stands.person_id,
            or_(stands.status == MatchStatus.PROPOSED, Visit.status.in_(HOLDING)),
        )
        .order_by(ends.id)
    ).all()
    return tuple((end, stand) for end, stand in rows if not _is_outdone(stand, end, two))


def _is_outdone(stand: Match, end: Match, two: Two) -> bool:
    """Of two questions that wait, the one that was not delivered goes before the one that was."""
    if stand.status is not MatchStatus.PROPOSED:
        return False
    return (stand.delivered_at is not None, stand.person_id == two.kept_id) < (
        end.delivered_at is not None,
        end.person_id == two.kept_id,
    )


def _end_ask(session: Session, ends: Match, stands: Match, now: datetime) -> None:
    """Silently: they are asked about it by the other. Its link, and a text that went out, lead to the other now."""
    ends.status, ends.withdrawn_at = MatchStatus.WITHDRAWN, now
    outbox.drop_pending(session, match_id=ends.id, now=now)
    went_out = Notification.match_id == ends.id, Notification.status != NotificationStatus.DROPPED
    for led in (
        update(PrivateLink).where(PrivateLink.match_id == ends.id).values(match_id=stands.id),
        update(Notification).where(*went_out).values(match_id=stands.id),
    ):
        session.execute(led, execution_options={"synchronize_session": False})
    if stands.status is not MatchStatus.PROPOSED:  # one more may be asked in their place
        matches.look_again(session.get_one(Occurrence, ends.occurrence_id), now)


def arrangements_twice(session: Session, two: Two) -> tuple[tuple[Arrangement, Arrangement], ...]:
    """(goes, stands) of the same question, whether they would be somebody's usual person; a no stands."""
    of_gone, of_kept = aliased(Arrangement), aliased(Arrangement)
    asked = ("offered", "declined")
    rows = session.execute(
        select(of_gone, of_kept)
        .join(of_kept, of_kept.need_id == of_gone.need_id)
        .where(
            of_gone.usual_id == two.gone_id,
            of_kept.usual_id == two.kept_id,
            of_gone.status.in_(asked),
            of_kept.status.in_(asked),
        )
    ).all()
    return tuple(
        (kept, gone) if gone.ended_at is not None and kept.ended_at is None else (gone, kept) for gone, kept in rows
    )


def _forget_arrangement(session: Session, goes: Arrangement, stays: Arrangement, now: datetime) -> None:
    outbox.drop_pending(session, arrangement_id=goes.id, now=now)
    session.execute(
        update(Notification).where(Notification.arrangement_id == goes.id).values(arrangement_id=stays.id),
        execution_options={"synchronize_session": False},
    )
    session.delete(goes)


def growth_asks_over(session: Session, two: Two) -> tuple[GrowthAsk, ...]:
    """What was asked of both in one month, beyond one: an answer that waits for the team stands first, then any."""
    asked = session.scalars(select(GrowthAsk).where(GrowthAsk.person_id.in_(two.ids)).order_by(GrowthAsk.id)).all()
    if len({one.person_id for one in asked}) < 2:
        return ()
    stay: list[GrowthAsk] = []
    for one in sorted(asked, key=_weight, reverse=True):
        if not any(_is_same_month(one, other) for other in stay):
            stay.append(one)
    return tuple(one for one in asked if one not in stay)


def _weight(one: GrowthAsk) -> tuple[bool, bool, datetime]:
    return (one.answer is not None and one.dealt_at is None, one.answer is not None, one.asked_at)


def _is_same_month(one: GrowthAsk, other: GrowthAsk) -> bool:
    overlap = one.asked_at < other.rests_until and other.asked_at < one.rests_until
    return overlap or one.about is other.about is GrowthAbout.GIVE_BACK


def warm_checks_over(session: Session, two: Two) -> tuple[WarmCheck, ...]:
    """Asked under both numbers, in one cold spell, whether they are warm: what the team has yet to do stands first."""
    asked = session.scalars(select(WarmCheck).where(WarmCheck.person_id.in_(two.ids)).order_by(WarmCheck.id)).all()
    best: dict[int, WarmCheck] = {}
    for one in asked:
        other = best.get(one.cold_spell_id)
        if other is None or _needs_the_team(one) > _needs_the_team(other):
            best[one.cold_spell_id] = one
    return tuple(one for one in asked if best[one.cold_spell_id] is not one)


def _needs_the_team(one: WarmCheck) -> tuple[bool, bool, bool]:
    return (one.answer is not None and one.dealt_at is None, one.answer is not None, one.is_to_ring)


def _choose_channels(session: Session, two: Two, *, prefers_gone: bool) -> None:
    loser, winner = (two.kept_id, two.gone_id) if prefers_gone else (two.gone_id, two.kept_id)
    chosen = select(ChannelChoice.about).where(ChannelChoice.person_id == winner)
    session.execute(
        delete(ChannelChoice).where(ChannelChoice.person_id == loser, ChannelChoice.about.in_(chosen)),
        execution_options={"synchronize_session": False},
    )


def _count_one_stand_down(session: Session, two: Two) -> None:
    """Stopped under both numbers by one worry: it is one stop, until the team lifts it."""
    kept, gone = aliased(StandDown), aliased(StandDown)
    both = session.execute(
        select(kept, gone)
        .join(gone, gone.concern_id == kept.concern_id)
        .where(
            kept.person_id == two.kept_id,
            gone.person_id == two.gone_id,
            kept.lifted_at.is_(None),
            gone.lifted_at.is_(None),
        )
    ).all()
    for stays, goes in both:
        stays.was_active = stays.was_active or goes.was_active
        stays.handed_back += goes.handed_back
        stays.set_at = min(stays.set_at, goes.set_at)
        session.delete(goes)


def _tell_once(session: Session, two: Two, now: datetime) -> None:
    """What both were told, or are yet to be, goes out once. What did go out twice stays, the other under a name of its
    own; of two messages to many on one day one counts as such.
    """
    for gone, kept in _told_both(session, two):
        if NotificationStatus.DROPPED not in (gone.status, kept.status):
            _wait_once(gone, kept, now)
        if gone.event == kept.event:
            renamed = kept if gone.status is NotificationStatus.PENDING else gone
            renamed.event = f"{renamed.event}:of-{renamed.person_id}"
        session.flush()


def _wait_once(gone: Notification, kept: Notification, now: datetime) -> None:
    waiting = next((one for one in (gone, kept) if one.status is NotificationStatus.PENDING), None)
    if waiting is not None:
        waiting.status, waiting.ended_at = NotificationStatus.DROPPED, now
    elif gone.broadcast_day is not None and gone.broadcast_day == kept.broadcast_day:
        gone.broadcast_id = gone.broadcast_day = None


def _told_both(session: Session, two: Two) -> Sequence[Any]:
    gone, kept = aliased(Notification), aliased(Notification)
    return session.execute(
        select(gone, kept)
        .join(kept, or_(kept.event == gone.event, kept.broadcast_day == gone.broadcast_day))
        .where(gone.person_id == two.gone_id, kept.person_id == two.kept_id)
        .order_by(gone.id, kept.id)
        .with_for_update()
    ).all()
