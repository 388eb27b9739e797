"""how long what people told us is kept may be set, between bounds, from the next night on"""

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None

_TABLE = "kept_periods"
_BOUNDS = (
    ("asker", 30, 365),
    ("person", 30, 365),
    ("photo", 1, 30),
    ("photo_most", 7, 180),
    ("text", 1, 30),
    ("text_most", 7, 90),
    ("words", 90, 730),
    ("worry", 180, 2190),
)


def upgrade() -> None:
    bounds = " or ".join(f"name = '{name}' and days between {least} and {most}" for name, least, most in _BOUNDS)
    op.create_table(
        _TABLE,
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holds_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.BigInteger(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(bounds, name=op.f(f"ck_{_TABLE}_within_bounds")),
        sa.CheckConstraint("holds_from > set_at", name=op.f(f"ck_{_TABLE}_from_the_next_night")),
        sa.ForeignKeyConstraint(["set_by"], ["staff.id"], name=op.f(f"fk_{_TABLE}_set_by")),
        sa.PrimaryKeyConstraint("name", "holds_from", name=op.f(f"pk_{_TABLE}")),
    )
    op.create_index(op.f(f"ix_{_TABLE}_set_by"), _TABLE, ["set_by"])


def downgrade() -> None:
    op.drop_table(_TABLE)
