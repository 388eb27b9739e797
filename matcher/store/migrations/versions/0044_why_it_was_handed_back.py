"""why somebody could not go after all"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

_NAME = "ck_visits_a_reason_is_of_one_handed_back"


def upgrade() -> None:
    op.add_column("visits", sa.Column("why_handed_back", sa.String(), nullable=True))
    op.create_check_constraint(op.f(_NAME), "visits", "why_handed_back is null or status = 'handed_back'")


def downgrade() -> None:
    op.drop_constraint(op.f(_NAME), "visits", type_="check")
    op.drop_column("visits", "why_handed_back")
