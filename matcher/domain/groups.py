"""Groups that people may say they belong to, if they like: to see who has not been heard, and for nothing else.

Nothing that the law calls a special category is asked: no race, health or religion. A council may load how many people
there are in any group; of one that nobody is asked about, only visits can tell.
"""

from __future__ import annotations

from enum import StrEnum


class Group(StrEnum):
    """One group."""

    UNDER_25 = "under_25"
    FROM_25 = "25_to_44"
    FROM_45 = "45_to_64"
    FROM_65 = "65_to_84"
    OVER_85 = "85_or_over"
    FORCES = "forces_families"
    NIGHTS = "night_workers"
    CARERS = "carers"
    NEW_HERE = "new_here"
    NO_CAR = "no_car"


# As it stands in a table, and as somebody says it of themselves.
GROUP_WORDS: dict[Group, tuple[str, str]] = {
    Group.UNDER_25: ("Under 25", "Under 25"),
    Group.FROM_25: ("25 to 44", "25 to 44"),
    Group.FROM_45: ("45 to 64", "45 to 64"),
    Group.FROM_65: ("65 to 84", "65 to 84"),
    Group.OVER_85: ("85 or over", "85 or over"),
    Group.FORCES: ("Forces families", "My family is in the forces"),
    Group.NIGHTS: ("People who work nights", "I work nights"),
    Group.CARERS: ("People who look after someone", "I look after someone"),
    Group.NEW_HERE: ("People who are new here", "I moved here in the last year"),
    Group.NO_CAR: ("People with no car at home", "We have no car at home"),
}
AGES = (Group.UNDER_25, Group.FROM_25, Group.FROM_45, Group.FROM_65, Group.OVER_85)
OTHERS = tuple(group for group in Group if group not in AGES)
EVERYONE = "everyone"
_EVERYONE = frozenset({"", EVERYONE, "all", "all ages", "total"})
_BY_WORDS = {
    **{words.casefold(): group for group, (words, _) in GROUP_WORDS.items()},
    **{group.value.replace("_", " "): group for group in Group},
}


def key_of(words: str) -> str:
    """The key of a group by its name in a table: a group of ours, everyone, or the name itself in small letters.

    `85+`, `25-44` and `Under 25` are understood.
    """
    plain = " ".join(words.casefold().replace("_", " ").split())
    if plain in _EVERYONE:
        return EVERYONE
    spelt = plain.removeprefix("aged ").replace("–", "-").replace("-", " to ").replace("+", " or over")
    spelt = " ".join(spelt.replace("and over", "or over").split())
    found = _BY_WORDS.get(plain) or _BY_WORDS.get(spelt)
    return found.value if found else plain


def is_ours(key: str) -> bool:
    """Whether people are asked if they belong to it."""
    return key in {one.value for one in Group}


def name_of(key: str, words: str) -> str:
    """How a group of this key is called; `words`: as the table called one that is not ours."""
    if key == EVERYONE:
        return "Everyone"
    return GROUP_WORDS[Group(key)][0] if is_ours(key) else words


def in_a_sentence(group: Group) -> str:
    """`people under 25`, `people aged 85 or over`, `forces families`."""
    words = GROUP_WORDS[group][0]
    if group in AGES:
        return f"people under {words.split()[1]}" if group is Group.UNDER_25 else f"people aged {words}"
    return f"{words[:1].lower()}{words[1:]}"
