"""What people say of themselves is counted once and leads to nobody."""

import pytest

from matcher.domain.errors import BadInput, NotFound
from matcher.services import voices
from matcher.store.models import VoiceCount

AREA = "bradford-on-avon"


def say(world, *said, choice="ask", area=AREA, key="k" * 22):
    with world.work() as session:
        voices.count_voice(session, choice, area, said, key, now=world.now)


def counts(world):
    return {(f"{row.month:%Y-%m}", row.choice, row.group_key): row.count for row in world.all(VoiceCount)}


def test_each_thing_said_is_counted_by_month_and_a_second_press_is_not(world):
    say(world, "85_or_over", "no_car")
    say(world, "85_or_over", "no_car")
    say(world, "85_or_over", key="l" * 22)
    world.later(days=31)
    say(world, "85_or_over", choice="story", key="m" * 22)
    assert counts(world) == {
        ("2026-01", "ask", "answered"): 2,
        ("2026-01", "ask", "85_or_over"): 2,
        ("2026-01", "ask", "no_car"): 1,
        ("2026-02", "story", "answered"): 1,
        ("2026-02", "story", "85_or_over"): 1,
    }


def test_it_stands_in_no_table_of_people(world):
    world.post("Eileen")
    before = world.picture()
    say(world, "85_or_over")
    after = world.picture()
    changed = {table for table in after if after[table] != before.get(table)}
    assert changed == {"voice_counts", "drafts"}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"area": "atlantis"}, "area"),
        ({"said": ()}, "age"),
        ({"said": ("answered",)}, "age"),
        ({"said": ("under_25", "85_or_over")}, "age"),
    ],
)
def test_what_is_not_on_the_form_is_refused(world, wrong, field):
    said = wrong.pop("said", ("no_car",))
    with pytest.raises(BadInput) as refused:
        say(world, *said, **wrong)
    assert refused.value.field == field
    assert counts(world) == {}


def test_only_after_asking_offering_or_telling(world):
    with pytest.raises(NotFound):
        say(world, "no_car", choice="read")
