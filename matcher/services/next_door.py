"""Who helps next door, by the beginning of postcodes; and what is left to them, though an area of ours may reach it.

What the team has set counts before what the operator gave, and a district before the area of postcodes it is in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput
from matcher.domain.lifecycle import NeedStatus, OfferStatus
from matcher.domain.postcodes import check_part, parts_of
from matcher.domain.wording import clean_line
from matcher.services import addresses, scheme_number, settings
from matcher.services.setting_changes import differences
from matcher.services.settings import NEXT_DOOR, Preview
from matcher.store.models import Home, Need, NextDoor, Offer

LONGEST_NAME = 60  # as the constraint has it
NOBODY = "nobody is named"
_NOT_OVER = (NeedStatus.OPEN, NeedStatus.PAUSED)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Who helps where postcodes begin with `part`, and their number; both empty: nobody is named. is_left: we take
    nothing from there, whatever our areas reach.
    """

    part: str
    name: str
    phone: str
    is_left: bool

    @property
    def words(self) -> str:
        """Their name and number."""
        return f"{self.name} {self.phone}".strip()


def listed(session: Session) -> tuple[Neighbours, ...]:
    """Whatever the team has set, in order."""
    rows = session.scalars(select(NextDoor).order_by(NextDoor.part))
    return tuple(Neighbours(row.part, row.name, row.phone, row.is_left) for row in rows)


def helpers_at(session: Session, postcode: str, usual: Mapping[str, str]) -> str:
    """Who helps there and their number; empty if we know of nobody. usual: the operator's, by the same beginnings."""
    parts = parts_of(postcode)
    rows = {row.part: row for row in listed(session)}
    return next(
        (rows[part].words if part in rows else usual[part] for part in parts if part in rows or part in usual), ""
    )


def preview(session: Session, typed: Neighbours, usual: Mapping[str, str]) -> Preview:
    """What would change, and whom it touches. BadInput, with its field, for what is no beginning of postcodes, no name
    or no number.
    """
    new, was_left = _checked(typed), addresses.is_left_to_others(session, typed.part)
    before, after = helpers_at(session, new.part, usual), new.words
    changes = differences(
        (
            (NEXT_DOOR, f"Who helps in {new.part}", before or NOBODY, after or NOBODY),
            (NEXT_DOOR, f"Requests from {new.part}", _taken(is_left=was_left), _taken(is_left=new.is_left)),
        )
    )
    return Preview(changes, _touched(session, new, was_left=was_left))


def change(
    session: Session, typed: Neighbours, usual: Mapping[str, str], looked_at: str, *, staff_id: int, now: datetime
) -> None:
    """Let it be so. Conflict if that would change other things by now than those that were looked at."""
    changes = settings.looked_at(session, lambda: preview(session, typed, usual), looked_at)
    if changes:
        new = _checked(typed)
        row = {"part": new.part, "name": new.name, "phone": new.phone, "is_left": new.is_left}
        kept = {**row, "set_by": staff_id, "set_at": now}
        session.execute(insert(NextDoor).values(kept).on_conflict_do_update(index_elements=["part"], set_=kept))
        settings.keep(session, changes, staff_id=staff_id, now=now)


def _checked(typed: Neighbours) -> Neighbours:
    part = check_part(typed.part)
    name = clean_line(typed.name, LONGEST_NAME, noun="Who helps there", field="name")
    phone = scheme_number.check_number(typed.phone) if typed.phone or name else ""
    if phone and not name:
        raise BadInput("Enter who answers that number", field="name")
    return Neighbours(part, name, phone, typed.is_left)


def _taken(*, is_left: bool) -> str:
    return "not taken" if is_left else "taken where an area of ours reaches"


def _touched(session: Session, new: Neighbours, *, was_left: bool) -> tuple[str, ...]:
    if new.is_left and not was_left:
        return (
            f"Nobody there can ask or offer anew: they read “We do not cover … yet”, with {new.words or 'our number'}.",
            *_go_on(session, new.part),
        )
    if was_left and not new.is_left:
        return ("Whoever lives there, in reach of one of our areas, can ask and offer again.",)
    return (f"Whoever asks from there, out of reach of our areas, is told to call {new.words or 'us'}.",)


def _go_on(session: Session, part: str) -> Sequence[str]:
    """What is there already: it is not ended by a change of borders."""
    district = func.split_part(Home.postcode, " ", 1)
    there = (district if any(map(str.isdigit, part)) else func.substring(district, "^[A-Z]+")) == part
    asked = select(func.count()).select_from(Need).join(Home, Home.person_id == Need.resident_id)
    needs = session.scalar(asked.where(Need.status.in_(_NOT_OVER), there)) or 0
    helping = select(func.count()).select_from(Offer).join(Home, Home.person_id == Offer.person_id)
    offers = session.scalar(helping.where(Offer.status != OfferStatus.STOPPED, there)) or 0
    if not needs and not offers:
        return ()
    of_needs = "1 request" if needs == 1 else f"{needs:,} requests"
    of_offers = "1 volunteer" if offers == 1 else f"{offers:,} volunteers"
    return (f"{of_needs} under way and {of_offers} from there go on as they are.",)
