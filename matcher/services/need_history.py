"""Everything that has happened with one need, for the team: who was asked, opened and answered, what was decided by
hand and why, which messages went, who changed what. Names as the team calls people; no address, no number, no note.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from matcher.domain.errors import NotFound
from matcher.domain.kinds import job_words
from matcher.domain.lifecycle import MatchStatus, NeedStatus, NotificationStatus, Urgency, VisitStatus
from matcher.domain.localtime import day_words, window_words
from matcher.domain.messages.catalogue import subject_of
from matcher.domain.recurrence import Recurrence
from matcher.domain.reports import HAND_BACK_REASONS
from matcher.services import need_page, people, unfilled
from matcher.services.pins import APART_WHYS, PIN_WHYS
from matcher.services.setting_aside import NOBODY_ELSE, WHYS
from matcher.store import queries
from matcher.store.models import (
    ApartChoice,
    Area,
    AuditRow,
    HandChoice,
    KindRow,
    Match,
    Need,
    Notification,
    Occurrence,
    Person,
    Pin,
    Staff,
    Visit,
)

LINES_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Line:
    """Something that happened. sort: `need`, `ask`, `hand`, `visit`, `message` or `change`."""

    at: datetime
    sort: str
    words: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class NeedHistory:
    """One need, for the team. number: its place in the list of what nobody holds, if it is on it. lines: the newest
    first. details, helpers: as they stand, to be changed.
    """

    need_id: int
    occurrence_id: int
    reference: str
    kind: str
    job: str
    area: str
    resident: str
    resident_id: int
    contact: str
    windows: tuple[tuple[str, str], ...]
    details: tuple[str, ...]
    helpers: int
    status: NeedStatus
    number: int | None
    urgency: Urgency
    is_paused: bool
    is_open: bool
    can_change_time: bool
    lines: tuple[Line, ...]


def read(session: Session, need_id: int, *, area_ids: frozenset[int]) -> NeedHistory:
    """The need and its whole story: a fixed number of queries. NotFound if it is of no area of theirs."""
    found = session.execute(
        select(Need, KindRow, Area.name, Person.first_name)
        .join(KindRow, KindRow.slug == Need.kind_slug)
        .join(Area, Area.id == Need.area_id)
        .join(Person, Person.id == Need.resident_id)
        .where(Need.id == need_id, Need.area_id.in_(area_ids))
    ).one_or_none()
    if found is None:
        raise NotFound
    need, kind, area, resident = found
    occurrence = need_page.occurrence_in_view(session, need)
    lines = sorted(_Story(session, need).lines(), key=lambda line: line.at)  # stable: what came first stays first
    return NeedHistory(
        need_id=need.id,
        occurrence_id=occurrence.id,
        reference=need.reference,
        kind=kind.slug,
        job=job_words(kind.job_words, tuple(need.details)),
        area=area,
        resident=resident,
        resident_id=need.resident_id,
        contact=need.contact,
        windows=tuple((day_words(one.start), window_words(one)) for one in queries.windows_of(occurrence)),
        details=tuple(need.details),
        helpers=need.helpers,
        status=need.status,
        number=unfilled.numbers(session, area_ids, [occurrence.id]).get(occurrence.id),
        urgency=need.urgency,
        is_paused=need.status is NeedStatus.PAUSED,
        is_open=need.status in (NeedStatus.OPEN, NeedStatus.PAUSED),
        can_change_time=need.recurrence is Recurrence.ONCE,
        lines=tuple(reversed(lines[-LINES_SHOWN:])),
    )


class _Story:
    """What the tables tell of one need."""

    def __init__(self, session: Session, need: Need) -> None:
        self.session, self.need = session, need
        self.visits_of = select(Occurrence.id).where(Occurrence.need_id == need.id)
        self.asks = session.execute(
            select(Match, HandChoice, Staff.name)
            .outerjoin(HandChoice, HandChoice.match_id == Match.id)
            .outerjoin(Staff, Staff.id == HandChoice.staff_id)
            .where(Match.occurrence_id.in_(self.visits_of))
            .order_by(Match.asked_at, Match.id)
        ).all()
        self.visits = session.scalars(
            select(Visit).where(Visit.occurrence_id.in_(self.visits_of)).order_by(Visit.held_at, Visit.id)
        ).all()
        self.pins = session.execute(
            select(Pin, Staff.name)
            .join(Staff, Staff.id == Pin.staff_id)
            .where((Pin.need_id == need.id) | Pin.occurrence_id.in_(self.visits_of))
            .order_by(Pin.id)
        ).all()
        self.apart = session.execute(
            select(ApartChoice, Staff.name)
            .join(Staff, Staff.id == ApartChoice.staff_id)
            .where((ApartChoice.person_a == need.resident_id) | (ApartChoice.person_b == need.resident_id))
            .order_by(ApartChoice.set_at)
        ).all()
        self.called = people.short_names(
            session,
            [
                need.resident_id,
                *(match.person_id for match, _, _ in self.asks),
                *(pin.person_id for pin, _ in self.pins),
                *(_other(choice, need.resident_id) for choice, _ in self.apart),
            ],
        )

    def lines(self) -> Iterator[Line]:
        """In no order."""
        yield Line(self.need.posted_at, "need", f"{self.called[self.need.resident_id]} asked for help")
        for match, choice, who in self.asks:
            yield from self._ask(match, choice, who)
        for visit in self.visits:
            yield from self._visit(visit)
        yield from self._decisions()
        yield from self._changes()
        yield from self._messages()

    def _ask(self, match: Match, choice: HandChoice | None, who: str | None) -> Iterator[Line]:
        name = self.called[match.person_id]
        if match.arrangement_id is not None:
            yield Line(match.asked_at, "ask", f"{name} goes as usual")
            return
        if choice is None:
            yield Line(match.asked_at, "ask", f"{name} was asked")
        else:
            done = f"gave it to {name}, who said yes by phone" if choice.is_assigned else f"asked {name} by hand"
            yield Line(match.asked_at, "hand", f"{who} {done}", _reason(choice))
        if match.opened_at and (match.answered_at is None or match.opened_at < match.answered_at):
            yield Line(match.opened_at, "ask", f"{name} opened the question")
        if match.status is MatchStatus.DECLINED and match.answered_at:
            reason = (match.decline_reason or "").replace("_", " ")
            yield Line(match.answered_at, "ask", f"{name} said no", reason)
        for at, words in (
            (match.withdrawn_at, f"{name} was told that it is off"),
            (match.lapsed_at, _lapsed(match, name)),
            (match.late_yes_at, f"{name} said yes too late"),
        ):
            if at:
                yield Line(at, "ask", words)

    def _visit(self, visit: Visit) -> Iterator[Line]:
        name = self.called[visit.person_id]
        yield Line(visit.held_at, "visit", f"{name} said yes")
        if visit.on_way_at:
            yield Line(visit.on_way_at, "visit", f"{name} set off")
        if visit.ended_at and visit.status in _ENDED:
            why = HAND_BACK_REASONS.get(visit.why_handed_back or "", "")
            yield Line(visit.ended_at, "visit", f"{name} {_ENDED[visit.status]}", why)

    def _decisions(self) -> Iterator[Line]:
        for pin, who in self.pins:
            which = "every visit" if pin.occurrence_id is None else "a visit"
            yield Line(pin.set_at, "hand", f"{who} kept {which} for {self.called[pin.person_id]}", PIN_WHYS[pin.why])
            if pin.lifted_at:
                yield Line(pin.lifted_at, "hand", f"It was kept for {self.called[pin.person_id]} no more")
        for choice, who in self.apart:
            name = self.called[_other(choice, self.need.resident_id)]
            yield Line(choice.set_at, "hand", f"{who} kept {name} apart from them", APART_WHYS[choice.why])

    def _changes(self) -> Iterator[Line]:
        rows = self.session.scalars(
            select(AuditRow)
            .where(AuditRow.thing == "need", AuditRow.thing_id == self.need.id, AuditRow.action.in_(_DONE))
            .order_by(AuditRow.id)
        ).all()
        names = self._staff({row.actor for row in rows})
        for row in rows:
            fields = ", ".join(_FIELDS.get(field, field) for field in row.fields)
            who = names.get(row.actor, "They" if row.actor.startswith("person:") else "The service")
            yield Line(row.at, "change", f"{who} {_DONE[row.action]}{f' {fields}' if fields else ''}")

    def _staff(self, actors: set[str]) -> Mapping[str, str]:
        ids = [int(actor.removeprefix("staff:")) for actor in actors if actor.startswith("staff:")]
        rows = self.session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(ids)))
        return {f"staff:{staff_id}": name for staff_id, name in rows}

    def _messages(self) -> Iterator[Line]:
        rows: Any = self.session.execute(
            select(Notification, Person.first_name)
            .outerjoin(Person, Person.id == Notification.person_id)
            .where(
                or_(
                    Notification.need_id == self.need.id,
                    Notification.occurrence_id.in_(self.visits_of),
                    Notification.match_id.in_(match.id for match, _, _ in self.asks),
                    Notification.visit_id.in_(visit.id for visit in self.visits),
                ),
                Notification.status != NotificationStatus.DROPPED,
            )
            .order_by(Notification.id)
        )
        for message, first_name in rows:
            to = f" to {first_name}" if first_name else ""
            at = message.sent_at or message.ended_at or message.owed_at
            words = f"“{subject_of(message.template)}”{to}, by {message.channel}"
            yield Line(at, "message", words, _FATES[message.status])


def _other(choice: ApartChoice, person_id: int) -> int:
    return choice.person_b if choice.person_a == person_id else choice.person_a


def _lapsed(match: Match, name: str) -> str:
    if match.delivered_at or match.opened_at:
        return f"{name} had not answered in time"
    return f"The question could not be sent to {name} in time"


def _reason(choice: HandChoice) -> str:
    aside = ", ".join(code.replace("_", " ") for code in choice.set_aside)
    why = "Nobody else could come" if choice.why == NOBODY_ELSE else WHYS.get(choice.why or "", "")
    return ". ".join(part for part in (why, f"Set aside: {aside}" if aside else "") if part)


_ENDED = {
    VisitStatus.DONE: "says it is done",
    VisitStatus.HANDED_BACK: "handed it back",
    VisitStatus.NO_SHOW: "did not come",
    VisitStatus.CANCELLED: "was told not to come",
}
_FIELDS = {"who_comes": "who comes", "details": "what is to be done", "helpers": "how many are to come"}
_DONE = {
    "took_by_phone": "took the request by phone",
    "confirmed": "confirmed the number",
    "decided": "decided that neighbours may be asked",
    "triaged": "said which kind of help it comes to",
    "rang_no_answer": "rang, and nobody answered",
    "rang_wrong_number": "rang a wrong number",
    "changed": "changed",
    "widened": "added a time",
    "cancelled": "called it off",
    "closed": "closed it",
    "attached_story": "put a story with it",
    "detached_story": "took a story from it",
}
_FATES = {
    NotificationStatus.PENDING: "Waiting to go",
    NotificationStatus.LEASED: "Going now",
    NotificationStatus.SENT: "Sent",
    NotificationStatus.DELIVERED: "Arrived",
    NotificationStatus.UNCERTAIN: "Not known to have gone",
    NotificationStatus.FAILED: "Did not arrive",
}
