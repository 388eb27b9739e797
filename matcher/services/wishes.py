"""What a resident asks of whoever comes, and what volunteers tell of themselves.

Neither is ever shown to anyone but the one who said it and the team.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput
from matcher.domain.traits import TRAIT_WORDS, Trait, may_ask_for
from matcher.services import kinds
from matcher.store.models import Need, NeedWish, OfferTrait


def check(session: Session, kind: str, asked: Collection[str]) -> None:
    """BadInput for what there is not, or what may not be asked for with this help."""
    may_be = allowed(session, kind)
    for one in sorted(asked):
        if one not in set(Trait):
            raise BadInput("Select what matters about who comes", field="wishes")
        if one not in may_be:
            words = TRAIT_WORDS[Trait(one)].asked
            raise BadInput(f"“{words}” cannot be asked for with this kind of help", field="wishes")


def allowed(session: Session, kind: str) -> tuple[Trait, ...]:
    """What may be asked for with this kind of help. BadInput if there is no such kind."""
    return may_ask_for(kind, kinds.get_kind(session, kind).checks)


def keep(session: Session, need_id: int, musts: Collection[str], wishes: Collection[str]) -> None:
    """Write what was asked for with a need; what must be is no mere wish as well."""
    session.add_all(
        NeedWish(need_id=need_id, trait=Trait(trait), is_must=trait in musts) for trait in sorted({*musts, *wishes})
    )


def replace(session: Session, need: Need, musts: Collection[str], wishes: Collection[str]) -> bool:
    """These in place of what was asked for with a need; False if they are the same. BadInput as `check`."""
    check(session, need.kind_slug, {*musts, *wishes})
    before = wanted_with(session, need)
    session.execute(delete(NeedWish).where(NeedWish.need_id == need.id))
    keep(session, need.id, musts, wishes)
    session.flush()
    return before != wanted_with(session, need)


def meets(session: Session, offer_id: int, musts: Collection[str]) -> bool:
    """Whether a volunteer is all that whoever comes must be."""
    return set(musts) <= told(session, offer_id)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What whoever comes must be, and what was wished for besides."""

    musts: frozenset[Trait]
    wishes: frozenset[Trait]

    def in_words(self) -> tuple[str, ...]:
        """A line for each: `A woman: a must`."""
        asked = [trait for trait in Trait if trait in self.musts | self.wishes]
        return tuple(f"{TRAIT_WORDS[one].asked}: {'a must' if one in self.musts else 'if we can'}" for one in asked)


def wanted_with(session: Session, need: Need) -> Wanted:
    """What was asked for with a need, as far as it may be asked for still."""
    rows = session.execute(select(NeedWish.trait, NeedWish.is_must).where(NeedWish.need_id == need.id))
    may_be = allowed(session, need.kind_slug)
    asked = {trait: is_must for trait, is_must in rows if trait in may_be}
    musts = frozenset(trait for trait, is_must in asked.items() if is_must)
    return Wanted(musts, frozenset(asked) - musts)


def told(session: Session, offer_id: int) -> frozenset[Trait]:
    """What a volunteer told of themselves."""
    return frozenset(session.scalars(select(OfferTrait.trait).where(OfferTrait.offer_id == offer_id)))


def tell(session: Session, offer_id: int, traits: Collection[str]) -> None:
    """A volunteer tells this of themselves, and nothing else. BadInput for what nobody asks."""
    if not set(traits) <= set(Trait):
        raise BadInput("Select what is true of you", field="traits")
    session.execute(delete(OfferTrait).where(OfferTrait.offer_id == offer_id))
    session.add_all(OfferTrait(offer_id=offer_id, trait=Trait(trait)) for trait in sorted(traits))
