"""What the team does with a story: look at it, talk to its teller, agree the words, put it out, take it in."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, Conflict
from matcher.domain.localtime import local_day
from matcher.domain.stories import CHECKS, Level
from matcher.domain.wording import clean_line
from matcher.services import audit, stories, story_rows
from matcher.services.outbox import Owed, drop_pending, owe
from matcher.store.models import Story, StoryPrint, StoryPublication, StoryWording

WHERE_LENGTH = 120
HEARD_BY = ("phone", "in_person", "post")
_APPROVE = "story_approve"


class Keeper:
    """A member of staff at work on one story. Each verb is audited. NotFound if it is of no area of theirs."""

    def __init__(
        self, session: Session, story_id: int, *, staff_id: int, area_ids: frozenset[int], now: datetime
    ) -> None:
        self.session, self.staff_id, self.now = session, staff_id, now
        self.story = story_rows.find(session, story_id, area_ids)

    def look(self) -> None:
        """It is not new any more. The first look is kept; a second changes nothing."""
        if self.story.looked_at is None:
            self.story.looked_at, self.story.looked_by = self.now, self.staff_id
            self._record("looked_at")

    def want_talk(self) -> None:
        """The teller is to be talked to first."""
        self._newest()
        self.story.talk_since = self.story.talk_since or self.now
        self.look()
        self._record("wants_talk")

    def have_talked(self) -> None:
        """They were talked to, and nothing about the words has to change."""
        self.story.talk_since = None
        self._record("talked")

    def reword(self, words: str) -> None:
        """Write the words anew. They are read by nobody until the teller says yes; what is out stays as it was."""
        kept, before = stories.check_words(words), self._newest()
        self.look()
        if kept == before.words:
            return
        self.session.add(
            StoryWording(
                story_id=self.story.id,
                number=before.number + 1,
                words=kept,
                picture_mark=before.picture_mark,
                voice_mark=before.voice_mark,
                written_by=self.staff_id,
                written_at=self.now,
            )
        )
        self.session.flush()
        drop_pending(self.session, story_id=self.story.id, template=_APPROVE, now=self.now)
        _owe_approval(self.session, self.story, before.number + 1, self.now)
        self._record("reworded", "words")

    def hear_yes(self, wording_id: int, how: str) -> None:
        """The teller heard exactly these words read back and said yes. Conflict if there are newer ones."""
        if how not in HEARD_BY:
            raise BadInput("Select how they said yes", field="how")
        wording = self._newest()
        if wording.id != wording_id:
            raise Conflict("The words have changed since. Read the new ones to them.")
        story_rows.approve(self.session, self.story, wording, how, staff_id=self.staff_id, now=self.now)
        self.story.talk_since = None
        drop_pending(self.session, story_id=self.story.id, template=_APPROVE, now=self.now)
        self.look()
        self._record("heard_yes")

    def publish(self, checked: Collection[str]) -> None:
        """Put it out at the level its teller chose. BadInput unless every point of the list was checked."""
        wording = self._newest()
        wanted = [code for code, _ in CHECKS]
        if not set(wanted) <= set(checked):
            raise BadInput("Check every point before it is put out", field="checked")
        if self.story.level is Level.TEAM:
            raise BadInput("Only the team may read this story", field="checked")
        if not wording.is_written:
            raise BadInput("Write down what it tells first, and ask the teller", field="checked")
        if not story_rows.is_approved(self.session, self.story, wording):
            raise BadInput("The teller has not said yes to these words yet", field="checked")
        self.look()
        self.take_in()
        self.session.add(
            StoryPublication(
                story_id=self.story.id,
                wording_id=wording.id,
                level=self.story.level,
                checked=wanted,
                published_at=self.now,
                staff_id=self.staff_id,
            )
        )
        self.session.flush()
        self._record("published")

    def take_in(self) -> None:
        """It is out no longer."""
        gone = delete(StoryPublication).where(StoryPublication.story_id == self.story.id)
        if self.session.execute(gone.returning(StoryPublication.story_id)).all():
            self._record("taken_in")

    def tag(self, *, is_hidden_issue: bool, is_minority_view: bool) -> None:
        """Say that it shows what is usually not seen, or what few say."""
        self.story.is_hidden_issue, self.story.is_minority_view = is_hidden_issue, is_minority_view
        self._record("tagged", "is_hidden_issue", "is_minority_view")

    def printed(self, where: str) -> None:
        """It stands in print, from where no withdrawal takes it back."""
        place = clean_line(where, WHERE_LENGTH, noun="Where it was printed", field="where")
        if not place:
            raise BadInput("Enter where it was printed", field="where")
        out = story_rows.publication(self.session, self.story.id)
        if out is None or out.level not in (Level.PUBLIC, Level.NAMED):
            raise BadInput("Only a story that everyone may read can be printed", field="where")
        today = local_day(self.now)
        self.session.add(
            StoryPrint(story_id=self.story.id, where_printed=place, printed_on=today, staff_id=self.staff_id)
        )
        self._record("printed")

    def _newest(self) -> StoryWording:
        wording = story_rows.newest(self.session, self.story)
        if wording is None:
            raise Conflict("Its teller has taken this story back.")
        return wording

    def _record(self, what: str, *fields: str) -> None:
        audit.record(self.session, audit.staff(self.staff_id), what, ("story", self.story.id), *fields, now=self.now)


def _owe_approval(session: Session, story: Story, number: int, now: datetime) -> None:
    """Ask the teller to read the new words, if they let us reach them."""
    teller = story_rows.teller(session, story.id)
    if teller is not None:
        thing = ("story_id", story.id)
        owe(
            session,
            Owed(_APPROVE, thing, story_id=story.id, channel=teller.contact, occasion=str(number)),
            now=now,
        )
