"""one text to many volunteers: two people for many, once a day for each"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

_KEPT = """
    create function broadcast_stays_as_agreed() returns trigger language plpgsql as $$
    begin
        if (old.template, old.text_id, old.audience, old.most_alone, old.written_by, old.written_at)
           is distinct from (new.template, new.text_id, new.audience, new.most_alone, new.written_by, new.written_at)
           or old.sent_at is not null and new.sent_at is distinct from old.sent_at
           or old.stopped_at is not null and new.stopped_at is distinct from old.stopped_at then
            raise exception 'what was agreed to stays as it was' using errcode = 'integrity_constraint_violation';
        end if;
        return new;
    end $$
"""
_OWED = """
    create function broadcast_is_owed_once_sent() returns trigger language plpgsql as $$
    begin
        if not exists (select from broadcasts
                       where id = new.broadcast_id and sent_at is not null and stopped_at is null) then
            raise exception 'a broadcast is owed once it is sent' using errcode = 'integrity_constraint_violation';
        end if;
        return new;
    end $$
"""
_STAFF = ("written_by", "approved_by", "sent_by", "stopped_by")


def upgrade() -> None:
    stamp = sa.DateTime(timezone=True)
    op.create_table(
        "broadcasts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), primary_key=True),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("text_id", sa.BigInteger(), nullable=True),
        sa.Column("audience", postgresql.JSONB(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("most_alone", sa.Integer(), nullable=False),
        sa.Column("written_by", sa.BigInteger(), nullable=False),
        sa.Column("written_at", stamp, nullable=False),
        sa.Column("tested_at", stamp, nullable=True),
        sa.Column("approved_by", sa.BigInteger(), nullable=True),
        sa.Column("approved_at", stamp, nullable=True),
        sa.Column("approved_people", sa.Integer(), nullable=True),
        sa.Column("sent_by", sa.BigInteger(), nullable=True),
        sa.Column("sent_at", stamp, nullable=True),
        sa.Column("stopped_by", sa.BigInteger(), nullable=True),
        sa.Column("stopped_at", stamp, nullable=True),
        sa.Column("taken_back", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["text_id"], ["message_texts.id"], name=op.f("fk_broadcasts_text_id")),
        *(sa.ForeignKeyConstraint([one], ["staff.id"], name=op.f(f"fk_broadcasts_{one}")) for one in _STAFF),
        sa.CheckConstraint(
            "num_nonnulls(approved_by, approved_at, approved_people) in (0, 3)",
            name=op.f("ck_broadcasts_somebody_agreed"),
        ),
        sa.CheckConstraint("approved_by <> written_by", name=op.f("ck_broadcasts_another_agreed")),
        sa.CheckConstraint("(sent_by is null) = (sent_at is null)", name=op.f("ck_broadcasts_somebody_sent_it")),
        sa.CheckConstraint(
            "(stopped_by is null) = (stopped_at is null)", name=op.f("ck_broadcasts_somebody_stopped_it")
        ),
        sa.CheckConstraint("sent_at is null or tested_at is not null", name=op.f("ck_broadcasts_tried_before_it_goes")),
        sa.CheckConstraint(
            "sent_at is null or people <= greatest(most_alone, coalesce(approved_people, 0))",
            name=op.f("ck_broadcasts_two_for_many"),
        ),
        sa.CheckConstraint(
            "people >= 0 and most_alone > 0 and taken_back >= 0", name=op.f("ck_broadcasts_some_people")
        ),
    )
    for column in ("text_id", *_STAFF):
        op.create_index(op.f(f"ix_broadcasts_{column}"), "broadcasts", [column])
    op.add_column("notifications", sa.Column("broadcast_id", sa.BigInteger(), nullable=True))
    op.add_column("notifications", sa.Column("broadcast_day", sa.Date(), nullable=True))
    op.create_foreign_key(
        op.f("fk_notifications_broadcast_id"), "notifications", "broadcasts", ["broadcast_id"], ["id"]
    )
    op.create_index(op.f("ix_notifications_broadcast_id"), "notifications", ["broadcast_id"])
    op.create_check_constraint(
        op.f("ck_notifications_broadcast_has_a_day"),
        "notifications",
        "(broadcast_day is not null) = (broadcast_id is not null and person_id is not null)",
    )
    op.create_index(
        "uq_notifications_one_broadcast_a_day",
        "notifications",
        ["person_id", "broadcast_day"],
        unique=True,
        postgresql_where=sa.text("broadcast_day is not null and status <> 'dropped'"),
    )
    op.execute(_KEPT)
    op.execute(
        "create trigger broadcast_stays_as_agreed before update on broadcasts"
        " for each row execute function broadcast_stays_as_agreed()"
    )
    op.execute(_OWED)
    op.execute(
        "create trigger broadcast_is_owed_once_sent before insert on notifications"
        " for each row when (new.broadcast_day is not null) execute function broadcast_is_owed_once_sent()"
    )


def downgrade() -> None:
    op.execute("drop trigger broadcast_is_owed_once_sent on notifications")
    op.execute("drop function broadcast_is_owed_once_sent()")
    op.drop_index("uq_notifications_one_broadcast_a_day", "notifications")
    op.drop_constraint(op.f("ck_notifications_broadcast_has_a_day"), "notifications")
    op.execute(
        "delete from console_messages c using notifications n where n.id = c.notification_id and n.broadcast_id is not null"
    )
    op.execute("delete from notifications where broadcast_id is not null")  # there are no words for them there
    op.drop_column("notifications", "broadcast_day")
    op.drop_column("notifications", "broadcast_id")
    op.drop_table("broadcasts")
    op.execute("drop function broadcast_stays_as_agreed()")
