"""quiet hours for everyone, unless they chose others; since when a message is put off"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_RULE = "ck_offers_quiet_is_over_midnight"


def upgrade() -> None:
    op.drop_constraint(op.f(_RULE), "offers", type_="check")
    op.create_check_constraint(op.f(_RULE), "offers", "quiet_from >= quiet_until")
    # Whoever saved their settings with no quiet hours chose so; the others never said.
    op.execute(
        "update offers set quiet_from = '00:00', quiet_until = '00:00' where quiet_from is null"
        " and exists (select from channel_choices c where c.person_id = offers.person_id)"
    )
    op.add_column("notifications", sa.Column("put_off_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("notifications", "put_off_at")
    op.execute("update offers set quiet_from = null, quiet_until = null where quiet_from = quiet_until")
    op.drop_constraint(op.f(_RULE), "offers", type_="check")
    op.create_check_constraint(op.f(_RULE), "offers", "quiet_from > quiet_until")
