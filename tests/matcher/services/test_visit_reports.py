"""What a volunteer tells of a visit: nothing of it is lost, and what is said of safety is not for everyone."""

import pytest

from matcher.services import visit_reports
from matcher.store.models import Concern, VisitReport


@pytest.fixture
def tell(world):
    """Christopher holds a visit to Eileen; what he tells of it."""
    world.offer("Christopher")
    world.ask("Christopher", world.post())
    world.yes("Christopher")

    def say(kind, words):
        with world.work() as session:
            visit_reports.report_problem(session, world.visit("Christopher").id, kind, words, now=world.now)

    return say


def test_each_new_word_of_a_worry_goes_to_those_who_act_on_worries_and_to_nobody_else(world, tell):
    for words in ("She did not eat.", "She fell.", "She fell.", ""):
        tell("worried", words)
    told = [concern.words.rpartition("\n")[2] for concern in world.all(Concern)]
    assert told == ["She did not eat.", "She fell."]
    assert world.one(VisitReport).words == ""


def test_a_worry_without_a_word_is_told_all_the_same_and_once(world, tell):
    for _ in range(2):
        tell("unsafe", "")
    assert len(world.all(Concern)) == 1


def test_what_is_told_again_of_one_sort_stands_under_what_was_told_before(world, tell):
    for words in ("I rang twice.", "The light is on.", "The light is on.", ""):
        tell("no_answer", words)
    assert world.one(VisitReport).words == "I rang twice.\nThe light is on."
    for _ in range(9):
        tell("no_answer", f"{_} {'x' * 290}")
    assert len(world.one(VisitReport).words) == visit_reports.WORDS_KEPT
