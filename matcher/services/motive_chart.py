"""Why those who help here do so, as far as they said: a chart for the team in which nobody can be found.

A reason may be a belief, and a newcomer can be read from two exact counts of two days. So every count is to the nearest
5, nothing tells none from a few, and the order is that of the counts as shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import OfferStatus
from matcher.domain.motives import MOTIVE_WORDS, Motive
from matcher.domain.small_numbers import FEWEST_SHOWN, count_words, rounded
from matcher.services.drawing import Box, Picture, Stroke, Words, seen
from matcher.store.models import Offer, OfferMotive, Person

_STEP, _BAR = 50, 14
_MOST_NAMED = 2
_SILENT = "Have not said"


@dataclass(frozen=True, slots=True)
class Why:
    """Of those whose offers stand, paused ones included. Each count to the nearest 5, None for none or a few.

    told: who gave a reason, one or more; silent: who gave none; reasons: by the commonest, equals as they are asked.
    """

    has_volunteers: bool
    told: int | None
    silent: int | None
    reasons: tuple[tuple[Motive, int | None], ...]


def read(session: Session, area_ids: Collection[int]) -> Why:
    """What the volunteers of these areas said."""
    here = (Offer.status != OfferStatus.STOPPED, Person.area_id.in_(area_ids))
    offers, told = session.execute(
        select(func.count(Offer.id.distinct()), func.count(OfferMotive.offer_id.distinct()))
        .join(Person, Person.id == Offer.person_id)
        .outerjoin(OfferMotive, OfferMotive.offer_id == Offer.id)
        .where(*here)
    ).one()
    given = (
        select(OfferMotive.motive)
        .join(Offer, Offer.id == OfferMotive.offer_id)
        .join(Person, Person.id == Offer.person_id)
        .where(*here)
    )
    counted = Counter(session.scalars(given))
    reasons = [(motive, rounded(counted[motive])) for motive in Motive]
    return Why(
        has_volunteers=offers > 0,
        told=rounded(told),
        silent=rounded(offers - told),
        reasons=tuple(sorted(reasons, key=lambda reason: -(reason[1] or 0))),
    )


def finding(why: Why) -> str:
    """What the chart shows, as one sentence that is worked out from it."""
    if not why.has_volunteers:
        return "Nobody has offered help here yet"
    if why.told is None:
        return f"Fewer than {FEWEST_SHOWN} volunteers have said why they help"
    most = why.reasons[0][1]
    if most is None:
        return f"No reason is given by {FEWEST_SHOWN} volunteers or more"
    first = [f"“{MOTIVE_WORDS[motive]}”" for motive, count in why.reasons if count == most]
    of_all = f"{about(most)} of {about(why.told)} who said why"
    if len(first) == 1:
        return f"{first[0]} is the commonest reason: {of_all}"
    if len(first) <= _MOST_NAMED:
        return f"{' and '.join(first)} are the commonest reasons, each of {of_all}"
    return f"No reason stands out: {len(first)} are given by {of_all}, each"


def silence(why: Why) -> str:
    """How many said nothing: what the others said need not be true of them."""
    if why.silent is None:
        return f"{about(None).capitalize()} have not said."
    return f"{about(why.silent).capitalize()} have not said, and may have other reasons."


def about(count: int | None) -> str:
    """`about 15`, `fewer than 5`."""
    return f"about {count:,}" if count else count_words(0)


def rows(why: Why) -> tuple[tuple[str, str], ...]:
    """The numbers of the chart, those who did not say among them."""
    told = ((MOTIVE_WORDS[motive], about(count)) for motive, count in why.reasons)
    return (*told, (_SILENT, about(why.silent)))


def draw(why: Why, width: int) -> Picture | None:
    """A bar for each reason that enough gave, and a hatched one for those who did not say; None without a reason."""
    bars = [(MOTIVE_WORDS[motive], count, "given") for motive, count in why.reasons if count]
    if not bars:
        return None
    if why.silent:
        bars.append((_SILENT, why.silent, "off"))
    picture = Picture(width, _STEP * len(bars))
    _draw_bars(picture, bars)
    return picture


def _draw_bars(picture: Picture, bars: Sequence[tuple[str, int, str]]) -> None:
    each = (picture.width - 2) / max(count for _, count, _ in bars)
    for nth, (name, count, kind) in enumerate(bars):
        top = nth * _STEP
        picture.words.append(Words(f"{name}: {about(count)}", 0, top + 16, "name"))
        picture.boxes.append(Box(1, top + 22, seen(count * each), _BAR, kind))
        picture.strokes.append(Stroke(f"M0 {top + 22 + _BAR}H{picture.width}", "guide"))
