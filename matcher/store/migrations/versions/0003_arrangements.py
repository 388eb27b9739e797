"""arrangements: recurring help with a usual person and a stand-in"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_STATUS = sa.Enum(
    "offered",
    "live",
    "declined",
    "ended",
    name="arrangementstatus",
    native_enum=False,
    create_constraint=True,
    length=32,
)


def upgrade() -> None:
    op.create_unique_constraint(op.f("uq_needs_id_resident_id"), "needs", ["id", "resident_id"])
    op.create_table(
        "arrangements",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("need_id", sa.BigInteger(), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("usual_id", sa.BigInteger(), nullable=False),
        sa.Column("stand_in_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.Time(), nullable=False),
        sa.Column("status", _STATUS, nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "usual_id <> resident_id and stand_in_id <> resident_id",
            name=op.f("ck_arrangements_nobody_helps_themselves"),
        ),
        sa.CheckConstraint("stand_in_id <> usual_id", name=op.f("ck_arrangements_stand_in_is_another")),
        sa.CheckConstraint(
            "(status in ('declined', 'ended')) = (ended_at is not null)", name=op.f("ck_arrangements_end_has_its_time")
        ),
        sa.CheckConstraint("status <> 'live' or agreed_at is not null", name=op.f("ck_arrangements_live_was_agreed")),
        sa.ForeignKeyConstraint(
            ["need_id", "resident_id"], ["needs.id", "needs.resident_id"], name="fk_arrangements_need"
        ),
        sa.ForeignKeyConstraint(["usual_id"], ["people.id"], name=op.f("fk_arrangements_usual_id")),
        sa.ForeignKeyConstraint(["stand_in_id"], ["people.id"], name=op.f("fk_arrangements_stand_in_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrangements")),
        sa.UniqueConstraint("id", "usual_id", name=op.f("uq_arrangements_id_usual_id")),
    )
    op.create_index("ix_arrangements_need", "arrangements", ["need_id", "resident_id"])
    op.create_index(op.f("ix_arrangements_usual_id"), "arrangements", ["usual_id"])
    op.create_index(op.f("ix_arrangements_stand_in_id"), "arrangements", ["stand_in_id"])
    op.create_index(
        "uq_arrangements_one_live",
        "arrangements",
        ["need_id"],
        unique=True,
        postgresql_where=sa.text("status = 'live'"),
    )
    op.create_index(
        "uq_arrangements_one_offer_each",
        "arrangements",
        ["need_id", "usual_id"],
        unique=True,
        postgresql_where=sa.text("status in ('offered', 'declined')"),
    )
    op.add_column("matches", sa.Column("arrangement_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        "fk_matches_arrangement",
        "matches",
        "arrangements",
        ["arrangement_id", "person_id"],
        ["id", "usual_id"],
    )
    op.create_index("ix_matches_arrangement", "matches", ["arrangement_id", "person_id"])
    op.add_column("notifications", sa.Column("arrangement_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_notifications_arrangement_id"), "notifications", "arrangements", ["arrangement_id"], ["id"]
    )
    op.create_index(op.f("ix_notifications_arrangement_id"), "notifications", ["arrangement_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_notifications_arrangement_id"), table_name="notifications")
    op.drop_constraint(op.f("fk_notifications_arrangement_id"), "notifications", type_="foreignkey")
    op.drop_column("notifications", "arrangement_id")
    op.drop_index("ix_matches_arrangement", table_name="matches")
    op.drop_constraint("fk_matches_arrangement", "matches", type_="foreignkey")
    op.drop_column("matches", "arrangement_id")
    op.drop_table("arrangements")
    op.drop_constraint(op.f("uq_needs_id_resident_id"), "needs", type_="unique")
