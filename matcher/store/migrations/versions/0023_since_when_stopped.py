"""since when a volunteer has left, so that their details go in time"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_STOPPED = "ck_offers_stopped_since"


def upgrade() -> None:
    op.add_column("offers", sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("update offers set stopped_at = now() where status = 'stopped'")
    op.create_check_constraint(op.f(_STOPPED), "offers", "(status = 'stopped') = (stopped_at is not null)")


def downgrade() -> None:
    op.drop_constraint(op.f(_STOPPED), "offers", type_="check")
    op.drop_column("offers", "stopped_at")
