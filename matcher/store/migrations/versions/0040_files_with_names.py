"""files with names that were saved, and why"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exports",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), primary_key=True),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_exports_staff_id")),
        sa.CheckConstraint("length(btrim(why)) >= 10", name=op.f("ck_exports_has_a_reason")),
        sa.CheckConstraint("people >= 0", name=op.f("ck_exports_some_people")),
    )
    op.create_index(op.f("ix_exports_staff_id"), "exports", ["staff_id"])


def downgrade() -> None:
    op.drop_table("exports")
