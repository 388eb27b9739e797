"""The story quilt: every voice on a patch of the same size, and an empty patch for each group not heard from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from matcher.domain.hearing import Heard
from matcher.domain.stories import ABOUT, ABOUT_WORDS, Reader
from matcher.domain.wording import beginning_of
from matcher.services import not_heard, story_reading
from matcher.services.story_reading import Seen

# More voices than MOST_PATCHES are too many to read: a page of so many shows each view and each area.
MOST_PATCHES, A_PAGE = 48, 24
WORDS_SHOWN = 90


@dataclass(frozen=True, slots=True)
class Patch:
    """A voice; or a group not heard yet, with its share of the people where that is known."""

    words: str = ""
    about: str = ""
    area: str = ""
    story_id: int | None = None
    group: str = ""
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Quilt:
    """What the quilt shows. `views`: (words, how many) of each view. `count`: of all voices."""

    title: str
    patches: tuple[Patch, ...]
    views: tuple[tuple[str, int], ...]
    count: int
    shown: int


def read(session: Session, area_ids: Collection[int], *, now: datetime) -> Quilt:
    """Every story of these areas, and of none, that is out for others than the team."""
    told = story_reading.out_for(session, Reader.TEAM, area_ids=area_ids, now=now)
    unheard = [row for row in not_heard.read(session, area_ids, now=now).groups if row.heard is Heard.NOBODY]
    counts = Counter(story.about for story in told)
    chosen = choose(told)
    return Quilt(
        title=title(len(told), len(unheard)),
        patches=spread([_patch(one) for one in chosen], [Patch(group=row.name, share=row.share) for row in unheard]),
        views=tuple((ABOUT_WORDS[about], counts[about]) for about, _ in ABOUT),
        count=len(told),
        shown=len(chosen),
    )


def title(voices: int, groups: int) -> str:
    """What the quilt shows, in a sentence or two worked out from it."""
    if not voices:
        return "No story is out for others to read yet."
    heard = "1 voice" if voices == 1 else f"{voices:,} voices"
    missing = "1 group has" if groups == 1 else f"{groups} groups have"
    return f"We have heard {heard}." + (f" {missing} not spoken yet." if groups else "")


def choose(stories: Sequence[Seen]) -> tuple[Seen, ...]:
    """All of them; of too many a page, on which the newest of each view and of each area comes before a second one."""
    if len(stories) <= MOST_PATCHES:
        return tuple(stories)
    first: dict[tuple[str, str], list[Seen]] = {}
    for story in stories:
        for kind in (("about", story.about), ("area", story.area)):
            first.setdefault(kind, []).append(story)
    turns = max(map(len, first.values()))
    in_turn = [queue[turn] for turn in range(turns) for queue in first.values() if turn < len(queue)]
    return tuple(dict.fromkeys(in_turn))[:A_PAGE]


def spread(voices: Sequence[Patch], unheard: Sequence[Patch]) -> tuple[Patch, ...]:
    """The empty patches among the others, as far from each other as they can be."""
    order = [((at + 0.5) / len(voices), patch) for at, patch in enumerate(voices)]
    order += [((at + 0.5) / len(unheard), patch) for at, patch in enumerate(unheard)]
    return tuple(patch for _, patch in sorted(order, key=lambda one: one[0]))


def _patch(story: Seen) -> Patch:
    words = beginning_of(" ".join(story.words.split()), WORDS_SHOWN)
    return Patch(words, story.about, story.area, story.story_id)
