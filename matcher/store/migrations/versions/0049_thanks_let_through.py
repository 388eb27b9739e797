"""thanks that somebody of the team has let through to the volunteer"""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

_CHECKS = {
    "thanks_read_by_somebody": "num_nonnulls(thanks_shown, thanks_read_at, thanks_read_by) in (0, 3)",
    "thanks_with_words": "thanks_shown is null or thanks <> ''",
    "thanks_for_help_given": "thanks_shown is not true or answer in ('well', 'partly')",
}


def upgrade() -> None:
    op.add_column("feedback", sa.Column("thanks_shown", sa.Boolean(), nullable=True))
    op.add_column("feedback", sa.Column("thanks_read_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("feedback", sa.Column("thanks_read_by", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_feedback_thanks_read_by"), "feedback", "staff", ["thanks_read_by"], ["id"])
    op.create_index(op.f("ix_feedback_thanks_read_by"), "feedback", ["thanks_read_by"])
    for name, holds in _CHECKS.items():
        op.create_check_constraint(op.f(f"ck_feedback_{name}"), "feedback", holds)


def downgrade() -> None:
    for column in ("thanks_read_by", "thanks_read_at", "thanks_shown"):
        op.drop_column("feedback", column)
