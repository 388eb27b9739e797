"""You said, we did: from telling to decision and back to the teller; what may not be blank; what is late."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from matcher.domain.decisions import State
from matcher.domain.errors import BadInput, NotFound
from matcher.domain.localtime import local_day
from matcher.domain.stories import Reader
from matcher.services import decision_reading, decisions, own_story, story_reading, story_withdrawal
from matcher.services.decisions import DecisionDraft
from matcher.store.models import Decision, DecisionStory, StoryPrint
from tests.matcher.services.test_stories import WORDS, everything, put_out, ruth, tell

__all__ = ["ruth"]


@pytest.fixture
def keep(world):
    """Write a record down as Ruth; its id."""
    staff_id, areas = world.coordinator("sam@example.org"), {row[0] for row in world.execute("select id from areas")}
    who = {"staff_id": staff_id, "area_ids": areas}

    def record(draft, decision_id=None, *stories):
        with world.work() as session:
            decision_id = decisions.keep_decision(session, decision_id, draft, **who, now=world.now)
            for told in stories:
                decisions.link_story(session, decision_id, told.reference, **who, now=world.now)
        return decision_id

    return record


@pytest.fixture
def said(world):
    """Salt for private paths: said, and nobody has looked at it."""
    due_on = local_day(world.now) + timedelta(days=14)
    return DecisionDraft("Salt for private paths", "It is not for my path.", "said", due_on=due_on, is_public=True)


def looked(draft, today):
    return replace(draft, state="looked", looked_by="Corsham area board", looked_on=today)


def decided(draft, today, state="doing"):
    words = {"decision": "A bag for each parish.", "because": "Bin salt is for roads.", "disagreed": "One member."}
    return replace(looked(draft, today), state=state, decided_on=today, **words)


def test_a_story_from_telling_to_decision_and_back_to_the_teller_and_gone_but_in_print(world, ruth, keep, said):
    told, quiet = tell(world), tell(world, contact="", words="Another voice.")
    put_out(ruth, told)
    ruth(told, lambda keeper: keeper.printed("The winter report, page 4"))
    today = local_day(world.now)
    decision_id = keep(said, None, told, quiet)
    assert world.deliver() == ()  # nobody has looked at it: there is nothing to tell
    news = []
    for draft in (looked(said, today), decided(said, today), decided(said, today), decided(said, today, "done")):
        keep(draft, decision_id)
        news += [(sent.recipient, sent.message.subject) for sent in world.deliver()]
    assert news == [("+447700900555", "What happened after you told us")] * 3  # once for each step
    with world.work() as session:
        (answer,) = own_story.read(session, told.story_id, now=world.now).answers
        assert (answer.state, answer.decision, answer.disagreed) == (
            State.DONE,
            "A bag for each parish.",
            "One member.",
        )
        (public,) = decision_reading.for_everyone(session, now=world.now)
        assert (public.heard, [quote.words for quote in public.quotes]) == (2, [WORDS])  # the other is not out
        story_withdrawal.withdraw(session, told.story_id, "link", now=world.now)
    left = everything(world)
    assert [mark for mark in ("Quincepaste", "Marjor", "900555") if mark in left] == []
    assert "Another voice." in left
    assert [row.where_printed for row in world.all(StoryPrint)] == ["The winter report, page 4"]
    with world.work() as session:
        (public,) = decision_reading.for_everyone(session, now=world.now)
        assert (public.heard, public.quotes) == (2, ())  # the count stays true
        assert story_reading.out_for(session, Reader.PUBLIC, now=world.now) == ()
    keep(decided(said, today, "not_doing"), decision_id)
    assert world.deliver() == ()


def test_a_story_that_is_linked_later_is_told_how_far_it_has_come_once(world, keep, said):
    today = local_day(world.now)
    decision_id = keep(decided(said, today))
    told = tell(world)
    for _ in range(2):
        keep(decided(said, today), decision_id, told)
    assert len(world.deliver()) == 1
    assert len(world.all(DecisionStory)) == 1


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("state", {"state": "soon"}),
        ("title", {"title": " "}),
        ("said", {"said": ""}),
        ("area", {"area": "atlantis"}),
        ("looked_by", {"looked_by": ""}),
        ("looked_on", {"looked_on": None}),
        ("decision", {"decision": ""}),
        ("because", {"because": " "}),
        ("disagreed", {"disagreed": " \n"}),
        ("due_on", {"due_on": None}),
        ("disagreed", {"disagreed": "x" * 601}),
    ],
)
def test_what_is_missing_is_named(world, keep, said, field, changes):
    with pytest.raises(BadInput) as refused:
        keep(replace(decided(said, local_day(world.now)), **changes))
    assert refused.value.field == field
    assert world.all(Decision) == []


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ("disagreed = ' '", "who_disagreed_is_said"),
        ("because = ''", "decided_for_a_reason"),
        ("looked_on = null", "somebody_looked"),
        ("due_on = null", "an_answer_is_due"),
        ("said = ''", "something_was_said"),
    ],
)
def test_the_database_itself_keeps_an_answer_whole(world, keep, said, change, refused):
    keep(decided(said, local_day(world.now)))
    with pytest.raises(IntegrityError, match=refused):
        world.execute(f"update decisions set {change}")


def test_an_answer_is_late_the_day_after_it_was_due_until_it_is_given(world, keep, said):
    areas = {row[0] for row in world.execute("select id from areas")}

    def late():
        with world.work() as session:
            rows = decision_reading.for_team(session, areas, now=world.now)
            return decisions.count_overdue(session, areas, now=world.now), [row.is_overdue for row in rows]

    decision_id = keep(said)
    world.later(days=14)
    assert late() == (0, [False])
    world.later(days=1)
    assert late() == (1, [True])
    keep(decided(said, local_day(world.now), "done"), decision_id)
    assert late() == (0, [False])


def test_what_people_think_now_is_counted_and_only_of_what_everyone_may_read(world, keep, said):
    public, hidden = keep(said), keep(replace(said, is_public=False))
    with world.work() as session:
        for _ in range(2):
            decisions.think(session, public, "better")
        for decision_id, view in ((hidden, "better"), (public, "purple"), (public + 99, "same")):
            with pytest.raises(NotFound):
                decisions.think(session, decision_id, view)
        (answer,) = decision_reading.for_everyone(session, now=world.now)
    assert answer.views == {"better": 2, "same": 0, "worse": 0}


def test_a_record_of_another_area_is_not_there(world, keep, said):
    decision_id = keep(replace(said, area="calne"))
    with world.work() as session:
        assert decision_reading.one(session, decision_id, {world.area_id("salisbury")}, now=world.now) is None
        with pytest.raises(NotFound):
            decisions.find(session, decision_id, {world.area_id("salisbury")})


def test_the_least_common_view_stands_beside_the_most_common_one(world, ruth):
    for about in ("thanks", "thanks", "disagree"):
        told = tell(world, about=about)
        put_out(ruth, told)
    with world.work() as session:
        found = story_reading.views(story_reading.out_for(session, Reader.BOARD, now=world.now))
    assert (found.most.about, found.most.count, found.least.about, found.least.count, found.count) == (
        *("thanks", 2),
        *("disagree", 1),
        3,
    )
    assert not found.is_level
    put_out(ruth, tell(world, about="disagree"))
    with world.work() as session:
        assert story_reading.views(story_reading.out_for(session, Reader.BOARD, now=world.now)).is_level
