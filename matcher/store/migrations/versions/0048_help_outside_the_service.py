"""help that neighbours gave outside the service, as they tell of it"""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "informal_help",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("helper_id", sa.BigInteger(), nullable=True),
        sa.Column("resident_id", sa.BigInteger(), nullable=True),
        sa.Column("kind_slug", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("num_nonnulls(helper_id, resident_id) > 0", name=op.f("ck_informal_help_of_somebody")),
        sa.CheckConstraint("helper_id <> resident_id", name=op.f("ck_informal_help_of_two")),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_informal_help_took_some_time")),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_informal_help_area_id")),
        sa.ForeignKeyConstraint(["helper_id"], ["people.id"], name=op.f("fk_informal_help_helper_id")),
        sa.ForeignKeyConstraint(["resident_id"], ["people.id"], name=op.f("fk_informal_help_resident_id")),
        sa.ForeignKeyConstraint(["kind_slug"], ["kinds.slug"], name=op.f("fk_informal_help_kind_slug")),
        sa.ForeignKeyConstraint(["told_by"], ["staff.id"], name=op.f("fk_informal_help_told_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_informal_help")),
    )
    for column in ("area_id", "helper_id", "resident_id", "kind_slug", "told_by"):
        op.create_index(op.f(f"ix_informal_help_{column}"), "informal_help", [column])
    op.create_index(
        "uq_informal_help_once_a_day",
        "informal_help",
        ["helper_id", "resident_id", "kind_slug", "day"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )


def downgrade() -> None:
    op.drop_table("informal_help")
