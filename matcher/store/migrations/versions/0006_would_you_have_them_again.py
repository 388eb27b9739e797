"""feedback says whether they would have the same person again"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("feedback", sa.Column("again", sa.String(), nullable=True))
    op.create_check_constraint(op.f("ck_feedback_again"), "feedback", "again in ('yes', 'other', 'any')")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_feedback_again"), "feedback", type_="check")
    op.drop_column("feedback", "again")
