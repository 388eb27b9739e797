"""the call handlers' desk: who agreed to be asked for, and what came of a call"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consents",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("need_id", sa.BigInteger(), nullable=False),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("wording", sa.String(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("given_by in ('self', 'best_interests')", name=op.f("ck_consents_given_by")),
        sa.CheckConstraint("asked_by in ('staff', 'relative', 'professional')", name=op.f("ck_consents_asked_by")),
        sa.CheckConstraint("(asked_by = 'staff') = (staff_id is not null)", name=op.f("ck_consents_staff_are_named")),
        sa.CheckConstraint("how in ('spoken', 'written')", name=op.f("ck_consents_how")),
        sa.ForeignKeyConstraint(["need_id"], ["needs.id"], name=op.f("fk_consents_need_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_consents_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
        sa.UniqueConstraint("need_id", name=op.f("uq_consents_need_id")),
    )
    op.create_index(op.f("ix_consents_staff_id"), "consents", ["staff_id"])
    op.add_column("phone_checks", sa.Column("ring_after", sa.DateTime(timezone=True), nullable=True))
    op.add_column("phone_checks", sa.Column("wrong_number_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("phone_checks", "wrong_number_at")
    op.drop_column("phone_checks", "ring_after")
    op.drop_index(op.f("ix_consents_staff_id"), table_name="consents")
    op.drop_table("consents")
