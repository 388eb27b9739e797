"""a pile of invitations can be ended, and taken up again"""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

_TABLE = "invitation_batches"


def upgrade() -> None:
    op.add_column(_TABLE, sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(_TABLE, sa.Column("ended_by", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f(f"fk_{_TABLE}_ended_by"), _TABLE, "staff", ["ended_by"], ["id"])
    op.create_index(op.f(f"ix_{_TABLE}_ended_by"), _TABLE, ["ended_by"])
    op.create_check_constraint(
        op.f(f"ck_{_TABLE}_somebody_ended_it"), _TABLE, "(ended_at is null) = (ended_by is null)"
    )


def downgrade() -> None:
    op.drop_column(_TABLE, "ended_by")
    op.drop_column(_TABLE, "ended_at")
