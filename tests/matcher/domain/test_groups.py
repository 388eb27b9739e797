"""Groups by the names that councils have for them."""

import pytest

from matcher.domain import groups
from matcher.domain.groups import AGES, EVERYONE, GROUP_WORDS, OTHERS, Group


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("", EVERYONE),
        (" All  Ages ", EVERYONE),
        ("Under 25", Group.UNDER_25),
        ("25-44", Group.FROM_25),
        ("Aged 45–64", Group.FROM_45),
        ("85+", Group.OVER_85),
        ("85 and over", Group.OVER_85),
        ("forces families", Group.FORCES),
        ("night_workers", Group.NIGHTS),
        ("  Boat   Dwellers ", "boat dwellers"),
    ],
)
def test_a_group_is_known_by_what_councils_call_it(written, key):
    assert groups.key_of(written) == key


def test_every_group_has_words_and_is_an_age_or_not():
    assert set(GROUP_WORDS) == set(Group) == {*AGES, *OTHERS}
    assert [groups.name_of(groups.key_of(one), one) for one in ("", "no car", "Boat dwellers", "85+")] == [
        "Everyone",
        "People with no car at home",
        "Boat dwellers",
        "85 or over",
    ]


def test_a_group_stands_in_a_sentence():
    ours = (Group.UNDER_25, Group.OVER_85, Group.NIGHTS)
    assert [groups.in_a_sentence(one) for one in ours] == [
        "people under 25",
        "people aged 85 or over",
        "people who work nights",
    ]
