"""the level of the warning that suggests a cold spell"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cold_hints", sa.Column("level", sa.String(), nullable=True))
    op.create_check_constraint(op.f("ck_cold_hints_known_level"), "cold_hints", "level in ('YELLOW', 'AMBER', 'RED')")


def downgrade() -> None:
    op.drop_column("cold_hints", "level")
