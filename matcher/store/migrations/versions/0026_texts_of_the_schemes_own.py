"""texts of the scheme's own, and which of them a message was owed with"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_GSM7 = (
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    " @£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ!\"#¤%&''()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà^{}[~]|€\\"
)


def upgrade() -> None:
    op.create_table(
        "message_texts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("written_by", sa.BigInteger(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(ended_at is null) = (ended_by is null)", name=op.f("ck_message_texts_somebody_ended_it")),
        sa.CheckConstraint("text like '{scheme}: %'", name=op.f("ck_message_texts_says_who_writes")),
        sa.CheckConstraint(f"translate(text, '{_GSM7}', '') = ''", name=op.f("ck_message_texts_fits_a_text_message")),
        sa.CheckConstraint("subject <> ''", name=op.f("ck_message_texts_has_a_subject")),
        sa.ForeignKeyConstraint(["written_by"], ["staff.id"], name=op.f("fk_message_texts_written_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["staff.id"], name=op.f("fk_message_texts_ended_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_texts")),
    )
    op.create_index(op.f("ix_message_texts_written_by"), "message_texts", ["written_by"])
    op.create_index(op.f("ix_message_texts_ended_by"), "message_texts", ["ended_by"])
    op.create_index(
        "uq_message_texts_one_that_holds",
        "message_texts",
        ["event"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.add_column("notifications", sa.Column("text_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_notifications_text_id"), "notifications", "message_texts", ["text_id"], ["id"])
    op.create_index(op.f("ix_notifications_text_id"), "notifications", ["text_id"])
    op.execute(
        """
        create function message_text_stays() returns trigger language plpgsql as $$
        begin
            if tg_op = 'UPDATE' and old.ended_at is null
                and (new.id, new.event, new.subject, new.text, new.written_by, new.written_at)
                  = (old.id, old.event, old.subject, old.text, old.written_by, old.written_at) then
                return new;
            end if;
            raise exception 'a text that was written stays as it is' using errcode = 'integrity_constraint_violation';
        end $$
        """
    )
    op.execute(
        "create trigger message_text_stays before update or delete on message_texts"
        " for each row execute function message_text_stays()"
    )
    op.execute(
        """
        create function words_owed_stay() returns trigger language plpgsql as $$
        begin
            raise exception 'the words of a message are those that it was owed with'
                using errcode = 'integrity_constraint_violation';
        end $$
        """
    )
    op.execute(
        "create trigger words_owed_stay before update of text_id on notifications"
        " for each row when (old.text_id is distinct from new.text_id) execute function words_owed_stay()"
    )
    op.execute(
        """
        create function words_are_of_its_event() returns trigger language plpgsql as $$
        begin
            if not exists (select from message_texts t where t.id = new.text_id
                           and t.event in (new.template, new.template || '_' || new.channel)) then
                raise exception 'these words are for another message' using errcode = 'integrity_constraint_violation';
            end if;
            return new;
        end $$
        """
    )
    op.execute(
        "create trigger words_are_of_its_event before insert on notifications"
        " for each row when (new.text_id is not null) execute function words_are_of_its_event()"
    )


def downgrade() -> None:
    op.execute("drop trigger words_are_of_its_event on notifications")
    op.execute("drop trigger words_owed_stay on notifications")
    op.drop_column("notifications", "text_id")
    op.drop_table("message_texts")
    for name in ("words_are_of_its_event", "words_owed_stay", "message_text_stays"):
        op.execute(f"drop function {name}()")
