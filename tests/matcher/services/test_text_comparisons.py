"""Two wordings of one question at once: chance decides, the answers are counted, a coordinator chooses."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from matcher.domain.comparing import Finding, Side, Tally, side_of
from matcher.domain.errors import BadInput, Conflict, NotFound
from matcher.domain.messages import TEMPLATES
from matcher.domain.messages.longest import Sender
from matcher.services import handed_over, message_texts, outbox, text_comparisons, upkeep
from matcher.store.models import AuditRow, MessageText, Notification, TextComparison
from tests.worlds import SCHEME

SENDER = Sender("Good Neighbours", "01632 960 100", "https://help.example.org")
ASK = "match_asked"
OURS = "{scheme}: up for {task}, {dist} off, {when}? YES {code} or NO {code} {link}"
HARD = "{scheme}: participatory {task} {dist} {when}? YES {code} NO {code} {link}"


class Comparing:
    """Ruth's presses."""

    def __init__(self, world):
        self.world = world
        self.by = {"staff_id": world.coordinator(), "now": world.now}

    def begin(self, words=OURS, event=ASK, standing=0):
        with self.world.work() as session:
            text_comparisons.begin(session, event, "Could you?", words, SENDER, standing=standing, **self._by())
        return self.world.all(TextComparison)[-1].id

    def end(self, keep, comparison_id=None, event=ASK):
        comparison_id = comparison_id or self.world.all(TextComparison)[-1].id
        with self.world.work() as session:
            text_comparisons.end(session, event, comparison_id, keep, **self._by())

    def read(self, event=ASK):
        with self.world.work() as session:
            return text_comparisons.read(session, event, SENDER, now=self.world.now)

    def _by(self):
        return {**self.by, "now": self.world.now}


@pytest.fixture
def ruth(world):
    return Comparing(world)


@pytest.fixture
def asked(world):
    """`asked(number)`: so many neighbours are asked, and the questions go out: the matches."""

    def ask(number):
        names = world.crowd(number)
        matches = world.ask_all(names, world.post("Eileen", when="tomorrow"))
        world.sent = [one.message.text for one in world.deliver() if "/m/" in one.message.text]
        return matches

    return ask


def sides(world, matches):
    """Which of the two each ask had, by the words that its message was owed with."""
    rows = {row.match_id: row for row in world.all(Notification, template=ASK)}
    return [Side.FIRST if rows[number].text_id is None else Side.SECOND for number in matches]


def answer_as_if(world, comparison_id, first, second):
    """So many asks of each wording with so many a yes, as if they had gone two days ago."""
    for side, tally in ((Side.FIRST, first), (Side.SECOND, second)):
        world.execute(
            "with theirs as (select n.id, n.match_id, row_number() over (order by n.id) as nth from notifications n"
            " where n.comparison_id = :id and (n.text_id is null) = :is_first), old as (update notifications set"
            " status = 'sent', sent_at = :sent_at where id in (select id from theirs where nth <= :n))"
            " update matches set status = case when nth <= :yes then 'accepted' else 'proposed' end,"
            " answered_at = case when nth <= :yes then asked_at end from theirs"
            " where matches.id = theirs.match_id and nth <= :n",
            id=comparison_id,
            is_first=side is Side.FIRST,
            sent_at=world.now - timedelta(hours=48),
            n=tally.asked,
            yes=tally.yes,
        )


def test_chance_by_the_number_of_the_ask_decides_and_nothing_else(world, ruth, asked):
    number = ruth.begin()
    matches = asked(24)
    assert sides(world, matches) == [side_of(number, match) for match in matches]
    assert set(sides(world, matches)) == {Side.FIRST, Side.SECOND}
    assert {row.comparison_id for row in world.all(Notification, template=ASK)} == {number}


def test_each_is_sent_in_the_words_it_was_given(world, ruth, asked):
    ruth.begin()
    matches = asked(12)
    second = sides(world, matches).count(Side.SECOND)
    assert sum("up for " in words for words in world.sent) == second
    assert 0 < second < len(world.sent) == 12


def test_what_asks_nothing_and_what_is_asked_by_email_keep_their_words(world, ruth):
    ruth.begin()
    world.offer("Christopher", person={"email": "c@example.org"})
    world.ask("Christopher", world.post("Eileen"))
    world.execute("update notifications set channel = 'email' where template = 'match_asked'")
    others = [row for row in world.all(Notification) if row.template != ASK]
    assert {row.comparison_id for row in others} == {None}


def test_an_ask_by_email_is_compared_on_its_own(world, ruth, asked):
    ruth.begin(OURS.replace("YES {code} or NO {code} ", ""), "match_asked_email")
    asked(8)
    assert {row.comparison_id for row in world.all(Notification, template=ASK)} == {None}


def test_an_ask_counts_a_day_after_it_went_answered_or_not(world, ruth, asked):
    ruth.begin()
    asked(12)
    for name in ("Neighbour 1", "Neighbour 2"):
        world.no(name)
    world.yes("Neighbour 3")
    running = ruth.read().running
    assert (running.waiting, running.first.tally.asked, running.second.tally.asked) == (12, 0, 0)
    world.later(hours=24)
    running = ruth.read().running
    assert (running.waiting, running.first.tally.asked + running.second.tally.asked) == (0, 12)
    assert running.first.tally.yes + running.second.tally.yes == 1
    assert running.finding is Finding.TOO_FEW


def test_what_was_asked_before_and_after_is_in_neither(world, ruth, asked):
    before = asked(6)
    for name in ("Ann", "Joan"):
        world.offer(name)
    ruth.begin()
    world.ask("Ann", world.post("Olive", when="tomorrow"))
    ruth.end(Side.FIRST)
    world.ask("Joan", world.post("Frank", when="tomorrow"))
    world.deliver()
    world.later(hours=24)
    (over,) = ruth.read().past
    assert over.first.tally.asked + over.second.tally.asked == 1
    assert set(sides(world, before)) == {Side.FIRST}


def test_the_first_is_kept_as_it_was(world, ruth, asked):
    ruth.begin()
    ruth.end(Side.FIRST)
    assert ruth.read().row.template == TEMPLATES[ASK]
    asked(6)
    assert not any("up for " in words for words in world.sent)


def test_the_second_is_said_to_everybody_once_it_is_chosen(world, ruth, asked):
    ruth.begin()
    ruth.end(Side.SECOND)
    page = ruth.read()
    assert (page.running, page.row.template.text, page.past[0].kept) == (None, OURS, Side.SECOND)
    asked(6)
    assert all("up for " in words for words in world.sent)
    assert [row.action for row in world.all(AuditRow, thing="text_comparison")] == [
        "began_comparison",
        "ended_comparison",
    ]


def test_a_second_comparison_is_of_the_words_that_were_kept(world, ruth):
    ruth.begin()
    ruth.end(Side.SECOND)
    ruth.begin(OURS.replace("up for", "game for"), standing=ruth.read().standing)
    running = ruth.read().running
    assert (running.first.text, running.second.text) == (OURS, OURS.replace("up for", "game for"))


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (OURS + "!" * 80, "take out"),
        (OURS.replace("up for", "{r}:"), "{r} may not be named before somebody"),
        (OURS.replace("?", " \N{EN DASH}"), "use -"),
        (OURS.replace("YES {code} or ", ""), "must still say"),
        (HARD, "may take"),
        (TEMPLATES[ASK].text, "write another"),
    ],
)
def test_the_second_is_held_to_the_limits_of_the_first(world, ruth, words, why):
    subject = TEMPLATES[ASK].subject
    with pytest.raises(BadInput, match=why), world.work() as session:
        text_comparisons.begin(session, ASK, subject, words, SENDER, standing=0, **ruth.by)
    assert world.all(MessageText) == world.all(TextComparison) == []


def test_only_a_question_can_be_compared(world, ruth):
    for event in ("need_posted", "no_such_thing"):
        with pytest.raises(NotFound):
            ruth.begin("{scheme}: we have it, {ref}. {link} {tel}", event)


def test_while_two_are_compared_neither_changes(world, ruth):
    ruth.begin()
    for change in (
        ruth.begin,
        lambda: change_to(world, OURS.replace("up for", "game for"), ruth.by),
        lambda: go_back(world, ruth.by),
    ):
        with pytest.raises(Conflict, match="tried beside"):
            change()
    assert len(world.all(MessageText)) == len(world.all(TextComparison)) == 1


def change_to(world, words, by):
    with world.work() as session:
        message_texts.change(session, ASK, "Hello", words, SENDER, standing=0, **by)


def go_back(world, by):
    with world.work() as session:
        message_texts.go_back(session, ASK, standing=0, **by)


def test_who_chooses_from_a_page_that_is_overtaken_is_told(world, ruth):
    number = ruth.begin()
    ruth.end(Side.FIRST)
    for comparison_id in (number, number + 1):
        with pytest.raises(Conflict):
            ruth.end(Side.SECOND, comparison_id)
    assert world.one(TextComparison).kept is Side.FIRST


def test_a_second_that_clearly_fewer_say_yes_to_stops_by_itself(world, ruth, asked):
    number = ruth.begin()
    asked(120)
    answer_as_if(world, number, Tally(45, 30), Tally(45, 22))
    assert stopped(world) == 0
    answer_as_if(world, number, Tally(45, 30), Tally(45, 8))
    assert stopped(world) == 1
    assert stopped(world) == 0
    world.offer("Ann")
    world.ask("Ann", world.post("Olive", when="tomorrow"))
    last = world.all(Notification, template=ASK)[-1]
    assert (last.text_id, last.comparison_id) == (None, None)
    running = ruth.read().running
    assert running.stopped_at == world.now
    assert running.first.tally == Tally(45, 30)
    assert [row.action for row in world.all(AuditRow, actor="system", thing="text_comparison")] == [
        "stopped_comparison"
    ]


def stopped(world):
    with world.work() as session:
        return upkeep.keep_up(session, now=world.now).wordings_stopped


def test_what_goes_another_way_is_counted_once(world, ruth):
    ruth.begin()
    world.offer("Christopher", person={"email": "c@example.org"})
    world.ask("Christopher", world.post("Eileen", when="tomorrow"))
    with world.work() as session:
        for envelope in outbox.claim_due(session, SCHEME, frozenset(), now=world.now, limit=50):
            handed_over.give_up(session, envelope.notification_id, "no such number", now=world.now)
    rows = world.all(Notification, template=ASK)
    assert len(rows) == 2
    assert [row.comparison_id for row in rows if row.instead_of_id] == [None]


@pytest.mark.parametrize(
    "broken",
    [
        "update text_comparisons set began_at = now()",
        "update text_comparisons set first_text_id = second_text_id",
        "update text_comparisons set ended_at = now()",
        "update text_comparisons set kept = 'third', ended_at = now(), ended_by = began_by",
        "delete from text_comparisons",
        (
            "insert into text_comparisons (event, second_text_id, began_by, began_at) select 'match_asked_email',"
            " second_text_id, began_by, began_at from text_comparisons"
        ),
        "update message_texts set ended_at = now(), ended_by = written_by",
        (
            "insert into message_texts (event, subject, text, written_by, written_at)"
            " select event, subject, text, written_by, written_at from message_texts"
        ),
        "update notifications set comparison_id = null",
        "update notifications set text_id = null where text_id is not null",
        (
            "insert into notifications (event, template, person_id, channel, values, status, owed_at, due_at, attempts,"
            " comparison_id) select event || 'x', 'need_unmet', person_id, channel, values, status, owed_at, due_at,"
            " attempts, comparison_id from notifications where comparison_id is not null"
        ),
    ],
)
def test_the_database_itself_keeps_a_comparison(world, ruth, asked, broken):
    ruth.begin()
    assert set(sides(world, asked(12))) == {Side.FIRST, Side.SECOND}
    with pytest.raises(DBAPIError), world.work() as session:
        session.execute(text(broken))


def test_what_ended_stays_ended(world, ruth):
    ruth.begin()
    ruth.end(Side.SECOND)
    with pytest.raises(DBAPIError), world.work() as session:
        session.execute(text("update text_comparisons set ended_at = null, ended_by = null, kept = null"))
