"""The whole report, as the page, the print and the sheet show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from matcher.domain.timewindow import TimeWindow
from matcher.services import ties
from matcher.services.impact_report import asked_for, askings, helped, informal, messages_sent, money, put_in
from matcher.services.impact_report.asked_for import Met, Waits
from matcher.services.impact_report.askings import Askings
from matcher.services.impact_report.helped import KindHours, People, StillAtHome
from matcher.services.impact_report.informal import Informal
from matcher.services.impact_report.money import Money
from matcher.services.impact_report.put_in import PutIn
from matcher.services.impact_report.scope import Scope
from matcher.services.ties import Ties


@dataclass(frozen=True, slots=True)
class Report:
    """What was given, asked for and met, by whom, and what it is worth."""

    scope: Scope
    kinds: tuple[KindHours, ...]
    people: People
    met: Met
    waits: Waits
    askings: Askings
    at_home: tuple[StillAtHome, ...]
    ties: Ties
    put_in: PutIn
    informal: Informal
    money: Money | None

    @property
    def visits(self) -> int:
        """Done visits."""
        return sum(one.visits for one in self.kinds)

    @property
    def timed(self) -> int:
        """Of those, how many a volunteer told the time of."""
        return sum(one.timed for one in self.kinds)

    @property
    def minutes(self) -> int:
        """Of all of them."""
        return sum(one.minutes for one in self.kinds)


def read(session: Session, scope: Scope, *, now: datetime) -> Report:
    """The report as things stand."""
    kinds = helped.by_kind(session, scope)
    return Report(
        scope=scope,
        kinds=kinds,
        people=helped.people(session, scope),
        met=asked_for.met(session, scope),
        waits=asked_for.waits(session, scope),
        askings=askings.read(session, scope, now=now),
        at_home=helped.still_at_home(session, scope, now=now),
        ties=ties.count(session, scope.area_ids, TimeWindow(scope.begins_at, scope.ends_at)),
        put_in=put_in.read(session, scope, kinds),
        informal=informal.read(session, scope, now=now),
        money=money.read(session, scope, kinds, messages_sent.texts(session, scope)),
    )
