"""The scheme's door words: taken out and put in by the team, by one rule; what a visit was given stays."""

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy.exc import DBAPIError

from matcher.domain import doorwords
from matcher.domain.errors import BadInput, Conflict
from matcher.services import door_words, settings
from matcher.services.door_words import WordsTyped
from matcher.store.models import AuditRow, DoorWord, Occurrence

NEW, ANOTHER = "quokka", "gumboot"  # like none of the list


def preview(world, out="", into=""):
    with world.work() as session:
        return door_words.preview(session, WordsTyped(out, into))


def change(world, out="", into="", looked_at=None):
    seen, by = looked_at or preview(world, out, into).mark, world.coordinator()
    with world.work() as session:
        door_words.change(session, WordsTyped(out, into), seen, staff_id=by, now=world.now)


def standing(world):
    with world.work() as session:
        return door_words.standing(session)


def only(world, *words):
    """These and no other word are left, however many the rule would keep."""
    by = world.coordinator()
    with world.work() as session:
        session.add_all(DoorWord(word=word, is_in=False, set_by=by, set_at=world.now) for word in doorwords.WORDS)
        session.flush()
        for word in words:
            session.get_one(DoorWord, word).is_in = True


def test_they_are_those_of_the_release_until_the_team_changes_some(world):
    assert standing(world) == set(doorwords.WORDS)
    shown = preview(world, out="Acorn", into=NEW)
    assert [(one.before, one.after) for one in shown.changes] == [
        ("400 words", "400 words; acorn taken out; quokka put in")
    ]
    assert standing(world) == set(doorwords.WORDS), "it was only looked at"
    change(world, out="Acorn", into=f"{NEW}, {ANOTHER}")
    assert standing(world) == (set(doorwords.WORDS) - {"acorn"}) | {NEW, ANOTHER}
    change(world, out=NEW, into="acorn")
    assert standing(world) == set(doorwords.WORDS) | {ANOTHER}


def test_a_visit_keeps_its_word_and_the_next_is_given_one_of_the_list(world):
    only(world, "acorn", "lantern")
    need = world.post("Eileen")
    given = world.one(Occurrence, need_id=need.need_id).door_word
    with world.work() as session:
        session.get_one(DoorWord, given.lower()).is_in = False
    other = ({"ACORN", "LANTERN"} - {given}).pop()
    assert world.one(Occurrence, need_id=world.post("Gwen").need_id).door_word == other
    assert world.one(Occurrence, need_id=need.need_id).door_word == given


def test_how_many_visits_keep_a_word_that_goes_is_said_before(world):
    word = world.one(Occurrence, need_id=world.post("Eileen").need_id).door_word.lower()
    (said,) = preview(world, out=word).touches
    assert said == "1 visit to come has a word that is taken out, and keeps it: it is on paper and in messages."
    other = next(one for one in doorwords.WORDS if one != word)
    assert "keep the word that they have" in preview(world, out=other).touches[0]


def test_nobody_is_given_a_word_again_while_there_are_others(world):
    only(world, *doorwords.WORDS[:4])
    weekly = world.post("Eileen", is_weekly=True)
    words = [row.door_word for row in world.all(Occurrence, need_id=weekly.need_id)]
    assert len(words) == 4
    assert len(set(words)) == 4
    again = world.one(Occurrence, need_id=world.post("Eileen", kind="errand").need_id).door_word
    assert again in words, "there is no fifth, and a visit has a word all the same"


def test_a_word_of_long_ago_may_be_heard_again(world):
    only(world, "acorn", "lantern")
    first = world.one(Occurrence, need_id=world.post("Eileen").need_id).door_word
    later = world.now + door_words.NOT_AGAIN_FOR
    with world.work() as session:
        soon = {
            door_words.next_word(session, world.people["Eileen"], Random(seed), now=world.now) for seed in range(20)
        }
        after = {
            door_words.next_word(session, world.people["Eileen"], Random(seed), now=later + timedelta(days=2))
            for seed in range(20)
        }
    assert soon == {"ACORN", "LANTERN"} - {first}
    assert after == {"ACORN", "LANTERN"}


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"into": "walrus"}, "into", "frighten"),
        ({"into": "lanterns"}, "into", "too like “lantern”"),
        ({"into": f"{NEW} {NEW}s"}, "into", f"too like “{NEW}”"),
        ({"into": "bluebell"}, "into", "on the list already"),
        ({"into": "x2y4z"}, "into", "no letter"),
        ({"out": "walrus"}, "out", "is not on the list"),
        ({"out": " ".join(doorwords.WORDS[:21])}, "out", "at most 20"),
    ],
)
def test_a_word_that_may_not_stand_there_is_refused_beside_its_field(world, typed, field, words):
    with pytest.raises(BadInput, match=words) as refused:
        preview(world, **typed)
    assert refused.value.field == field


def test_what_goes_by_the_same_press_is_in_nobody_s_way(world):
    change(world, out="lantern", into="lanterns")
    assert "lanterns" in standing(world)


def test_enough_words_always_stay(world):
    only(world, *doorwords.WORDS[: doorwords.FEWEST])
    with pytest.raises(BadInput, match="At least 200 words must stay") as refused:
        preview(world, out=doorwords.WORDS[0])
    assert refused.value.field == "out"
    assert preview(world, out=doorwords.WORDS[0], into=NEW).changes


def test_what_was_changed_is_kept_and_in_the_audit(world):
    change(world, out="acorn")
    with world.work() as session:
        (past,) = settings.history(session, settings.DOOR_WORDS)
    assert (past.before, past.after) == ("400 words", "399 words; acorn taken out")
    assert [(row.thing_id, row.fields) for row in world.all(AuditRow, thing="setting")] == [(5, ["door_words"])]


def test_what_somebody_else_changed_meanwhile_is_looked_at_again(world):
    seen = preview(world, out="acorn").mark
    change(world, out="lantern")
    with pytest.raises(Conflict):
        change(world, out="acorn", looked_at=seen)
    assert "acorn" in standing(world)


@pytest.mark.parametrize(
    ("word", "constraint"),
    [
        ("tree", "ck_door_words_easy_to_say"),
        ("x-rays", "ck_door_words_easy_to_say"),
        ("two words", "ck_door_words_easy_to_say"),
        ("slither", "uq_door_words_ending"),
    ],
)
def test_the_database_takes_no_other(world, word, constraint):
    statement = "insert into door_words (word, is_in, set_by, set_at) values (:word, true, :by, :at)"
    row = {"by": world.coordinator(), "at": world.now}
    world.execute(statement, word="zither", **row)
    with pytest.raises(DBAPIError) as refused:
        world.execute(statement, word=word, **row)
    assert refused.value.orig.diag.constraint_name == constraint
