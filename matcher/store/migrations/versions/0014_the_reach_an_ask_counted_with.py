"""the reach that an ask counted with"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("matches", sa.Column("reach_m", sa.Integer(), nullable=True))
    op.execute("update matches set reach_m = offers.reach_m from offers where offers.id = matches.offer_id")
    op.alter_column("matches", "reach_m", nullable=False)
    op.create_check_constraint(op.f("ck_matches_some_reach"), "matches", "reach_m >= 0")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_matches_some_reach"), "matches", type_="check")
    op.drop_column("matches", "reach_m")
