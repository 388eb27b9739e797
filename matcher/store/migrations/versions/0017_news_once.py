"""news goes once to each person, by whichever way"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "uq_notifications_news",
        "notifications",
        ["event", "person_id"],
        unique=True,
        postgresql_where=sa.text("template in ('month_thanks', 'quiet_spell')"),
    )


def downgrade() -> None:
    op.drop_index("uq_notifications_news", "notifications")
