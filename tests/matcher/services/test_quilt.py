"""The quilt: every voice the same size, each view and area on it, and an empty patch for whoever has not spoken."""

import pytest

from matcher.domain.stories import ABOUT
from matcher.services import quilt
from matcher.services.quilt import A_PAGE, MOST_PATCHES, Patch
from matcher.services.story_reading import Seen
from tests.matcher.services.test_stories import put_out, ruth, tell  # noqa: F401 (ruth is a fixture)


def story(number, about="thanks", area="Calne"):
    return Seen(number, f"Story {number}", "", area, about, is_changed=False)


@pytest.mark.parametrize(
    ("voices", "groups", "words"),
    [
        (0, 3, "No story is out for others to read yet."),
        (1, 1, "We have heard 1 voice. 1 group has not spoken yet."),
        (19, 5, "We have heard 19 voices. 5 groups have not spoken yet."),
    ],
)
def test_the_title_is_worked_out_from_what_is_shown(voices, groups, words):
    assert quilt.title(voices, groups) == words


def test_of_too_many_voices_each_view_and_each_area_keeps_a_patch():
    many = [story(number) for number in range(MOST_PATCHES)]
    assert quilt.choose(many) == tuple(many)
    rare = [story(100, about="disagree"), story(101, area="Mere")]
    chosen = quilt.choose([*many, *rare])
    assert len(chosen) == len(set(chosen)) == A_PAGE
    assert set(rare) <= set(chosen)


def test_of_one_word_without_end_the_beginning_is_shown():
    long = Seen(1, "a" * 200, "", "Calne", "thanks", is_changed=False)
    assert quilt._patch(long).words == "a" * quilt.WORDS_SHOWN + " ..."


def test_empty_patches_are_spread_among_the_others():
    voices, unheard = [Patch(words=str(number)) for number in range(6)], [Patch(group="a"), Patch(group="b")]
    sewn = quilt.spread(voices, unheard)
    assert [number for number, patch in enumerate(sewn) if patch.group] == [2, 6]
    assert [patch for patch in sewn if not patch.group] == voices
    assert quilt.spread([], unheard) == tuple(unheard)


def test_the_quilt_holds_what_is_out_of_ones_own_areas_and_counts_every_view(world, ruth):  # noqa: F811
    for about, area in (("thanks", "calne"), ("worry", ""), ("idea", "salisbury")):
        put_out(ruth, tell(world, about=about, area=area, words=f"{about} " * 40))
    tell(world, words="Not out yet")
    with world.work() as session:
        sewn = quilt.read(session, {world.area_id("calne")}, now=world.now)
    assert [(patch.about, patch.area) for patch in sewn.patches] == [("worry", ""), ("thanks", "Calne")]
    assert all(patch.words.endswith(" ...") and len(patch.words) <= 94 for patch in sewn.patches)
    assert (sewn.count, sewn.title) == (2, "We have heard 2 voices.")
    assert dict(sewn.views) == {"Thanks": 1, "Worry": 1, "Idea": 0, "Disagrees": 0}
    assert len(sewn.views) == len(ABOUT)
