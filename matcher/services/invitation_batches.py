"""Invitations by the pile: postcards, posters, letters with one code on all of them, and how many answered each pile.

A pile is of twenty at least, so that no answer leads to whoever was given the card.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, NotFound
from matcher.domain.small_numbers import all_of
from matcher.domain.wording import clean_line
from matcher.services import audit, invitations
from matcher.services.invitations import CHANNELS, CHOICES
from matcher.store.models import Area, BatchCount, Invitation, InvitationBatch, InvitationCount

FEWEST_COPIES, MOST_COPIES = 20, 100_000
TITLE_LENGTH = 60


@dataclass(frozen=True, slots=True)
class BatchDraft:
    """A pile as it was typed. copies: how many are printed, in figures."""

    title: str
    channel: str
    connector: str
    because: str
    area: str
    copies: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """How many pressed which button of the page that a code leads to. Who only looked is not counted."""

    ask: int = 0
    offer: int = 0
    story: int = 0
    read: int = 0

    @property
    def total(self) -> int:
        """All who pressed one."""
        return self.ask + self.offer + self.story + self.read


@dataclass(frozen=True, slots=True)
class Batch:
    """A pile: what it is called, what stands on it, how many there are, and who answered it."""

    batch_id: int
    title: str
    channel: str
    area: str
    code: str
    connector: str
    because: str
    copies: int
    made_at: datetime
    ended_at: datetime | None
    pressed: Pressed


class Answers(NamedTuple):
    """What one channel brought. copies: of its piles. from_piles: what came of these, as it can be put beside them."""

    channel: str
    pressed: Pressed
    copies: int
    from_piles: int


def make_batch(session: Session, draft: BatchDraft, *, area_ids: Collection[int], staff_id: int, now: datetime) -> int:
    """A pile with a code of its own: its id. BadInput names what is missing."""
    title = clean_line(draft.title, TITLE_LENGTH, noun="The name", field="title")
    if not title:
        raise BadInput("Enter what you will know it by, such as Post office, January", field="title")
    area_id = session.scalar(select(Area.id).where(Area.slug == draft.area, Area.id.in_(area_ids)))
    if area_id is None:
        raise BadInput("Select one of your areas", field="area")
    copies = _copies(draft.copies)
    code = invitations.invite(session, draft.connector, draft.because, draft.channel, now=now)
    session.flush()
    invitation_id = session.scalars(select(Invitation.id).where(Invitation.code == code)).one()
    session.add(
        InvitationBatch(invitation_id=invitation_id, title=title, area_id=area_id, copies=copies, staff_id=staff_id)
    )
    audit.record(session, audit.staff(staff_id), "made_invitations", ("invitation", invitation_id), now=now)
    return invitation_id


def end_batch(session: Session, batch_id: int, *, area_ids: Collection[int], staff_id: int, now: datetime) -> None:
    """No answer to it is counted from now on; its code still leads to how to take part. Twice is once."""
    pile = _theirs(session, batch_id, area_ids)
    if pile.ended_at is None:
        pile.ended_at, pile.ended_by = now, staff_id
        audit.record(session, audit.staff(staff_id), "ended_invitations", ("invitation", batch_id), now=now)


def take_up_batch(session: Session, batch_id: int, *, area_ids: Collection[int], staff_id: int, now: datetime) -> None:
    """It counts again. Twice is once."""
    pile = _theirs(session, batch_id, area_ids)
    if pile.ended_at is not None:
        pile.ended_at = pile.ended_by = None
        audit.record(session, audit.staff(staff_id), "took_up_invitations", ("invitation", batch_id), now=now)


def _theirs(session: Session, batch_id: int, area_ids: Collection[int]) -> InvitationBatch:
    mine = (InvitationBatch.invitation_id == batch_id) & InvitationBatch.area_id.in_(area_ids)
    pile = session.scalar(select(InvitationBatch).where(mine).with_for_update())
    if pile is None:
        raise NotFound
    return pile


def batches(session: Session, area_ids: Collection[int]) -> tuple[Batch, ...]:
    """The piles of these areas, the newest first."""
    return tuple(_read(session, InvitationBatch.area_id.in_(area_ids)))


def batch(session: Session, batch_id: int, area_ids: Collection[int]) -> Batch:
    """One of them. NotFound if it is of no area of theirs."""
    found = list(_read(session, InvitationBatch.invitation_id == batch_id, InvitationBatch.area_id.in_(area_ids)))
    if not found:
        raise NotFound
    return found[0]


def answers(session: Session, piles: Collection[Batch]) -> tuple[Answers, ...]:
    """Each channel by what it brought, the most first: everywhere, since of single invitations no area is known."""
    counted: dict[str, dict[str, int]] = {}
    sums = select(InvitationCount.channel, InvitationCount.choice, func.sum(InvitationCount.count))
    for channel, choice, count in session.execute(sums.group_by(InvitationCount.channel, InvitationCount.choice)):
        counted.setdefault(channel, {})[choice] = int(count)
    rows = (
        Answers(
            channel,
            Pressed(**counted.get(channel, {})),
            sum(pile.copies for pile in piles if pile.channel == channel),
            sum(pile.pressed.total for pile in piles if pile.channel == channel),
        )
        for channel in CHANNELS
    )
    used = (row for row in rows if row.pressed.total or row.copies)
    return tuple(sorted(used, key=lambda row: (-row.pressed.total, CHANNELS.index(row.channel))))


def finding(rows: Iterable[Answers]) -> str:
    """What came of the invitations, as a sentence that is worked out."""
    each = list(rows)
    total = sum(row.pressed.total for row in each)
    if not each:
        return "No invitation has been made yet"
    if not total:
        return "Nobody has answered an invitation yet"
    if total == 1:
        return f"The one answer came by {_by(each[0])}"
    most = each[0].pressed.total
    first = [row for row in each if row.pressed.total == most]
    if len(first) > 1:
        return f"No way stands out: {len(first)} of them brought {most:,} of {total:,} answers each"
    if most == total:
        return f"{all_of(total)} answers came by {_by(each[0])}"
    return f"More answers by {_by(each[0])} than by any other way: {most:,} of {total:,}"


def _by(row: Answers) -> str:
    words = invitations.CHANNEL_WORDS[row.channel]
    return words[:1].lower() + words[1:]


def _copies(typed: str) -> int:
    plain = typed.replace(",", "").strip()
    number = int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 9 else 0
    if not FEWEST_COPIES <= number <= MOST_COPIES:
        raise BadInput(f"Enter how many you print, from {FEWEST_COPIES} to {MOST_COPIES:,}", field="copies")
    return number


def _read(session: Session, *wanted: object) -> Iterable[Batch]:
    found = session.execute(
        select(InvitationBatch, Invitation, Area.name)
        .join(Invitation, Invitation.id == InvitationBatch.invitation_id)
        .join(Area, Area.id == InvitationBatch.area_id)
        .where(*wanted)  # type: ignore[arg-type]
        .order_by(Invitation.made_at.desc(), Invitation.id.desc())
    ).all()
    pressed = _pressed(session, [pile.invitation_id for pile, _, _ in found])
    for pile, invitation, area in found:
        yield Batch(
            batch_id=pile.invitation_id,
            title=pile.title,
            channel=invitation.channel,
            area=area,
            code=invitation.code,
            connector=invitation.connector,
            because=invitation.because,
            copies=pile.copies,
            made_at=invitation.made_at,
            ended_at=pile.ended_at,
            pressed=pressed.get(pile.invitation_id, Pressed()),
        )


def _pressed(session: Session, batch_ids: Collection[int]) -> dict[int, Pressed]:
    sums = select(BatchCount.invitation_id, BatchCount.choice, func.sum(BatchCount.count))
    wanted = sums.where(BatchCount.invitation_id.in_(batch_ids)).group_by(BatchCount.invitation_id, BatchCount.choice)
    counted: dict[int, dict[str, int]] = {}
    for batch_id, choice, count in session.execute(wanted):
        counted.setdefault(batch_id, dict.fromkeys(CHOICES, 0))[choice] = int(count)
    return {batch_id: Pressed(**counts) for batch_id, counts in counted.items()}
