"""What is said when it turns cold and when it thaws, while it is true."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from matcher.domain.lifecycle import OccurrenceStatus, OfferStatus, VisitStatus
from matcher.services import cold_hints, cold_spells, page_links
from matcher.services.visit_wordings import when_words
from matcher.services.wording_desk import Desk, Values, Wording
from matcher.store.models import Area, ColdSpell, Need, Occurrence, Offer, Person, StaffArea, Visit


def _called_up(desk: Desk) -> Values:
    """While it is cold, to who is still on the list and still agrees to it."""
    person_id, spell = desk.row.person_id, _spell_on(desk)
    agreed = select(Offer.id).where(
        Offer.person_id == person_id, Offer.status == OfferStatus.ACTIVE, Offer.cold_agreed_at.is_not(None)
    )
    if person_id is None or spell is None or desk.session.scalar(agreed) is None:
        return None
    token = page_links.own_page_link(desk.session, person_id, now=desk.now)
    return {"when": when_words(spell.ends_at), "link": f"{desk.scheme.origin}/me/{token}"}


def _warm_check(desk: Desk) -> Values:
    """While it is cold, and they still wish to be asked."""
    agreed = desk.session.get_one(Person, desk.row.person_id).warm_agreed_at
    return {} if agreed is not None and _spell_on(desk) is not None else None


def _thaw_resident(desk: Desk) -> Values:
    occurrence = desk.session.get_one(Occurrence, desk.row.occurrence_id)
    if occurrence.status is not OccurrenceStatus.CANCELLED:
        return None
    return {"ref": desk.session.get_one(Need, occurrence.need_id).reference}


def _thaw_volunteer(desk: Desk) -> Values:
    """While they have not set off."""
    visit = desk.session.get_one(Visit, desk.row.visit_id)
    if visit.status is not VisitStatus.HELD:
        return None
    token = page_links.visit_link(desk.session, visit, now=desk.now)
    return {"when": when_words(visit.starts_at), "link": f"{desk.scheme.origin}/visits/{token}"}


def _suggested(desk: Desk) -> Values:
    """To a coordinator, while it is still told of for an area of theirs."""
    mine = desk.session.scalars(select(StaffArea.area_id).where(StaffArea.staff_id == desk.row.staff_id)).all()
    found = cold_hints.hints(desk.session, mine, now=desk.now)
    names = desk.session.scalars(select(Area.name).where(Area.id.in_(found)).order_by(Area.name)).all()
    if not names:
        return None
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return {"area": f"{names[0]}{more}", "link": f"{desk.scheme.origin}/team/cold"}


def _spell_on(desk: Desk) -> ColdSpell | None:
    on = select(ColdSpell).where(ColdSpell.id == desk.row.cold_spell_id, cold_spells.is_on(desk.now))
    return desk.session.scalar(on)


WORDINGS: Mapping[str, Wording] = {
    "cold_called_up": _called_up,
    "warm_check": _warm_check,
    "cold_suggested": _suggested,
    "thaw_resident": _thaw_resident,
    "thaw_volunteer": _thaw_volunteer,
}
