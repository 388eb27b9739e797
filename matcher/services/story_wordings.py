"""What is said to the teller of a story, while it is still theirs to be told."""

from __future__ import annotations

from collections.abc import Mapping

from matcher.services import page_links, story_rows
from matcher.services.wording_desk import Desk, Values, Wording
from matcher.store.models import Story


def _story_approve(desk: Desk) -> Values:
    """Words that wait for their yes; nothing once they have said it."""
    story = _story(desk)
    wording = story_rows.newest(desk.session, story)
    if wording is None or story_rows.is_approved(desk.session, story, wording):
        return None
    return {"link": own_page(desk, story)}


def own_page(desk: Desk, story: Story) -> str:
    """A new link to the teller's own page."""
    return f"{desk.scheme.origin}/story/{page_links.story_link(desk.session, story, now=desk.now)}"


def _story(desk: Desk) -> Story:
    return desk.session.get_one(Story, desk.row.story_id)


def _story_news(desk: Desk) -> Values:
    """That something came of it; what, stands on their own page."""
    return {"link": own_page(desk, _story(desk))}


WORDINGS: Mapping[str, Wording] = {"story_approve": _story_approve, "story_news": _story_news}
