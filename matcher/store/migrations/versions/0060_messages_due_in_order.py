"""messages that are due are read in the order in which they go"""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

_NAME = "ix_notifications_due"
_WAITS = sa.text("status in ('pending', 'leased')")


def upgrade() -> None:
    _index("due_at", "id")


def downgrade() -> None:
    _index("due_at")


def _index(*columns: str) -> None:
    op.drop_index(_NAME, table_name="notifications")
    op.create_index(_NAME, "notifications", [*columns], postgresql_where=_WAITS)
