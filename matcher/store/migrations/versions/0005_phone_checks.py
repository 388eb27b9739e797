"""phone checks: is the number of someone who asks for help theirs"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "phone_checks",
        sa.Column("need_id", sa.BigInteger(), nullable=False),
        sa.Column("tries_left", sa.Integer(), nullable=False),
        sa.Column("ring_me_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("how", sa.String(), nullable=True),
        sa.CheckConstraint("tries_left between 0 and 3", name=op.f("ck_phone_checks_few_tries")),
        sa.CheckConstraint("how in ('code', 'call')", name=op.f("ck_phone_checks_how")),
        sa.CheckConstraint("(how is null) = (confirmed_at is null)", name=op.f("ck_phone_checks_confirmed_somehow")),
        sa.ForeignKeyConstraint(["need_id"], ["needs.id"], name=op.f("fk_phone_checks_need_id")),
        sa.PrimaryKeyConstraint("need_id", name=op.f("pk_phone_checks")),
    )
    op.create_table(
        "phone_codes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("need_id", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at > sent_at", name=op.f("ck_phone_codes_ends_after_sent")),
        sa.ForeignKeyConstraint(["need_id"], ["phone_checks.need_id"], name=op.f("fk_phone_codes_need_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_codes")),
    )
    op.create_index(op.f("ix_phone_codes_need_id"), "phone_codes", ["need_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_phone_codes_need_id"), table_name="phone_codes")
    op.drop_table("phone_codes")
    op.drop_table("phone_checks")
