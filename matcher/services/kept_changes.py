"""How long things are kept, set by the team: looked at first, with what the next night would erase, and why longer.

A shorter period holds from the next night on, never the one we are in; what erases no more than that night would anyway
holds from the coming two in the morning, so that a change is taken back up to the last moment before it holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput
from matcher.domain.localtime import clock_words, day_words
from matcher.domain.retention import PAIRS, PERIODS, coming_night, days_of, kept_of, next_night
from matcher.domain.wording import clean_line
from matcher.services import kept_periods, retention, setting_changes, settings
from matcher.services.setting_changes import Difference, differences
from matcher.services.settings import KEPT, Preview
from matcher.store.models import KeptPeriod

LONGEST_WHY = 120
Days = Mapping[str, int]
_LONGER = "Whoever told us before was promised the shorter time. What is erased already does not come back."


def standing(session: Session, *, now: datetime) -> Days:
    """Days by name, as they will hold once what was set today does."""
    coming = {name: days for name, (days, _) in kept_periods.to_come(session, now=now).items()}
    return {**days_of(kept_periods.in_force(session, now=now)), **coming}


def preview(session: Session, wanted: Days, why: str, *, now: datetime) -> Preview:
    """What would change, from when on, and how much the night before would erase; nothing is written.

    BadInput, with its field, for a period out of bounds, or a longer one without a reason.
    """
    before, reason = standing(session, now=now), clean_line(why, LONGEST_WHY, noun="The reason", field="why")
    _check(wanted)
    longer = [name for name in PERIODS if wanted[name] > before[name]]
    if longer and not reason:
        raise BadInput(f"Enter why this is kept longer: {PERIODS[longer[0]].words.lower()}", field="why")
    changes = differences(
        (
            name,
            one.words,
            _days(before[name]),
            _days(wanted[name]) + (f", since: {reason}" if name in longer else ""),
        )
        for name, one in PERIODS.items()
    )
    if not changes:
        return Preview(())
    return Preview(changes, _touched(session, changes, wanted, is_longer=bool(longer), now=now), is_agreed_to=True)


def change(session: Session, wanted: Days, why: str, looked_at: str, *, staff_id: int, now: datetime) -> None:
    """Let these periods hold from the next night on. Conflict if they would change others by now; else as `preview`."""
    changes = settings.looked_at(session, lambda: preview(session, wanted, why, now=now), looked_at)
    nights = _nights(session, changes, wanted, now)
    for one in changes:
        key = {"name": one.field, "holds_from": nights[one.field]}
        row = {"days": wanted[one.field], "set_by": staff_id, "set_at": now}
        later = update(KeptPeriod).where(KeptPeriod.name == one.field, KeptPeriod.holds_from > key["holds_from"])
        session.execute(later.values(row))  # what was to hold after it does not come back
        put = insert(KeptPeriod).values({**key, **row})
        session.execute(put.on_conflict_do_update(index_elements=[*key], set_=row))
    setting_changes.keep(session, settings.THING, KEPT, changes, staff_id=staff_id, now=now)
    if changes:
        settings.note(session, KEPT, *(one.field for one in changes), staff_id=staff_id, now=now)


def _nights(session: Session, changes: Iterable[Difference], wanted: Days, now: datetime) -> Mapping[str, datetime]:
    """From which night on each of these holds."""
    coming = coming_night(now)
    tonight = days_of(kept_periods.in_force(session, now=coming))
    return {one.field: coming if wanted[one.field] >= tonight[one.field] else next_night(now) for one in changes}


def _check(wanted: Days) -> None:
    for name, one in PERIODS.items():
        if wanted[name] < one.shortest:
            raise BadInput(f"{one.words}: {_days(one.shortest)} at least, so that {one.why}", field=name)
        if wanted[name] > one.longest:
            raise BadInput(f"{one.words}: {one.longest:,} days at most", field=name)
    for name, most in PAIRS:
        if wanted[name] > wanted[most]:
            raise BadInput(f"{PERIODS[most].words}: no fewer days than once somebody has", field=most)


def _touched(
    session: Session, changes: tuple[Difference, ...], wanted: Days, *, is_longer: bool, now: datetime
) -> tuple[str, ...]:
    """What goes then, and what would if nothing were changed."""
    nights = _nights(session, changes, wanted, now)
    told: list[str] = []
    for night in sorted(set(nights.values())):
        told += _on_that_night(session, [name for name in nights if nights[name] == night], nights, wanted, night)
    return (*told, *((_LONGER,) if is_longer else ()))


def _on_that_night(
    session: Session, names: Sequence[str], nights: Mapping[str, datetime], wanted: Days, night: datetime
) -> Iterator[str]:
    """names: of what begins to hold on that night. The clock stands at it for both counts."""
    is_all = len(names) == len(nights)
    what = "It holds" if is_all else f"{', '.join(PERIODS[name].words for name in names)}: holds"
    yield f"{what} from {clock_words(night)} on {day_words(night)}, and the privacy page says so from then on."
    usual = kept_periods.in_force(session, now=night)
    then = {name: wanted[name] for name, begins in nights.items() if begins <= night}
    as_it_is = retention.count_old(session, usual, now=night)
    changed = retention.count_old(session, kept_of({**days_of(usual), **then}), now=night)
    for name in dict.fromkeys(retention.COUNTED_WITH[name] for name in names):
        yield _counted(retention.COUNTED[name], changed[name], as_it_is[name])


def _counted(what: str, changed: int, as_it_is: int) -> str:
    return f"{what}: that night erases {changed:,}; with the periods as they are, {as_it_is:,}."


def _days(count: int) -> str:
    return f"{count:,} {'day' if count == 1 else 'days'}"
