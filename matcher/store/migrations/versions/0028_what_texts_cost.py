"""how many texts a message is paid for as, and a quick count of a day's"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notifications", sa.Column("parts", sa.Integer(), server_default="1", nullable=False))
    op.create_check_constraint(op.f("ck_notifications_some_parts"), "notifications", "parts > 0")
    op.create_index(
        "ix_notifications_texts_sent", "notifications", ["sent_at"], postgresql_where=sa.text("channel = 'text'")
    )


def downgrade() -> None:
    op.drop_index("ix_notifications_texts_sent", table_name="notifications")
    op.drop_constraint(op.f("ck_notifications_some_parts"), "notifications")
    op.drop_column("notifications", "parts")
