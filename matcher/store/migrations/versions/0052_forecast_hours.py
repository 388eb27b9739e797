"""the hours ahead of each area, as its forecast tells them"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

_TABLE = "area_forecasts"


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ground_c", postgresql.ARRAY(sa.Double()), nullable=False),
        sa.Column("snow_mm", postgresql.ARRAY(sa.Double()), nullable=False),
        sa.CheckConstraint("source = 'forecast'", name=op.f(f"ck_{_TABLE}_of_the_forecast")),
        sa.CheckConstraint("cardinality(ground_c) between 1 and 400", name=op.f(f"ck_{_TABLE}_some_hours")),
        sa.CheckConstraint("cardinality(ground_c) = cardinality(snow_mm)", name=op.f(f"ck_{_TABLE}_the_same_hours")),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f(f"fk_{_TABLE}_area_id")),
        sa.ForeignKeyConstraint(
            ["source"], ["weather_sources.name"], name=op.f(f"fk_{_TABLE}_source"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("area_id", name=op.f(f"pk_{_TABLE}")),
    )
    op.create_index(op.f(f"ix_{_TABLE}_source"), _TABLE, ["source"])


def downgrade() -> None:
    op.drop_table(_TABLE)
