"""help outside the service that is given every week, told once"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

_TABLE = "weekly_help"


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("helper_id", sa.BigInteger(), nullable=False),
        sa.Column("kind_slug", sa.String(), nullable=False),
        sa.Column("weekdays", postgresql.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        postgresql.ExcludeConstraint(
            ("helper_id", "="),
            ("kind_slug", "="),
            (sa.func.daterange(sa.text("first_day"), sa.text("last_day"), sa.text("'[]'")), "&&"),
            name="ex_weekly_help_once_of_a_kind",
            using="gist",
        ),
        sa.CheckConstraint(
            "cardinality(weekdays) > 0 and weekdays <@ '{0,1,2,3,4,5,6}'", name=op.f(f"ck_{_TABLE}_on_days_of_the_week")
        ),
        sa.CheckConstraint("last_day - first_day between 0 and 3660", name=op.f(f"ck_{_TABLE}_ends_one_day")),
        sa.CheckConstraint("minutes > 0", name=op.f(f"ck_{_TABLE}_took_some_time")),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f(f"fk_{_TABLE}_area_id")),
        sa.ForeignKeyConstraint(["helper_id"], ["people.id"], name=op.f(f"fk_{_TABLE}_helper_id")),
        sa.ForeignKeyConstraint(["kind_slug"], ["kinds.slug"], name=op.f(f"fk_{_TABLE}_kind_slug")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{_TABLE}")),
    )
    for column in ("area_id", "helper_id", "kind_slug"):
        op.create_index(op.f(f"ix_{_TABLE}_{column}"), _TABLE, [column])


def downgrade() -> None:
    op.drop_table(_TABLE)
