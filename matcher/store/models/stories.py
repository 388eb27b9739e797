"""Stories: told in somebody's own words, read by those they agreed to, and gone when they say so.

What the teller approved and what is read are tied together here: a publication stands on an approval of exactly these
words at exactly this level, so that a change of either needs a new yes.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from matcher.domain.stories import Level
from matcher.store.models.declared import Declared, Id, choice_column, link_to

# What others would read, see and hear. With words alone it is their own sum, as it always was.
_ALL_OF_IT = "md5(words || coalesce(picture_mark, '') || coalesce(voice_mark, ''))"
_SCALE = "feeling between 1 and 5 and often between 1 and 5 and matters between 1 and 5"


class Story(Declared):
    """A story as it was told. A withdrawn one is a row without a word of it, so that counts stay true."""

    __tablename__ = "stories"

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(unique=True)
    told_at: Mapped[datetime]
    how: Mapped[str]
    typed_by: Mapped[int | None] = link_to("staff.id")
    area_id: Mapped[int | None] = link_to("areas.id")
    about: Mapped[str | None]
    words: Mapped[str]
    is_told_with_more: Mapped[bool] = mapped_column(default=False, server_default="false")
    feeling: Mapped[int | None] = mapped_column(SmallInteger)
    often: Mapped[int | None] = mapped_column(SmallInteger)
    matters: Mapped[int | None] = mapped_column(SmallInteger)
    level: Mapped[Level] = choice_column(Level)
    shown_name: Mapped[str] = mapped_column(default="", server_default="")
    consent_at: Mapped[datetime]
    consent_until: Mapped[datetime]
    consent_wording: Mapped[str]
    looked_at: Mapped[datetime | None]
    looked_by: Mapped[int | None] = link_to("staff.id")
    talk_since: Mapped[datetime | None]
    is_hidden_issue: Mapped[bool] = mapped_column(default=False, server_default="false")
    is_minority_view: Mapped[bool] = mapped_column(default=False, server_default="false")
    withdrawn_at: Mapped[datetime | None]
    withdrawn_how: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint("id", "level"),
        CheckConstraint("how in ('web', 'connector', 'phone', 'post')", name="how"),
        CheckConstraint("(how = 'web') = (typed_by is null)", name="typed_by_whom"),
        CheckConstraint("about in ('thanks', 'worry', 'idea', 'disagree')", name="about"),
        CheckConstraint(_SCALE, name="scales"),
        CheckConstraint("withdrawn_at is null or words = ''", name="gone_without_a_word"),
        CheckConstraint("withdrawn_at is not null or words <> '' or is_told_with_more", name="told_somehow"),
        CheckConstraint("level in ('public', 'named') or shown_name = ''", name="no_name_but_in_public"),
        CheckConstraint("level <> 'named' or shown_name <> '' or withdrawn_at is not null", name="named"),
        CheckConstraint("consent_until > consent_at", name="consent_ends"),
        CheckConstraint("(looked_at is null) = (looked_by is null)", name="looked_at_by_someone"),
        CheckConstraint("withdrawn_how in ('link', 'phone', 'post', 'expired')", name="withdrawn_how"),
        CheckConstraint("(withdrawn_at is null) = (withdrawn_how is null)", name="withdrawn_somehow"),
        CheckConstraint(
            "withdrawn_at is null or num_nonnulls(about, feeling, often, matters, talk_since) = 0 and shown_name = ''"
            " and not is_hidden_issue and not is_minority_view",
            name="withdrawn_is_erased",
        ),
        Index("ix_stories_waiting", "told_at", postgresql_where=text("withdrawn_at is null")),
    )


class StoryTeller(Declared):
    """Who told a story and how they are reached: only of those who let us. Gone with the story."""

    __tablename__ = "story_tellers"

    story_id: Mapped[int] = link_to("stories.id", primary_key=True, index=False)
    name: Mapped[str]
    contact: Mapped[str]
    phone: Mapped[str] = mapped_column(default="", server_default="")
    email: Mapped[str] = mapped_column(default="", server_default="")
    address: Mapped[str] = mapped_column(default="", server_default="")

    __table_args__ = (
        CheckConstraint("contact in ('text', 'phone', 'email', 'letter')", name="contact"),
        CheckConstraint(
            "case contact when 'email' then email when 'letter' then address else phone end <> ''", name="reached"
        ),
    )


class StoryWording(Declared):
    """A version of a story: the first is as it was told, each later one was written by the team.

    Its marks are those of the picture and the voice note that stand with the words. They count as words: `words_md5`,
    which the teller's yes is given to, is made of all three. Only a first version may be without words, if it was told
    by a picture or a voice note alone; it is not written then, and cannot be put out.
    """

    __tablename__ = "story_wordings"

    id: Mapped[Id]
    story_id: Mapped[int] = link_to("stories.id", index=False)
    number: Mapped[int]
    words: Mapped[str] = mapped_column(TEXT)
    picture_mark: Mapped[str | None] = mapped_column(TEXT)
    voice_mark: Mapped[str | None] = mapped_column(TEXT)
    words_md5: Mapped[str] = mapped_column(TEXT, Computed(_ALL_OF_IT, persisted=True))
    is_written: Mapped[bool] = mapped_column(Computed("words <> ''", persisted=True))
    written_by: Mapped[int | None] = link_to("staff.id")
    written_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("story_id", "number"),
        UniqueConstraint("id", "story_id", "words_md5"),
        UniqueConstraint("id", "is_written"),
        ForeignKeyConstraint(
            ["story_id", "picture_mark"],
            ["story_pieces.story_id", "story_pieces.mark"],
            name="fk_story_wordings_with_this_picture",
        ),
        ForeignKeyConstraint(
            ["story_id", "voice_mark"],
            ["story_pieces.story_id", "story_pieces.mark"],
            name="fk_story_wordings_with_this_voice",
        ),
        CheckConstraint("words <> '' or number = 1", name="in_words"),
        CheckConstraint("number = 1 or written_by is not null", name="changed_by_someone"),
    )


class StoryApproval(Declared):
    """The teller's yes to these words at this level. The words it was given to cannot be changed under it."""

    __tablename__ = "story_approvals"

    wording_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    level: Mapped[Level] = choice_column(Level, primary_key=True)
    story_id: Mapped[int] = mapped_column(BigInteger, index=True)
    words_md5: Mapped[str] = mapped_column(TEXT)
    approved_at: Mapped[datetime]
    how: Mapped[str]
    staff_id: Mapped[int | None] = link_to("staff.id")

    __table_args__ = (
        ForeignKeyConstraint(
            ["wording_id", "story_id", "words_md5"],
            ["story_wordings.id", "story_wordings.story_id", "story_wordings.words_md5"],
            name="fk_story_approvals_of_these_words",
        ),
        UniqueConstraint("wording_id", "story_id", "level"),
        CheckConstraint("how in ('told', 'link', 'phone', 'in_person', 'post')", name="how"),
        CheckConstraint("(how in ('told', 'link')) = (staff_id is null)", name="heard_by_someone"),
    )


class StoryPublication(Declared):
    """A story is out: these words, at the level that its teller approved, after every point of the list was checked."""

    __tablename__ = "story_publications"

    story_id: Mapped[int] = link_to("stories.id", primary_key=True, index=False)
    wording_id: Mapped[int] = mapped_column(BigInteger, index=True)
    level: Mapped[Level] = choice_column(Level)
    checked: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    published_at: Mapped[datetime]
    staff_id: Mapped[int] = link_to("staff.id")
    is_written: Mapped[bool] = mapped_column(default=True, server_default="true")

    __table_args__ = (
        ForeignKeyConstraint(
            ["wording_id", "story_id", "level"],
            ["story_approvals.wording_id", "story_approvals.story_id", "story_approvals.level"],
            name="fk_story_publications_as_approved",
        ),
        ForeignKeyConstraint(
            ["story_id", "level"], ["stories.id", "stories.level"], name="fk_story_publications_at_their_level"
        ),
        ForeignKeyConstraint(
            ["wording_id", "is_written"],
            ["story_wordings.id", "story_wordings.is_written"],
            name="fk_story_publications_in_words",
        ),
        CheckConstraint("is_written", name="in_words"),
        CheckConstraint("checked @> array['names', 'places', 'health', 'others', 'picture']", name="all_checked"),
        CheckConstraint("level <> 'team'", name="beyond_the_team"),
    )


class StoryPrint(Declared):
    """Where a story stands in print, which no withdrawal takes back."""

    __tablename__ = "story_prints"

    id: Mapped[Id]
    story_id: Mapped[int] = link_to("stories.id")
    where_printed: Mapped[str]
    printed_on: Mapped[date]
    staff_id: Mapped[int] = link_to("staff.id")

    __table_args__ = (CheckConstraint("where_printed <> ''", name="somewhere"),)
