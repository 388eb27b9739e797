"""by when a message should have arrived, and which message says it again by another way"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notifications", sa.Column("confirm_by", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_notifications_confirm_by", "notifications", ["confirm_by"], postgresql_where=sa.text("status = 'sent'")
    )
    op.add_column("notifications", sa.Column("instead_of_id", sa.BigInteger(), nullable=True))
    op.create_unique_constraint(op.f("uq_notifications_instead_of_id"), "notifications", ["instead_of_id"])
    op.create_foreign_key(
        op.f("fk_notifications_instead_of_id"), "notifications", "notifications", ["instead_of_id"], ["id"]
    )


def downgrade() -> None:
    op.drop_column("notifications", "instead_of_id")
    op.drop_column("notifications", "confirm_by")
