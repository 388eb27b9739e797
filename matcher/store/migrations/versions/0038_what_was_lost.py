"""an index of the few messages that did not arrive: the board reads them at each poll"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_notifications_lost",
        "notifications",
        ["ended_at"],
        postgresql_where=sa.text("status in ('failed', 'uncertain')"),
    )


def downgrade() -> None:
    op.drop_index("ix_notifications_lost", table_name="notifications")
