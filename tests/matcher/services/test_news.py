"""Thanks for the month, and an honest word in a quiet spell: once, true, and only to those who wish for it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from matcher.services import news, upkeep

FIRST = datetime(2026, 2, 1, 10, 30, tzinfo=UTC)


@pytest.fixture
def helped(world):
    """Christopher cleared Eileen's path twice in January; Ann, on the list too, was asked nothing."""
    world.offer("Christopher")
    world.offer("Ann")
    for _ in range(2):
        world.ask("Christopher", world.post())
        world.yes("Christopher")
        world.later(hours=2.5)
        world.done("Christopher")
        world.later(hours=21.5)
    world.deliver()
    return world


def tell(world, at=FIRST):
    """The clock's work at that moment, twice, and what is sent to each: name -> texts."""
    world.now = at
    for _ in range(2):
        with world.work() as session:
            news.tell(session, now=world.now)
    sent = {}
    for envelope in world.deliver():
        sent.setdefault(envelope.shown_as.split(",")[0], []).append(envelope.message.text)
    return sent


def choose(world, name, channel):
    world.execute(
        "insert into channel_choices values (:id, 'news', :channel) on conflict (person_id, about)"
        " do update set channel = excluded.channel",
        id=world.people[name],
        channel=channel,
    )
    world.execute("update homes set email = 'c@example.org' where person_id = :id", id=world.people[name])


def test_who_helped_last_month_is_thanked_in_plain_words_and_who_did_not_hears_nothing(helped):
    sent = tell(helped)
    assert list(sent) == ["Christopher"]
    (text,) = sent["Christopher"]
    assert "you helped twice in January. Thank you." in text


@pytest.mark.parametrize("hours", [1, 24, 24 * 20])
def test_thanks_come_once_and_not_late(helped, hours):
    assert tell(helped)
    choose(helped, "Christopher", "email")
    again = tell(helped, FIRST + timedelta(hours=hours)).get("Christopher", [])
    assert not [text for text in again if "you helped" in text]


def test_nobody_is_thanked_so_late_that_it_is_odd(helped):
    assert tell(helped, datetime(2026, 2, 8, 10, 30, tzinfo=UTC)) == {}


def test_the_database_itself_refuses_the_same_news_by_another_way(helped):
    tell(helped)
    twice = (
        "insert into notifications (event, template, person_id, channel, values, status, owed_at, due_at, attempts)"
        " select event, template, person_id, 'letter', values, 'pending', owed_at, due_at, 0 from notifications"
        " where template = 'month_thanks'"
    )
    with pytest.raises(IntegrityError, match="uq_notifications_news"):
        helped.execute(twice)


def test_help_of_this_month_is_thanked_for_in_the_next(helped):
    helped.execute(
        "update visits set starts_at = starts_at + interval '18 days', ends_at = ends_at + interval '18 days',"
        " during = tstzrange(lower(during) + interval '18 days', upper(during) + interval '18 days')"
    )
    assert "Christopher" not in tell(helped)
    assert "month_thanks" not in dict(helped.owed("Christopher"))
    sent = tell(helped, datetime(2026, 3, 1, 10, 30, tzinfo=UTC))
    assert "twice in February" in sent["Christopher"][0]


@pytest.mark.parametrize("when", ["before", "while it waits", "left while it waits"])
def test_who_wants_no_news_or_has_left_gets_none(helped, when):
    if when == "before":
        choose(helped, "Christopher", "none")
        assert tell(helped) == {}
        return
    helped.now = FIRST
    with helped.work() as session:
        assert news.tell(session, now=FIRST) == 1
    if when == "while it waits":
        choose(helped, "Christopher", "none")
    else:
        helped.execute(
            "update offers set status = 'stopped', stopped_at = now() where person_id = :id",
            id=helped.people["Christopher"],
        )
    assert helped.deliver() == ()


def test_it_goes_the_way_they_chose(helped):
    choose(helped, "Christopher", "email")
    helped.now = FIRST
    with helped.work() as session:
        news.tell(session, now=FIRST)
    (envelope,) = helped.deliver()
    assert (envelope.channel, envelope.recipient) == ("email", "c@example.org")


def test_news_is_looked_for_in_one_hour_of_the_day(helped):
    assert tell(helped, FIRST - timedelta(hours=1)) == {}
    assert tell(helped, FIRST + timedelta(hours=1)) == {}


def test_who_was_asked_nothing_for_four_weeks_is_told_so_once_in_four_weeks(helped):
    began = datetime(2026, 1, 14, 10, 30, tzinfo=UTC)
    assert tell(helped, began + timedelta(days=27)) == {}
    sent = tell(helped, began + timedelta(days=28))
    assert list(sent) == ["Ann"]
    assert "nothing to ask you for 4 weeks. You are still wanted" in sent["Ann"][0]
    assert list(tell(helped, began + timedelta(days=29))) == ["Christopher"]  # asked on the 14th and the 15th
    assert tell(helped, began + timedelta(days=55)) == {}
    assert list(tell(helped, began + timedelta(days=56))) == ["Ann"]


@pytest.mark.parametrize("why", ["asked", "paused", "away", "no news", "asked while it waits"])
def test_nobody_is_told_of_a_quiet_spell_that_is_none_or_is_their_own_wish(helped, why):
    at = datetime(2026, 2, 11, 10, 30, tzinfo=UTC)
    ann = helped.people["Ann"]
    helped.now = at - timedelta(days=3)
    if why == "asked":
        helped.ask("Ann", helped.post())
    elif why == "paused":
        helped.execute("update offers set status = 'paused' where person_id = :id", id=ann)
    elif why == "away":
        helped.execute(
            "insert into availability_exceptions (offer_id, during, is_free) select id,"
            " tstzrange(:at, :at + interval '1 day'), false from offers where person_id = :id",
            at=helped.now,
            id=ann,
        )
    elif why == "no news":
        choose(helped, "Ann", "none")
    else:
        helped.now = at
        with helped.work() as session:
            news.tell(session, now=at)
        helped.ask("Ann", helped.post("Frank", when="tomorrow"), at=at + timedelta(hours=24))
    assert not [text for text in tell(helped, at).get("Ann", []) if "nothing to ask you" in text]


def test_the_clock_tells_the_news(helped):
    helped.now = FIRST
    with helped.work() as session:
        assert upkeep.keep_up(session, now=FIRST).news == 1
