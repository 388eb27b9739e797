"""Many messages through the real sending code against providers that misbehave, senders killed in between.

Time is moved rather than waited for, and only while no sender lives: what a lease or a half hour decides is decided as
in life, and a slow machine lets no lease run out under a message that is just going.
"""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from threading import Event, Thread

from aiosmtpd.controller import Controller
from sqlalchemy import func, select, text, update

from matcher.domain.lifecycle import NotificationStatus
from matcher.services import outbox, receipts, undelivered
from matcher.services.outbox import Owed
from matcher.store.bulk import among
from matcher.store.models import Area, Home, Notification
from matcher.store.processes import wait_until
from matcher.store.session import reading, unit_of_work
from tests.workers.fake_notify import SECRET, SERVICE
from tests.worlds import World
from workers.channels.notify import reference_of
from workers.pretend_notify import (
    CUT_AFTER,
    CUT_BEFORE,
    FAIL_AFTER,
    TAKE,
    Manner,
    PretendNotify,
    pretend_notify,
    refuse,
)

SENDERS = 2
KILL_AFTER, PATIENCE_S = (25, 75), 5.0  # messages between two kills, and the longest wait for them
TOGETHER = timedelta(minutes=15)  # what comes due within that is sent in one go
ROOT = Path(__file__).resolve().parents[2]
NOTIFY_MANNERS: Mapping[Manner, float] = {
    TAKE: 0.70,
    Manner(wait_s=0.05): 0.08,
    CUT_BEFORE: 0.04,
    CUT_AFTER: 0.05,
    FAIL_AFTER: 0.04,
    refuse(400): 0.03,
    refuse(429): 0.03,
    refuse(500): 0.03,
}
SMTP_MANNERS: Mapping[str, float] = {"take": 0.8, "451": 0.05, "550": 0.05, "cut before": 0.05, "cut after": 0.05}
# What Notify says later: by callback, never by callback though it knows, or never.
ENDS: Mapping[str, float] = {"delivered": 0.8, "permanent-failure": 0.06, "callback lost": 0.07, "never": 0.07}
HAS_TWO_WAYS = 0.7
SAID_SENT = (NotificationStatus.SENT, NotificationStatus.DELIVERED)


@dataclass
class Figures:
    """What came of it. `lost`: nobody took it, and it is on no list; `untrue`: it says sent, and nobody took it."""

    messages: int
    kills: int = 0
    seconds: float = 0.0
    handed_over: Counter[str] = field(default_factory=Counter)
    more_than_once: Counter[str] = field(default_factory=Counter)
    uncertain: Counter[str] = field(default_factory=Counter)
    another_way: int = 0
    on_the_list: int = 0
    lost: int = 0
    untrue: int = 0
    statuses: Counter[str] = field(default_factory=Counter)


class PostOffice:
    """A mail server that misbehaves; the number of every letter that it took."""

    def __init__(self, dice: random.Random) -> None:
        self._dice, self.taken = dice, []

    async def handle_RCPT(self, server, _session, envelope, address, _options):  # noqa: N802 (aiosmtpd's names)
        """It may refuse, or hang up."""
        envelope.does = self._dice.choices(list(SMTP_MANNERS), SMTP_MANNERS.values())[0]
        if envelope.does in ("451", "550"):
            return f"{envelope.does} no"
        if envelope.does == "cut before":
            server.transport.abort()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, _session, envelope):  # noqa: N802
        """It takes the letter, and may hang up before it says so."""
        letter = message_from_bytes(envelope.content)
        self.taken.append(int(letter["Message-ID"].partition("-")[2].partition("@")[0]))
        if envelope.does == "cut after":
            server.transport.abort()
        return "250 OK"


def prove(database_url: str, messages: int, *, seed: int = 1) -> Figures:
    """Owe so many messages in an empty database, send them all, and count."""
    dice, figures, began = random.Random(seed), Figures(messages), time.monotonic()
    owe(messages, dice)
    with pretend_notify() as notify, post_office(dice) as (postman, smtp_url):
        notify.manner_of = lambda _message: dice.choices(list(NOTIFY_MANNERS), NOTIFY_MANNERS.values())[0]
        settings = {
            "DATABASE_URL": database_url,
            "GRITBIN_SMTP_URL": smtp_url,
            "GRITBIN_NOTIFY_KEY": f"test-{SERVICE}-{SECRET}",
            "GRITBIN_NOTIFY_URL": notify.url,
            "GRITBIN_NOTIFY_TEXT_TEMPLATE": "text",
            "GRITBIN_NOTIFY_EMAIL_TEMPLATE": "email",
            "GRITBIN_HOLD_BACK": "off",
        }
        clock = Clock()
        with senders_of(settings) as senders, told_what_arrived(notify, dice, clock):
            while (due_at := next_due()) is not None:
                clock.move_to(due_at + TOGETHER)
                figures.kills += send_with_kills(senders, clock, (notify, postman), dice)
    figures.seconds = time.monotonic() - began
    count(figures, {"text": Counter(notify.references()), "email": Counter(map(reference_of, postman.taken))})
    return figures


def owe(messages: int, dice: random.Random) -> None:
    """So many people who offered help, some of whom can be reached in one way alone; a message to each."""
    world = World(unit_of_work, datetime.now(UTC))
    world.crowd(messages)
    with unit_of_work() as session:
        people = list(session.scalars(select(Home.person_id).order_by(Home.person_id)))
        session.execute(update(Notification).values(status=NotificationStatus.DROPPED))
        way_of = {person_id: dice.choice(("text", "email")) for person_id in people}
        has_address = [one for one in people if way_of[one] == "email" or dice.random() < HAS_TWO_WAYS]
        address = func.concat("n", Home.person_id, "@example.org")
        session.execute(update(Home).where(among(Home.person_id, has_address)).values(email=address))
        owed = [
            Owed("offer_made", ("person_id", one), one, channel=way, occasion="proof") for one, way in way_of.items()
        ]
        outbox.owe_all(session, owed, now=world.now)


def next_due() -> datetime | None:
    """When the next message is due, or should have arrived; None once nothing is left to do."""
    with reading() as session:
        wanted = text(
            "select min(case when status = 'sent' then confirm_by else due_at end) from notifications"
            " where status in ('pending', 'leased') or status = 'sent' and confirm_by is not null"
        )
        return session.execute(wanted).scalar_one()


def send_with_kills(
    senders: "Senders", clock: "Clock", providers: tuple[PretendNotify, PostOffice], dice: random.Random
) -> int:
    """Senders at work until nothing is due, one of them killed every few messages; how many were killed."""
    running, kills = [senders.begin(clock.ahead_s) for _ in range(SENDERS)], SENDERS
    while is_due(clock()):
        enough = taken_by(providers) + dice.randint(*KILL_AFTER)
        wait_until(lambda: taken_by(providers) >= enough or not is_due(clock()), within_s=PATIENCE_S)  # noqa: B023
        providers[0].cannot_be_asked = dice.random() < 0.1
        at = dice.randrange(SENDERS)
        os.kill(running[at], signal.SIGKILL)
        running[at] = senders.begin(clock.ahead_s)
        kills += 1
    for process in running:
        os.kill(process, signal.SIGKILL)
    for process in running:
        wait_until(lambda: not Path(f"/proc/{process}").exists(), within_s=10)  # noqa: B023
    return kills


def taken_by(providers: tuple[PretendNotify, PostOffice]) -> int:
    """How many messages they took between them."""
    return sum(len(provider.taken) for provider in providers)


class Clock:
    """Now, and some seconds ahead."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def __call__(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.ahead_s)

    def move_to(self, moment: datetime) -> None:
        """To that moment, unless it is past already."""
        self.ahead_s += max(0.0, (moment - self()).total_seconds())


class Senders:
    """Begins senders."""

    def __init__(self, parent: "subprocess.Popen[str]") -> None:
        self._parent = parent

    def begin(self, ahead_s: float) -> int:
        """One more; the number of its process."""
        self._parent.stdin.write(f"{ahead_s}\n")
        self._parent.stdin.flush()
        return int(self._parent.stdout.readline())


@contextmanager
def senders_of(settings: Mapping[str, str]) -> Iterator[Senders]:
    """What begins senders, while inside."""
    command = (sys.executable, "-m", "tests.bench.sender")
    environ = {**os.environ, "DATABASE_URL": settings["DATABASE_URL"]}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environ
    ) as parent:
        parent.stdin.write(json.dumps(settings) + "\n")
        try:
            yield Senders(parent)
        finally:
            parent.stdin.close()


def is_due(now: datetime) -> bool:
    """Whether something waits that could go now."""
    owed = (NotificationStatus.PENDING, NotificationStatus.LEASED)  # a lease that ran out is due again
    waits = Notification.status.in_(owed) & (Notification.due_at <= now)
    late = (Notification.status == NotificationStatus.SENT) & (Notification.confirm_by <= now)
    with reading() as session:
        return session.scalar(select(Notification.id).where(waits | late).limit(1)) is not None


@contextmanager
def told_what_arrived(notify: PretendNotify, dice: random.Random, now: Clock) -> Iterator[None]:
    """While inside, Notify tells what became of what it took: at once, twice, or never."""
    over = Event()

    def tell() -> None:
        told = 0
        while not over.is_set():
            for message in notify.taken[told:]:
                told += 1
                end = dice.choices(list(ENDS), ENDS.values())[0]
                if end == "never":
                    continue
                status = "delivered" if end == "callback lost" else end
                notify.end(message["reference"], status)
                for _ in range(dice.choice((1, 1, 2)) if end != "callback lost" else 0):
                    with unit_of_work() as session:
                        number = int(message["reference"].removeprefix("gritbin-"))
                        receipts.take(session, number, status, now=now())
            over.wait(0.05)

    thread = Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(10)


@contextmanager
def post_office(dice: random.Random) -> Iterator[tuple[PostOffice, str]]:
    """A mail server on this machine, and its address."""
    postman = PostOffice(dice)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(postman, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield postman, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


def count(figures: Figures, taken: Mapping[str, Counter[str]]) -> None:
    """From the rows, and from what each provider took."""
    with reading() as session:
        areas = frozenset(session.scalars(select(Area.id)))
        listed = undelivered.count_to_ring(session, areas, now=datetime.now(UTC))
        rows = session.execute(
            select(
                Notification.event,
                Notification.id,
                Notification.channel,
                Notification.status,
                Notification.instead_of_id,
            ).where(Notification.event.like("%:proof"))
        ).all()
    events: dict[str, bool] = {}
    replaced = {row.instead_of_id for row in rows}
    for row in rows:
        times = taken.get(row.channel, Counter())[reference_of(row.id)]
        is_on_the_list = row.id not in replaced and row.status in (
            NotificationStatus.FAILED,
            NotificationStatus.UNCERTAIN,
        )
        figures.statuses[f"{row.channel} {row.status}"] += 1
        figures.handed_over[row.channel] += times > 0
        figures.more_than_once[row.channel] += times > 1
        figures.uncertain[row.channel] += row.status is NotificationStatus.UNCERTAIN
        figures.another_way += row.instead_of_id is not None
        figures.on_the_list += is_on_the_list
        figures.untrue += row.status in SAID_SENT and not times
        events[row.event] = events.get(row.event, False) or times > 0 or is_on_the_list
    figures.lost = figures.messages - sum(events.values())
    if listed != figures.on_the_list:
        raise RuntimeError(f"the coordinators' list has {listed} of {figures.on_the_list}")
