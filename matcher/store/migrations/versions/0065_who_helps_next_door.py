"""who helps next door, and which postcodes are left to them"""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None

_TABLE = "next_door"
_CHECKS = {
    "begins_postcodes": "part ~ '^[A-Z]{1,2}([0-9][A-Z0-9]?)?$'",
    "named_with_their_number": "(name = '') = (phone = '')",
    "short": "length(name) <= 60",
    "phone_is_a_number": "phone = '' or (phone ~ '^[+]?[0-9]( ?[0-9]){7,14}$' and length(phone) <= 17)",
}


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("is_left", sa.Boolean(), nullable=False),
        sa.Column("set_by", sa.BigInteger(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_{_TABLE}_{name}")) for name, rule in _CHECKS.items()),
        sa.ForeignKeyConstraint(["set_by"], ["staff.id"], name=op.f(f"fk_{_TABLE}_set_by")),
        sa.PrimaryKeyConstraint("part", name=op.f(f"pk_{_TABLE}")),
    )
    op.create_index(op.f(f"ix_{_TABLE}_set_by"), _TABLE, ["set_by"])


def downgrade() -> None:
    op.drop_table(_TABLE)
