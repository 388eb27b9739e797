"""what people text back: a short code for each question, their texts, and who wants no more of ours"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_ONE = "ck_notifications_one_recipient"


def upgrade() -> None:
    op.add_column("matches", sa.Column("code", sa.String(), nullable=True))
    # Whoever is being asked now may answer by text too: nobody is asked of more than a few things at once.
    op.execute(
        "update matches m set code = numbered.place + 1 || 'K' from (select id, row_number() over"
        " (partition by person_id order by id) as place from matches where status = 'proposed') numbered"
        " where numbered.id = m.id and numbered.place <= 8"
    )
    op.create_index(
        "uq_matches_live_code",
        "matches",
        ["person_id", "code"],
        unique=True,
        postgresql_where=sa.text("status = 'proposed'"),
    )
    op.add_column("people", sa.Column("texts_stopped_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "inbound_texts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("sender", sa.String(), server_default="", nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("is_to_read", sa.Boolean(), nullable=False),
        sa.Column("words", sa.String(), server_default="", nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "kind in ('yes', 'no', 'stop', 'start', 'help', 'other')", name=op.f("ck_inbound_texts_replykind")
        ),
        sa.CheckConstraint("(read_at is null) = (read_by is null)", name=op.f("ck_inbound_texts_somebody_read_it")),
        sa.CheckConstraint("is_to_read or words = ''", name=op.f("ck_inbound_texts_words_to_be_read")),
        sa.CheckConstraint("person_id is null or sender = ''", name=op.f("ck_inbound_texts_sender_of_nobody_known")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_inbound_texts_person_id")),
        sa.ForeignKeyConstraint(["read_by"], ["staff.id"], name=op.f("fk_inbound_texts_read_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_texts")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_inbound_texts_provider_id")),
    )
    op.create_index(op.f("ix_inbound_texts_person_id"), "inbound_texts", ["person_id"])
    op.create_index(op.f("ix_inbound_texts_read_by"), "inbound_texts", ["read_by"])
    op.create_index(
        "ix_inbound_texts_waiting",
        "inbound_texts",
        ["received_at"],
        postgresql_where=sa.text("is_to_read and read_at is null"),
    )
    op.add_column("notifications", sa.Column("inbound_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_notifications_inbound_id"), "notifications", "inbound_texts", ["inbound_id"], ["id"])
    op.create_index(op.f("ix_notifications_inbound_id"), "notifications", ["inbound_id"])
    op.drop_constraint(op.f(_ONE), "notifications", type_="check")
    # An answer to a number that nobody is known by goes to that number.
    op.create_check_constraint(
        op.f(_ONE),
        "notifications",
        "num_nonnulls(person_id, staff_id, referral_id) = 1"
        " or num_nonnulls(person_id, staff_id, referral_id) = 0 and inbound_id is not null",
    )


def downgrade() -> None:
    op.execute(
        "delete from console_messages where notification_id in (select id from notifications where inbound_id > 0)"
    )
    op.execute("delete from notifications where inbound_id is not null")
    op.drop_constraint(op.f(_ONE), "notifications", type_="check")
    op.create_check_constraint(op.f(_ONE), "notifications", "num_nonnulls(person_id, staff_id, referral_id) = 1")
    op.drop_column("notifications", "inbound_id")
    op.drop_table("inbound_texts")
    op.drop_column("people", "texts_stopped_at")
    op.drop_index("uq_matches_live_code", "matches")
    op.drop_column("matches", "code")
