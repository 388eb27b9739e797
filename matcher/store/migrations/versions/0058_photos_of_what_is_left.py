"""a photo may come with what a passer-by says is left"""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

_TABLE = "stock_photos"


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("octet_length(content) between 1 and 2097152", name=op.f(f"ck_{_TABLE}_small")),
        sa.CheckConstraint("substring(content from 1 for 3) = '\\xffd8ff'", name=op.f(f"ck_{_TABLE}_a_jpeg")),
        sa.CheckConstraint("width > 0 and height > 0", name=op.f(f"ck_{_TABLE}_measured")),
        sa.ForeignKeyConstraint(["report_id"], ["stock_reports.id"], name=op.f(f"fk_{_TABLE}_report_id")),
        sa.PrimaryKeyConstraint("report_id", name=op.f(f"pk_{_TABLE}")),
    )


def downgrade() -> None:
    op.drop_table(_TABLE)
