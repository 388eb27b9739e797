"""door words that the team puts in or takes out"""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

_TABLE = "door_words"


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("is_in", sa.Boolean(), nullable=False),
        sa.Column("set_by", sa.BigInteger(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("word ~ '^[a-z]{5,11}$'", name=op.f(f"ck_{_TABLE}_easy_to_say")),
        sa.ForeignKeyConstraint(["set_by"], ["staff.id"], name=op.f(f"fk_{_TABLE}_set_by")),
        sa.PrimaryKeyConstraint("word", name=op.f(f"pk_{_TABLE}")),
    )
    op.create_index(op.f(f"ix_{_TABLE}_set_by"), _TABLE, ["set_by"])
    ending = sa.text('"right"(word, 4)')
    op.create_index("uq_door_words_ending", _TABLE, [ending], unique=True, postgresql_where=sa.text("is_in"))


def downgrade() -> None:
    op.drop_table(_TABLE)
