"""Messages owed (the outbox) and the private links that go out in them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from matcher.domain.comparing import Side
from matcher.domain.lifecycle import NotificationStatus
from matcher.domain.roles import LinkPurpose
from matcher.store.models.declared import Declared, Id, choice_column, link_to, status_column


class Notification(Declared):
    """A message owed to one person, unique by (event, person, channel).

    `event` names what happened and to what, such as `match_asked:12`. The words are made when it is sent;
    `values` holds no name, address, phone or door word; a sign-in code stands there until it is sent, and so does
    where the receipt of an erasure goes. put_off_at: since when it waits because its person had so many already.
    confirm_by: by when the channel should have said that it arrived; null where it never says. instead_of_id: the
    message that this one says again by another way, because that one is not known to have arrived. text_id: the words
    of a coordinator's that held when it was owed; null for those of the release. comparison_id: the comparison in
    which chance gave it those words. parts: how many texts it is paid for as. broadcast_day: the one day on which a
    message to many may go to this one of them.
    """

    __tablename__ = "notifications"

    id: Mapped[Id]
    event: Mapped[str]
    template: Mapped[str]
    person_id: Mapped[int | None] = link_to("people.id")
    staff_id: Mapped[int | None] = link_to("staff.id")
    referral_id: Mapped[int | None] = link_to("referrals.id")
    story_id: Mapped[int | None] = link_to("stories.id")
    channel: Mapped[str]
    need_id: Mapped[int | None] = link_to("needs.id")
    occurrence_id: Mapped[int | None] = link_to("occurrences.id")
    match_id: Mapped[int | None] = link_to("matches.id")
    visit_id: Mapped[int | None] = link_to("visits.id")
    arrangement_id: Mapped[int | None] = link_to("arrangements.id")
    inbound_id: Mapped[int | None] = link_to("inbound_texts.id")
    instead_of_id: Mapped[int | None] = link_to("notifications.id", unique=True, index=False)
    cold_spell_id: Mapped[int | None] = link_to("cold_spells.id")
    text_id: Mapped[int | None] = link_to("message_texts.id")
    comparison_id: Mapped[int | None] = link_to("text_comparisons.id")
    broadcast_id: Mapped[int | None] = link_to("broadcasts.id")
    broadcast_day: Mapped[date | None]
    values: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    status: Mapped[NotificationStatus] = status_column(NotificationStatus, NotificationStatus.PENDING)
    owed_at: Mapped[datetime]
    due_at: Mapped[datetime]
    put_off_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    parts: Mapped[int] = mapped_column(default=1, server_default="1")
    sent_at: Mapped[datetime | None]
    confirm_by: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    last_error: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint(
            "event", "person_id", "staff_id", "referral_id", "channel", postgresql_nulls_not_distinct=True
        ),
        # An answer to a number that nobody is known by goes to that number.
        CheckConstraint(
            "num_nonnulls(person_id, staff_id, referral_id, story_id) = 1"
            " or num_nonnulls(person_id, staff_id, referral_id, story_id) = 0 and inbound_id is not null",
            name="one_recipient",
        ),
        # News goes once, by whichever way they choose meanwhile.
        Index(
            "uq_notifications_news",
            "event",
            "person_id",
            unique=True,
            postgresql_where=sql("template in ('month_thanks', 'quiet_spell')"),
        ),
        CheckConstraint(
            "(broadcast_day is not null) = (broadcast_id is not null and person_id is not null)",
            name="broadcast_has_a_day",
        ),
        # Nobody is written to with many others twice in a day.
        Index(
            "uq_notifications_one_broadcast_a_day",
            "person_id",
            "broadcast_day",
            unique=True,
            postgresql_where=sql("broadcast_day is not null and status <> 'dropped'"),
        ),
        Index(
            "ix_notifications_due",
            "due_at",
            "id",
            postgresql_where=sql("status in ('pending', 'leased')"),
        ),
        CheckConstraint("parts > 0", name="some_parts"),
        Index("ix_notifications_texts_sent", "sent_at", postgresql_where=sql("channel = 'text'")),
        Index("ix_notifications_confirm_by", "confirm_by", postgresql_where=sql("status = 'sent'")),
        # Read at each poll of the board, however many messages there have been.
        Index("ix_notifications_lost", "ended_at", postgresql_where=sql("status in ('failed', 'uncertain')")),
    )


# The alphabet of text messages, as `domain.messages.gsm7` has it: nothing else is left of a text that it can hold.
_GSM7 = (
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    " @£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ!\"#¤%&''()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà^{}[~]|€\\"
)


class MessageText(Declared):
    """A text as a coordinator wrote it, in place of the one that the release brings. ended_at: until then it holds.
    is_beside: it is tried beside the one that holds, in a comparison.

    A row is never changed but by its end; what was owed while it held is said in its words.
    """

    __tablename__ = "message_texts"

    id: Mapped[Id]
    event: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    is_beside: Mapped[bool] = mapped_column(default=False, server_default=sql("false"))
    written_by: Mapped[int] = link_to("staff.id")
    written_at: Mapped[datetime]
    ended_by: Mapped[int | None] = link_to("staff.id")
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("(ended_at is null) = (ended_by is null)", name="somebody_ended_it"),
        CheckConstraint("text like '{scheme}: %'", name="says_who_writes"),
        CheckConstraint(f"translate(text, '{_GSM7}', '') = ''", name="fits_a_text_message"),
        CheckConstraint("subject <> ''", name="has_a_subject"),
        Index(
            "uq_message_texts_one_that_holds",
            "event",
            unique=True,
            postgresql_where=sql("ended_at is null and not is_beside"),
        ),
        UniqueConstraint("id", "event"),
    )


class TextComparison(Declared):
    """Two wordings of one question, of which each ask has one by chance, until a coordinator chooses.

    first_text_id: the words that held when it began, null for those of the release. second_text_id: those tried beside
    them. stopped_at: since when no more go out in the second, because so few said yes to it. kept: what was chosen.
    """

    __tablename__ = "text_comparisons"

    id: Mapped[Id]
    event: Mapped[str]
    first_text_id: Mapped[int | None] = mapped_column(BigInteger)
    second_text_id: Mapped[int] = mapped_column(BigInteger)
    began_by: Mapped[int] = link_to("staff.id")
    began_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = link_to("staff.id")
    ended_at: Mapped[datetime | None]
    kept: Mapped[Side | None] = choice_column(Side)

    __table_args__ = (
        ForeignKeyConstraint(["first_text_id", "event"], ["message_texts.id", "message_texts.event"]),
        ForeignKeyConstraint(["second_text_id", "event"], ["message_texts.id", "message_texts.event"]),
        Index(None, "first_text_id", "event"),
        UniqueConstraint("second_text_id", "event"),
        CheckConstraint("event in ('match_asked', 'match_asked_email')", name="of_a_question"),
        CheckConstraint("first_text_id <> second_text_id", name="two_texts"),
        CheckConstraint("num_nulls(ended_by, ended_at, kept) in (0, 3)", name="ended_by_a_choice"),
        Index("uq_text_comparisons_one_at_a_time", "event", unique=True, postgresql_where=sql("ended_at is null")),
    )


class ConsoleMessage(Declared):
    """A copy of a message as it was sent, kept by the console channel of the embedded default only."""

    __tablename__ = "console_messages"

    notification_id: Mapped[int] = link_to("notifications.id", primary_key=True, index=False)
    sent_at: Mapped[datetime]
    recipient: Mapped[str]
    channel: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]


class PrivateLink(Declared):
    """A link that lets its holder read and answer one thing. Only a hash of its 128 random bits is kept."""

    __tablename__ = "private_links"

    id: Mapped[Id]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    purpose: Mapped[LinkPurpose] = choice_column(LinkPurpose)
    person_id: Mapped[int | None] = link_to("people.id")
    staff_id: Mapped[int | None] = link_to("staff.id")
    need_id: Mapped[int | None] = link_to("needs.id")
    match_id: Mapped[int | None] = link_to("matches.id")
    visit_id: Mapped[int | None] = link_to("visits.id")
    referral_id: Mapped[int | None] = link_to("referrals.id")
    story_id: Mapped[int | None] = link_to("stories.id")
    organisation_id: Mapped[int | None] = link_to("organisations.id")
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint(
            "num_nonnulls(person_id, staff_id, referral_id, story_id, organisation_id) = 1", name="one_holder"
        ),
        # A link opens the one thing that its purpose names.
        CheckConstraint(
            "(purpose = 'status') = (need_id is not null) and (purpose = 'match') = (match_id is not null)"
            " and (purpose = 'visit') = (visit_id is not null) and (purpose = 'sign_in') = (staff_id is not null)"
            " and (purpose = 'referral') = (referral_id is not null) and (purpose = 'story') = (story_id is not null)"
            " and (purpose = 'at_work') = (organisation_id is not null)",
            name="opens_what_it_says",
        ),
    )
