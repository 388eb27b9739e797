"""worries that someone told us"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "concerns",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("about", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("name", sa.String(), server_default="", nullable=False),
        sa.Column("reach", sa.String(), server_default="", nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_by", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("cardinality(about) > 0", name=op.f("ck_concerns_about_something")),
        sa.CheckConstraint("words <> ''", name=op.f("ck_concerns_in_words")),
        sa.CheckConstraint("(opened_at is null) = (opened_by is null)", name=op.f("ck_concerns_opened_by_someone")),
        sa.CheckConstraint("(closed_at is null) = (closed_by is null)", name=op.f("ck_concerns_closed_by_someone")),
        sa.CheckConstraint("closed_at is null or opened_at is not null", name=op.f("ck_concerns_opened_before_closed")),
        sa.ForeignKeyConstraint(["opened_by"], ["staff.id"], name=op.f("fk_concerns_opened_by")),
        sa.ForeignKeyConstraint(["closed_by"], ["staff.id"], name=op.f("fk_concerns_closed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concerns")),
        sa.UniqueConstraint("reference", name=op.f("uq_concerns_reference")),
    )
    op.create_index(op.f("ix_concerns_opened_by"), "concerns", ["opened_by"])
    op.create_index(op.f("ix_concerns_closed_by"), "concerns", ["closed_by"])


def downgrade() -> None:
    op.drop_table("concerns")
