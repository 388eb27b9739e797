"""Something else: nobody is asked until a coordinator has said which kind of help it comes to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, NotFound
from matcher.domain.lifecycle import NeedStatus
from matcher.services import audit, confirming, consents, kinds
from matcher.services.consents import BEST_INTERESTS
from matcher.services.kinds import KindView
from matcher.store.models import KindRow, Need


def choices(session: Session) -> tuple[KindView, ...]:
    """The kinds it may come to: those that neighbours offer, and that are on."""
    return tuple(kind for kind in kinds.list_kinds(session) if kind.is_on and not kind.is_triaged)


def is_to_triage(need: Need, kind: KindRow) -> bool:
    """It waits for a kind."""
    return need.status is NeedStatus.PAUSED and kind.is_triaged


def ask_as(session: Session, need_id: int, slug: str, *, area_ids: frozenset[int], actor: str, now: datetime) -> None:
    """It comes to that kind: neighbours are asked from now on. Twice is once.

    NotFound if it is of no area of theirs; BadInput for a kind there is not, and while a word is owed first: a number
    to be confirmed, or what is right for someone who cannot agree to be decided.
    """
    need = session.get(Need, need_id, with_for_update={"key_share": True})
    if need is None or need.area_id not in area_ids:
        raise NotFound
    kind = next((one for one in choices(session) if one.slug == slug), None)
    if kind is None:
        raise BadInput("Select the kind of help it comes to", field="kind")
    if not is_to_triage(need, session.get_one(KindRow, need.kind_slug)):
        return
    consent = consents.of_need(session, need_id)
    if confirming.is_waiting(session, need_id) or (consent is not None and consent.given_by == BEST_INTERESTS):
        raise BadInput("Ring them first", field="kind")
    need.kind_slug, need.minutes, need.urgency = kind.slug, kind.minutes, kind.urgency
    audit.record(session, actor, "triaged", ("need", need_id), kind.slug, now=now)
    confirming.start_asking(session, need_id, now=now)
