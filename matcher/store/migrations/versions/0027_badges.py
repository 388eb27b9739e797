"""the number on a volunteer's badge"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "badges",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number between 1 and 999999", name=op.f("ck_badges_short_number")),
        sa.ForeignKeyConstraint(["person_id"], ["offers.person_id"], name=op.f("fk_badges_person_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_badges_staff_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_badges")),
        sa.UniqueConstraint("number", name=op.f("uq_badges_number")),
    )
    op.create_index(op.f("ix_badges_staff_id"), "badges", ["staff_id"])


def downgrade() -> None:
    op.drop_table("badges")
